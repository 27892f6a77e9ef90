//! `/completeness`: the proof that every service day is billed once, or is listed with reason, assignee and date.

use std::sync::Arc;

use billing::{Coverage, Overbilled, Uncovered, UncoveredReason};
use chrono::NaiveDate;
use db::Read;
use kernel::ActId;
use web::shown::{counted, date};
use web::{
    Alert, Answer, Ask, Cell, Choice, Column, Facts, Field, LookUp, Problem, Section, Table, Tone, Words, encoded,
};

use crate::words::uncovered_word;

/// The proof that was made last in this process, while nothing has changed since.
struct Kept {
    newest: ActId,
    proof: Arc<Coverage>,
}

pub(super) async fn show(ask: Ask) -> Answer {
    let page = ask.page("Completeness");
    let lead =
        "Every service day is on one bill, or stands here with its reason, somebody who looks after it, and a day.";
    let page = page.lead(lead);
    let look_up = |value: &str, reason: &str| {
        let hint = "Service up to the last bills due by this day.";
        let reasons = REASONS.iter().map(|reason| Choice::new(code(*reason), uncovered_word(*reason))).collect();
        LookUp::new(&ask, "Completeness", "Prove")
            .field(Field::date("as_of", "As of").value(value).hint(hint))
            .field(Field::select("reason", "Reason", reasons).value(reason))
    };
    let asked = ask.query().text("as_of").to_owned();
    let reason = ask.query().text("reason").to_owned();
    if asked.is_empty() {
        let words =
            "The proof walks through every service of the city. It takes a moment for each hundred thousand accounts.";
        let section =
            Section::new("prove", "Prove it").with(&look_up(&ask.today().to_string(), "")).with(&Words::new(words));
        return page.body(&section).answer();
    }
    let Some(as_of) = day_of(&asked) else {
        let alert = Alert::bad("This cannot be proved").text("Enter a date such as 7/1/2026.");
        return page.alert(alert).body(&look_up(&ask.today().to_string(), &reason)).answer();
    };
    let mut read = ask.read().await?;
    let proof = proof(&mut read, as_of).await?;
    let table = listed_table(&ask, &proof, &reason);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let listed = Section::new("listed", "Days on no bill").note(listed_note(&proof)).with(&table);
    let page = page.alert(verdict(&proof)).body(&look_up(&asked, &reason)).body(&figures(&ask, &proof));
    let page = if proof.findings.is_empty() { page } else { page.body(&findings(&ask, &proof)) };
    page.body(&listed).answer()
}

/// A day that a town may have been billed on; no database knows all years that there are.
pub(crate) fn day_of(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    (1900..=2200).contains(&chrono::Datelike::year(&day)).then_some(day)
}

pub(crate) async fn proof(read: &mut Read, as_of: NaiveDate) -> Result<Arc<Coverage>, Problem> {
    let newest = acts::newest_act(read).await?;
    let kept: Option<Arc<Kept>> = read.kept();
    if let Some(kept) = kept.filter(|kept| kept.newest == newest && kept.proof.as_of == as_of) {
        return Ok(kept.proof.clone());
    }
    let proof = Arc::new(billing::coverage(read, as_of).await?);
    read.keep(Arc::new(Kept { newest, proof: proof.clone() }));
    Ok(proof)
}

fn verdict(proof: &Coverage) -> Alert {
    let escalated = crate::words::count(proof.listed.iter().filter(|one| one.is_escalated).count());
    let findings = crate::words::count(proof.findings.len());
    match (findings, escalated) {
        (0, 0) => Alert::good("Every service day is billed once, or listed with its reason"),
        (0, escalated) => Alert::warning(format!("{} left over two runs", counted(escalated, "gap was", "gaps were")))
            .text("They have escalated: the supervisor looks after them now."),
        (findings, _) => {
            Alert::bad(format!("{} what nothing explains", counted(findings, "service shows", "services show")))
                .text("Days are billed twice, or billed though nobody was served. Look into them the same day.")
        }
    }
}

fn figures(ask: &Ask, proof: &Coverage) -> Section {
    let facts = Facts::new()
        .fact("As of", date(&proof.as_of))
        .fact("Services", web::shown::count(&proof.services))
        .fact("Service days to bill", web::shown::count(&proof.days))
        .fact("On exactly one bill", web::shown::count(&proof.billed_days))
        .fact("Gaps listed", web::shown::count(&crate::words::count(proof.listed.len())));
    let row = |(reason, count): (&UncoveredReason, &i64)| {
        let pairs = [("as_of", proof.as_of.to_string()), ("reason", code(*reason).to_owned())];
        let pairs = pairs.each_ref().map(|(name, value)| (*name, value.as_str()));
        [Cell::text(uncovered_word(*reason)).link(web::address("/completeness", &pairs)), Cell::count(*count)]
    };
    let table = ask
        .table("reasons", "Why days are on no bill")
        .plain()
        .column(Column::text("why", "Reason"))
        .column(Column::count("count", "Gaps").totaled())
        .empty("Nothing is listed.")
        .rows(proof.by_reason.iter().map(row));
    Section::new("figures", "The proof").with(&facts).with(&table)
}

fn listed_note(proof: &Coverage) -> String {
    match crate::words::count(proof.listed.iter().filter(|one| one.is_escalated).count()) {
        0 => "None has been left over two runs.".to_owned(),
        escalated => {
            format!("{} left over two runs, and escalated to the supervisor.", counted(escalated, "gap is", "gaps are"))
        }
    }
}

fn listed_table(ask: &Ask, proof: &Coverage, reason: &str) -> Table {
    let mut listed: Vec<&Uncovered> =
        proof.listed.iter().filter(|one| reason.is_empty() || code(one.reason) == reason).collect();
    listed.sort_by_key(|one| (!one.is_escalated, one.due_on, one.account_number.clone(), one.from_on));
    let row = |one: &&Uncovered| {
        let state = match (one.is_escalated, one.due_on < proof.as_of) {
            (true, _) => Cell::tag(Tone::Bad, "escalated"),
            (false, true) => Cell::tag(Tone::Warning, "past"),
            (false, false) => Cell::tag(Tone::Plain, "in time"),
        };
        let through = one.to_on.and_then(|to| to.pred_opt());
        [
            account(&one.account_number),
            Cell::text(&one.service),
            Cell::from(one.from_on)
                .note(through.map_or_else(|| "and on".to_owned(), |day| format!("to {}", date(&day)))),
            Cell::text(uncovered_word(one.reason)).note(one.words.clone()),
            Cell::text(&one.assignee),
            Cell::from(one.due_on),
            state,
        ]
    };
    ask.table("listed-table", "Services with days on no bill")
        .column(Column::text("account", "Account"))
        .column(Column::text("service", "Service"))
        .column(Column::date("from", "Days from"))
        .column(Column::text("reason-why", "Reason"))
        .column(Column::text("assignee", "Looked after by"))
        .column(Column::date("due", "By"))
        .column(Column::text("state", "State"))
        .empty("Every service day up to then is on exactly one bill.")
        .rows(listed.iter().map(row))
}

fn findings(ask: &Ask, proof: &Coverage) -> Section {
    let row = |one: &Overbilled| {
        let words = if one.name == "billed_twice" { "billed twice" } else { "billed though nobody was served" };
        [
            account(&one.account_number),
            Cell::text(&one.service),
            Cell::tag(Tone::Bad, words),
            Cell::from(one.from_on),
            Cell::count(one.days),
        ]
    };
    let table = ask
        .table("findings", "What nothing explains")
        .plain()
        .column(Column::text("finding-account", "Account"))
        .column(Column::text("finding-service", "Service"))
        .column(Column::text("finding", "What is wrong"))
        .column(Column::date("finding-from", "From"))
        .column(Column::count("finding-days", "Days"))
        .rows(proof.findings.iter().map(row));
    Section::new("findings-part", "What nothing explains").with(&table)
}

/// An account, leading to its page where the record has a number.
fn account(number: &str) -> Cell {
    let cell = Cell::text(number);
    if kernel::AccountNumber::parse(number).is_ok() {
        cell.link(format!("/accounts/{}", encoded(number)))
    } else {
        cell
    }
}

/// All reasons, in the order of the proof.
pub(crate) const REASONS: [UncoveredReason; 8] = [
    UncoveredReason::Incomplete,
    UncoveredReason::NoMeter,
    UncoveredReason::Held,
    UncoveredReason::ExceptionOpen,
    UncoveredReason::NotBilledYet,
    UncoveredReason::NotRead,
    UncoveredReason::Late,
    UncoveredReason::Cancelled,
];

/// A reason as addresses have it.
pub(crate) fn code(reason: UncoveredReason) -> &'static str {
    match reason {
        UncoveredReason::Incomplete => "incomplete",
        UncoveredReason::NoMeter => "no_meter",
        UncoveredReason::Held => "held",
        UncoveredReason::ExceptionOpen => "exception_open",
        UncoveredReason::NotBilledYet => "not_billed_yet",
        UncoveredReason::NotRead => "not_read",
        UncoveredReason::Late => "late",
        UncoveredReason::Cancelled => "canceled",
    }
}
