//! Units that do not fit each other, or the meters.

use kernel::{Factor, Unit};

use super::{Desk, Severity, charge_part};
use crate::schedule::{Charge, Measure, NamedQuantity, Version};
use crate::tools::uses::declared_unit;

/// What people write for a unit, besides its code.
const WORDS: [(&str, Unit); 8] = [
    ("gallons", Unit::Gallon),
    ("thousand gallons", Unit::Kgal),
    ("cubic feet", Unit::CubicFoot),
    ("hundred cubic feet", Unit::Ccf),
    ("hcf", Unit::Ccf),
    ("cubic meters", Unit::CubicMeter),
    ("kiloliters", Unit::Kiloliter),
    ("days", Unit::Day),
];

pub(super) fn check(desk: &mut Desk<'_>, meter_units: &[Unit]) {
    let version = desk.version;
    for class in &version.classes {
        of_class(desk, class, meter_units);
    }
    let declared = declared_unit(version);
    for charge in &version.charges {
        let Some(measure) = &charge.measure else { continue };
        if measure.name == "usage" {
            if let Some(declared) = declared.filter(|declared| *declared != measure.unit && measure.convert.is_none()) {
                let (declared, unit) = (declared.code(), measure.unit.code());
                let sentence = format!("is charged by {unit}, but usage in formulas is declared in {declared}");
                desk.note(Severity::Warning, "usage_unit_differs", (charge_part(charge), None), sentence);
            }
        } else if let Some(quantity) = version.quantities.iter().find(|quantity| quantity.name == measure.name) {
            of_quantity(desk, charge, (measure, quantity));
        }
    }
}

/// One meter measures for all charges of a class: there must be a unit that suits them all.
fn of_class(desk: &mut Desk<'_>, class: &str, meter_units: &[Unit]) {
    let accepted = accepted(desk.version, class);
    let Some(common) = accepted.iter().cloned().reduce(|common, units| both(&common, &units)) else { return };
    let part = format!("class {class}");
    let listed = |units: &[Unit]| units.iter().map(|unit| unit.code()).collect::<Vec<_>>().join(" or ");
    if common.is_empty() {
        let units: Vec<String> = accepted.iter().map(|units| listed(units)).collect();
        let sentence = format!("its charges are measured in {}; no meter counts in all of them", units.join(", then "));
        desk.note(Severity::Error, "no_common_unit", (part, None), sentence);
    } else if !meter_units.is_empty() && both(&common, meter_units).is_empty() {
        let (units, meters) = (listed(&common), listed(meter_units));
        let sentence = format!("is charged by {units}, but meters count in {meters}; name a factor with convert");
        desk.note(Severity::Error, "no_such_meter", (part, None), sentence);
    }
}

/// For each charge of the class that is measured by usage, the units its meter may count in.
fn accepted(version: &Version, class: &str) -> Vec<Vec<Unit>> {
    let is_levied = |charge: &&Charge| charge.cases.iter().any(|case| case.is_for(class));
    let measures = version.charges.iter().filter(is_levied).filter_map(|charge| charge.measure.as_ref());
    let units = measures.filter(|measure| measure.name == "usage").map(|measure| {
        let from = measure.convert.as_deref().and_then(Factor::named).map(|factor| factor.from);
        from.into_iter().chain([measure.unit]).collect()
    });
    units.collect()
}

fn both(one: &[Unit], other: &[Unit]) -> Vec<Unit> {
    one.iter().filter(|unit| other.contains(unit)).copied().collect()
}

/// A quantity says in words what it counts; where those words are a unit, it must be that of the charge.
fn of_quantity(desk: &mut Desk<'_>, charge: &Charge, (measure, quantity): (&Measure, &NamedQuantity)) {
    let word = quantity.unit.to_lowercase();
    let known = Unit::parse(&word).ok().or_else(|| WORDS.iter().find(|(known, _)| *known == word).map(|row| row.1));
    let fits = match known {
        Some(unit) => unit == measure.unit,
        None => measure.unit == Unit::Each,
    };
    if !fits {
        let (name, counts, unit) = (&quantity.name, &quantity.unit, measure.unit.code());
        let sentence = format!("is charged by {unit}, but '{name}' is counted in {counts}");
        desk.note(Severity::Warning, "measured_unit_differs", (charge_part(charge), None), sentence);
    }
}
