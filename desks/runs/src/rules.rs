//! `/runs/{number}/rules`: what the town's rules would decide in a run, and by which figures bills are looked at.

use billing::acts::ApplyRules;
use billing::permissions::EXCEPTIONS;
use billing::{Disposition, ExceptionRule, ExceptionState, RunState};
use db::Read;
use web::shown::counted;
use web::{Answer, Ask, At, Cell, Column, Empty, Form, Problem, Section, Table, Tone, Words};

use crate::known::Known;
use crate::words::title;

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    draw(&ask, &mut read, &known, None).await
}

pub(super) async fn apply(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    drop(read);
    let mut form = form(&ask, &known, 0);
    if form.is_good() {
        let carried = form.carry_out(&ask, &ApplyRules { run: known.run.id }).await?;
        let words = match &carried {
            web::Carried::Done(done) => {
                let decided = i64::try_from(done.outcome).unwrap_or(i64::MAX);
                format!("{} decided by the rules", counted(decided, "exception was", "exceptions were"))
            }
            web::Carried::Waiting(_) | web::Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&known.href("/exceptions"), words) {
            return go.answer();
        }
    }
    let mut read = ask.read().await?;
    draw(&ask, &mut read, &known, Some(&form)).await
}

fn form(ask: &Ask, known: &Known, covered: i64) -> Form {
    let button = match covered {
        0 => "Let the rules decide".to_owned(),
        covered => format!("Let the rules decide {}", counted(covered, "exception", "exceptions")),
    };
    ask.form(&known.href("/rules"), &button).because("the town's rules cover them").small()
}

async fn draw(ask: &Ask, read: &mut Read, known: &Known, sent: Option<&Form>) -> Answer {
    let rules = billing::exception_rules(read).await?;
    let covered: i64 = rules.iter().map(|rule| known.count_of(rule.code, ExceptionState::Open)).sum();
    let section = Section::new("rules", "Rules").with(&rules_table(ask, known, &rules));
    let section = match (sent, known.state, covered) {
        (Some(form), _, _) => section.with(form),
        (None, RunState::Tried, covered) if 0 < covered && ask.may(EXCEPTIONS) => {
            let words = "Each decision is recorded with the name of its rule. It can be taken back before sign-off.";
            section.with(&Words::new(words)).with(&form(ask, known, covered))
        }
        (None, RunState::Tried, 0) => section.with(&Words::new("No open exception of this run is covered by a rule.")),
        (None, _, _) => section,
    };
    let page = known.page(ask, ("Exception rules", "/rules")).body(&section);
    let page = if rules.is_empty() {
        let empty = Empty::new("The town has no exception rules.");
        page.body(&empty.text("Every exception is decided by a person. Rules come with the town's file."))
    } else {
        page
    };
    let page = page.body(&limits(ask, read).await?).body(&reads(ask, read).await?);
    match sent {
        Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        _ => page.answer(),
    }
}

fn rules_table(ask: &Ask, known: &Known, rules: &[ExceptionRule]) -> Table {
    let row = |rule: &ExceptionRule| {
        let open = known.count_of(rule.code, ExceptionState::Open);
        let href = web::address(&known.href("/exceptions"), &[("code", rule.code.code())]);
        let decides = match &rule.disposition {
            Disposition::Release => Cell::tag(Tone::Good, "releases"),
            Disposition::Hold { assignee, days } => {
                let note = format!("{assignee}, {}", counted(*days, "day", "days"));
                Cell::tag(Tone::Info, "holds").note(note)
            }
        };
        [
            Cell::text(title(rule.code)),
            decides,
            Cell::text(&rule.name),
            Cell::text(&rule.reason),
            if open == 0 { Cell::count(0) } else { Cell::count(open).link(href) },
        ]
    };
    ask.table("rules-table", "What each rule decides")
        .plain()
        .column(Column::text("code", "Exception"))
        .column(Column::text("decides", "The rule"))
        .column(Column::text("name", "Its name"))
        .column(Column::text("reason", "Reason it gives"))
        .column(Column::count("open", "Open in this run").totaled())
        .rows(rules.iter().map(row))
}

async fn limits(ask: &Ask, read: &mut Read) -> Result<Section, Problem> {
    let limits = billing::review_amounts(read).await?;
    let table = ask
        .table("limits", "Bills that are looked at")
        .plain()
        .column(Column::text("limit-class", "Class"))
        .column(Column::money("limit", "High from"))
        .empty("No amount is looked at.")
        .rows(limits.into_iter().map(|(class, limit)| [Cell::text(class), Cell::from(limit)]));
    Ok(Section::new("amounts", "High bills")
        .note("A bill at or above the amount of its class is a high bill.")
        .with(&table))
}

async fn reads(ask: &Ask, read: &mut Read) -> Result<Section, Problem> {
    let rules = billing::class_read_rules(read).await?;
    let rows = rules.into_values().map(|rule| {
        [
            Cell::text(rule.class),
            Cell::text(format!("{} %", rule.low_percent)),
            Cell::text(format!("{} %", rule.high_percent)),
            Cell::text(rule.least.to_string()),
            Cell::count(rule.zero_periods),
            Cell::count(rule.estimates_in_a_row),
        ]
    });
    let table = ask
        .table("reads-table", "How use is judged")
        .plain()
        .column(Column::text("read-class", "Class"))
        .column(Column::new("low", "Low below", reports::Kind::Count))
        .column(Column::new("high", "High above", reports::Kind::Count))
        .column(Column::new("least", "Only from", reports::Kind::Count))
        .column(Column::count("zero", "Periods of nothing"))
        .column(Column::count("estimates", "Estimates running"))
        .empty("Use is not judged.")
        .rows(rows);
    let note = "Use a day, against the same month last year, else the mean of the last three periods that were read.";
    Ok(Section::new("use", "Use").note(note).with(&table))
}
