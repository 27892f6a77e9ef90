//! `Version`: what council adopted for one day onward: classes, named values, charges and their cases.

use chrono::NaiveDate;
use kernel::{Decimal, Digest, Rounding, Unit};

use super::Titles;
use crate::formula::Formula;
use crate::text;

/// The rates that hold from one day until the next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first day it holds.
    pub effective_on: NaiveDate,
    /// The ordinance or resolution, with its section.
    pub ordinance: String,
    /// Which date of a bill is compared with `effective_on`.
    pub basis: Basis,
    /// Which periods count as long or short; needed where a charge prorates those.
    pub normal_days: Option<NormalDays>,
    /// Every customer class it knows.
    pub classes: Vec<String>,
    /// What a price may also depend on, with every value allowed.
    pub dimensions: Vec<Dimension>,
    /// What formulas may use besides `usage`: numbers that account, bill or city supply.
    pub quantities: Vec<NamedQuantity>,
    /// Numbers and formulas with a name.
    pub values: Vec<Value>,
    /// In the order they stand on a bill.
    pub charges: Vec<Charge>,
}

/// Which date decides the version of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The day the bill is dated.
    BillDate,
    /// The first day of the service period.
    ServiceStart,
    /// The last day of the service period.
    ServiceEnd,
    /// Every day of the service period by the version that holds on it.
    ProratedByDays,
}

/// How many days a regular service period has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormalDays {
    /// Amounts are stated for this many days.
    pub full: u32,
    /// A period with fewer days is short.
    pub at_least: u32,
    /// A period with more days is long.
    pub at_most: u32,
}

/// A kind of service period that may change amounts or tier widths in proportion to its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodKind {
    /// Service began within the period.
    First,
    /// Service ended within the period.
    Final,
    /// Rates changed within the period, under [`Basis::ProratedByDays`].
    MidPeriod,
    /// More days than normal.
    Long,
    /// Fewer days than normal.
    Short,
}

/// Something besides the class on which a price depends, such as `meter_size`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Every value a case may name.
    pub values: Vec<String>,
    /// For a season: the months (1 to 12) of each value, in step with `values`. The month is that of
    /// the date that decides the version (the last day of the period when it is prorated by days).
    pub months: Option<Vec<Vec<u32>>>,
}

/// A number that formulas may use and charges may be measured by, such as `dwelling_units`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuantity {
    /// Its name.
    pub name: String,
    /// What it counts, as people read it: `dwelling units`, `ccf`, `square feet`.
    pub unit: String,
    /// What holds for an account that has none; without it such an account is refused.
    pub default: Option<Decimal>,
    /// How the number follows from winter use, when it does.
    pub winter_average: Option<WinterAverage>,
}

/// The rule of a winter average: mean use of some months, in the unit of the quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinterAverage {
    /// The months counted, 1 to 12, in their order across the new year.
    pub months: Vec<u32>,
    /// Which date puts a period into a month.
    pub by: WinterDate,
    /// With fewer valid periods, the default holds.
    pub periods_at_least: u32,
    /// Only so many of the lowest periods count; nothing means all.
    pub lowest: Option<u32>,
    /// A period below this counts as this much.
    pub period_at_least: Option<Decimal>,
    /// What is done with an estimated period.
    pub estimated: Treat,
    /// What is done with a period in which nobody was home.
    pub vacant: Treat,
    /// The average is never more than this.
    pub cap: Option<Decimal>,
    /// The month (1 to 12) whose bills are the first to use a new average.
    pub bills_from_month: u32,
}

/// Which date puts a period of use into a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WinterDate {
    /// The day the meter was read.
    ReadDate,
    /// The day the bill was dated.
    BillDate,
}

/// Whether a period that is out of the ordinary counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treat {
    /// It counts like any other.
    Count,
    /// It is left out.
    Skip,
}

/// A number or formula with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its name, used in formulas.
    pub name: String,
    /// Rounded when it is used, such as a water budget to whole units.
    pub round_to: Option<RoundTo>,
    /// Which customers have what; exactly one case applies to a customer.
    pub cases: Vec<ValueCase>,
}

/// Rounding to multiples of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTo {
    /// The step, such as 1; above zero.
    pub step: Decimal,
    /// How what lies between two multiples is settled.
    pub rounding: Rounding,
}

/// What a value is, and the customers it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueCase {
    /// The classes it is for; none named means every class.
    pub classes: Vec<String>,
    /// What else must hold, one condition per dimension.
    pub when: Vec<Condition>,
    /// The number.
    pub is: ValueIs,
}

/// A number, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueIs {
    /// A number or a formula.
    Amount(Amount),
    /// There is no such service; the text says why, and whoever asks for a price is told.
    NotOffered(String),
}

/// A number as written, or a formula for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A plain number.
    Number(Decimal),
    /// A formula over `usage`, quantities, values and charges.
    Formula(Formula),
}

/// One line of a bill and how it is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The stable name, unique within the version; formulas that use it mean its exact amount.
    pub name: String,
    /// What a resident reads on the bill.
    pub title: Titles,
    /// Which line of the city's books it is, such as `water.consumption`.
    pub revenue: String,
    /// For a tax: to whom it is owed.
    pub tax: Option<Tax>,
    /// Priced and kept in the books, but borne by the city and not billed.
    pub is_borne_by_city: bool,
    /// A customer with an exemption of this code on the day of the bill does not pay it.
    pub exempt_by: Option<String>,
    /// What it is measured by; nothing for a charge that is only ever fixed or a percentage.
    pub measure: Option<Measure>,
    /// How a fraction of a cent of this line is settled.
    pub rounding: Rounding,
    /// In which periods amounts change in proportion to the days; ascending, each once.
    pub prorate: Vec<PeriodKind>,
    /// In which periods tier widths and included use do; ascending, each once.
    pub prorate_tiers: Vec<PeriodKind>,
    /// Which customers pay what; exactly one case applies to a customer.
    pub cases: Vec<Case>,
}

/// To whom a tax is owed; its money is a liability in the fund of the line that bears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// The authority, such as `county`.
    pub authority: String,
    /// Its own code for the tax, such as `004`.
    pub code: String,
}

/// The quantity a charge is measured by, and the unit its prices and tiers are stated in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// `usage`, or the name of a quantity or value.
    pub name: String,
    /// The unit of the prices.
    pub unit: Unit,
    /// The named factor from the meter's unit to `unit`; only for `usage`.
    pub convert: Option<String>,
    /// The share that returns to the sewer; applied once, here.
    pub return_factor: Option<Decimal>,
}

/// A rate and the customers it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The classes it is for; none named means every class.
    pub classes: Vec<String>,
    /// What else must hold, one condition per dimension.
    pub when: Vec<Condition>,
    /// What they pay.
    pub rate: Rate,
    /// Prices are for this many units, such as 1000; nothing means 1.
    pub per: Option<Decimal>,
    /// Use is counted in whole steps.
    pub step: Option<Step>,
    /// So many units are free before anything is priced.
    pub included: Option<Amount>,
    /// The line is at least this, in dollars.
    pub at_least: Option<Amount>,
    /// The line is at most this, in dollars.
    pub at_most: Option<Amount>,
}

/// A dimension and the values for which a case holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The name of the dimension.
    pub dimension: String,
    /// Any of these.
    pub values: Vec<String>,
}

/// Use in whole steps, such as packages of 10 or thousands of gallons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Units in a step; above zero.
    pub size: Decimal,
    /// What a step that is not full counts as.
    pub partial: Partial,
}

/// What a step that is not full counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partial {
    /// A whole step.
    Whole,
    /// Nothing.
    Dropped,
    /// A whole step from one half.
    Nearest,
}

/// What is paid, in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rate {
    /// The same amount on every bill, or a formula for it.
    Fixed(Amount),
    /// One price for every unit.
    PerUnit(Amount),
    /// A price for each block of units.
    Tiers(Tiers),
    /// A percentage (6.5 means 6.5 %) of the rounded amounts of other charges.
    PerCent {
        /// How many per cent.
        per_cent: Amount,
        /// The names of the charges.
        of: Vec<String>,
    },
    /// There is no such service; the text says why, and whoever asks for a price is told.
    NotOffered(String),
}

/// Blocks of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// Which units a tier's price is for.
    pub scope: TierScope,
    /// What the bounds say.
    pub bounds: TierBounds,
    /// At least one, from the lowest. A tier whose bound a formula puts no higher than the one below holds nothing.
    pub tiers: Vec<Tier>,
}

/// Which units the price of a tier is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TierScope {
    /// The units within the tier.
    Within,
    /// All units, at the price of the tier that the use reaches.
    WholeUse,
}

/// How the bounds of a list of tiers are stated; never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TierBounds {
    /// By the first unit of each tier: 0 and 15 put 14 units into tier 1. On the first tier 0 and 1
    /// both mean that it begins at nothing.
    First,
    /// By the upper bound of each tier, inclusive; the last has none.
    Through,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// By `bounds`; nothing only on the last tier by upper bounds.
    pub bound: Option<Amount>,
    /// Dollars per unit.
    pub price: Amount,
    /// Dollars once, when the tier is reached; tier 1 always is.
    pub flat: Option<Amount>,
}

impl Version {
    /// The fingerprint of this version's own text, whatever stands before or after it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(text::write_version(self).as_bytes())
    }
}

impl Basis {
    /// Every basis with the word used in a schedule.
    pub const ALL: [(Basis, &'static str); 4] = [
        (Basis::BillDate, "bill_date"),
        (Basis::ServiceStart, "service_start"),
        (Basis::ServiceEnd, "service_end"),
        (Basis::ProratedByDays, "prorated_by_days"),
    ];
}

impl PeriodKind {
    /// Every kind with the word used in a schedule.
    pub const ALL: [(PeriodKind, &'static str); 5] = [
        (PeriodKind::First, "first"),
        (PeriodKind::Final, "final"),
        (PeriodKind::MidPeriod, "mid_period"),
        (PeriodKind::Long, "long"),
        (PeriodKind::Short, "short"),
    ];
}

impl WinterDate {
    /// Both dates with the words used in a schedule.
    pub const ALL: [(WinterDate, &'static str); 2] =
        [(WinterDate::ReadDate, "read_date"), (WinterDate::BillDate, "bill_date")];
}

impl Treat {
    /// Both ways with the words used in a schedule.
    pub const ALL: [(Treat, &'static str); 2] = [(Treat::Count, "count"), (Treat::Skip, "skip")];
}

impl Partial {
    /// Every rule with the word used in a schedule.
    pub const ALL: [(Partial, &'static str); 3] =
        [(Partial::Whole, "whole"), (Partial::Dropped, "dropped"), (Partial::Nearest, "nearest")];
}

impl TierScope {
    /// Both scopes with the words used in a schedule.
    pub const ALL: [(TierScope, &'static str); 2] = [(TierScope::Within, "within"), (TierScope::WholeUse, "whole_use")];
}

impl Tiers {
    /// Tiers by the first unit of each, each unit at the price of its tier.
    #[must_use]
    pub fn by_first(tiers: Vec<Tier>) -> Tiers {
        Tiers { scope: TierScope::Within, bounds: TierBounds::First, tiers }
    }

    /// Tiers by upper bounds, each unit at the price of its tier.
    #[must_use]
    pub fn by_through(tiers: Vec<Tier>) -> Tiers {
        Tiers { scope: TierScope::Within, bounds: TierBounds::Through, tiers }
    }
}

impl Tier {
    /// A tier of plain numbers.
    #[must_use]
    pub fn plain(bound: Option<Decimal>, price: Decimal) -> Tier {
        Tier { bound: bound.map(Amount::Number), price: Amount::Number(price), flat: None }
    }
}

impl Case {
    /// A case that says nothing but its rate.
    #[must_use]
    pub fn plain(classes: Vec<String>, when: Vec<Condition>, rate: Rate) -> Case {
        Case { classes, when, rate, per: None, step: None, included: None, at_least: None, at_most: None }
    }
}

impl Charge {
    /// A charge that is billed whole in every period.
    #[must_use]
    pub fn plain(name: &str, title: Titles, revenue: &str, rounding: Rounding, cases: Vec<Case>) -> Charge {
        Charge {
            name: name.to_owned(),
            title,
            revenue: revenue.to_owned(),
            tax: None,
            is_borne_by_city: false,
            exempt_by: None,
            measure: None,
            rounding,
            prorate: Vec::new(),
            prorate_tiers: Vec::new(),
            cases,
        }
    }
}

impl Measure {
    /// `usage` in a unit, as the meter counts it.
    #[must_use]
    pub fn usage(unit: Unit) -> Measure {
        Measure { name: "usage".to_owned(), unit, convert: None, return_factor: None }
    }
}
