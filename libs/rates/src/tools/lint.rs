//! `lint`: what is odd about a schedule, though it can be read and priced.

mod charges;
mod in_use;
mod jumps;
mod names;
mod tiers;
mod units;

use std::fmt;

use chrono::NaiveDate;
use kernel::{Refusal, Unit};

use super::uses::{CustomerKind, Uses};
use crate::compile::Compiled;
use crate::finding::{Finding, Reason};
use crate::schedule::{Case, Charge, Schedule, Version};

/// What the caller knows about the accounts and meters that a schedule is for.
#[derive(Clone, Debug, Default)]
pub struct LintFacts {
    /// The kinds of customers there are; none when that is not known.
    pub accounts: Vec<AccountKind>,
    /// The units that meters of the service count in; none when that is not known.
    pub meter_units: Vec<Unit>,
    /// The version in force before the first one of the schedule.
    pub before: Option<Version>,
    /// The uses at which bills are compared with those of the version before.
    pub uses: Uses,
}

/// A kind of customer, and how many accounts are of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountKind {
    /// Class and dimension values as the accounts have them.
    pub kind: CustomerKind,
    /// How many.
    pub accounts: u64,
}

/// Something that whoever wrote the schedule should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: LintPlace,
    /// The stable code.
    pub code: &'static str,
    /// What is so, as a sentence.
    pub sentence: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Some bill cannot be made.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintPlace {
    /// The line, from 1, for what cannot be read.
    pub line: Option<usize>,
    /// The version.
    pub effective_on: Option<NaiveDate>,
    /// The part of it, such as `charge 'base'`; empty for the whole version.
    pub part: String,
    /// The case, from 1.
    pub case: Option<usize>,
}

/// A version with its plans, and where to write what is found.
struct Desk<'a> {
    version: &'a Version,
    compiled: &'a Compiled,
    findings: Vec<LintFinding>,
}

/// A percentage above which a change is a jump.
const JUMP_PER_CENT: i64 = 50;

/// What is odd about a schedule, by version and then by place.
#[must_use]
pub fn lint(schedule: &Schedule, facts: &LintFacts) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    let before = facts.before.as_ref().and_then(|version| Some((version, version.compile().ok()?)));
    let mut before = before.filter(|(version, _)| {
        schedule.versions.first().is_some_and(|first| version.effective_on < first.effective_on)
    });
    for (number, version) in schedule.versions.iter().enumerate() {
        let compiled = match version.compile() {
            Ok(compiled) => compiled,
            Err(error) => {
                let place = LintPlace { effective_on: Some(version.effective_on), ..LintPlace::default() };
                let (code, sentence) = (error.code(), error.to_string());
                findings.push(LintFinding { severity: Severity::Error, place, code, sentence });
                continue;
            }
        };
        let mut desk = Desk { version, compiled: &compiled, findings: Vec::new() };
        names::check(&mut desk);
        charges::check(&mut desk);
        tiers::check(&mut desk);
        units::check(&mut desk, &facts.meter_units);
        if let Some(before) = &before {
            jumps::check(&mut desk, (before.0, &before.1), &facts.uses);
        }
        if number + 1 == schedule.versions.len() {
            in_use::check(&mut desk, &facts.accounts);
        }
        findings.append(&mut desk.findings);
        before = Some((version, compiled));
    }
    findings
}

/// The same for a text: one that is refused has the reasons with their lines as findings.
#[must_use]
pub fn lint_bytes(bytes: &[u8], facts: &LintFacts) -> Vec<LintFinding> {
    match Schedule::parse_bytes(bytes) {
        Ok(schedule) => lint(&schedule, facts),
        Err(refused) => refused.findings.into_iter().map(LintFinding::from).collect(),
    }
}

impl From<Finding> for LintFinding {
    fn from(finding: Finding) -> LintFinding {
        let code = match &finding.reason {
            Reason::Flaw(error) => error.code(),
            Reason::NotUtf8
            | Reason::TooLong { .. }
            | Reason::NotReadable(_)
            | Reason::Duplicate { .. }
            | Reason::UnknownKey { .. }
            | Reason::Missing
            | Reason::NotA { .. }
            | Reason::UnknownWord { .. }
            | Reason::Formula(_)
            | Reason::OnlyWith(_)
            | Reason::RowLength { .. }
            | Reason::OneOf(_)
            | Reason::VersionsNotAscending
            | Reason::NotUnderstood(_) => "rate_text",
        };
        let place = LintPlace { line: Some(finding.line), part: finding.key, ..LintPlace::default() };
        LintFinding { severity: Severity::Error, place, code, sentence: finding.reason.to_string() }
    }
}

impl Desk<'_> {
    fn note(
        &mut self,
        severity: Severity,
        code: &'static str,
        (part, case): (String, Option<usize>),
        sentence: String,
    ) {
        let effective_on = Some(self.version.effective_on);
        let place = LintPlace { line: None, effective_on, part, case: case.map(|case| case + 1) };
        self.findings.push(LintFinding { severity, place, code, sentence });
    }
}

/// The part of a place for a charge.
fn charge_part(charge: &Charge) -> String {
    format!("charge '{}'", charge.name)
}

/// The case of a charge that applies to a kind of customer.
fn case_for(charge: &Charge, class: &str, dimensions: &[(String, String)]) -> Option<usize> {
    let holds = |case: &Case| {
        case.is_for(class)
            && case.when.iter().all(|condition| {
                let value = dimensions.iter().find(|(name, _)| *name == condition.dimension);
                value.is_some_and(|(_, value)| condition.values.contains(value))
            })
    };
    charge.cases.iter().position(holds)
}

impl Severity {
    /// The word of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl fmt::Display for LintPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!("line {line}"));
        let version = self.effective_on.map(|date| format!("version {date}"));
        let part = (!self.part.is_empty()).then(|| self.part.clone());
        let case = self.case.map(|case| format!("case {case}"));
        let parts: Vec<String> = [line, version, part, case].into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for LintFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LintFinding { severity, place, code, sentence } = self;
        write!(f, "{} {code}: {place}: {sentence}", severity.word())
    }
}
