//! `LedgerProof`: the claims of the books recomputed from their rows, for the auditor and the morning check.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{Cents, FundId, JournalId, LedgerAccountId};
use ledger::{Chart, Fund, LedgerAccount, Proof, ProofSums};
use serde::Serialize;

use crate::books;
use crate::store::{self, AUDITS, Moved};

/// What was compared, what came out, and everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerProof {
    /// Whether nothing is wrong.
    pub is_proved: bool,
    /// Whether nothing is left in clearing, as at day's end.
    pub is_clear: bool,
    /// How many journals there are.
    pub journals: i64,
    /// How many postings there are.
    pub postings: i64,
    /// All funds' shares in pooled cash together.
    pub pooled_cents: Cents,
    /// Money that came in less money that went out.
    pub tender_cents: Cents,
    /// Every fund, in the order of the codes.
    pub funds: Vec<FundLine>,
    /// Every ledger account open in a fund, in the order of the codes.
    pub trial_balance: Vec<TrialLine>,
    /// Every control account in every fund, with the sum of its customers.
    pub controls: Vec<ControlLine>,
    /// Everything that is wrong; empty when the books are proved.
    pub findings: Vec<Finding>,
}

/// A fund: debits and credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FundLine {
    /// The fund's code.
    pub fund: String,
    /// Its name.
    pub name: String,
    /// All debits.
    pub debit_cents: Cents,
    /// All credits.
    pub credit_cents: Cents,
    /// Whether they are equal.
    pub is_balanced: bool,
}

/// A line of the trial balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialLine {
    /// The fund's code.
    pub fund: String,
    /// The ledger account's code.
    pub ledger_account: String,
    /// Its name.
    pub name: String,
    /// On which statement it stands.
    pub kind: &'static str,
    /// All debits.
    pub debit_cents: Cents,
    /// All credits.
    pub credit_cents: Cents,
    /// Debits less credits.
    pub balance_cents: Cents,
}

/// A control account in a fund, beside the sum of its customers' balances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlLine {
    /// The fund's code.
    pub fund: String,
    /// The ledger account's code.
    pub ledger_account: String,
    /// Its balance.
    pub control_cents: Cents,
    /// The sum of the customers' balances in it.
    pub customers_cents: Cents,
    /// Whether they are equal.
    pub agrees: bool,
}

/// Something wrong with the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name, on which programs rely.
    pub name: &'static str,
    /// What is wrong, in words.
    pub sentence: String,
    /// How often.
    pub count: i64,
    /// The id of one journal concerned, for whoever looks into the database.
    pub example_journal: Option<JournalId>,
}

/// Debits and credits of one ledger account in one fund.
#[derive(Clone, Copy, Default)]
struct Sides {
    debit: Cents,
    credit: Cents,
}

type Sums = BTreeMap<(FundId, LedgerAccountId), Sides>;

/// Proves the books: sums that must agree, and rows that must not be there.
pub async fn prove(read: &mut Read) -> Result<LedgerProof, Fault> {
    let chart = books::chart(read).await?;
    let moved = store::moved(read).await?;
    let (sums, customers) = sums_of(&moved);
    let balances = |sums: &Sums| sums.iter().map(|(place, sides)| (*place, sides.balance())).collect();
    let has_moved_cash = moved.iter().any(|one| one.is_in_pooled_cash(&chart));
    let tender = if has_moved_cash { store::tender(read).await? } else { Cents::ZERO };
    let proof = Proof::of(&chart, &ProofSums { balances: balances(&sums), customers: balances(&customers), tender });
    let mut findings = findings_of_sums(&chart, &proof);
    for audit in AUDITS.iter().filter(|audit| audit.is_worthwhile(&chart, &moved)) {
        let (count, example_journal) = store::audit(read, audit).await?;
        findings.extend(finding(audit.name, audit.sentence, count, example_journal));
    }
    let by_sums = store::moved_by_sums(read).await?;
    for sentence in store::differing(&chart, &by_sums, &moved) {
        findings.extend(finding("sums_differ", &sentence, 1, None));
    }
    let (count, example_journal) = store::kinds_unknown(read).await?;
    findings.extend(finding("unknown_kind", "A journal is of a kind that does not exist", count, example_journal));
    Ok(LedgerProof {
        is_proved: findings.is_empty() && proof.is_proved(),
        is_clear: proof.is_clear(),
        journals: store::totals(read).await?,
        postings: moved.iter().map(|one| one.postings).sum(),
        pooled_cents: proof.pooled_shares,
        tender_cents: proof.tender,
        funds: chart.funds().map(|fund| fund_line(fund, &sums)).collect(),
        trial_balance: chart.opened().map(|(fund, side)| trial_line(fund, side, &sums)).collect(),
        controls: control_lines(&chart, &proof),
        findings,
    })
}

/// Debits and credits of all, and of customers only.
fn sums_of(moved: &[Moved]) -> (Sums, Sums) {
    let (mut all, mut customers) = (Sums::new(), Sums::new());
    for one in moved {
        all.entry((one.fund, one.debit)).or_default().debit += one.cents;
        all.entry((one.fund, one.credit)).or_default().credit += one.cents;
        if one.is_customers {
            customers.entry((one.fund, one.debit)).or_default().debit += one.cents;
            customers.entry((one.fund, one.credit)).or_default().credit += one.cents;
        }
    }
    (all, customers)
}

impl Sides {
    fn balance(self) -> Cents {
        self.debit - self.credit
    }
}

fn finding(name: &'static str, sentence: &str, count: i64, example_journal: Option<JournalId>) -> Option<Finding> {
    (count != 0).then(|| Finding { name, sentence: sentence.to_owned(), count, example_journal })
}

/// What the sums say, as findings beside those of single rows.
fn findings_of_sums(chart: &Chart, proof: &Proof) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |name, sentence| findings.push(Finding { name, sentence, count: 1, example_journal: None });
    for fund in proof.funds.iter().filter(|fund| !fund.is_balanced()) {
        let sentence = format!("Fund {} is out of balance by {}", fund_code(chart, fund.fund), fund.sum.dollars());
        found("fund_out_of_balance", sentence);
    }
    for control in proof.controls.iter().filter(|control| !control.agrees()) {
        let (fund, side) = (fund_code(chart, control.fund), side_code(chart, control.ledger_account));
        let (ours, theirs) = (control.control.dollars(), control.customers.dollars());
        found(
            "control_differs",
            format!("Ledger account {side} in fund {fund} is {ours}, but its customers' balances are {theirs}"),
        );
    }
    if proof.pooled_shares != proof.tender {
        let (shares, tender) = (proof.pooled_shares.dollars(), proof.tender.dollars());
        let sentence = format!("The funds' shares in pooled cash are {shares}, but the money that moved is {tender}");
        found("pooled_cash_differs", sentence);
    }
    for stray in &proof.strays {
        let (fund, side) = (fund_code(chart, stray.fund), side_code(chart, stray.ledger_account));
        let balance = stray.balance.dollars();
        found("stray_balance", format!("Ledger account {side} has {balance} in fund {fund}, where it is not open"));
    }
    findings
}

fn fund_line(fund: &Fund, sums: &Sums) -> FundLine {
    let of_fund = || sums.iter().filter(|((id, _), _)| *id == fund.id).map(|(_, sides)| sides);
    let debit_cents: Cents = of_fund().map(|sides| sides.debit).sum();
    let credit_cents: Cents = of_fund().map(|sides| sides.credit).sum();
    FundLine {
        fund: fund.code.clone(),
        name: fund.name.clone(),
        debit_cents,
        credit_cents,
        is_balanced: debit_cents == credit_cents,
    }
}

fn trial_line(fund: &Fund, side: &LedgerAccount, sums: &Sums) -> TrialLine {
    let sides = sums.get(&(fund.id, side.id)).copied().unwrap_or_default();
    TrialLine {
        fund: fund.code.clone(),
        ledger_account: side.code.clone(),
        name: side.name.clone(),
        kind: side.kind.code(),
        debit_cents: sides.debit,
        credit_cents: sides.credit,
        balance_cents: sides.balance(),
    }
}

fn control_lines(chart: &Chart, proof: &Proof) -> Vec<ControlLine> {
    let line = |control: &ledger::ControlProof| ControlLine {
        fund: fund_code(chart, control.fund),
        ledger_account: side_code(chart, control.ledger_account),
        control_cents: control.control,
        customers_cents: control.customers,
        agrees: control.agrees(),
    };
    proof.controls.iter().map(line).collect()
}

fn fund_code(chart: &Chart, id: FundId) -> String {
    chart.fund(id).map_or_else(|| "that is not in the chart".to_owned(), |fund| fund.code.clone())
}

fn side_code(chart: &Chart, id: LedgerAccountId) -> String {
    chart.ledger_account(id).map_or_else(|| "that is not in the chart".to_owned(), |side| side.code.clone())
}
