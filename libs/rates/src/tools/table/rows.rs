//! The rows of a table: every price of a case with what it is for.

use kernel::Unit;

use super::{Frame, RateSection, notes};
use crate::schedule::{Case, Charge, Condition, Partial, Rate, Step, TierScope, Tiers, Value, ValueCase, ValueIs};
use crate::tools::say;

/// One price, and the customers it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRow {
    /// The position of the case.
    pub case: usize,
    /// The classes, separated by `;`; empty for all.
    pub classes: String,
    /// The same for people.
    pub classes_shown: String,
    /// `meter_size=1"|2"; zone=1`.
    pub when: String,
    /// By the dimensions of the section.
    pub values: Vec<String>,
    /// What the price is for, such as `each ccf`.
    pub what: String,
    /// The stable word for what it is, such as `tier`.
    pub kind: &'static str,
    /// The bound below, for a tier.
    pub above: String,
    /// The bound above, for a tier.
    pub through: String,
    /// The number or formula; empty where there is none.
    pub price: String,
    /// What the price is for one of.
    pub per: String,
}

pub(super) fn of_charge(frame: Frame<'_>, charge: &Charge) -> RateSection {
    let dimensions = dimensions(frame, charge.cases.iter().map(|case| &case.when[..]));
    let unit = charge.measure.as_ref().map(|measure| measure.unit);
    let mut rows = Vec::new();
    for (position, case) in charge.cases.iter().enumerate() {
        let blank = RateRow::blank(frame, position, (&case.classes, &case.when), &dimensions);
        rows.extend(CaseRows { frame, case, unit, blank }.rows());
    }
    RateSection {
        heading: charge.title.title(frame.language).to_owned(),
        name: (charge.name.clone(), charge.revenue.clone()),
        dimensions,
        is_money: true,
        rows,
        notes: notes::of_charge(frame, charge),
    }
}

pub(super) fn of_value(frame: Frame<'_>, value: &Value) -> RateSection {
    let dimensions = dimensions(frame, value.cases.iter().map(|case| &case.when[..]));
    let row = |(position, case): (usize, &ValueCase)| {
        let blank = RateRow::blank(frame, position, (&case.classes, &case.when), &dimensions);
        match &case.is {
            ValueIs::Amount(amount) => RateRow { kind: "value", price: say::count(amount), ..blank },
            ValueIs::NotOffered(reason) => {
                let what = frame.words.say("table_not_offered", &[("reason", reason)]);
                RateRow { kind: "not_offered", what, ..blank }
            }
        }
    };
    RateSection {
        heading: say::spaced(&value.name),
        name: (value.name.clone(), String::new()),
        rows: value.cases.iter().enumerate().map(row).collect(),
        dimensions,
        is_money: false,
        notes: notes::of_value(frame, value),
    }
}

/// The dimensions that cases depend on, in the order of the version.
fn dimensions<'a>(frame: Frame<'_>, whens: impl Iterator<Item = &'a [Condition]>) -> Vec<String> {
    let whens: Vec<&[Condition]> = whens.collect();
    let is_used = |name: &&String| whens.iter().any(|when| when.iter().any(|condition| condition.dimension == **name));
    frame.version.dimensions.iter().map(|dimension| &dimension.name).filter(is_used).cloned().collect()
}

/// Makes the rows of one case.
struct CaseRows<'a> {
    frame: Frame<'a>,
    case: &'a Case,
    unit: Option<Unit>,
    blank: RateRow,
}

impl CaseRows<'_> {
    fn rows(&self) -> Vec<RateRow> {
        let mut rows = match &self.case.rate {
            Rate::Fixed(amount) => vec![self.row("fixed", self.say("table_fixed", &[]), say::money(amount))],
            Rate::PerUnit(price) => vec![self.row("per_unit", self.each(), say::money(price))],
            Rate::Tiers(tiers) => self.tiers(tiers),
            Rate::PerCent { per_cent, of } => {
                let of = of.iter().map(|name| self.title(name)).collect::<Vec<_>>().join(", ");
                vec![self.row("per_cent", self.say("table_per_cent", &[("of", &of)]), say::count(per_cent))]
            }
            Rate::NotOffered(reason) => {
                let what = self.say("table_not_offered", &[("reason", reason)]);
                vec![self.row("not_offered", what, String::new())]
            }
        };
        if let (Some(per), Rate::Tiers(_)) = (self.case.per, &self.case.rate) {
            let what = self.say("table_per", &[("per", &say::plain(per)), ("units", &self.units())]);
            rows.push(self.row("note", what, String::new()));
        }
        rows.extend(self.case.step.map(|step| self.step(step)));
        if let Some(included) = &self.case.included {
            let included = say::count(included);
            let what = self.say("table_included", &[("included", &included), ("units", &self.units())]);
            rows.push(RateRow { through: included, ..self.row("included", what, String::new()) });
        }
        for (kind, key, limit) in
            [("at_least", "table_at_least", &self.case.at_least), ("at_most", "table_at_most", &self.case.at_most)]
        {
            rows.extend(limit.as_ref().map(|limit| self.row(kind, self.say(key, &[]), say::money(limit))));
        }
        rows
    }

    fn tiers(&self, tiers: &Tiers) -> Vec<RateRow> {
        let bounds: Vec<Option<String>> =
            say::upper_bounds(tiers).iter().map(|bound| bound.as_ref().map(say::count)).collect();
        let mut rows = Vec::new();
        for (index, (tier, through)) in tiers.tiers.iter().zip(&bounds).enumerate() {
            let above = index.checked_sub(1).and_then(|before| bounds[before].clone());
            let units = self.units();
            let mut gaps = vec![("units", units.as_str())];
            gaps.extend(above.as_deref().map(|above| ("above", above)));
            gaps.extend(through.as_deref().map(|through| ("through", through)));
            let (keys, kind) = match tiers.scope {
                TierScope::Within => (["", "table_first", "table_above", "table_between"], "tier"),
                TierScope::WholeUse => {
                    (["table_all_each", "table_all_first", "table_all_above", "table_all_between"], "whole_use_tier")
                }
            };
            let key = keys[usize::from(above.is_some()) * 2 + usize::from(through.is_some())];
            let what = if key.is_empty() { self.each() } else { self.say(key, &gaps) };
            let row = self.row(kind, what, say::money(&tier.price));
            let (above, through) = (above.unwrap_or_default(), through.clone().unwrap_or_default());
            rows.push(RateRow { above: above.clone(), through: through.clone(), ..row });
            if let Some(flat) = &tier.flat {
                let row = self.row("flat", self.say("table_flat", &[]), say::money(flat));
                rows.push(RateRow { above, through, ..row });
            }
        }
        rows
    }

    fn step(&self, step: Step) -> RateRow {
        let key = match step.partial {
            Partial::Whole => "table_step_whole",
            Partial::Dropped => "table_step_dropped",
            Partial::Nearest => "table_step_nearest",
        };
        let what = self.say(key, &[("size", &say::plain(step.size)), ("units", &self.units())]);
        self.row("step", what, String::new())
    }

    /// `each ccf`, or `each 1000 gallons`.
    fn each(&self) -> String {
        match (self.case.per, self.unit) {
            (Some(per), _) => self.say("table_each_per", &[("per", &say::plain(per)), ("units", &self.units())]),
            (None, unit) => {
                let unit = unit.map_or_else(String::new, |unit| self.say(&format!("unit_one_{}", unit.code()), &[]));
                self.say("table_each", &[("unit", &unit)])
            }
        }
    }

    fn units(&self) -> String {
        self.unit.map_or_else(String::new, |unit| self.say(&format!("unit_many_{}", unit.code()), &[]))
    }

    fn title(&self, name: &str) -> String {
        let charge = self.frame.version.charges.iter().find(|charge| charge.name == name);
        charge.map_or_else(|| name.to_owned(), |charge| charge.title.title(self.frame.language).to_owned())
    }

    fn row(&self, kind: &'static str, what: String, price: String) -> RateRow {
        let per = match &self.case.rate {
            Rate::PerUnit(_) | Rate::Tiers(_) => {
                let per = self.case.per.map_or_else(String::new, |per| format!("{} ", say::plain(per)));
                self.unit.map_or_else(String::new, |unit| format!("{per}{}", unit.code()))
            }
            Rate::Fixed(_) | Rate::PerCent { .. } | Rate::NotOffered(_) => String::new(),
        };
        let per = if matches!(kind, "per_unit" | "tier" | "whole_use_tier") { per } else { String::new() };
        RateRow { kind, what, price, per, ..self.blank.clone() }
    }

    fn say(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        self.frame.words.say(key, gaps)
    }
}

impl RateRow {
    /// A row with nothing but its customers.
    fn blank(
        frame: Frame<'_>,
        case: usize,
        (classes, when): (&[String], &[Condition]),
        dimensions: &[String],
    ) -> RateRow {
        let any = frame.words.say("table_any", &[]);
        let value = |name: &String| {
            let condition = when.iter().find(|condition| condition.dimension == *name);
            condition.map_or_else(|| any.clone(), |condition| condition.values.join(", "))
        };
        let classes_shown =
            if classes.is_empty() { frame.words.say("table_everyone", &[]) } else { classes.join(", ") };
        let conditions = when.iter().map(|condition| format!("{}={}", condition.dimension, condition.values.join("|")));
        RateRow {
            case,
            classes: classes.join("; "),
            classes_shown,
            when: conditions.collect::<Vec<_>>().join("; "),
            values: dimensions.iter().map(value).collect(),
            what: String::new(),
            kind: "",
            above: String::new(),
            through: String::new(),
            price: String::new(),
            per: String::new(),
        }
    }
}
