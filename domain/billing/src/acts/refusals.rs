//! Why something about a bill run is refused.

use kernel::Refusal;

/// Facts that forbid a step of a bill run.
#[derive(Debug, thiserror::Error)]
pub enum RunRefused {
    /// No such run.
    #[error("there is no such bill run")]
    UnknownRun,
    /// No such cycle.
    #[error("there is no billing cycle '{0}'")]
    UnknownCycle(String),
    /// A chunk of so many accounts makes no sense.
    #[error("a chunk holds 1 to 100,000 accounts, not {0}")]
    ChunkSize(i64),
    /// The cycle already has a run for the period.
    #[error("run {run} already bills this cycle for this period; cancel it first")]
    RunExists {
        /// The number of that run.
        run: i64,
    },
    /// An earlier run for the period is still being reversed.
    #[error("run {run} for this period is still being canceled; finish that first")]
    StillCancelling {
        /// The number of that run.
        run: i64,
    },
    /// The bill date lies before the end of the period.
    #[error("a bill for service through {last_on} cannot be dated {bill_on}")]
    BilledBeforeEnd {
        /// The last day of the period.
        last_on: chrono::NaiveDate,
        /// The date wanted.
        bill_on: chrono::NaiveDate,
    },
    /// The run is at another step.
    #[error("run {run} is {state}; this step does not follow from there")]
    WrongState {
        /// The number of the run.
        run: i64,
        /// Where it stands.
        state: &'static str,
    },
    /// What was used is not known or estimated yet.
    #[error("the reads of cycle '{cycle}' from {from} are not closed yet; close them first")]
    ReadsOpen {
        /// The cycle.
        cycle: String,
        /// The first day of its period.
        from: chrono::NaiveDate,
    },
    /// What was used is being worked out.
    #[error("the reads of cycle '{cycle}' from {from} are still being closed; wait until that is done")]
    ReadsClosing {
        /// The cycle.
        cycle: String,
        /// The first day of its period.
        from: chrono::NaiveDate,
    },
    /// Only bills of a regular run that was posted are made again.
    #[error("run {run} is {state}; only bills of a cycle's posted run are made at last or made again")]
    NotToBillAgain {
        /// The number of the run.
        run: i64,
        /// Where it stands.
        state: &'static str,
    },
    /// A bill made again is dated no earlier than the first.
    #[error("a bill made again is dated {first_on} or later, not {bill_on}")]
    BilledBeforeFirst {
        /// The date of the first bill.
        first_on: chrono::NaiveDate,
        /// The date wanted.
        bill_on: chrono::NaiveDate,
    },
    /// A reason must be given.
    #[error("say why the bills are made beside the cycle")]
    NoReason,
    /// Nothing, or too much at once.
    #[error("name 1 to 5,000 accounts at a time, not {0}")]
    HowMany(usize),
    /// No such account.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// One account, two bills.
    #[error("account {0} is named twice")]
    NamedTwice(String),
    /// Another run is making a bill of the account for the period.
    #[error("run {run} is making a bill of account {account} for the same period; post or cancel it first")]
    AlreadyMade {
        /// The account number.
        account: String,
        /// The number of that run.
        run: i64,
    },
    /// Neither a bill nor a service.
    #[error("account {account} has no bill of run {run} and no service in its period: there is nothing to bill")]
    NothingToBill {
        /// The account number.
        account: String,
        /// The number of the run.
        run: i64,
    },
    /// A charge belongs to a service.
    #[error("account {account} has no service to bill charges with")]
    NoService {
        /// The account number.
        account: String,
    },
    /// The bill to be replaced is none any more.
    #[error("run {run} replaces a bill of account {account} that was taken back meanwhile; cancel the run")]
    ReplacedAlready {
        /// The number of the run.
        run: i64,
        /// The account number.
        account: String,
    },
    /// Customers have the bills.
    #[error("the bills of run {run} were given out, so it is not canceled: make the wrong ones again")]
    Issued {
        /// The number of the run.
        run: i64,
    },
    /// Customers have paid.
    #[error("account {account} has paid since run {run} was billed, so it is not canceled: make the wrong bills again")]
    Paid {
        /// The number of the run.
        run: i64,
        /// The account number of the first.
        account: String,
    },
    /// Whoever prepared a run may not sign it.
    #[error("run {run} was prepared by {actor}; someone else must sign it")]
    SignedByPreparer {
        /// The number of the run.
        run: i64,
        /// Who asked.
        actor: String,
    },
    /// Exceptions are undecided.
    #[error("{count} exceptions of run {run} are still open: release or hold each of them")]
    ExceptionsOpen {
        /// The number of the run.
        run: i64,
        /// How many.
        count: i64,
    },
    /// Agreements are neither on a bill nor explained.
    #[error(
        "{count} service agreements are on no bill of run {run} and have no reason, the first is of account {first}"
    )]
    Unexplained {
        /// The number of the run.
        run: i64,
        /// How many.
        count: usize,
        /// The account number of the first.
        first: String,
    },
    /// What was read is not what would be signed.
    #[error("the register of run {run} has changed since you opened it; read it again before you sign")]
    RegisterChanged {
        /// The number of the run.
        run: i64,
    },
    /// The exception does not exist or was decided.
    #[error("account {account} has no such exception in run {run}")]
    NoSuchException {
        /// The account number.
        account: String,
        /// The number of the run.
        run: i64,
    },
    /// The account has no bill in the run.
    #[error("account {account} has no bill in run {run}")]
    NoSuchBill {
        /// The account number.
        account: String,
        /// The number of the run.
        run: i64,
    },
    /// A bill without a price cannot go out.
    #[error("a bill with the exception '{code}' has no price: it can only be held")]
    CannotRelease {
        /// The exception.
        code: &'static str,
    },
    /// No exception, or too many of a list.
    #[error("choose 1 to {most} exceptions at a time, not {count}")]
    HowManyExceptions {
        /// The most.
        most: usize,
        /// How many were chosen.
        count: usize,
    },
    /// Somebody else worked the queue meanwhile.
    #[error("the queue has changed: you saw {seen} exceptions, and now there are {count}; look at them again")]
    QueueChanged {
        /// How many were seen.
        seen: i64,
        /// How many there are.
        count: i64,
    },
    /// Somebody else decided about one of a list meanwhile.
    #[error(
        "the exception '{code}' of account {account} changed since you looked: it is {state} now; look at it again"
    )]
    ExceptionChanged {
        /// The account number.
        account: String,
        /// The exception.
        code: &'static str,
        /// How it stands now.
        state: &'static str,
    },
    /// Whoever decides says why.
    #[error("say why: the clerk on the phone reads it out")]
    NoReasonToDecide,
    /// A held bill has somebody who looks after it.
    #[error("say who looks after the bills that are held")]
    NobodyLooksAfter,
    /// A held bill has a day to come.
    #[error("a bill is held until a day to come, and {due_on} is past")]
    HeldUntilBefore {
        /// The day wanted.
        due_on: chrono::NaiveDate,
    },
    /// There is nothing to go on with.
    #[error("no part of run {run} was refused, so there is nothing to go on with")]
    NothingStopped {
        /// The number of the run.
        run: i64,
    },
    /// The trial is no longer the one that was signed.
    #[error("run {run} was signed on another trial than the one that is stored; cancel it and prepare it again")]
    SignedOtherwise {
        /// The number of the run.
        run: i64,
    },
    /// A bill that should be held has no price.
    #[error("the bill of account {account} in run {run} has no price and is not held: hold it")]
    WithoutPrice {
        /// The number of the run.
        run: i64,
        /// The account number.
        account: String,
    },
    /// What is stored about a chunk is no longer what was signed.
    #[error("run {run} was signed on other bills: part {chunk} of it no longer has the fingerprint that was signed")]
    TrialChanged {
        /// The number of the run.
        run: i64,
        /// The number of the chunk.
        chunk: i64,
    },
}

impl Refusal for RunRefused {
    fn code(&self) -> &'static str {
        match self {
            RunRefused::UnknownRun => "run_unknown",
            RunRefused::UnknownCycle(_) => "cycle_unknown",
            RunRefused::ChunkSize(_) => "chunk_size",
            RunRefused::RunExists { .. } => "run_exists",
            RunRefused::StillCancelling { .. } => "run_still_cancelling",
            RunRefused::BilledBeforeEnd { .. } => "billed_before_end",
            RunRefused::WrongState { .. } => "run_state",
            RunRefused::ReadsOpen { .. } => "reads_open",
            RunRefused::ReadsClosing { .. } => "reads_closing",
            RunRefused::NotToBillAgain { .. } => "not_to_bill_again",
            RunRefused::BilledBeforeFirst { .. } => "billed_before_first",
            RunRefused::NoReason => "reason_missing",
            RunRefused::HowMany(_) => "how_many",
            RunRefused::UnknownAccount(_) => "account_unknown",
            RunRefused::NamedTwice(_) => "account_twice",
            RunRefused::AlreadyMade { .. } => "already_made",
            RunRefused::NothingToBill { .. } => "nothing_to_bill",
            RunRefused::NoService { .. } => "no_service",
            RunRefused::ReplacedAlready { .. } => "replaced_already",
            RunRefused::Issued { .. } => "run_issued",
            RunRefused::Paid { .. } => "run_paid",
            RunRefused::SignedByPreparer { .. } => "signed_by_preparer",
            RunRefused::ExceptionsOpen { .. } => "exceptions_open",
            RunRefused::Unexplained { .. } => "agreements_unexplained",
            RunRefused::RegisterChanged { .. } => "register_changed",
            RunRefused::NoSuchException { .. } => "exception_unknown",
            RunRefused::NoSuchBill { .. } => "bill_unknown",
            RunRefused::CannotRelease { .. } => "exception_blocks",
            RunRefused::HowManyExceptions { .. } => "how_many_exceptions",
            RunRefused::QueueChanged { .. } => "queue_changed",
            RunRefused::ExceptionChanged { .. } => "exception_changed",
            RunRefused::NoReasonToDecide => "reason_missing",
            RunRefused::NobodyLooksAfter => "assignee_missing",
            RunRefused::HeldUntilBefore { .. } => "held_until_before",
            RunRefused::NothingStopped { .. } => "nothing_stopped",
            RunRefused::SignedOtherwise { .. } => "signed_otherwise",
            RunRefused::WithoutPrice { .. } => "bill_without_price",
            RunRefused::TrialChanged { .. } => "trial_changed",
        }
    }
}
