//! A town that reads meters: a calendar, taxed water, sewer by the same meter, trash; billed on what reads say.
//!
//! Months of 2025 are billed on the fifth of the next, read three days around their ends.

use acts::{Act, Entry, Failure, Permission, Subject};
use billing::acts::{
    ApplyRules, CloseReads, MeasureAgain, NewPeriod, PostRun, PrepareOffCycle, PrepareRun, ReleaseException,
    SetCalendars, SetTerms, SignRun, TryRun,
};
use billing::{BillView, ClassReadRule, ExceptionState};
use chrono::{Days, Months, NaiveDate};
use db::Engine;
use kernel::{AccountId, Cents, Month, Period, RunId, ServicePointId};
use metering::ReadKind;
use metering::acts::{CorrectRead, EnterRead};
use serde::Serialize;

use crate::tariff::{Priced, Tariff, service};
use crate::town::{by, day};

/// Water of a house: $10.00, then $3.00 a kgal for the first 10 and $5.00 above; of a shop $4.00. City tax 5 %.
/// Sewer $2.00 a kgal of water. Trash $20.00.
pub(crate) const RATES: [&str; 4] = [
    r#"
schedule = "kgal-water"
service = "water"
title = { en = "Water", es = "Agua" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "base"
title = { en = "Base charge", es = "Cargo fijo" }
revenue = "water.base"
rounding = "half_away_from_zero"
prorate = ["first", "final"]

[[version.charge.case]]
fixed = 10.00

[[version.charge]]
name = "consumption"
title = { en = "Water use", es = "Consumo de agua" }
revenue = "water.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
tiers = [{ first = 0, price = 3.00 }, { first = 11, price = 5.00 }]

[[version.charge.case]]
class = "SHOP"
per_unit = 4.00

[[version.charge]]
name = "city_tax"
title = { en = "City tax", es = "Impuesto municipal" }
revenue = "tax.city"
tax = { authority = "city", code = "004" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 5
of = ["base", "consumption"]
"#,
    r#"
schedule = "kgal-water-reduced"
service = "water"
title = { en = "Water, reduced", es = "Agua, reducida" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "consumption"
title = { en = "Water use", es = "Consumo de agua" }
revenue = "water.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 1.00
"#,
    r#"
schedule = "sewer"
service = "sewer"
title = { en = "Sewer", es = "Alcantarillado" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "sewer"
title = { en = "Sewer", es = "Alcantarillado" }
revenue = "sewer.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 2.00
"#,
    r#"
schedule = "fee-visit"
service = "fees"
title = { en = "Service call", es = "Visita" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.quantity]]
name = "count"
unit = "visits"
default = 1

[[version.charge]]
name = "visit"
title = { en = "Service call", es = "Visita" }
revenue = "water.surcharge"
measured_by = "count"
unit = "each"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 55.00

[[version.charge]]
name = "city_tax"
title = { en = "City tax", es = "Impuesto municipal" }
revenue = "tax.city"
tax = { authority = "city", code = "004" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 5
of = ["visit"]
"#,
];

/// A town that reads meters.
pub(crate) struct Metered {
    pub(crate) tariff: Tariff,
}

/// Water and sewer of a house since the year before.
pub(crate) fn house() -> Vec<Priced> {
    let since = |schedule| Priced { starts_on: day("2024-06-01"), ..service(schedule) };
    vec![since("kgal-water"), since("sewer")]
}

pub(crate) fn month(text: &str) -> Period {
    Month::parse(text).unwrap().period()
}

impl Metered {
    pub(crate) async fn new(engine: Engine) -> Metered {
        let tariff = Tariff::new(engine, &RATES).await;
        let first = day("2025-01-01");
        let period = |number: u32| {
            let (from, to) = (first + Months::new(number), first + Months::new(number + 1));
            NewPeriod {
                cycle: "A".to_owned(),
                period: Period::new(from, to).unwrap(),
                read_from: to - Days::new(3),
                read_through: to + Days::new(3),
                bill_on: to + Days::new(4),
            }
        };
        tariff.town.act(&SetCalendars { periods: (0..12).map(period).collect(), holidays: [].into() }).await;
        let rule = |class: &str| ClassReadRule {
            class: class.to_owned(),
            low_percent: 30,
            high_percent: 300,
            least: "5".parse().unwrap(),
            zero_periods: 2,
            estimates_in_a_row: 2,
            estimate_by: "previous_period".to_owned(),
        };
        let terms = SetTerms {
            days_to_pay: [("SHOP".to_owned(), 14)].into(),
            read_rules: vec![rule("HOUSE"), rule("SHOP")],
            adjustment_reasons: [("leak".to_owned(), "Leak".to_owned())].into(),
        };
        tariff.town.act(&terms).await;
        Metered { tariff }
    }

    /// An account with water and sewer at a meter of its own that showed `count` on the last day of 2024.
    pub(crate) async fn house(&self, count: i64) -> AccountId {
        self.open(&house(), 6, count).await
    }

    /// An account with services at a meter of its own.
    pub(crate) async fn open(&self, services: &[Priced], dials: i64, count: i64) -> AccountId {
        let account = self.tariff.open(services).await;
        let point = self.point(account).await;
        self.tariff.town.act(&Install { point, dials, count, on: day("2025-01-01") }).await;
        account
    }

    /// The service point of an account's first service.
    pub(crate) async fn point(&self, account: AccountId) -> ServicePointId {
        let sql = "select min(service_point_id) from service_agreement where account_id = $1";
        ServicePointId(self.tariff.town.read().await.number(sql, vec![account.into()]).await.unwrap().unwrap())
    }

    /// Its reference.
    pub(crate) async fn place(&self, account: AccountId) -> String {
        let point = self.point(account).await;
        premises::references_by_id(&mut self.tariff.town.read().await, &[point]).await.unwrap()[&point].clone()
    }

    /// Somebody reads the meter of an account's service point: tenths of kgal are not shown.
    pub(crate) async fn read(&self, place: &str, on: &str, count: i64) {
        let (service_point, kind, code) = (place.to_owned(), ReadKind::Actual, String::new());
        let is_right = None;
        self.tariff.town.act(&EnterRead { service_point, read_on: day(on), count, kind, code, is_right }).await;
    }

    /// A read should have been another, or none.
    pub(crate) async fn correct(&self, place: &str, on: &str, count: Option<i64>) {
        let correct =
            CorrectRead { service_point: place.to_owned(), read_on: day(on), count, reason: "misread".to_owned() };
        let service_points = self.tariff.town.act(&correct).await;
        self.tariff.town.act(&MeasureAgain { service_points }).await;
    }

    /// Closes the reads of a month.
    pub(crate) async fn close(&self, text: &str) {
        let close = CloseReads { cycle: "A".to_owned(), from_on: month(text).from() };
        let order = self.tariff.town.act(&close).await;
        assert_eq!(self.tariff.town.finish(order).await.refusals, [""; 0]);
    }

    /// Closes the reads of a month and bills it; whatever may go out goes out.
    pub(crate) async fn bill(&self, text: &str) -> RunId {
        self.close(text).await;
        let period = month(text);
        let (cycle, bill_on) = ("A".to_owned(), period.to() + Days::new(4));
        let prepared = self.tariff.town.act(&PrepareRun { cycle, period, bill_on, chunk_accounts: Some(2) }).await;
        assert_eq!(self.tariff.town.finish(prepared.order).await.refusals, [""; 0]);
        self.post(prepared.run).await;
        prepared.run
    }

    /// Makes bills of a run again, for these accounts, on a day.
    pub(crate) async fn again(&self, run: RunId, accounts: &[AccountId], bill_on: &str) -> RunId {
        let mut numbers = Vec::new();
        for account in accounts {
            numbers.push(self.tariff.town.number(*account).await);
        }
        let run = self.tariff.town.run(run).await.number;
        let act = PrepareOffCycle { run, accounts: numbers, bill_on: day(bill_on), reason: "it was wrong".to_owned() };
        let prepared = self.tariff.town.act(&act).await;
        assert_eq!(self.tariff.town.finish(prepared.order).await.refusals, [""; 0]);
        self.post(prepared.run).await;
        prepared.run
    }

    /// Whether an account has anything to bill for a run's period.
    pub(crate) async fn has_something(&self, run: RunId, account: AccountId) -> bool {
        let period = self.tariff.town.run(run).await.period;
        let sql = "
            select count(*)
            from service_agreement a
            where a.account_id = $1 and (a.starts_on < $3 and (a.stops_on is null or $2 < a.stops_on)
                  or exists (
                      select 1
                      from bill b
                      left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
                      where b.account_id = $1 and b.run_id = $4 and c.account_id is null
                  ))";
        let args = vec![account.into(), period.from().into(), period.to().into(), run.into()];
        self.tariff.town.read().await.number(sql, args).await.unwrap() != Some(0)
    }

    /// A prepared run from trial to post; what has no price is held, anything else goes out.
    pub(crate) async fn post(&self, run: RunId) {
        let town = &self.tariff.town;
        let order = town.act(&TryRun { run }).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        town.act(&ApplyRules { run }).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 1000).await.unwrap();
        for queued in queue.iter().filter(|queued| queued.state == ExceptionState::Open) {
            if queued.code.is_blocking() {
                town.hold(run, queued.account).await.unwrap();
            } else {
                let (account, code) = (town.number(queued.account).await, queued.code);
                town.act(&ReleaseException { run, account, code, reason: "looked at".into() }).await;
            }
        }
        town.door.carry_out(&by(2), &SignRun { run, seen: None }).await.unwrap_or_else(|failure| panic!("{failure}"));
        let order = town.act(&PostRun { run }).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        town.assert_proved().await;
        self.assert_kept().await;
    }

    /// The bills to make again that are kept are those that are worked out from what is on record, over all accounts.
    pub(crate) async fn assert_kept(&self) {
        let mut read = self.tariff.town.read().await;
        let last = billing::last_account(&mut read).await.unwrap();
        let accounts: Vec<AccountId> = (1..=last.0).map(AccountId).collect();
        let kept = billing::bills_again_of(&mut read, &accounts).await.unwrap();
        let mut kept: Vec<_> = kept.into_iter().map(|one| one.bill).collect();
        kept.sort_unstable();
        assert_eq!(kept, billing::bills_gone_wrong(&mut read, &accounts).await.unwrap());
    }

    /// The newest bill of an account that stands, in a run or made again for it.
    pub(crate) async fn view(&self, run: RunId, account: AccountId) -> BillView {
        self.tariff.view(run, account).await
    }

    /// The lines of a bill as its paper shows them, with single spaces.
    pub(crate) async fn paper(&self, run: RunId, account: AccountId) -> Vec<String> {
        let view = self.view(run, account).await;
        view.to_text().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// What an account owes.
    pub(crate) async fn owes(&self, account: AccountId) -> Cents {
        finance::balance_of(&mut self.tariff.town.read().await, account).await.unwrap()
    }

    /// Everything that was ever charged to an account and stands, by ledger account: the books' own words.
    pub(crate) async fn charged(&self, account: AccountId) -> Vec<(String, String, String, i64)> {
        let sql = "
            select f.code, d.code, c.code, p.cents
            from posting p
            join fund f on f.fund_id = p.fund_id
            join ledger_account d on d.ledger_account_id = p.debit_id
            join ledger_account c on c.ledger_account_id = p.credit_id
            where p.account_id = $1";
        let rows: Vec<(String, String, String, i64)> =
            self.tariff.town.read().await.all(sql, vec![account.into()]).await.unwrap();
        let mut sums = std::collections::BTreeMap::new();
        for (fund, debit, credit, cents) in rows {
            let (low, high, cents) = if debit < credit { (debit, credit, cents) } else { (credit, debit, -cents) };
            *sums.entry((fund, low, high)).or_insert(0) += cents;
        }
        let sums = sums.into_iter().filter(|(_, cents)| *cents != 0);
        sums.map(|((fund, low, high), cents)| (fund, low, high, cents)).collect()
    }

    /// Service days of the months billed so far are billed once or listed; answers what is listed, by reason.
    pub(crate) async fn listed(&self) -> Vec<(billing::UncoveredReason, i64)> {
        let runs = billing::all_runs(&mut self.tariff.town.read().await).await.unwrap();
        let last = runs.iter().map(|run| run.bill_on).max().expect("something was billed");
        self.listed_by(&last.to_string()).await
    }

    /// The same as of a day.
    pub(crate) async fn listed_by(&self, as_of: &str) -> Vec<(billing::UncoveredReason, i64)> {
        let proof = billing::coverage(&mut self.tariff.town.read().await, day(as_of)).await.unwrap();
        assert_eq!(proof.findings, []);
        let uncovered: i64 = proof.listed.iter().filter_map(|one| Some((one.to_on? - one.from_on).num_days())).sum();
        assert_eq!(proof.billed_days + uncovered, proof.days, "{:?}", proof.listed);
        proof.by_reason.into_iter().collect()
    }
}

/// Puts a meter in, in whole kgal.
#[derive(Serialize)]
pub(crate) struct Install {
    pub(crate) point: ServicePointId,
    pub(crate) dials: i64,
    pub(crate) count: i64,
    pub(crate) on: NaiveDate,
}

impl Act for Install {
    const KIND: &'static str = "test.install";
    type Outcome = ();

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let meter: i64 = entry.id("meter").await?;
        let sql = "
            insert into meter (meter_id, serial_number, unit, dials, steps_per_count, size, source)
            values ($1, $2, 'kgal', $3, 10000, '', 'test')";
        entry.run_once(sql, vec![meter.into(), format!("M{meter}").into(), self.dials.into()]).await?;
        let sql = "
            insert into meter_installation (service_point_id, installed_on, meter_id, install_count, source)
            values ($1, $2, $3, $4, 'test')";
        let args = vec![self.point.into(), self.on.into(), meter.into(), self.count.into()];
        entry.run_once(sql, args).await?;
        Ok(())
    }
}
