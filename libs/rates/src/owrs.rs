//! Rate files of the Open Water Rate Specification: read into schedules, priced as they are, written.
//!
//! What the reader does not understand it refuses, with line and key: a tariff is never priced by
//! half. The specification is the README of California-Data-Collaborative/Open-Water-Rate-Specification.

mod build;
mod class;
mod compare;
mod evaluate;
mod formula;
mod metadata;
mod table;
mod write;
mod yaml;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Rounding, Unit};

pub use compare::{PriceChange, TierStartsChange, TierWidth, compare_tier_starts};
pub use evaluate::{NotPriced, OwrsBill, OwrsClass};
pub use write::{CannotSay, OwrsHead, write};

use crate::finding::{Finding, Reason, TextRefused};
use crate::schedule::{Basis, Schedule, Titles};
use crate::text;
use build::{Built, Frame};
use class::{Choices, ClassRead};
use yaml::{Findings, Node};

/// What the analyst decides, because the file does not say it or authors disagree on it.
#[derive(Clone, Debug)]
pub struct OwrsOptions {
    /// The code of the schedule.
    pub code: String,
    /// The title of the schedule.
    pub title: Titles,
    /// The service it prices.
    pub service: String,
    /// The ordinance it cites.
    pub ordinance: String,
    /// Which date decides the version.
    pub basis: Basis,
    /// How a fraction of a cent is settled on every line.
    pub rounding: Rounding,
    /// The unit of a file without `bill_unit`.
    pub unit_when_unstated: Unit,
    /// The first day, where the analyst knows better than the file.
    pub effective_on: Option<NaiveDate>,
    /// What `tier_starts` means.
    pub tier_starts: TierStarts,
    /// How water budgets are rounded.
    pub budget_rounding: BudgetRounding,
    /// What is done with a file that contradicts itself.
    pub quirks: Quirks,
    /// How charges stand on bill and books, by their name in the file; others are named after it.
    pub lines: BTreeMap<String, OwrsLine>,
}

/// What a number in `tier_starts` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierStarts {
    /// The first unit of the tier, as the specification says: 15 puts 14 units below. In budget
    /// tables, the amount above which the tier begins.
    FirstUnit,
    /// The amount above which the tier begins, in all tables: 15 puts 15 units below. Budgets are not rounded.
    Boundary,
}

/// How water budgets are rounded; only by first units, where a tier is so many whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetRounding {
    /// As RateParser does: every number in the formula of a budget, `indoor`, `outdoor` and a
    /// percentage of the budget are rounded to whole units, halves to the even one. `budget*0.93`
    /// is then `budget*1`. This is a convention of those files, not one of ours.
    WholeUnitsHalfEven,
    /// Budgets are what their formulas say.
    Exact,
}

/// What is done with a file that contradicts itself, leaves something out or is not used as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirks {
    /// It is refused: an analyst who adopts the rates puts them in order first.
    Refused,
    /// What calculators of these files do: the last of repeated keys holds, a tier that ends below
    /// where it begins holds nothing, what the bill does not use is left out, and a value that
    /// cannot be read is not offered.
    Accepted,
}

/// How a charge of the file stands on the bill and in the books.
#[derive(Clone, Debug)]
pub struct OwrsLine {
    /// The line of the city's books.
    pub revenue: String,
    /// What a resident reads.
    pub title: Titles,
}

/// A file by its classes: one that is refused does not spoil the others.
#[derive(Clone, Debug)]
pub struct OwrsFile {
    /// The first day, where file or analyst say it.
    pub effective_on: Option<NaiveDate>,
    /// The unit of usage and prices.
    pub unit: Unit,
    /// Every class in the order of the file, ready to price or refused.
    pub classes: Vec<(String, Result<OwrsClass, TextRefused>)>,
}

/// Classes of one file; real ones have fewer than thirty.
const CLASSES_MAX: usize = 200;
/// Combinations of values in all classes of one file; real ones have some thousands.
const COMBINATIONS_MAX: usize = 50_000;

/// Reads a file into a schedule with one version; whatever is not understood is refused.
pub fn read(bytes: &[u8], options: &OwrsOptions) -> Result<Schedule, TextRefused> {
    let parsed = parse(bytes, options)?;
    let (mut findings, mut classes) = (parsed.findings, Vec::new());
    for (_, class) in parsed.classes {
        match class {
            Ok(class) => classes.push(class),
            Err(found) => findings.extend(found),
        }
    }
    let Some(effective_on) = parsed.effective_on.filter(|_| findings.is_empty()) else {
        if findings.is_empty() {
            return Err(TextRefused::one(1, "metadata.effective_date", Reason::Missing));
        }
        return Err(TextRefused::new(findings));
    };
    let frame = Frame { options, effective_on, unit: parsed.unit };
    let flawed: Vec<Finding> = classes.iter().filter_map(|class| alone(&frame, class).err()).flatten().collect();
    if !flawed.is_empty() {
        return Err(TextRefused::new(flawed));
    }
    let built = build::version(&frame, &classes).map_err(TextRefused::new)?;
    let flaw = |error| TextRefused::one(parsed.line, "rate_structure", Reason::Flaw(error));
    built.version.compile().map_err(flaw)?;
    Ok(options.schedule(built))
}

/// Reads a file class by class, each as a schedule of its own; the whole file is refused only where
/// it cannot be read at all, or contradicts itself and quirks are refused.
pub fn read_classes(bytes: &[u8], options: &OwrsOptions) -> Result<OwrsFile, TextRefused> {
    let parsed = parse(bytes, options)?;
    if !parsed.findings.is_empty() {
        return Err(TextRefused::new(parsed.findings));
    }
    // A file that is only evaluated needs no date.
    let effective_on = parsed.effective_on.or_else(|| NaiveDate::from_ymd_opt(1900, 1, 1)).unwrap_or_default();
    let frame = Frame { options, effective_on, unit: parsed.unit };
    let class = |(name, class): (String, Result<ClassRead, Findings>)| {
        let ready = class.and_then(|class| {
            let (built, compiled) = alone(&frame, &class)?;
            Ok(OwrsClass::new(&class, built, compiled, &frame))
        });
        (name, ready.map_err(TextRefused::new))
    };
    let classes = parsed.classes.into_iter().map(class).collect();
    Ok(OwrsFile { effective_on: parsed.effective_on, unit: parsed.unit, classes })
}

/// A file as far as it is understood.
struct Parsed {
    effective_on: Option<NaiveDate>,
    unit: Unit,
    /// The line of `rate_structure`.
    line: usize,
    classes: Vec<(String, Result<ClassRead, Findings>)>,
    /// What is wrong with the file as a whole.
    findings: Findings,
}

fn parse(bytes: &[u8], options: &OwrsOptions) -> Result<Parsed, TextRefused> {
    let (document, repeated) = yaml::read(text::sized(text::utf8(bytes)?)?)?;
    let mut findings = match options.quirks {
        Quirks::Refused => repeated,
        Quirks::Accepted => Findings::new(),
    };
    if document.map().is_none() {
        let reason = Reason::NotA { expected: "metadata and rate_structure" };
        return Err(TextRefused::one(document.line, "", reason));
    }
    let head = metadata::read(&document, options, &mut findings);
    let mut refuse = |line, reason| {
        findings.push(Finding { line, key: "rate_structure".to_owned(), reason });
        Err(TextRefused::new(std::mem::take(&mut findings)))
    };
    let Some(structure) = document.get("rate_structure") else { return refuse(document.line, Reason::Missing) };
    let Some(classes) = structure.map().filter(|classes| !classes.is_empty()) else {
        return refuse(structure.key_line, Reason::NotA { expected: "a list of customer classes" });
    };
    if CLASSES_MAX < classes.len() {
        return refuse(structure.key_line, Reason::TooLong { what: "the list of classes", max: "200 classes" });
    }
    let choices = Choices {
        tier_starts: options.tier_starts,
        budget_rounding: options.budget_rounding,
        quirks: options.quirks,
        places: head.unit.places(),
    };
    let mut left = COMBINATIONS_MAX;
    let read = |(name, node): &(String, Node)| {
        if name.trim().is_empty() {
            let reason = Reason::NotA { expected: "the name of a class" };
            return (
                name.clone(),
                Err(vec![Finding { line: node.key_line, key: "rate_structure".to_owned(), reason }]),
            );
        }
        let class = class::read(name, node, choices).and_then(|class| {
            let rest = class.combinations().and_then(|combinations| left.checked_sub(combinations));
            left = rest.ok_or_else(|| vec![class.too_many()])?;
            Ok(class)
        });
        (name.clone(), class)
    };
    let classes = classes.iter().map(read).collect();
    Ok(Parsed { effective_on: head.effective_on, unit: head.unit, line: structure.key_line, classes, findings })
}

/// The class as a version of its own, which compiles and prices somebody.
fn alone(frame: &Frame<'_>, class: &ClassRead) -> Result<(Built, crate::Compiled), Findings> {
    let built = build::version(frame, std::slice::from_ref(class))?;
    let compiled = built.version.compile().map_err(|error| vec![built.placed(error, class)])?;
    if compiled.plans().next().is_none() {
        let why = "no combination of the values listed has all charges of the bill".to_owned();
        let key = format!("rate_structure.{}", class.name);
        return Err(vec![Finding { line: class.line, key, reason: Reason::NotUnderstood(why) }]);
    }
    Ok((built, compiled))
}

impl OwrsOptions {
    /// The usual choices for a water tariff in ccf.
    #[must_use]
    pub fn water(code: &str, ordinance: &str) -> OwrsOptions {
        let line = |revenue: &str, english: &str, spanish: &str| OwrsLine {
            revenue: revenue.to_owned(),
            title: Titles::english(english).and("es", spanish),
        };
        let lines = [
            ("commodity_charge", line("water.consumption", "Water use", "Consumo de agua")),
            ("service_charge", line("water.base", "Base charge", "Cargo fijo")),
        ];
        OwrsOptions {
            code: code.to_owned(),
            title: Titles::english("Water").and("es", "Agua"),
            service: "water".to_owned(),
            ordinance: ordinance.to_owned(),
            basis: Basis::BillDate,
            rounding: Rounding::HalfAwayFromZero,
            unit_when_unstated: Unit::Ccf,
            effective_on: None,
            tier_starts: TierStarts::FirstUnit,
            budget_rounding: BudgetRounding::WholeUnitsHalfEven,
            quirks: Quirks::Refused,
            lines: lines.map(|(name, line)| (name.to_owned(), line)).into(),
        }
    }

    /// The choices under which a file is only evaluated: it is priced as its calculators do.
    #[must_use]
    pub fn evaluation(tier_starts: TierStarts) -> OwrsOptions {
        OwrsOptions { tier_starts, quirks: Quirks::Accepted, ..OwrsOptions::water("evaluation", "none") }
    }

    /// The line of a charge by its key in the file; `name` is its name in the schedule.
    fn line(&self, key: &str, name: &str) -> OwrsLine {
        self.lines.get(key).cloned().unwrap_or_else(|| {
            let stem = name.strip_suffix("_charge").unwrap_or(name);
            let revenue = format!("{}.{stem}", self.service);
            OwrsLine { revenue, title: Titles::english(&stem.replace('_', " ")) }
        })
    }

    fn schedule(&self, built: Built) -> Schedule {
        let (code, title, service) = (self.code.clone(), self.title.clone(), self.service.clone());
        Schedule { code, title, service, versions: vec![built.version] }
    }
}
