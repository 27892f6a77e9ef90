//! A town with every fund, in which rates of all kinds are adopted, used, billed and explained.
//!
//! An account may have several services at one service point, such as water, sewer and trash; the first is opened by
//! the room, the others are written past it, for which there is no act yet.

use acts::{Act, Entry, Failure, Permission, Subject};
use billing::acts::{NewAmount, PrepareRun, RecordExemption, SetQuantity, SetWinterAverages, TryRun};
use billing::{BillView, NewService};
use chrono::{Days, NaiveDate};
use db::{Engine, Rows};
use finance::{EstablishBooks, NewFund, NewLedgerAccount, OpenedIn};
use kernel::{AccountId, AgreementId, BillNumber, Cents, Period, Quantity, RunId, ServicePointId, Unit};
use ledger::AccountKind;
use metering::NewConsumption;
use revenue::RateProfile;
use revenue::acts::{AdoptRates, NewLine, NewTax, SetUpRevenue};
use serde::Serialize;

use crate::town::{Town, by, day};

/// Funds with their revenue lines; each fund has receivable 1200 and revenue 4100.
const LINES: [(&str, &[&str]); 5] = [
    ("510", &["water.base", "water.consumption", "water.surcharge"]),
    ("520", &["sewer.base", "sewer.consumption", "sewer.surcharge"]),
    ("530", &["trash.collection", "trash.extra", "trash.fuel", "trash.rolloff", "trash.disposal"]),
    ("540", &["stormwater.base", "stormwater.unit"]),
    ("560", &["airport.tiedown"]),
];

/// A town that bills any rates.
pub(crate) struct Tariff {
    pub(crate) town: Town,
}

/// One service of an account.
#[derive(Clone, Serialize)]
pub(crate) struct Priced {
    pub(crate) schedule: &'static str,
    pub(crate) class: &'static str,
    pub(crate) dimensions: Vec<(&'static str, &'static str)>,
    pub(crate) starts_on: NaiveDate,
    pub(crate) stops_on: Option<NaiveDate>,
    pub(crate) cycle: &'static str,
}

/// What was used in a period.
#[derive(Clone, Serialize)]
pub(crate) struct Used {
    pub(crate) from_on: NaiveDate,
    pub(crate) to_on: NaiveDate,
    pub(crate) amount: &'static str,
    pub(crate) unit: Unit,
    pub(crate) is_estimated: bool,
    pub(crate) is_vacant: bool,
}

/// A house's service by a schedule, for long and without end.
pub(crate) fn service(schedule: &'static str) -> Priced {
    let starts_on = day("2009-01-01");
    Priced { schedule, class: "HOUSE", dimensions: vec![], starts_on, stops_on: None, cycle: "A" }
}

/// So much used from the first day of a month to its end.
pub(crate) fn used(month: &str, amount: &'static str, unit: Unit) -> Used {
    let period = month_of(month);
    let (from_on, to_on) = (period.from(), period.to());
    Used { from_on, to_on, amount, unit, is_estimated: false, is_vacant: false }
}

pub(crate) fn month_of(month: &str) -> Period {
    kernel::Month::parse(month).unwrap().period()
}

impl Tariff {
    /// A town with these rates.
    pub(crate) async fn new(engine: Engine, rates: &[&str]) -> Tariff {
        let (town, _) = Town::new(engine, &[]).await;
        let ledger_account = |code: &str, kind| NewLedgerAccount {
            code: code.to_owned(),
            name: code.to_owned(),
            kind,
            control: None,
            is_pooled_cash: false,
            is_clearing: false,
        };
        let ledger_accounts = vec![
            ledger_account("2041", AccountKind::Liability),
            ledger_account("2042", AccountKind::Liability),
            ledger_account("5400", AccountKind::Expense),
        ];
        let mut funds = Vec::new();
        let mut opened = Vec::new();
        let mut lines = Vec::new();
        for (fund, codes) in LINES {
            let name = if fund == "510" { "Water".to_owned() } else { fund.to_owned() };
            funds.push(NewFund { code: fund.to_owned(), name });
            // Taxes are borne by water and sewer only.
            let taxed: &[&str] = if fund < "530" { &["2041", "2042", "5400"] } else { &[] };
            for code in ["1200", "4100"].iter().chain(taxed) {
                opened.push(OpenedIn { fund: fund.to_owned(), ledger_account: (*code).to_owned() });
            }
            lines.extend(codes.iter().map(|code| NewLine {
                code: (*code).to_owned(),
                title: if *code == "water.consumption" { "Water used".to_owned() } else { (*code).to_owned() },
                fund: fund.to_owned(),
                receivable: "1200".to_owned(),
                revenue: "4100".to_owned(),
            }));
        }
        town.act(&EstablishBooks { funds, ledger_accounts, opened }).await;
        let tax = |authority: &str, code: &str, revenue: &str, liability: &str| NewTax {
            authority: authority.to_owned(),
            code: code.to_owned(),
            revenue: revenue.to_owned(),
            title: format!("{authority} {code}"),
            liability: liability.to_owned(),
        };
        let taxes = vec![
            tax("city", "004", "tax.city", "2041"),
            tax("state", "U1", "tax.state", "2042"),
            tax("state", "municipal_water", "tax.state", "2042"),
        ];
        let classes = [].into();
        let city_expenses = [("tax.state".to_owned(), "5400".to_owned())].into();
        town.act(&SetUpRevenue { classes, lines, taxes, city_expenses }).await;
        let tariff = Tariff { town };
        for text in rates {
            tariff.adopt(text).await;
        }
        tariff
    }

    /// Records rates.
    pub(crate) async fn adopt(&self, text: &str) {
        let done = self.town.door.carry_out(&by(1), &AdoptRates { text: text.to_owned() }).await;
        if let Err(Failure::Refused(refusal)) = done {
            panic!("{refusal}\n{text}");
        }
    }

    /// An account with these services at one service point.
    pub(crate) async fn open(&self, services: &[Priced]) -> AccountId {
        AccountId(self.town.act(&OpenPriced { services: services.to_vec() }).await)
    }

    /// Records what the account's service point used.
    pub(crate) async fn meter(&self, account: AccountId, used: &[Used]) {
        self.town.act(&Meter { account: account.0, used: used.to_vec() }).await;
    }

    /// Sets a quantity of an account's agreement from a day.
    pub(crate) async fn set(&self, account: AccountId, (schedule, name): (&str, &str), amount: &str, from_on: &str) {
        let set = self.quantity(account, (schedule, name), amount, from_on).await;
        self.town.act(&set).await;
    }

    /// The command for that.
    pub(crate) async fn quantity(
        &self,
        account: AccountId,
        (schedule, name): (&str, &str),
        amount: &str,
        from_on: &str,
    ) -> SetQuantity {
        let account = self.town.number(account).await;
        SetQuantity {
            schedule: schedule.to_owned(),
            name: name.to_owned(),
            from_on: day(from_on),
            is_appeal: false,
            reason: "counted on site".to_owned(),
            amounts: vec![NewAmount { account, service_point: None, amount: Some(amount.parse().unwrap()) }],
        }
    }

    /// Records an exemption of an account.
    pub(crate) async fn exempt(&self, account: AccountId, code: &str, (from_on, through_on): (&str, &str)) {
        let exemption = RecordExemption {
            account: self.town.number(account).await,
            code: code.to_owned(),
            certificate: "C-17".to_owned(),
            from_on: day(from_on),
            through_on: Some(day(through_on)),
            reason: "certificate on file".to_owned(),
        };
        self.town.act(&exemption).await;
    }

    /// Works out winter averages.
    pub(crate) async fn averages(&self, schedule: &str, year: i32) {
        let order = self.town.act(&SetWinterAverages { schedule: schedule.to_owned(), year }).await;
        assert_eq!(self.town.finish(order).await.refusals, [""; 0]);
    }

    /// A run of cycle A for a period, prepared.
    pub(crate) async fn prepared(&self, period: Period, bill_on: &str) -> RunId {
        let (cycle, bill_on) = ("A".to_owned(), day(bill_on));
        let prepared = self.town.act(&PrepareRun { cycle, period, bill_on, chunk_accounts: Some(2) }).await;
        assert_eq!(self.town.finish(prepared.order).await.refusals, [""; 0]);
        prepared.run
    }

    /// The same, tried and signed.
    pub(crate) async fn signed(&self, period: Period, bill_on: &str) -> RunId {
        let run = self.prepared(period, bill_on).await;
        let order = self.town.act(&TryRun { run }).await;
        assert_eq!(self.town.finish(order).await.refusals, [""; 0]);
        self.town.act(&billing::acts::ApplyRules { run }).await;
        self.release(run).await;
        self.town.sign(run).await.unwrap();
        run
    }

    /// Bills cycle A for a period, from prepare to post.
    pub(crate) async fn bill(&self, period: Period, bill_on: &str) -> RunId {
        let run = self.signed(period, bill_on).await;
        assert_eq!(self.town.post(run).await.refusals, [""; 0]);
        self.town.assert_proved().await;
        run
    }

    /// Bills a month on its last day.
    pub(crate) async fn bill_month(&self, month: &str) -> RunId {
        let period = month_of(month);
        self.bill(period, &(period.to() - Days::new(1)).to_string()).await
    }

    async fn release(&self, run: RunId) {
        let queue = billing::queue(&mut self.town.read().await, run, AccountId(0), 100).await.unwrap();
        for queued in queue.iter().filter(|queued| queued.code == billing::ExceptionCode::High) {
            let (account, code) = (self.town.number(queued.account).await, queued.code);
            let release = billing::acts::ReleaseException { run, account, code, reason: "looked at".into() };
            self.town.act(&release).await;
        }
    }

    /// The bill of an account in a run.
    pub(crate) async fn view(&self, run: RunId, account: AccountId) -> BillView {
        let bills = self.town.bills().await;
        let bill =
            bills.iter().find(|bill| (bill.run, bill.account) == (run, account)).expect("the account was billed");
        let number = BillNumber { run: self.town.run(run).await.number, position: bill.position };
        billing::bill_view(&mut self.town.read().await, number).await.unwrap().unwrap()
    }

    /// The lines of a bill as `Title 12.34`, and the total, as a clerk adds them up.
    pub(crate) async fn sum(&self, run: RunId, account: AccountId) -> String {
        let view = self.view(run, account).await;
        let parts = view.services.iter().flat_map(|service| &service.parts);
        let charges = parts.flat_map(|(_, explanation)| &explanation.charges).filter(|charge| charge.is_billed);
        let lines: Vec<String> =
            charges.map(|charge| format!("{} {}", charge.title.title("en"), charge.cents)).collect();
        format!("{} = {}", lines.join(" + "), view.bill.total)
    }

    /// Refuses to pass unless the bill's explanation has each of these lines.
    pub(crate) async fn assert_explained(&self, run: RunId, account: AccountId, expected: &[&str]) {
        let text = self.view(run, account).await.explained();
        for line in expected {
            let is_there = text.lines().any(|found| collapsed(found) == collapsed(line));
            assert!(is_there, "no line '{line}' in\n{text}");
        }
    }

    /// What an act of actor 1 is refused with.
    pub(crate) async fn refused<A: Act>(&self, act: &A) -> (&'static str, String) {
        match self.town.door.carry_out(&by(1), act).await {
            Err(Failure::Refused(refusal)) => (refusal.code(), refusal.to_string()),
            Ok(_) => panic!("{} was not refused", A::KIND),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
            Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
        }
    }

    /// The postings of a bill: fund, debit, credit, cents; in their order.
    pub(crate) async fn postings(&self, run: RunId, account: AccountId) -> Vec<(String, String, String, Cents)> {
        let bills = self.town.bills().await;
        let bill = bills.iter().find(|bill| (bill.run, bill.account) == (run, account)).unwrap();
        let sql = "
            select f.code, d.code, c.code, p.cents
            from posting p
            join fund f on f.fund_id = p.fund_id
            join ledger_account d on d.ledger_account_id = p.debit_id
            join ledger_account c on c.ledger_account_id = p.credit_id
            where p.account_id = $1 and p.journal_id = $2
            order by p.line_no";
        let args = vec![account.into(), bill.journal.into()];
        let rows: Vec<(String, String, String, i64)> = self.town.read().await.all(sql, args).await.unwrap();
        rows.into_iter().map(|(fund, debit, credit, cents)| (fund, debit, credit, Cents(cents))).collect()
    }
}

/// A line with single spaces, so that columns do not matter.
fn collapsed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct OpenPriced {
    services: Vec<Priced>,
}

impl Act for OpenPriced {
    const KIND: &'static str = "test.open_priced";
    type Outcome = i64;

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let number: i64 = entry.id("test_name").await?;
        let first = &self.services[0];
        let new = NewService {
            address: String::new(),
            customer: format!("c{number}"),
            service_point: format!("p{number}"),
            service: "water".to_owned(),
            schedule: first.schedule.to_owned(),
            profile: profile(first),
            cycle: billing::cycle_by_code(entry, first.cycle).await?.unwrap().id,
            starts_on: first.starts_on,
        };
        let opened = billing::open_services(entry, &[new]).await?;
        let (point, answers) = opened[&format!("p{number}")];
        stop(entry, answers.agreement, first.stops_on).await?;
        for priced in &self.services[1..] {
            join(entry, priced, (answers.account, point)).await?;
        }
        Ok(answers.account.0)
    }
}

async fn stop(entry: &mut Entry, agreement: AgreementId, stops_on: Option<NaiveDate>) -> Result<(), Failure> {
    if let Some(stops_on) = stops_on {
        let sql = "update service_agreement set stops_on = $1 where agreement_id = $2";
        entry.run_once(sql, vec![stops_on.into(), agreement.into()]).await?;
    }
    Ok(())
}

async fn join(
    entry: &mut Entry,
    priced: &Priced,
    (account, point): (AccountId, ServicePointId),
) -> Result<(), Failure> {
    let profiles = revenue::ensure_profiles(entry, &[profile(priced)].into()).await?;
    let cycle = billing::cycle_by_code(entry, priced.cycle).await?.unwrap();
    let agreement: AgreementId = entry.id("service_agreement").await?;
    let columns = [
        "account_id",
        "agreement_id",
        "service_point_id",
        "service",
        "schedule_code",
        "rate_profile_id",
        "cycle_id",
        "starts_on",
        "stops_on",
    ];
    let mut rows = Rows::new("service_agreement", &columns);
    rows.push([
        account.into(),
        agreement.into(),
        point.into(),
        "other".into(),
        priced.schedule.into(),
        profiles[&profile(priced)].into(),
        cycle.id.into(),
        priced.starts_on.into(),
        priced.stops_on.into(),
    ]);
    entry.bulk(rows).await?;
    Ok(())
}

fn profile(priced: &Priced) -> RateProfile {
    let dimensions = priced.dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    RateProfile { class: priced.class.to_owned(), dimensions: dimensions.collect() }
}

#[derive(Serialize)]
struct Meter {
    account: i64,
    used: Vec<Used>,
}

impl Act for Meter {
    const KIND: &'static str = "test.meter";
    type Outcome = ();

    fn permission(&self) -> Permission {
        billing::permissions::IMPORT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let sql = "select min(service_point_id) from service_agreement where account_id = $1";
        let point = entry.number(sql, vec![self.account.into()]).await?.unwrap();
        for used in &self.used {
            let sql = "
                select max(revision)
                from consumption
                where account_id = $1 and service_point_id = $2 and from_on = $3";
            let args = vec![self.account.into(), point.into(), used.from_on.into()];
            let revision = entry.number(sql, args).await?.unwrap_or(0) + 1;
            let new = NewConsumption {
                id: entry.id("consumption").await?,
                account: AccountId(self.account),
                service_point: ServicePointId(point),
                register: 1,
                revision,
                period: Period::new(used.from_on, used.to_on).unwrap(),
                read_on: used.to_on - Days::new(1),
                quantity: Quantity::parse(used.amount, used.unit).unwrap(),
                source: "test".to_owned(),
                is_estimated: used.is_estimated,
                is_vacant: used.is_vacant,
                registered_steps: None,
                findings: String::new(),
                grounds: String::new(),
            };
            metering::insert_consumption(entry, vec![new]).await?;
        }
        Ok(())
    }
}
