//! The log of all changes: filters by person, kind, subject and dates, newest first.

use acts::{LogFilter, LoggedAct};
use chrono::NaiveDate;
use kernel::ActId;
use web::{
    Alert, Answer, Ask, Cell, Choice, Column, Field, Links, LookUp, Page, Section, Table, address, is_name, read_number,
};

use super::approvals::short;
use super::desk::{Everybody, SubjectNames, count, kind_choices, kind_title, subject_words};

/// Entries of one page.
const PAGE: i64 = 50;
/// Entries of one file.
const FILE_MAX: i64 = 10_000;

/// What is asked for, with what cannot be read.
struct Asked {
    filter: LogFilter,
    before: ActId,
    wrong: Vec<String>,
}

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let asked = Asked::of(&ask, &everybody);
    let limit = if ask.window().file.is_some() { FILE_MAX } else { PAGE };
    let entries = match asked.wrong.is_empty() {
        true => acts::search_log(&mut read, &asked.filter, asked.before, limit).await?,
        false => Vec::new(),
    };
    let names = SubjectNames::load(&ask, &mut read, entries.iter().map(|entry| entry.subject.as_str())).await?;
    let table = table(&ask).empty("No entry of the log fits. Ask for fewer things at once.");
    let table = table.rows(entries.iter().map(|entry| {
        let subject = subject_words(&entry.subject, &names);
        let on = Cell::text(subject.words);
        [
            Cell::text(entry.act.0.to_string()).link(format!("/log/{}", entry.act.0)),
            Cell::instant(&ask, entry.entered_at),
            everybody.cell(entry.actor),
            Cell::text(kind_title(&ask, &entry.kind)).note(short(&entry.reason)),
            match subject.href {
                Some(href) => on.link(href),
                None => on,
            },
        ]
    }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let page = ask.page("Log").lead("Every change, with who made it, when and why. Newest first.");
    page_of(&ask, page, &asked, &entries, (&everybody, &table)).answer()
}

fn page_of(
    ask: &Ask,
    page: Page,
    asked: &Asked,
    entries: &[LoggedAct],
    (everybody, table): (&Everybody, &Table),
) -> Page {
    let page = match asked.wrong.is_empty() {
        true => page,
        false => page.alert(asked.wrong.iter().fold(Alert::bad("This cannot be looked up"), |all, one| all.item(one))),
    };
    let mut links = Links::new("Pages: log");
    if ask.query().has("before") {
        links = links.link("Newest", here(ask, &[]));
    }
    if let Some(last) = entries.last().filter(|_| PAGE <= count(entries.len())) {
        links = links.next("Older", here(ask, &[("before", &last.act.0.to_string())]));
    }
    if !entries.is_empty() {
        links = links.file("CSV", here(ask, &[("as", "csv")])).file("Spreadsheet", here(ask, &[("as", "xlsx")]));
    }
    let page = page.body(&look_up(ask, everybody)).body(&Section::bare().with(table));
    if links.is_empty() { page } else { page.body(&links) }
}

fn table(ask: &Ask) -> Table {
    ask.table("log", "Entries of the log")
        .plain()
        .column(Column::text("entry", "Entry"))
        .column(Column::text("when", "When"))
        .column(Column::text("who", "Who"))
        .column(Column::text("what", "What, and why"))
        .column(Column::text("on", "On"))
}

/// The fields of the filter as they stand in the address.
const FIELDS: [&str; 6] = ["person", "kind", "on", "number", "from", "through"];

/// This page with the same filter, and something more in the address.
fn here(ask: &Ask, more: &[(&str, &str)]) -> String {
    let kept = FIELDS.iter().map(|name| (*name, ask.query().text(name)));
    let pairs: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
    address(ask.path(), &pairs)
}

fn look_up(ask: &Ask, everybody: &Everybody) -> LookUp {
    let said = |name: &str| ask.query().text(name).chars().take(100).collect::<String>();
    let people = everybody.all_choices();
    let subjects = [
        ("account", "Account"),
        ("attachment", "File"),
        ("bill_run", "Bill run"),
        ("proposal", "Proposal"),
        ("service_point", "Service point"),
        ("staff", "Staff"),
        ("town", "The town"),
    ];
    let subjects = subjects.map(|(kind, title)| Choice::new(kind, title)).to_vec();
    LookUp::new(ask, "Log", "Look up")
        .field(Field::select("person", "Person", people).value(said("person")))
        .field(Field::select("kind", "Change", kind_choices(ask)).value(said("kind")))
        .field(Field::select("on", "On", subjects).value(said("on")))
        .field(Field::whole("number", "Number").value(said("number")))
        .field(Field::date("from", "From").value(said("from")))
        .field(Field::date("through", "Through").value(said("through")))
}

impl Asked {
    fn of(ask: &Ask, everybody: &Everybody) -> Asked {
        let mut wrong = Vec::new();
        let query = ask.query();
        let mut day = |name: &str, label: &str| match query.text(name) {
            "" => None,
            text => {
                let day = date(text);
                if day.is_none() {
                    wrong.push(format!("{label}: enter a date, such as 7/1/2026"));
                }
                day
            }
        };
        let (from, through) = (day("from", "From"), day("through", "Through"));
        let actor = match query.text("person") {
            "" => None,
            code => {
                let found = everybody.actor(code);
                if found.is_none() {
                    wrong.push("Person: choose from the list".to_owned());
                }
                found
            }
        };
        let kind = match query.text("kind") {
            "" => None,
            kind if is_name(kind) => Some(kind.to_owned()),
            _ => {
                wrong.push("Change: choose from the list".to_owned());
                None
            }
        };
        let subject = subject(query.text("on"), query.text("number")).unwrap_or_else(|words| {
            wrong.push(words);
            None
        });
        let before = ActId(read_number(query.text("before")).unwrap_or(i64::MAX));
        Asked { filter: LogFilter { actor, kind, subject, from, through }, before, wrong }
    }
}

/// A kind of thing and its number, which go together; staff and the town have none.
fn subject(kind: &str, number: &str) -> Result<Option<(String, i64)>, String> {
    match (kind, number) {
        ("", "") => Ok(None),
        ("", _) => Err("On: choose what the number is of".to_owned()),
        (kind, _) if !is_name(kind) => Err("On: choose from the list".to_owned()),
        ("staff" | "town", "" | "0") => Ok(Some((kind.to_owned(), 0))),
        (_, "") => Err("Number: enter which one".to_owned()),
        (kind, number) => {
            let number = read_number(number).ok_or_else(|| "Number: enter a whole number, such as 12".to_owned())?;
            Ok(Some((kind.to_owned(), number)))
        }
    }
}

/// A day as browsers send it, or as people write it.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let read = ["%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    read.filter(|day| (1800..=2999).contains(&chrono::Datelike::year(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_kind_with_a_number() {
        let is = |kind: &str, number| Ok(Some((kind.to_owned(), number)));
        let rows = [
            ("", "", Ok(None)),
            ("account", "7", is("account", 7)),
            ("staff", "", is("staff", 0)),
            ("town", "0", is("town", 0)),
        ];
        for (kind, number, expected) in rows {
            assert_eq!(subject(kind, number), expected, "{kind} {number}");
        }
        for (kind, number) in
            [("", "7"), ("account", ""), ("account", "x"), ("account", "-1"), ("town", "x"), ("a\u{0}b", "7")]
        {
            assert!(subject(kind, number).is_err(), "{kind} {number}");
        }
    }
}
