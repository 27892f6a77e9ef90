//! What a made town consists of: records as an old system would hand them over, and what happens in its year.

use chrono::NaiveDate;
use serde::Serialize;

/// Everything about a made town, before the year and in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeTown {
    /// Who has an account or owns a place when the year begins.
    pub customers: Vec<Customer>,
    /// Every place, in the order in which it is read.
    pub premises: Vec<Premise>,
    /// The meters, as the old system believes them to be installed.
    pub meters: Vec<Meter>,
    /// The services billed when the year begins.
    pub agreements: Vec<Agreement>,
    /// Twelve months of reads.
    pub months: Vec<MonthFiles>,
    /// What happens in the year, by date.
    pub events: Vec<DatedEvent>,
}

/// A person or organization, with the account it has, if any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// The old system's reference.
    pub customer: String,
    /// `person` or `organization`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Phone, from the numbers kept for fiction.
    pub phone: String,
    /// Mail address at example.com, or empty.
    pub email: String,
    /// The account, for those who have one.
    pub account: Option<AccountOf>,
}

/// The account of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountOf {
    /// The old system's reference.
    pub account: String,
    /// The day it was opened.
    pub opened_on: NaiveDate,
    /// The customer who pays, when somebody else does.
    pub bill_payer: Option<String>,
    /// To whom mail is addressed.
    pub recipient: String,
    /// Where mail goes.
    pub mailing: Address,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// House number and street, or box.
    pub street: String,
    /// The city.
    pub city: String,
    /// The state.
    pub state: &'static str,
    /// The ZIP code.
    pub postal_code: String,
}

/// A place with its owner and its service points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    /// The old system's reference.
    pub premise: String,
    /// Where it is.
    pub address: Address,
    /// The assessor's number.
    pub parcel: String,
    /// The code of its property use.
    pub property_use: &'static str,
    /// Service point and service.
    pub service_points: Vec<(String, &'static str)>,
    /// The customer who owns it.
    pub owner: String,
    /// Since when.
    pub owner_from: NaiveDate,
}

/// The unit in which every meter counts.
pub const METER_UNIT: &str = "kgal";
/// How many dials every meter has.
pub const METER_DIALS: u32 = 6;
/// How much of the unit one count is.
pub const METER_MULTIPLIER: &str = "0.01";

/// A meter where it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meter {
    /// The serial number.
    pub meter: String,
    /// How large its connection is.
    pub size: &'static str,
    /// Where it is installed.
    pub service_point: String,
    /// Since when.
    pub installed_on: NaiveDate,
    /// What it showed then.
    pub install_count: u32,
}

/// A service billed to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// The place; for sewer that of the water meter.
    pub service_point: String,
    /// The service.
    pub service: &'static str,
    /// The account's reference.
    pub account: String,
    /// The cycle.
    pub cycle: &'static str,
    /// The class.
    pub class: &'static str,
    /// What else its rates depend on, such as `meter_size=5/8"`.
    pub dimensions: String,
    /// The first day.
    pub starts_on: NaiveDate,
}

impl Agreement {
    /// The rate schedule: each service has one, of the same name.
    pub fn schedule(&self) -> &'static str {
        self.service
    }
}

/// The reads of a month, a file for each cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFiles {
    /// The month in which the service periods begin, such as `2025-01`.
    pub month: String,
    /// The code of the cycle, and its reads in the order of the route.
    pub cycles: Vec<(&'static str, Vec<Read>)>,
}

/// What a meter showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// The serial number.
    pub meter: String,
    /// Where the meter is believed to be.
    pub service_point: String,
    /// The day.
    pub read_on: NaiveDate,
    /// What it showed.
    pub count: u32,
    /// `actual` or `customer`.
    pub kind: &'static str,
    /// The reader's code, or empty.
    pub code: &'static str,
}

/// Something that happens on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatedEvent {
    /// The day on which the office does it.
    pub on: NaiveDate,
    /// What.
    #[serde(flatten)]
    pub what: TownEvent,
}

/// What the office has to do, with all it has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TownEvent {
    /// Service ends on a day and an account closes.
    Stop(ServiceStop),
    /// Service begins on a day, for a new account.
    Start(ServiceStart),
    /// A meter gives way to another.
    MeterExchange(MeterExchange),
    /// A read turns out to have been wrong.
    ReadCorrection(ReadCorrection),
    /// A class turns out to have been wrong.
    ClassCorrection(ClassCorrection),
    /// Two neighbors have been billed by each other's meter.
    CrossedMeters(CrossedMeters),
    /// A charge by code, once.
    Charge(ChargeByCode),
    /// A charge by code with every bill from now on.
    RecurringCharge(ChargeByCode),
    /// Somebody asks for relief after a leak.
    LeakAdjustment(LeakAdjustment),
    /// A bill that was held was looked into, and may go out.
    HeldBill(HeldBill),
}

/// The end of service at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceStop {
    /// The account that ends.
    pub account: String,
    /// The place.
    pub premise: String,
    /// What the meter showed.
    pub read: Read,
    /// The agreements that end.
    pub agreements: Vec<AgreementAt>,
    /// Who comes next.
    pub after: AfterStop,
    /// Where the last bill goes.
    pub forwarding: Address,
}

/// Who comes after a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AfterStop {
    /// Somebody who has announced themself; the start follows.
    Successor {
        /// Their account.
        account: String,
    },
    /// Nobody: the place stands empty.
    Vacant,
    /// The owner takes service back the same day; the start follows.
    OwnerReverts {
        /// The owner's new account.
        account: String,
    },
}

/// The agreement of a place and service that began on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgreementAt {
    /// The service point.
    pub service_point: String,
    /// The service.
    pub service: &'static str,
    /// Its first day.
    pub starts_on: NaiveDate,
}

/// The beginning of service at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceStart {
    /// Who, with the account to open; the owner of the place is known already.
    pub customer: Customer,
    /// The place.
    pub premise: String,
    /// What the meter showed.
    pub read: Read,
    /// The agreements that begin.
    pub agreements: Vec<Agreement>,
    /// Whether the customer is there already, as the owner who takes service back.
    pub is_owner: bool,
}

/// A meter taken out and another put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeterExchange {
    /// Where.
    pub service_point: String,
    /// The serial number of the old one.
    pub removed: String,
    /// What it showed when it was taken out.
    pub removal_count: u32,
    /// The new one.
    pub installed: Meter,
    /// Why.
    pub reason: &'static str,
}

/// A read that was wrong, and what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadCorrection {
    /// The serial number.
    pub meter: String,
    /// Where.
    pub service_point: String,
    /// The day of the read.
    pub read_on: NaiveDate,
    /// What was written down.
    pub wrong: u32,
    /// What the meter showed.
    pub right: u32,
    /// How it was found.
    pub reason: &'static str,
}

/// Services that were billed in a wrong class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCorrection {
    /// The account.
    pub account: String,
    /// Each service as it is, and as it should have been from its first day.
    pub changes: Vec<ClassChange>,
    /// How it was found.
    pub reason: &'static str,
}

/// One service of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassChange {
    /// Which.
    pub agreement: AgreementAt,
    /// The class it was billed in.
    pub wrong: &'static str,
    /// The right class.
    pub class: &'static str,
    /// What else its rates depend on.
    pub dimensions: String,
}

/// Two meters that were recorded at each other's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrossedMeters {
    /// Since when.
    pub since: NaiveDate,
    /// Both places.
    pub places: Vec<CrossedPlace>,
    /// How it was found.
    pub reason: &'static str,
}

/// One place of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrossedPlace {
    /// The service point.
    pub service_point: String,
    /// The account billed there.
    pub account: String,
    /// The meter that was recorded there.
    pub recorded: String,
    /// The meter that is there.
    pub found: String,
}

/// A charge by its code: a rate schedule of fees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChargeByCode {
    /// The account.
    pub account: String,
    /// The agreement it is billed with.
    pub agreement: AgreementAt,
    /// The rate schedule, such as `fee-account-setup`.
    pub schedule: &'static str,
    /// The class.
    pub class: &'static str,
    /// How often.
    pub count: u32,
    /// Why.
    pub reason: &'static str,
}

/// A leak, repaired and proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeakAdjustment {
    /// The account.
    pub account: String,
    /// Where.
    pub service_point: String,
    /// The first day water ran.
    pub leak_from: NaiveDate,
    /// The day it was repaired.
    pub leak_to: NaiveDate,
    /// The first day of the service periods concerned.
    pub period_from: NaiveDate,
    /// The day after their last.
    pub period_to: NaiveDate,
    /// What would have been used in them without the leak, in counts of 0.01 kgal.
    pub usual_counts: u32,
    /// What ran beyond it.
    pub excess_counts: u32,
    /// What was shown.
    pub proof: &'static str,
}

/// A bill that was held because it was high.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldBill {
    /// The account.
    pub account: String,
    /// The first day of its service period.
    pub period_from: NaiveDate,
    /// The day after its last.
    pub period_to: NaiveDate,
    /// What was found.
    pub finding: &'static str,
}
