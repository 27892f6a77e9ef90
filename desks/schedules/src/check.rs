//! `Checked`: what is known about a text that somebody wants to propose: whether it can be read, what is odd, what it
//! would change.

use askama::Template;
use askama::filters::HtmlSafe;
use db::Read;
use rates::tools::{LintFinding, Severity, lint};
use rates::{Schedule, TextRefused, Version};
use web::shown::date;
use web::{Alert, Ask, Problem, Section, Tone};

use crate::change::{Between, Which, counted, findings};
use crate::loaded::Loaded;
use crate::names::Names;
use crate::rate_sheet::RateSheet;

/// Findings shown; the rest is counted.
const ERRORS_MAX: usize = 50;

/// A text that was checked.
pub(crate) struct Checked {
    /// What it says.
    pub(crate) schedule: Schedule,
    found: Vec<LintFinding>,
    before: Option<Version>,
}

/// What is wrong in a text, each with the line it stands in.
#[derive(Clone, Debug, Template)]
#[template(path = "errors.html")]
pub(crate) struct Errors {
    errors: Vec<WrongLine>,
    more: usize,
}

impl HtmlSafe for Errors {}

#[derive(Clone, Debug)]
struct WrongLine {
    place: String,
    text: String,
    words: String,
}

impl Errors {
    /// The reasons why a text cannot be read.
    pub(crate) fn of(text: &str, refused: &TextRefused) -> Errors {
        let lines: Vec<&str> = text.lines().collect();
        let wrong = |finding: &rates::Finding| {
            let key = if finding.key.is_empty() { String::new() } else { format!(", {}", finding.key) };
            let line = lines.get(finding.line.saturating_sub(1)).copied().unwrap_or_default();
            WrongLine {
                place: format!("Line {}, column {}{key}", finding.line, finding.column_in(text)),
                text: line.chars().take(200).collect(),
                words: web::shown::capital(&finding.reason.to_string()),
            }
        };
        let errors: Vec<WrongLine> = refused.findings.iter().take(ERRORS_MAX).map(wrong).collect();
        Errors { more: refused.findings.len() - errors.len(), errors }
    }

    fn has_more(&self) -> bool {
        self.more != 0
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.errors.len() + self.more
    }
}

impl Checked {
    /// Looks at a schedule against the accounts, meters and rates of the town.
    pub(crate) async fn of(ask: &Ask, read: &mut Read, schedule: Schedule) -> Result<Checked, Problem> {
        let facts = billing::lint_facts(read, &schedule, ask.today()).await?;
        let found = lint(&schedule, &facts);
        Ok(Checked { schedule, found, before: facts.before })
    }

    fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether some bill could not be made, what else is to look at, or that nothing is.
    pub(crate) fn alert(&self) -> Alert {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let notes = self.count(Severity::Note);
        match (errors, warnings, notes) {
            (0, 0, 0) => Alert::good("The text can be read, and nothing about it is odd"),
            (0, 0, notes) => {
                Alert::good("The text can be read").text(format!("{} to know.", counted(notes, "note", "notes")))
            }
            (0, warnings, _) => {
                Alert::warning(format!("The text can be read; {} to look at", counted(warnings, "warning", "warnings")))
                    .text("A warning does not stop you. Whoever approves sees it, too.")
            }
            (errors, _, _) => {
                Alert::new(Tone::Bad, format!("{}: some bills could not be made", counted(errors, "error", "errors")))
                    .text("The text can be read, but not every customer has a price. Correct it before you propose it.")
            }
        }
    }

    /// What it found, what changes, bills before and after, and how the new rates read.
    pub(crate) fn sections(&self, ask: &Ask, names: &Names) -> Vec<Section> {
        let mut sections = vec![findings(ask, &self.found)];
        let Some(first) = self.schedule.versions.first() else { return sections };
        match &self.before {
            Some(before) => {
                let between = Between { schedule: &self.schedule, before, after: first };
                sections.extend(between.sections(ask, names));
                let table = ask.table("bills", "Bills at typical uses").plain();
                if let Some(bills) = between.bills(names, (table, Which::OneEach)) {
                    let note = format!(
                        "One customer of each class, whole periods, against the rates from {}. Taxes are included.",
                        date(&before.effective_on)
                    );
                    sections.push(Section::new("bills", "Bills before and after").note(note).with(&bills));
                }
                sections.push(between.text());
            }
            None => {
                let sheet = RateSheet::of(&self.schedule, first, names);
                let all = sheet.sections.iter().fold(Section::new("read", "How it reads"), |all, one| all.with(one));
                sections.push(all.note("No version comes before it, so there is nothing to compare with."));
            }
        }
        sections
    }
}

/// The recorded versions a text repeats: what stands unchanged is not proposed again.
pub(crate) fn repeats(loaded: Option<&Loaded>, schedule: &Schedule) -> bool {
    let Some(loaded) = loaded else { return false };
    schedule.versions.iter().all(|version| {
        let same = |one: &crate::loaded::VersionRead| one.version() == version;
        loaded.standing().any(same)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_with_line_and_column() {
        let text = "schedule = \"water\"\nservice = \"water\"\ntitle = { en = \"Water\" }\nprices = 3\n";
        let refused = Schedule::parse(text).unwrap_err();
        let errors = Errors::of(text, &refused);
        let places: Vec<&str> = errors.errors.iter().map(|one| one.place.as_str()).collect();
        assert!(places.contains(&"Line 4, column 1, prices"), "{places:?}");
        let text = "schedule = \"water\"\nservice";
        let refused = Schedule::parse(text).unwrap_err();
        let errors = Errors::of(text, &refused);
        assert!(errors.errors[0].place.starts_with("Line 2, column 8"), "{:?}", errors.errors[0].place);
    }
}
