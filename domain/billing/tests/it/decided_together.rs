//! Many exceptions decided at once: by list, by filter, held, opened again, and what is refused.

use billing::acts::{
    DecideExceptions, Decided, HoldBill, ListedException, ReleaseException, ResumeRun, RunStep, TryRun, Which,
};
use billing::{Decision, ExceptionCode, ExceptionFilter, ExceptionState, RunState};
use kernel::{AccountId, Cents, RunId};
use testkit::engines;

use crate::town::{Service, Town, by, code_of, day, house};

fn open() -> ExceptionFilter {
    ExceptionFilter { state: ExceptionState::Open, code: None, class: None, service: None }
}

fn deciding(run: RunId, which: Which, decision: Decision, seen: i64) -> DecideExceptions {
    DecideExceptions { run, which, decision, reason: "looked at".to_owned(), seen }
}

/// How many exceptions stand so.
async fn count(town: &Town, run: RunId, state: ExceptionState) -> i64 {
    let counts = billing::exception_counts(&mut town.read().await, run).await.unwrap();
    counts.iter().filter(|((_, of), _)| *of == state.code()).map(|(_, count)| count).sum()
}

/// A tried run of two small houses, four with high bills, and a farm that has no rates, all of them undecided.
async fn tried(engine: db::Engine) -> (Town, RunId, Vec<AccountId>) {
    let farm = Service { class: "FARM", ..house(40) };
    let services = [house(10), house(600), house(610), house(620), house(630), house(20), farm];
    let (town, opened) = Town::new(engine, &services).await;
    let run = town.prepared("A").await;
    let order = town.act(&TryRun { run }).await;
    town.finish(order).await;
    assert_eq!(count(&town, run, ExceptionState::Open).await, 5);
    (town, run, opened.into_iter().map(|(account, _)| account).collect())
}

#[tokio::test]
async fn the_queue_is_read_page_by_page_through_a_filter() {
    for engine in engines("the queue page by page") {
        let (town, run, accounts) = tried(engine).await;
        let mut read = town.read().await;
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let at = after.as_ref().map(|(code, account): &(String, AccountId)| (code.as_str(), *account));
            let page = billing::queue_page(&mut read, (run, &open()), at, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.exception.code.code().to_owned(), last.exception.account));
            seen.extend(page.iter().map(|line| (line.exception.code, line.exception.account)));
        }
        let high = accounts[1..5].iter().map(|account| (ExceptionCode::High, *account));
        let expected: Vec<_> = high.chain([(ExceptionCode::NoSchedule, accounts[6])]).collect();
        assert_eq!(seen, expected, "by code and account, each once");
        for (class, service, expected) in
            [(Some("HOUSE"), None, 4), (Some("FARM"), None, 1), (Some("SHOP"), None, 0), (None, Some("water"), 5)]
        {
            let filter =
                ExceptionFilter { class: class.map(str::to_owned), service: service.map(str::to_owned), ..open() };
            let found = billing::queue_page(&mut read, (run, &filter), None, 100).await.unwrap();
            let sum = billing::queue_sum(&mut read, run, &filter).await.unwrap();
            assert_eq!((found.len(), sum.exceptions), (expected, i64::try_from(expected).unwrap()), "{filter:?}");
        }
        let sum = billing::queue_sum(&mut read, run, &open()).await.unwrap();
        assert_eq!((sum.bills, sum.blocking, sum.total), (5, 1, Cents(60_000 + 61_000 + 62_000 + 63_000)));
        drop(read);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn all_that_a_filter_finds_is_decided_with_one_reason_and_taken_back() {
    for engine in engines("all that a filter finds") {
        let (town, run, accounts) = tried(engine).await;
        let stale = deciding(run, Which::Matching(open()), Decision::Release, 4);
        assert_eq!(code_of(town.door.carry_out(&by(1), &stale).await).err(), Some("queue_changed"));
        let all = deciding(run, Which::Matching(open()), Decision::Release, 5);
        assert_eq!(town.act(&all).await, Decided { decided: 4, left: 1 }, "what has no price is left");
        let released = ExceptionFilter { state: ExceptionState::Released, ..open() };
        let back = deciding(run, Which::Matching(released), Decision::Reopen, 4);
        assert_eq!(town.act(&back).await, Decided { decided: 4, left: 0 });
        let hold = Decision::Hold { assignee: "desk".to_owned(), due_on: day("2027-01-31") };
        let houses = ExceptionFilter { class: Some("HOUSE".to_owned()), ..open() };
        let held = deciding(run, Which::Matching(houses), hold.clone(), 4);
        assert_eq!(town.act(&held).await.decided, 4);
        assert_eq!(count(&town, run, ExceptionState::Held).await, 4);
        assert_eq!(count(&town, run, ExceptionState::Open).await, 1, "the farm is no house");
        let farm =
            ListedException { account: town.number(accounts[6]).await, code: ExceptionCode::NoSchedule, seen: None };
        let release = deciding(run, Which::Listed(vec![farm.clone()]), Decision::Release, 1);
        assert_eq!(town.act(&release).await, Decided { decided: 0, left: 1 });
        let held = deciding(run, Which::Listed(vec![farm]), hold, 1);
        assert_eq!(town.act(&held).await.decided, 1);
        assert_eq!(town.sign(run).await.unwrap(), Cents(1_000 + 2_000), "the small houses go out");
        let late = deciding(run, Which::Matching(open()), Decision::Release, 0);
        assert_eq!(code_of(town.door.carry_out(&by(1), &late).await).err(), Some("run_state"));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_list_that_somebody_else_decided_meanwhile_is_refused_as_a_whole() {
    for engine in engines("a list decided meanwhile") {
        let (town, run, accounts) = tried(engine).await;
        let mut listed = Vec::new();
        for account in &accounts[1..3] {
            let account = town.number(*account).await;
            listed.push(ListedException { account, code: ExceptionCode::High, seen: Some(ExceptionState::Open) });
        }
        // A colleague holds the second of them.
        town.hold(run, accounts[2]).await.unwrap();
        let stale = deciding(run, Which::Listed(listed.clone()), Decision::Release, 2);
        assert_eq!(code_of(town.door.carry_out(&by(1), &stale).await).err(), Some("exception_changed"));
        assert_eq!(count(&town, run, ExceptionState::Held).await, 1, "the hold stands");
        assert_eq!(count(&town, run, ExceptionState::Released).await, 0, "nothing of the list is done");
        listed[1].seen = Some(ExceptionState::Held);
        let looked_again = deciding(run, Which::Listed(listed), Decision::Release, 2);
        assert_eq!(town.act(&looked_again).await, Decided { decided: 2, left: 0 });
        town.base.remove().await;
    }
}

#[tokio::test]
async fn whoever_decides_says_why() {
    for engine in engines("decisions without a reason") {
        let (town, run, accounts) = tried(engine).await;
        let account = town.number(accounts[1]).await;
        let silent = |which| DecideExceptions { reason: "  ".to_owned(), ..deciding(run, which, Decision::Release, 5) };
        let one = ListedException { account: account.clone(), code: ExceptionCode::High, seen: None };
        for which in [Which::Matching(open()), Which::Listed(vec![one])] {
            assert_eq!(code_of(town.door.carry_out(&by(1), &silent(which)).await).err(), Some("reason_missing"));
        }
        let release = ReleaseException { run, account, code: ExceptionCode::High, reason: String::new() };
        assert_eq!(code_of(town.door.carry_out(&by(1), &release).await).err(), Some("reason_missing"));
        assert_eq!(count(&town, run, ExceptionState::Open).await, 5);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_decision_without_somebody_or_a_day_to_come_is_refused() {
    for engine in engines("a decision that is refused") {
        let (town, run, _) = tried(engine).await;
        let nobody = Decision::Hold { assignee: " ".to_owned(), due_on: day("2027-01-31") };
        let past = Decision::Hold { assignee: "desk".to_owned(), due_on: day("2020-01-31") };
        #[rustfmt::skip]
        let rows = [
            (Which::Matching(open()),   nobody,             "assignee_missing"),
            (Which::Matching(open()),   past,               "held_until_before"),
            (Which::Listed(Vec::new()), Decision::Release,  "how_many_exceptions"),
        ];
        for (which, decision, code) in rows {
            let act = deciding(run, which, decision, 5);
            assert_eq!(code_of(town.door.carry_out(&by(1), &act).await).err(), Some(code));
        }
        let resume = ResumeRun { run, step: RunStep::Trial };
        assert_eq!(code_of(town.door.carry_out(&by(1), &resume).await).err(), Some("run_state"));
        assert_eq!(town.state(run).await, RunState::Tried);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn one_bill_is_not_held_by_nobody_nor_until_a_day_that_is_past() {
    for engine in engines("one bill that is not held") {
        let (town, run, accounts) = tried(engine).await;
        let account = town.number(accounts[1]).await;
        // The frozen day itself is still to come: the bill is looked at until it ends.
        #[rustfmt::skip]
        let rows = [
            ("",     "2027-01-31", Err("assignee_missing")),
            (" \t",  "2020-01-31", Err("assignee_missing")),
            ("desk", "2026-06-30", Err("held_until_before")),
            ("desk", "2026-07-01", Ok(())),
        ];
        for (assignee, due_on, expected) in rows {
            let (assignee, reason) = (assignee.to_owned(), "looked at".to_owned());
            let act = HoldBill { run, account: account.clone(), assignee, due_on: day(due_on), reason };
            assert_eq!(code_of(town.door.carry_out(&by(1), &act).await).map(|_| ()), expected, "{act:?}");
        }
        assert_eq!(count(&town, run, ExceptionState::Held).await, 1);
        town.base.remove().await;
    }
}
