//! The register of bills made again: what they take back is in it before it is posted, and after.

use std::collections::BTreeMap;

use billing::acts::{ApplyRules, CorrectService, PrepareOffCycle, ReleaseException, StopService, TryRun};
use billing::{BillCount, ExceptionState, JournalLine, Register};
use db::Engine;
use kernel::{AccountId, Cents, Month, RunId};
use testkit::engines;

use super::assert_reconciled;
use crate::metered::Metered;
use crate::town::day;

/// Two houses with January's bills of 8 kgal: $10.00 + $24.00 + tax $1.70 + sewer $16.00 = $51.70 each.
struct Houses {
    town: Metered,
    first: AccountId,
    second: AccountId,
    run: RunId,
}

impl Houses {
    async fn billed(engine: Engine) -> Houses {
        let town = Metered::new(engine).await;
        let (first, second) = (town.house(100).await, town.house(200).await);
        town.read(&town.place(first).await, "2025-02-01", 108).await;
        town.read(&town.place(second).await, "2025-02-01", 208).await;
        let run = town.bill("2025-01").await;
        assert_eq!((town.owes(first).await, town.owes(second).await), (Cents(51_70), Cents(51_70)));
        Houses { town, first, second, run }
    }

    /// The first house is a shop: 10.00 + 8 * 4.00 = 42.00, tax 2.10, sewer 16.00 = 60.10.
    async fn first_is_a_shop(&self) {
        let correct = CorrectService {
            account: self.town.tariff.town.number(self.first).await,
            service_point: self.town.place(self.first).await,
            service: "water".into(),
            on: day("2025-01-15"),
            class: "SHOP".into(),
            dimensions: [].into(),
            schedule: "kgal-water".into(),
            reason: "found on site".into(),
        };
        self.town.tariff.town.act(&correct).await;
    }

    /// January's bills of these accounts made again on March 10: tried, and whatever has a price may go out.
    async fn tried(&self, accounts: &[AccountId]) -> RunId {
        let town = &self.town.tariff.town;
        let mut numbers = Vec::new();
        for account in accounts {
            numbers.push(town.number(*account).await);
        }
        let (run, bill_on, reason) = (town.run(self.run).await.number, day("2025-03-10"), "it was wrong".to_owned());
        let prepared = town.act(&PrepareOffCycle { run, accounts: numbers, bill_on, reason }).await;
        assert_eq!(town.finish(prepared.order).await.refusals, [""; 0]);
        let run = prepared.run;
        let order = town.act(&TryRun { run }).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        town.act(&ApplyRules { run }).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 100).await.unwrap();
        for queued in queue.iter().filter(|queued| queued.state == ExceptionState::Open) {
            let (account, code) = (town.number(queued.account).await, queued.code);
            town.act(&ReleaseException { run, account, code, reason: "looked at".into() }).await;
        }
        run
    }

    async fn register(&self, run: RunId) -> Register {
        let run = self.town.tariff.town.run(run).await;
        let register = billing::register(&mut self.town.tariff.town.read().await, &run).await.unwrap();
        assert_reconciled(&register);
        register
    }

    /// What the journals written after the bills of January moved, by fund, debit and credit.
    async fn posted_since(&self) -> BTreeMap<(String, String, String), i64> {
        let sql = "
            select f.code, d.code, c.code, cast(sum(p.cents) as bigint)
            from posting p
            join fund f on f.fund_id = p.fund_id
            join ledger_account d on d.ledger_account_id = p.debit_id
            join ledger_account c on c.ledger_account_id = p.credit_id
            where p.journal_id > (select max(journal_id) from bill where run_id = $1)
            group by f.code, d.code, c.code
            order by f.code, d.code, c.code";
        let args = vec![self.run.into()];
        let rows: Vec<(String, String, String, i64)> = self.town.tariff.town.read().await.all(sql, args).await.unwrap();
        rows.into_iter().map(|(fund, debit, credit, cents)| ((fund, debit, credit), cents)).collect()
    }
}

/// The journal of a register by fund, debit and credit.
fn journal(register: &Register) -> BTreeMap<(String, String, String), i64> {
    let code = |named: &str| named.split(' ').next().unwrap().to_owned();
    let mut sums = BTreeMap::new();
    for JournalLine { fund, debit, credit, cents, .. } in register.journal.iter().chain(&register.reversals) {
        *sums.entry((fund.clone(), code(debit), code(credit))).or_insert(0) += cents.0;
    }
    sums
}

/// What the receivables of a register come to: taken back, and closing.
fn owed(register: &Register) -> (Cents, Cents) {
    let sums = || register.receivables.iter().map(|line| line.sum);
    (sums().map(|sum| sum.reversed).sum(), sums().map(|sum| sum.closing()).sum())
}

/// A section of a register with single spaces.
fn section(text: &str, heading: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Added up by hand from $51.70 and $60.10.
const SHOP: [(&str, &[&str]); 4] = [
    (
        "Bills replaced",
        &[
            "Account Old bill New bill Old amount New amount Difference Reason",
            "{account} 1-000001 2-000001 $51.70 $60.10 $8.40 it was wrong",
            "Total $51.70 $60.10 $8.40",
        ],
    ),
    (
        "Taxes",
        &[
            "Authority Code Fund Owed in Bills Taxable Exempt Tax Borne by the city",
            // On 42.00 less 34.00.
            "city 004 510 2041 2041 0 $8.00 $0.00 $0.40",
        ],
    ),
    (
        "Receivables",
        &[
            "Service Fund Receivable Opening Billed Other bills Taken back Paid Adjusted Closing",
            "sewer 520 1200 1200 $0.00 $16.00 $16.00 -$16.00 $0.00 $0.00 $16.00",
            "water 510 1200 1200 $0.00 $44.10 $35.70 -$35.70 $0.00 $0.00 $44.10",
            "Total $0.00 $60.10 $51.70 -$51.70 $0.00 $0.00 $60.10",
        ],
    ),
    (
        "Journal",
        &[
            "Fund Debit Credit Charge Amount",
            "520 1200 1200 4100 4100 sewer.consumption $16.00",
            "510 1200 1200 2041 2041 tax.city $2.10",
            "510 1200 1200 4100 4100 water.base $10.00",
            "510 1200 1200 4100 4100 water.consumption $32.00",
            "520 4100 4100 1200 1200 sewer.consumption $16.00",
            "510 2041 2041 1200 1200 tax.city $1.70",
            "510 4100 4100 1200 1200 water.base $10.00",
            "510 4100 4100 1200 1200 water.consumption $24.00",
            "Total $111.80",
            "Bills $60.10, bills taken back $51.70",
        ],
    ),
];

#[tokio::test]
async fn what_bills_made_again_take_back_is_signed_and_printed_again() {
    for engine in engines("the register of bills made again") {
        for is_locked in [false, true] {
            let houses = Houses::billed(engine).await;
            let town = &houses.town.tariff.town;
            houses.first_is_a_shop().await;
            if is_locked {
                town.act(&finance::LockPeriod { month: Month::parse("2025-02").unwrap() }).await;
            }
            let run = houses.tried(&[houses.first]).await;
            let before = houses.register(run).await;
            let number = town.number(houses.first).await;
            for (heading, expected) in SHOP {
                let expected: Vec<String> = expected.iter().map(|line| line.replace("{account}", &number)).collect();
                assert_eq!(section(&before.to_text(), heading), expected, "{heading}");
            }
            town.sign(run).await.unwrap();
            let signed = houses.register(run).await;
            assert_eq!(signed.digest(), before.digest());
            assert_eq!(town.post(run).await.refusals, [""; 0]);
            assert_eq!(houses.register(run).await.to_text(), signed.to_text(), "posting changes nothing");
            assert_eq!(journal(&signed), houses.posted_since().await);
            assert_eq!(owed(&signed), (Cents(-51_70), houses.town.owes(houses.first).await));
            // The regular run takes nothing back, and says nothing of it.
            let text = houses.register(houses.run).await.to_text();
            assert!(!text.contains("Bills replaced") && !text.contains("taken back"), "{text}");
            houses.town.tariff.town.base.remove().await;
        }
    }
}

#[tokio::test]
async fn an_empty_bill_takes_the_old_one_back_and_a_held_one_leaves_it() {
    for engine in engines("empty bills made again") {
        let houses = Houses::billed(engine).await;
        let town = &houses.town.tariff.town;
        let stop = StopService {
            account: town.number(houses.first).await,
            service_point: None,
            stops_on: day("2025-01-01"),
            reason: "moved out, told late".into(),
        };
        town.act(&stop).await;
        let run = houses.tried(&[houses.first, houses.second]).await;
        let both = houses.register(run).await;
        let kinds = |register: &Register| {
            [BillCount::Held, BillCount::Zero, BillCount::Regular].map(|kind| register.counts.of(kind))
        };
        assert_eq!((kinds(&both), both.counts.all()), ([0, 1, 1], 2));
        // Nothing, and $51.70 once more.
        assert_eq!((owed(&both), both.total), ((Cents(-10_340), Cents(51_70)), Cents(51_70)));
        town.hold(run, houses.second).await.unwrap();
        let before = houses.register(run).await;
        assert_eq!((kinds(&before), before.counts.all()), ([1, 1, 0], 2));
        assert_eq!((owed(&before), before.total), ((Cents(-51_70), Cents(51_70)), Cents::ZERO));
        let number = town.number(houses.first).await;
        let replaced = ["1-000001 2-000001 $51.70 $0.00 -$51.70 it was wrong", "$51.70 $0.00 -$51.70"];
        let replaced = [format!("{number} {}", replaced[0]), format!("Total {}", replaced[1])];
        assert_eq!(section(&before.to_text(), "Bills replaced")[1..], replaced);
        town.sign(run).await.unwrap();
        let signed = houses.register(run).await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(houses.register(run).await.to_text(), signed.to_text());
        assert_eq!(journal(&signed), houses.posted_since().await);
        let owes = houses.town.owes(houses.first).await + houses.town.owes(houses.second).await;
        assert_eq!(owed(&signed).1, owes);
        houses.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_was_taken_back_otherwise_is_taken_back_once() {
    for engine in engines("a replaced bill that was cancelled") {
        let houses = Houses::billed(engine).await;
        let town = &houses.town.tariff.town;
        let run = houses.tried(&[houses.first]).await;
        assert_eq!(houses.register(run).await.replaced.len(), 1);
        town.cancel(houses.run).await;
        let register = houses.register(run).await;
        assert_eq!((register.replaced.len(), register.reversals.len()), (0, 0));
        assert_eq!(owed(&register), (Cents(-51_70), Cents(51_70)));
        assert_eq!(section(&register.to_text(), "Bills replaced"), ["(none)"]);
        houses.town.tariff.town.base.remove().await;
    }
}
