//! Bills made again, adjustments and reversals, each figure worked out by hand.

use billing::acts::{
    AdjustAccount, CancelRun, CorrectService, IssueRun, MeasureAgain, PrepareOffCycle, ReverseAdjustment, StopService,
};
use billing::{UncoveredReason, WhyAgain};
use kernel::{AccountId, BillNumber, Cents, Month, RunId};
use metering::acts::SwapMeters;
use testkit::engines;

use crate::metered::Metered;
use crate::town::{by, code_of, day};

/// What went wrong with January's bill of 8 kgal: $10.00 + $24.00 + tax $1.70 + sewer $16.00 = $51.70.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// It was billed by the full rates and has the reduced ones.
    Rate,
    /// Its meter was recorded at a neighbor's place.
    Meter,
    /// It is a shop.
    Class,
    /// The read was a kgal too high.
    Read,
    /// Everything was right after all.
    Nothing,
}

struct House {
    town: Metered,
    account: AccountId,
    neighbor: AccountId,
    run: RunId,
}

impl House {
    async fn billed(engine: db::Engine) -> House {
        let town = Metered::new(engine).await;
        let (account, neighbor) = (town.house(100).await, town.house(500).await);
        town.read(&town.place(account).await, "2025-02-01", 108).await;
        town.read(&town.place(neighbor).await, "2025-02-01", 520).await;
        let run = town.bill("2025-01").await;
        assert_eq!(town.view(run, account).await.bill.total, Cents(51_70));
        House { town, account, neighbor, run }
    }

    async fn put_right(&self, wrong: Wrong) {
        let (place, other) = (self.town.place(self.account).await, self.town.place(self.neighbor).await);
        let number = self.town.tariff.town.number(self.account).await;
        let service = |class: &str, schedule: &str| CorrectService {
            account: number.clone(),
            service_point: place.clone(),
            service: "water".into(),
            on: day("2025-01-15"),
            class: class.into(),
            dimensions: [].into(),
            schedule: schedule.into(),
            reason: "found on site".into(),
        };
        match wrong {
            Wrong::Rate => self.town.tariff.town.act(&service("HOUSE", "kgal-water-reduced")).await,
            Wrong::Class => self.town.tariff.town.act(&service("SHOP", "kgal-water")).await,
            Wrong::Read => self.town.correct(&place, "2025-02-01", Some(107)).await,
            Wrong::Meter => {
                let swap = SwapMeters {
                    point_a: place,
                    point_b: other,
                    from_on: day("2025-01-01"),
                    reason: "seen on site".into(),
                };
                let service_points = self.town.tariff.town.act(&swap).await;
                self.town.tariff.town.act(&MeasureAgain { service_points }).await;
            }
            Wrong::Nothing => {}
        }
    }

    /// The GL dates of an account's journals, with what each moved of what it owes.
    async fn journals(&self) -> Vec<(String, String, i64)> {
        let sql = "
            select j.kind, cast(j.gl_on as text), cast(sum(case when d.control = 'receivable' then p.cents else 0 end
                                      - case when c.control = 'receivable' then p.cents else 0 end) as bigint)
            from journal j
            join posting p on p.account_id = j.account_id and p.journal_id = j.journal_id
            join ledger_account d on d.ledger_account_id = p.debit_id
            join ledger_account c on c.ledger_account_id = p.credit_id
            where j.account_id = $1
            group by j.journal_id, j.kind, j.gl_on
            order by j.journal_id";
        self.town.tariff.town.read().await.all(sql, vec![self.account.into()]).await.unwrap()
    }
}

#[tokio::test]
async fn a_bill_made_again_is_what_it_should_have_been() {
    // what was wrong | the new bill | how it comes about | due
    let rows = [
        // 8 at 1.00, sewer 16.00; less than before, so it is due when the first was.
        (Wrong::Rate, 24_00, "2025-02-26"),
        // The neighbor's 20 kgal: 10.00 + 10 * 3 + 10 * 5 = 90.00, tax 4.50, sewer 40.00; more, so a full term.
        (Wrong::Meter, 13_450, "2025-03-31"),
        // 10.00 + 8 * 4.00 = 42.00, tax 2.10, sewer 16.00; a shop has 14 days, but its sewer a house's 21.
        (Wrong::Class, 60_10, "2025-03-31"),
        // 10.00 + 21.00, tax 1.55, sewer 14.00.
        (Wrong::Read, 46_55, "2025-02-26"),
        (Wrong::Nothing, 51_70, "2025-02-26"),
    ];
    for engine in engines("bills made again") {
        for (wrong, cents, due_on) in rows {
            let house = House::billed(engine).await;
            house.put_right(wrong).await;
            let again = house.town.again(house.run, &[house.account], "2025-03-10").await;
            let view = house.town.view(again, house.account).await;
            assert_eq!(view.bill.total, Cents(cents), "{wrong:?}\n{}", view.explained());
            assert_eq!(
                (view.bill.due_on, house.town.owes(house.account).await),
                (day(due_on), Cents(cents)),
                "{wrong:?}"
            );
            let statement = view.statement.unwrap();
            let figures = (statement.previous, statement.adjustments, statement.forward, statement.due);
            assert_eq!(figures, (Cents(51_70), Cents(-51_70), Cents::ZERO, Cents(cents)), "{wrong:?}");
            let (number, reason) = view.replaces.clone().expect("it takes the place of the first");
            assert_eq!(
                (number.run, reason.as_str()),
                (house.town.tariff.town.run(house.run).await.number, "it was wrong")
            );
            // Both stand in the month of the first bill.
            let dates: Vec<(String, String)> =
                house.journals().await.into_iter().map(|(kind, on, _)| (kind, on)).collect();
            let on = |kind: &str| (kind.to_owned(), "2025-02-05".to_owned());
            assert_eq!(dates, [on("bill"), on("bill_reversal"), on("bill")], "{wrong:?}");
            // January is billed once; February is four services that were due on March 5.
            assert_eq!(house.town.listed().await, [(UncoveredReason::NotBilledYet, 4)], "{wrong:?}");
            house.town.tariff.town.base.remove().await;
        }
    }
}

#[tokio::test]
async fn what_is_not_so_any_more_is_to_be_made_again_until_it_was() {
    for engine in engines("bills to make again") {
        for is_stop in [true, false] {
            let house = House::billed(engine).await;
            let town = &house.town.tariff.town;
            let both = [house.account, house.neighbor];
            let listed = async || {
                let found = billing::bills_to_make_again(&mut town.read().await, &both).await.unwrap();
                found.into_iter().map(|one| (one.account, one.number, one.why)).collect::<Vec<_>>()
            };
            assert_eq!(listed().await, [], "everything is as it was billed");
            let number = house.town.view(house.run, house.account).await.number;
            let why = match is_stop {
                true => {
                    let account = town.number(house.account).await;
                    let (stops_on, reason) = (day("2025-01-20"), "told late".to_owned());
                    let place = house.town.place(house.account).await;
                    house.town.read(&place, "2025-01-20", 105).await;
                    town.act(&StopService { account, service_point: None, stops_on, reason }).await;
                    let service_points = vec![house.town.point(house.account).await];
                    town.act(&MeasureAgain { service_points }).await;
                    WhyAgain::Stopped { stopped_on: stops_on }
                }
                false => {
                    house.put_right(Wrong::Read).await;
                    WhyAgain::Corrected { from_on: day("2025-01-01") }
                }
            };
            assert_eq!(listed().await, [(house.account, number, why)]);
            house.town.again(house.run, &[house.account], "2025-03-10").await;
            assert_eq!(listed().await, [], "made again: {why:?}");
            house.town.tariff.town.base.remove().await;
        }
    }
}

#[tokio::test]
async fn in_a_locked_month_both_stand_in_the_earliest_open_one() {
    for engine in engines("a locked month") {
        let house = House::billed(engine).await;
        house.put_right(Wrong::Class).await;
        house.town.tariff.town.act(&finance::LockPeriod { month: Month::parse("2025-02").unwrap() }).await;
        let again = house.town.again(house.run, &[house.account], "2025-03-10").await;
        let dates: Vec<(String, i64)> = house.journals().await.into_iter().map(|(_, on, cents)| (on, cents)).collect();
        let expected = [("2025-02-05", 51_70), ("2025-03-01", -51_70), ("2025-03-01", 60_10)];
        assert_eq!(dates, expected.map(|(on, cents)| (on.to_owned(), cents)));
        // Service days, rates and tax are those of January.
        let explained = house.town.view(again, house.account).await.explained();
        assert!(explained.contains("2025-01-01 through 2025-01-31"), "{explained}");
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn bills_given_out_are_made_again_not_cancelled() {
    for engine in engines("issued bills") {
        let house = House::billed(engine).await;
        house.town.tariff.town.act(&IssueRun { run: house.run }).await;
        let door = &house.town.tariff.town.door;
        assert_eq!(code_of(door.carry_out(&by(1), &CancelRun { run: house.run }).await).map(|_| ()), Err("run_issued"));
        // Every bill of the run at once.
        let run = house.town.tariff.town.run(house.run).await.number;
        let act = PrepareOffCycle { run, accounts: vec![], bill_on: day("2025-03-10"), reason: "all anew".into() };
        let prepared = house.town.tariff.town.act(&act).await;
        assert_eq!(house.town.tariff.town.finish(prepared.order).await.refusals, [""; 0]);
        house.town.post(prepared.run).await;
        assert_eq!(house.town.owes(house.account).await, Cents(51_70));
        assert_eq!(house.town.listed().await, [(UncoveredReason::NotBilledYet, 4)]);
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_adjustment_carries_its_tax_and_is_taken_back_whole() {
    for engine in engines("adjustments") {
        let house = House::billed(engine).await;
        let town = &house.town.tariff.town;
        let bill = house.town.view(house.run, house.account).await.number;
        let adjust = |cents, revenue: &str, code: &str, bill: BillNumber| AdjustAccount {
            bill: bill.to_string(),
            revenue: revenue.into(),
            cents: Cents(cents),
            effective_on: day("2025-03-01"),
            reason_code: code.into(),
            reason: "a leak was repaired".into(),
            service_point: None,
            schedule: None,
            seen: None,
        };
        // $10.00 of the $24.00 of water, with 5 % tax: of $1.70 on $34.00.
        let adjusted = town.act(&adjust(-10_00, "water.consumption", "leak", bill)).await;
        assert_eq!((adjusted.number, adjusted.tax), (1, Cents(-50)));
        assert_eq!(house.town.owes(house.account).await, Cents(51_70 - 10_50));
        let refusals = [
            (adjust(-14_01, "water.consumption", "leak", bill), "more_than_charged"),
            (adjust(-1_00, "tax.city", "leak", bill), "is_tax"),
            (adjust(-1_00, "trash.collection", "leak", bill), "charge_unknown"),
            (adjust(-1_00, "water.consumption", "mood", bill), "reason_unknown"),
            (adjust(0, "water.consumption", "leak", bill), "amount_zero"),
            (
                AdjustAccount { effective_on: day("2099-01-01"), ..adjust(-1_00, "water.base", "leak", bill) },
                "in_the_future",
            ),
            (
                AdjustAccount { effective_on: day("2024-12-31"), ..adjust(-1_00, "water.base", "leak", bill) },
                "before_bill",
            ),
            (adjust(-1_00, "water.consumption", "leak", BillNumber { run: 99, position: 1 }), "bill_unknown"),
        ];
        for (act, code) in refusals {
            assert_eq!(code_of(town.door.carry_out(&by(1), &act).await).map(|_| ()), Err(code), "{act:?}");
        }
        let account = town.number(house.account).await;
        let reverse = ReverseAdjustment { account, number: 1, reason: "another house".into() };
        town.act(&reverse).await;
        assert_eq!(house.town.owes(house.account).await, Cents(51_70));
        let twice = code_of(town.door.carry_out(&by(1), &reverse).await);
        assert_eq!(twice, Err("adjustment_reversed"));
        town.assert_proved().await;
        // Given and taken back, it is as if it had never been: nothing is owed from another day.
        let aging = billing::receivables_by_age(&mut town.read().await, day("2025-04-30")).await.unwrap();
        let of_both: Cents = aging.lines.iter().map(billing::AgedLine::total).sum();
        let not_due: Cents = aging.lines.iter().map(|line| line.by_age[0]).sum();
        assert_eq!(
            (of_both, not_due),
            (Cents(51_70) + house.town.owes(house.neighbor).await, Cents::ZERO),
            "{aging:?}"
        );
        // The next statement tells it as neither payment nor charge.
        let place = house.town.place(house.account).await;
        house.town.read(&place, "2025-03-01", 108).await;
        let next = house.town.bill("2025-02").await;
        let statement = house.town.view(next, house.account).await.statement.unwrap();
        let figures = (statement.previous, statement.adjustments, statement.forward, statement.past_due);
        assert_eq!(figures, (Cents(51_70), Cents::ZERO, Cents(51_70), Cents(51_70)));
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_charge_is_not_taken_back_once_it_was_given_back() {
    for engine in engines("a charge given back") {
        let house = House::billed(engine).await;
        let town = &house.town.tariff.town;
        let bill = house.town.view(house.run, house.account).await.number;
        let adjust = |cents| AdjustAccount {
            bill: bill.to_string(),
            revenue: "water.consumption".into(),
            cents: Cents(cents),
            effective_on: day("2025-03-01"),
            reason_code: "leak".into(),
            reason: "a leak was repaired".into(),
            service_point: None,
            schedule: None,
            seen: None,
        };
        let account = town.number(house.account).await;
        let reverse = |number| ReverseAdjustment { account: account.clone(), number, reason: "a slip".into() };
        // The bill charges $24.00: $20.00 back, $10.00 on top, and $14.00 back leave nothing.
        for cents in [-20_00, 10_00, -14_00] {
            town.act(&adjust(cents)).await;
        }
        let owed = house.town.owes(house.account).await;
        let refused = town.door.carry_out(&by(1), &reverse(2)).await;
        let words = refused.as_ref().map_or_else(ToString::to_string, |_| String::new());
        assert!(words.contains("$24.00, less $34.00 given back before"), "{words}");
        assert_eq!(code_of(refused), Err("given_since"));
        assert_eq!(house.town.owes(house.account).await, owed);
        // What was given is taken back first; the tax of all of it goes with it, and the bill stands as it was made.
        for number in [3, 2, 1] {
            town.act(&reverse(number)).await;
        }
        assert_eq!(house.town.owes(house.account).await, Cents(51_70));
        town.assert_proved().await;
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn the_tax_report_holds_what_adjustments_carry_in_the_month_they_were_posted() {
    for engine in engines("taxes of adjustments") {
        let house = House::billed(engine).await;
        let town = &house.town.tariff.town;
        let bill = house.town.view(house.run, house.account).await.number;
        let adjust = |cents, revenue: &str| AdjustAccount {
            bill: bill.to_string(),
            revenue: revenue.into(),
            cents: Cents(cents),
            effective_on: day("2025-03-01"),
            reason_code: "leak".into(),
            reason: "a leak was repaired".into(),
            service_point: None,
            schedule: None,
            seen: None,
        };
        // The tax of the city on water, 5 %: $0.50 of $10.00, then $0.07 of $1.50, and $0.10 of $2.00; none on sewer.
        for (cents, revenue, tax) in [
            (-10_00, "water.consumption", -50),
            (-1_50, "water.consumption", -8),
            (-2_00, "water.base", -10),
            (-3_00, "sewer.consumption", 0),
        ] {
            let adjusted = town.act(&adjust(cents, revenue)).await;
            assert_eq!(adjusted.tax, Cents(tax), "{cents} of {revenue}");
        }
        let posted_on = day(&house.journals().await.last().expect("it was adjusted").1);
        // What it comes to, of which what was posted otherwise than by bills; parts make up the whole.
        let report = async |from, through| {
            let report = billing::tax_report(&mut town.read().await, from, through).await.unwrap();
            let tax: Cents = report.taxes.iter().map(|line| line.sum.tax).sum();
            let taxable: Cents = report.taxes.iter().map(|line| line.sum.taxable).sum();
            let adjusted: Cents = report.owed.iter().map(|line| line.adjusted).sum();
            assert_eq!(tax, report.owed.iter().map(|line| line.posted + line.adjusted).sum::<Cents>(), "{report:?}");
            assert!(report.is_agreed() && report.owed.iter().all(|line| line.otherwise.is_zero()), "{report:?}");
            (taxable.0, tax.0, adjusted.0)
        };
        assert_eq!(report(posted_on, posted_on).await, (-13_50, -68, -68), "in the month they were posted");
        let (taxable, tax, adjusted) = report(day("2025-02-01"), day("2025-02-28")).await;
        assert_eq!(adjusted, 0, "not in the month of the bill");
        let account = town.number(house.account).await;
        town.act(&ReverseAdjustment { account, number: 1, reason: "another house".into() }).await;
        // What was taken back on the day it was posted is neither; what came after it keeps the tax it carried.
        assert_eq!(report(posted_on, posted_on).await, (-3_50, -18, -18));
        assert_eq!(report(day("2025-02-01"), posted_on).await, (taxable - 3_50, tax - 18, -18));
        town.assert_proved().await;
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_made_again_after_it_was_settled_is_charged_once() {
    for engine in engines("made again after settlement") {
        let house = House::billed(engine).await;
        let place = house.town.place(house.account).await;
        let february = house.town.bill("2025-02").await;
        house.town.read(&place, "2025-04-01", 138).await;
        house.town.bill("2025-03").await;
        let before = house.town.charged(house.account).await;
        // February again: the settlement on March's bill stands, so the new bill carries it back.
        house.town.again(february, &[house.account], "2025-04-20").await;
        assert_eq!(house.town.charged(house.account).await, before);
        assert_eq!(house.town.listed().await, []);
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_can_be_adjusted_is_told_with_the_amount_that_is_adjusted() {
    for engine in engines("what can be adjusted") {
        let house = House::billed(engine).await;
        let place = house.town.place(house.account).await;
        house.town.bill("2025-02").await;
        house.town.read(&place, "2025-04-01", 138).await;
        let march = house.town.bill("2025-03").await;
        let view = house.town.view(march, house.account).await;
        let mut read = house.town.tariff.town.read().await;
        let charges = billing::acts::adjustable_charges(&mut read, &view).await.unwrap();
        let used = charges.iter().find(|charge| charge.revenue == "water.consumption").expect("water was used");
        assert!(used.has_settlement && used.title == "Water use", "February was settled: {used:?}");
        assert!(charges.iter().all(|charge| !charge.revenue.starts_with("tax.")), "{charges:?}");
        for charge in &charges {
            let act = AdjustAccount {
                bill: view.number.to_string(),
                revenue: charge.revenue.clone(),
                cents: Cents(1_00),
                effective_on: view.bill.bill_on,
                reason_code: "leak".into(),
                reason: "a preview".into(),
                service_point: None,
                schedule: None,
                seen: None,
            };
            let preview = billing::acts::preview_adjustment(&mut read, &act, view.bill.bill_on).await;
            let preview = preview.unwrap_or_else(|failure| panic!("{charge:?}: {failure:?}"));
            let found = (&preview.title, preview.charged, preview.given);
            assert_eq!(found, (&charge.title, charge.charged, charge.given));
        }
        drop(read);
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_run_for_some_accounts_answers_for_them_alone() {
    for engine in engines("a run beside others") {
        let house = House::billed(engine).await;
        // The neighbor is billed in the same cycle, and is none of the new run's business.
        house.put_right(Wrong::Class).await;
        let again = house.town.again(house.run, &[house.account], "2025-03-10").await;
        let town = &house.town.tariff.town;
        let run = town.run(again).await;
        let proof = billing::run_completeness(&mut town.read().await, &run).await.unwrap();
        assert_eq!((proof.agreements, proof.billed, proof.unexplained), (2, 2, vec![]));
        house.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn reversing_every_bill_returns_every_account_to_zero() {
    for engine in engines("reversing every bill") {
        let house = House::billed(engine).await;
        let place = house.town.place(house.account).await;
        let mut runs = vec![house.run, house.town.bill("2025-02").await];
        house.town.read(&place, "2025-04-01", 112).await;
        runs.push(house.town.bill("2025-03").await);
        runs.push(house.town.again(runs[1], &[house.account], "2025-04-20").await);
        for run in runs.into_iter().rev() {
            house.town.tariff.town.cancel(run).await;
        }
        assert_eq!(house.town.owes(house.account).await, Cents::ZERO);
        assert_eq!(house.town.charged(house.account).await, []);
        assert_eq!(house.town.charged(house.neighbor).await, []);
        house.town.tariff.town.assert_proved().await;
        house.town.tariff.town.base.remove().await;
    }
}
