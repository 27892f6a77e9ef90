//! The roll-forward of what customers owe: opening, what a run bills, what else moved, closing.

use std::collections::BTreeMap;

use finance::{Movement, Owed};
use kernel::{AccountId, BillNumber, Cents, FundId, LedgerAccountId};
use ledger::{Chart, Control, JournalKind};
use revenue::Place;

/// What the accounts of a run owe for one service in one fund, from one register of the cycle to the next.
///
/// The accounts are all that have a bill in the run, held ones too. The opening balance is what journals dated through
/// the GL date of the last posted run of the cycle come to; where there is none, journals dated before the first day
/// billed. Movements are those of later journals, dated through the run's own GL date. Of a signed run only journals
/// written before the sign-off count, so that a register can be printed again: what is entered later is in the next one.
/// What a run bills and what it takes back is told by its bills and those they replace, posted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollForward {
    /// The service; empty for what is owed by the account as a whole.
    pub service: String,
    /// The code of the fund.
    pub fund: String,
    /// The code and name of the receivable.
    pub receivable: String,
    /// The sums.
    pub sum: RollSum,
}

/// The sums of a roll-forward; credits are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RollSum {
    /// What was owed before.
    pub opening: Cents,
    /// What this run bills.
    pub billed: Cents,
    /// What other runs billed.
    pub billed_otherwise: Cents,
    /// Bills taken back: those that this run replaces, and what was taken back before.
    pub reversed: Cents,
    /// Money received or paid out.
    pub paid: Cents,
    /// Adjustments, transfers and balances brought forward.
    pub adjusted: Cents,
}

/// A column of a roll-forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollPart {
    /// What was owed before.
    Opening,
    /// What the run bills.
    Billed,
    /// What other runs billed.
    BilledOtherwise,
    /// Bills taken back.
    Reversed,
    /// Money received or paid out.
    Paid,
    /// Adjustments, transfers and balances brought forward.
    Adjusted,
    /// What is owed after.
    Closing,
}

impl RollPart {
    /// All of them, in the order of the columns.
    pub const ALL: [RollPart; 7] = [
        RollPart::Opening,
        RollPart::Billed,
        RollPart::BilledOtherwise,
        RollPart::Reversed,
        RollPart::Paid,
        RollPart::Adjusted,
        RollPart::Closing,
    ];
}

/// What one account of a run owes for one service in one fund, from one register of the cycle to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledAccount {
    /// Whose.
    pub account: AccountId,
    /// The number its bill of the run has, or will have.
    pub bill: BillNumber,
    /// What is owed.
    pub line: RollForward,
}

impl RollSum {
    /// What stands in a column.
    #[must_use]
    pub fn part(&self, part: RollPart) -> Cents {
        match part {
            RollPart::Opening => self.opening,
            RollPart::Billed => self.billed,
            RollPart::BilledOtherwise => self.billed_otherwise,
            RollPart::Reversed => self.reversed,
            RollPart::Paid => self.paid,
            RollPart::Adjusted => self.adjusted,
            RollPart::Closing => self.closing(),
        }
    }

    /// What is owed after.
    #[must_use]
    pub fn closing(&self) -> Cents {
        self.opening + self.billed + self.billed_otherwise + self.reversed + self.paid + self.adjusted
    }
}

/// Adds up roll-forwards, by fund, receivable and service; or by account, too.
pub(crate) struct Receivables<'a> {
    chart: &'a Chart,
    is_by_account: bool,
    sums: BTreeMap<RollKey, RollSum>,
}

/// The account, where each counts by itself, else nobody; then fund, receivable and service.
type RollKey = (Option<AccountId>, FundId, LedgerAccountId, String);

impl<'a> Receivables<'a> {
    pub(crate) fn new(chart: &'a Chart) -> Receivables<'a> {
        Receivables { chart, is_by_account: false, sums: BTreeMap::new() }
    }

    /// Each account by itself.
    pub(crate) fn by_account(chart: &'a Chart) -> Receivables<'a> {
        Receivables { is_by_account: true, ..Receivables::new(chart) }
    }

    /// Adds a line that the run bills for a service.
    pub(crate) fn bill(&mut self, (account, service): (AccountId, &str), place: &Place, cents: Cents) {
        self.on_sides((place.fund, place.debit, place.credit), cents, (account, service), |sum| &mut sum.billed);
    }

    /// Takes a line of a bill back that the run replaces.
    pub(crate) fn take_back(&mut self, (account, service): (AccountId, &str), place: &Place, cents: Cents) {
        self.on_sides((place.fund, place.debit, place.credit), -cents, (account, service), |sum| &mut sum.reversed);
    }

    /// Adds what was owed before for a service.
    pub(crate) fn open(&mut self, service: &str, owed: &Owed) {
        self.sum((owed.account, service), owed.fund, owed.receivable).opening += owed.cents;
    }

    /// Adds what moved for a service.
    pub(crate) fn move_by(&mut self, service: &str, movement: &Movement) {
        let part: fn(&mut RollSum) -> &mut Cents = match movement.kind {
            JournalKind::Bill => |sum| &mut sum.billed_otherwise,
            JournalKind::BillReversal => |sum| &mut sum.reversed,
            JournalKind::Payment => |sum| &mut sum.paid,
            JournalKind::Adjustment | JournalKind::Transfer | JournalKind::Opening => |sum| &mut sum.adjusted,
        };
        let sides = (movement.fund, movement.debit, movement.credit);
        self.on_sides(sides, movement.cents, (movement.account, service), part);
    }

    fn on_sides(
        &mut self,
        (fund, debit, credit): (FundId, LedgerAccountId, LedgerAccountId),
        cents: Cents,
        whose: (AccountId, &str),
        part: fn(&mut RollSum) -> &mut Cents,
    ) {
        for (side, cents) in [(debit, cents), (credit, -cents)] {
            let control = self.chart.ledger_account(side).and_then(|account| account.control);
            if control == Some(Control::Receivable) && !cents.is_zero() {
                *part(self.sum(whose, fund, side)) += cents;
            }
        }
    }

    fn sum(
        &mut self,
        (account, service): (AccountId, &str),
        fund: FundId,
        receivable: LedgerAccountId,
    ) -> &mut RollSum {
        let account = self.is_by_account.then_some(account);
        self.sums.entry((account, fund, receivable, service.to_owned())).or_default()
    }

    fn line(&self, (_, fund, receivable, service): &RollKey, sum: &RollSum) -> RollForward {
        RollForward {
            service: service.clone(),
            fund: self.chart.fund(*fund).map_or_else(String::new, |fund| fund.code.clone()),
            receivable: named(self.chart, *receivable),
            sum: *sum,
        }
    }

    /// The roll-forwards by account, fund, receivable and service, where each account counts by itself.
    pub(crate) fn accounts(&self, bills: &BTreeMap<AccountId, BillNumber>) -> Vec<RolledAccount> {
        let line = |(key, sum): (&RollKey, &RollSum)| {
            let account = key.0?;
            Some(RolledAccount { account, bill: *bills.get(&account)?, line: self.line(key, sum) })
        };
        self.sums.iter().filter_map(line).collect()
    }

    /// The roll-forwards by service, fund and receivable.
    pub(crate) fn lines(&self) -> Vec<RollForward> {
        let mut lines: Vec<RollForward> = self.sums.iter().map(|(key, sum)| self.line(key, sum)).collect();
        lines.sort_by(|one, next| {
            (&one.service, &one.fund, &one.receivable).cmp(&(&next.service, &next.fund, &next.receivable))
        });
        lines
    }
}

/// The code and name of a ledger account.
pub(crate) fn named(chart: &Chart, id: LedgerAccountId) -> String {
    chart.ledger_account(id).map_or_else(String::new, |account| format!("{} {}", account.code, account.name))
}

#[cfg(test)]
mod tests {
    use ledger::{AccountKind, Fund, LedgerAccount};

    use super::*;

    const FUND: FundId = FundId(1);
    const CASH: LedgerAccountId = LedgerAccountId(10);
    const OWED: LedgerAccountId = LedgerAccountId(12);
    const LATE: LedgerAccountId = LedgerAccountId(13);
    const EARNED: LedgerAccountId = LedgerAccountId(41);

    fn chart() -> Chart {
        let ledger_account = |id, kind, control| LedgerAccount {
            id,
            code: id.0.to_string(),
            name: "Account".to_owned(),
            kind,
            control,
            is_pooled_cash: false,
            is_clearing: false,
        };
        let accounts = vec![
            ledger_account(CASH, AccountKind::Asset, None),
            ledger_account(OWED, AccountKind::Asset, Some(Control::Receivable)),
            ledger_account(LATE, AccountKind::Asset, Some(Control::Receivable)),
            ledger_account(EARNED, AccountKind::Revenue, None),
        ];
        let fund = Fund { id: FUND, code: "510".to_owned(), name: "Water".to_owned() };
        Chart::new(vec![fund], accounts, [CASH, OWED, LATE, EARNED].map(|id| (FUND, id))).unwrap()
    }

    fn moved(kind: JournalKind, (debit, credit): (LedgerAccountId, LedgerAccountId), cents: i64) -> Movement {
        Movement { account: AccountId(1), agreement: None, kind, fund: FUND, debit, credit, cents: Cents(cents) }
    }

    #[test]
    fn what_moves_a_receivable_is_in_one_column_and_the_columns_add_up() {
        let chart = chart();
        let mut receivables = Receivables::new(&chart);
        let place = Place { code: "water.base".to_owned(), fund: FUND, debit: OWED, credit: EARNED, is_borne: false };
        receivables.bill((AccountId(1), "water"), &place, Cents(50_00));
        receivables.bill((AccountId(1), "water"), &place, Cents(-1_00));
        receivables.take_back((AccountId(1), "water"), &place, Cents(7_00));
        #[rustfmt::skip]
        let rows = [
            moved(JournalKind::Bill,         (OWED, EARNED), 20_00),
            moved(JournalKind::BillReversal, (EARNED, OWED), 20_00),
            moved(JournalKind::Payment,      (CASH, OWED),   25_00),
            moved(JournalKind::Opening,      (OWED, EARNED),  2_00),
            moved(JournalKind::Transfer,     (LATE, OWED),    3_00),
            moved(JournalKind::Bill,         (CASH, EARNED), 99_00),
        ];
        for cents in [30_00, -5_00] {
            let owed =
                Owed { account: AccountId(1), agreement: None, fund: FUND, receivable: OWED, cents: Cents(cents) };
            receivables.open("water", &owed);
        }
        rows.iter().for_each(|movement| receivables.move_by("water", movement));
        let lines = receivables.lines();
        let owed = RollSum {
            opening: Cents(25_00),
            billed: Cents(49_00),
            billed_otherwise: Cents(20_00),
            reversed: Cents(-27_00),
            paid: Cents(-25_00),
            adjusted: Cents(-1_00),
        };
        let late = RollSum { adjusted: Cents(3_00), ..RollSum::default() };
        assert_eq!(lines.iter().map(|line| line.sum).collect::<Vec<_>>(), [owed, late]);
        assert_eq!(lines[0].sum.closing(), Cents(41_00));
        assert_eq!((lines[0].fund.as_str(), lines[0].receivable.as_str()), ("510", "12 Account"));
    }
}
