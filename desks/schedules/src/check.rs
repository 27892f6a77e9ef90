//! `Checked`: what is known about a text that somebody wants to propose: whether it can be read, what is odd, what it
//! would change.

use askama::Template;
use askama::filters::HtmlSafe;
use billing::RunKind;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::Period;
use rates::tools::{LintFinding, LintPlace, Severity, lint};
use rates::{Schedule, TextRefused, Version};
use revenue::NotPlaced;
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
    /// Looks at a schedule against the accounts, meters, rates and books of the town.
    pub(crate) async fn of(
        ask: &Ask,
        read: &mut Read,
        schedule: Schedule,
        loaded: Option<&Loaded>,
    ) -> Result<Checked, Problem> {
        let facts = billing::lint_facts(read, &schedule, ask.today()).await?;
        let mut found = lint(&schedule, &facts);
        found.extend(revenue::not_placed(read, &schedule).await?.into_iter().map(unplaced));
        for version in &schedule.versions {
            if version.effective_on < ask.today() && !stands(loaded, version) {
                found.extend(backdated(read, version.effective_on, ask.today()).await?);
            }
        }
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
                let words = "The text can be read, but not every charge has a price and a place in the books. Correct it \
                             before you propose it.";
                Alert::new(Tone::Bad, format!("{}: some bills could not be made", counted(errors, "error", "errors")))
                    .text(words)
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
                    sections.push(Section::new("before-after", "Bills before and after").note(note).with(&bills));
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
    schedule.versions.iter().all(|version| stands(Some(loaded), version))
}

/// Whether a version is recorded exactly like this.
fn stands(loaded: Option<&Loaded>, version: &Version) -> bool {
    loaded.is_some_and(|loaded| loaded.standing().any(|one| one.version() == version))
}

/// A charge without a place in the books: it could be proposed, but not put in force.
fn unplaced((effective_on, flaw): (NaiveDate, NotPlaced)) -> LintFinding {
    let part = format!("charge '{}'", flaw.charge());
    let place = LintPlace { effective_on: Some(effective_on), part, ..LintPlace::default() };
    LintFinding { severity: Severity::Error, place, code: flaw.code(), sentence: flaw.to_string() }
}

/// Rates from a day that is past, with the runs that have billed days since then; none for any other day.
async fn backdated(read: &mut Read, from: NaiveDate, today: NaiveDate) -> Result<Option<LintFinding>, Fault> {
    let Ok(days) = Period::new(from, today) else { return Ok(None) };
    let runs = billing::runs_of_month(read, days).await?;
    let posted = runs.iter().filter(|run| run.post_order.is_some() && run.kind != RunKind::Charges).count();
    let place = LintPlace { effective_on: Some(from), ..LintPlace::default() };
    let sentence = backdated_words(from, posted);
    Ok(Some(LintFinding { severity: Severity::Warning, place, code: "effective_in_the_past", sentence }))
}

fn backdated_words(from: NaiveDate, posted: usize) -> String {
    let bills = match posted {
        0 => "no bill run with days since then is posted yet".to_owned(),
        _ => {
            let runs = counted(posted, "bill run with days since then is", "bill runs with days since then are");
            format!("{runs} posted, whose bills stay as they are until they are made again")
        }
    };
    format!("these rates would be in force from {}, which is past; {bills}", date(&from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_from_a_day_that_is_past_name_the_runs_with_days_since() {
        let from = "2025-12-01".parse().unwrap();
        let begin = "these rates would be in force from Dec 1, 2025, which is past; ";
        let stay = "posted, whose bills stay as they are until they are made again";
        #[rustfmt::skip]
        let rows = [
            (0, "no bill run with days since then is posted yet".to_owned()),
            (1, format!("1 bill run with days since then is {stay}")),
            (2, format!("2 bill runs with days since then are {stay}")),
        ];
        for (posted, words) in rows {
            assert_eq!(backdated_words(from, posted), format!("{begin}{words}"));
        }
    }

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
