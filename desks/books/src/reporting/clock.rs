//! `/reports/saved/{number}`: a saved report that is made by itself: on which days, and the files that were made.

use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use chrono::NaiveDate;
use staff::{Every, FileOf, ReportResult, ReportSchedule, Rhythm, SavedReport, ScheduleReport, StopReport};
use web::shown::date;
use web::{Alert, Answer, Ask, At, Carried, Cell, Choice, Column, Facts, Field, Form, Page, Problem, Section, Tone};

use super::files::{permission_of_report, why_no_report};
use crate::days::day_of;

/// A saved report that the visitor may see, with how often it is made.
pub(crate) struct Kept {
    pub(crate) report: SavedReport,
    pub(crate) schedule: Option<ReportSchedule>,
    is_own: bool,
}

/// The address of a saved report's page.
pub(super) fn address_of(report: i64) -> String {
    format!("/reports/saved/{report}")
}

impl Kept {
    /// The report with a number, where it is the visitor's own or shared, and its view is for their eyes.
    pub(crate) async fn find(ask: &Ask, number: &str) -> Result<Kept, Problem> {
        let number = web::read_number(number).ok_or_else(Problem::not_found)?;
        let mut read = ask.read().await?;
        let report = staff::saved_report(&mut read, number).await?.ok_or_else(Problem::not_found)?;
        let is_own = report.actor == ask.who()?.actor.id;
        if !is_own && !report.is_shared {
            return Err(Problem::not_found());
        }
        check(ask, &report.address)?;
        let all = staff::report_schedules(&mut read).await?;
        let schedule = all.into_iter().find(|one| one.report.id == report.id);
        Ok(Kept { report, schedule, is_own })
    }

    fn may_schedule(&self, ask: &Ask) -> bool {
        self.is_own && ask.may(staff::SCHEDULE_REPORTS) && permission_of_report(&self.report.address).is_some()
    }
}

/// Refuses whoever may not see what an address shows.
pub(crate) fn check(ask: &Ask, address: &str) -> Result<(), Problem> {
    match permission_of_report(address) {
        Some(needed) if !ask.may(needed) => Err(Problem::not_allowed(&[needed])),
        Some(_) | None => Ok(()),
    }
}

/// The page, or a file that was made for a day.
pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let kept = Kept::find(&ask, &number).await?;
    let mut read = ask.read().await?;
    let results = staff::report_results(&mut read, kept.report.id).await?;
    if let Some(day) = day_of(ask.query().text("made")) {
        return file(&ask, &kept, &results, day).await;
    }
    let names = staff::names(&mut read).await?;
    let whose = names.get(&kept.report.actor).cloned().unwrap_or_default();
    let is_here = staff::is_active(&mut read, kept.report.actor).await?;
    let terms = billing::terms(&mut read).await?;
    let may_stop = kept.schedule.is_some() && ask.may(staff::SCHEDULE_REPORTS) && (kept.is_own || !is_here);
    let path = address_of(kept.report.id);
    let page = ask.page(&kept.report.title).crumbs(&[("Reports", "/reports")]).lead(lead(&kept, &whose));
    let page = page.action("Look at it now", &kept.report.address);
    let page = match (kept.may_schedule(&ask), &kept.schedule) {
        (true, None) => page.action("Have it made by itself", &format!("{path}/schedule")),
        (true, Some(_)) => page.action("Change the days", &format!("{path}/schedule")),
        (false, _) => page,
    };
    let page = if may_stop { page.action("Stop", &format!("{path}/stop")) } else { page };
    let page = match results.first().and_then(|latest| latest.why_not.as_ref().map(|why| (latest, why))) {
        Some((latest, why)) => {
            page.alert(Alert::bad(format!("It was not made for {}", date(&latest.due_on))).text(why.clone()))
        }
        None => page,
    };
    let next = kept.schedule.as_ref().and_then(|one| next_due(one, ask.today(), &|day| terms.is_open(day)));
    let facts = Facts::new()
        .fact("Made", kept.schedule.as_ref().map_or("not by itself".to_owned(), |one| one.rhythm.words()))
        .fact("Next", next.map_or("–".to_owned(), |day| date(&day)))
        .fact("Saved by", whose)
        .fact("Seen by", if kept.report.is_shared { "everybody who may look at its rows" } else { "only you" });
    page.body(&facts).body(&Section::new("made", "Made").note(NOTE).with(&table(&ask, &kept, &results))).answer()
}

const NOTE: &str = "The twelve latest are kept. Where city hall is closed on a day, the next business day counts.";

fn lead(kept: &Kept, whose: &str) -> String {
    match &kept.schedule {
        Some(one) => format!("Made {}, with what {whose} may see on that day.", one.rhythm.words()),
        None => "The question is kept. Ask it now, or have it asked on certain days and the answer kept.".to_owned(),
    }
}

/// The next due day: today while today's is still to be made.
pub(super) fn next_due(
    schedule: &ReportSchedule,
    today: NaiveDate,
    is_open: &dyn Fn(NaiveDate) -> bool,
) -> Option<NaiveDate> {
    let latest = schedule.rhythm.latest((schedule.first_on, today), is_open);
    match latest.filter(|day| schedule.last_due_on.is_none_or(|last| last < *day)) {
        Some(day) => Some(day),
        None => schedule.rhythm.next(today, is_open),
    }
}

fn table(ask: &Ask, kept: &Kept, results: &[ReportResult]) -> web::Table {
    let path = address_of(kept.report.id);
    let row = |one: &ReportResult| {
        let file = |form: &str, words: &str| match &one.why_not {
            Some(_) => Cell::empty(),
            None => Cell::text(words).link(web::address(&path, &[("made", &one.due_on.to_string()), ("as", form)])),
        };
        let state = match &one.why_not {
            Some(why) => Cell::tag(Tone::Bad, "not made").note(why.clone()),
            None if one.is_cut => Cell::tag(Tone::Warning, "made in part").note("rows are missing: there are too many"),
            None => Cell::tag(Tone::Good, "made"),
        };
        let rows = if one.why_not.is_some() { Cell::empty() } else { Cell::count(one.rows) };
        [one.due_on.into(), one.made_on.into(), state, rows, file("csv", "CSV"), file("xlsx", "Spreadsheet")]
    };
    ask.table("results", "What was made")
        .column(Column::date("due_on", "For"))
        .column(Column::date("made_on", "Made on"))
        .column(Column::text("state", "State"))
        .column(Column::count("rows", "Rows"))
        .column(Column::text("csv", "CSV"))
        .column(Column::text("xlsx", "Spreadsheet"))
        .empty("Nothing was made yet. Once the report is made by itself, its files stand here.")
        .plain()
        .rows(results.iter().map(row))
}

/// A file of a result: the question may have been another one then, so it is asked again who may see it.
async fn file(ask: &Ask, kept: &Kept, results: &[ReportResult], day: NaiveDate) -> Answer {
    let result = results.iter().find(|one| one.due_on == day).ok_or_else(Problem::not_found)?;
    check(ask, &result.address)?;
    let (form, kind, ending) = match ask.query().text("as") {
        "xlsx" => (FileOf::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        _ => (FileOf::Csv, "text/csv; charset=utf-8", "csv"),
    };
    let found = staff::report_file(&mut ask.read().await?, (kept.report.id, day), form).await?;
    let bytes = found.ok_or_else(Problem::not_found)?;
    let name = format!("attachment; filename=\"report-{}-{day}.{ending}\"", kept.report.id);
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::our_fault())?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Every rhythm there is, as the form offers it.
fn rhythms() -> impl Iterator<Item = (String, Rhythm)> {
    let weekly = (1..=7).map(Rhythm::Weekly);
    let monthly = (1..=31).map(Rhythm::Monthly);
    std::iter::once(Rhythm::Daily).chain(weekly).chain(monthly).map(|rhythm| {
        let (code, day) = rhythm.stored();
        (format!("{code}-{day}"), rhythm)
    })
}

fn schedule_form(ask: &Ask, kept: &Kept) -> Form {
    let choices = rhythms().map(|(code, rhythm)| Choice::new(code, web::shown::capital(&rhythm.words()))).collect();
    let (code, day) = kept.schedule.as_ref().map_or(Rhythm::Weekly(1), |one| one.rhythm).stored();
    let hint = "Where city hall is closed on the day, it is made on the next business day.";
    let field = Field::select("rhythm", "Made", choices).value(format!("{code}-{day}")).required();
    ask.form(&format!("{}/schedule", address_of(kept.report.id)), "Have it made")
        .because("A report is made by itself")
        .field(field.hint(hint).answers(&["no_such_day", "not_from_a_view", "too_many_schedules"]))
        .cancel(&address_of(kept.report.id))
}

fn sub_page(ask: &Ask, kept: &Kept, title: &str) -> Page {
    let above = address_of(kept.report.id);
    ask.page(title).crumbs(&[("Reports", "/reports"), (&kept.report.title, &above)])
}

fn draw_schedule(ask: &Ask, kept: &Kept, form: &Form) -> Answer {
    let lead = "It is made with what you may see on that day, and kept as CSV and spreadsheet. Whoever sees the report and \
                may look at its rows finds the files on its page.";
    sub_page(ask, kept, "Have the report made").lead(lead).form(form).answer()
}

/// On which days.
pub(super) async fn show_schedule(ask: Ask, At(number): At<String>) -> Answer {
    let kept = Kept::find(&ask, &number).await?;
    draw_schedule(&ask, &kept, &schedule_form(&ask, &kept))
}

/// Has it made on these days.
pub(super) async fn schedule(ask: Ask, At(number): At<String>) -> Answer {
    let kept = Kept::find(&ask, &number).await?;
    let mut form = schedule_form(&ask, &kept);
    if form.is_good()
        && let Some(why) = why_no_report(&kept.report.address)
    {
        form.refuse(format!("It cannot be made. {why}"));
    }
    if form.is_good() {
        let chosen = form.text("rhythm");
        let rhythm = rhythms().find(|(code, _)| *code == chosen).map_or(Rhythm::Daily, |(_, rhythm)| rhythm);
        let (every, on_day) = match rhythm {
            Rhythm::Daily => (Every::Day, 0),
            Rhythm::Weekly(day) => (Every::Week, day),
            Rhythm::Monthly(day) => (Every::Month, day),
        };
        let act = ScheduleReport { report: kept.report.id, every, on_day };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        let done = format!("The report is made {} from now on", rhythm.words());
        if let Some(go) = carried.go(&address_of(kept.report.id), done) {
            return go.answer();
        }
    }
    draw_schedule(&ask, &kept, &form)
}

fn stop_form(ask: &Ask, kept: &Kept) -> Form {
    ask.form(&format!("{}/stop", address_of(kept.report.id)), "Stop")
        .because("A report is made by itself no more")
        .danger()
        .cancel(&address_of(kept.report.id))
}

fn draw_stop(ask: &Ask, kept: &Kept, form: &Form) -> Answer {
    let lead = match kept.schedule {
        Some(_) => "It is made by itself no more. The files that were made stay until the report is dropped.",
        None => "It is not made by itself, so there is nothing to stop.",
    };
    sub_page(ask, kept, "Stop making the report").lead(lead).form(form).answer()
}

/// What stops.
pub(super) async fn show_stop(ask: Ask, At(number): At<String>) -> Answer {
    let kept = Kept::find(&ask, &number).await?;
    draw_stop(&ask, &kept, &stop_form(&ask, &kept))
}

/// Stops it.
pub(super) async fn stop(ask: Ask, At(number): At<String>) -> Answer {
    let kept = Kept::find(&ask, &number).await?;
    let mut form = stop_form(&ask, &kept);
    if form.is_good() {
        let carried: Carried<()> = form.carry_out(&ask, &StopReport { report: kept.report.id }).await?;
        if let Some(go) = carried.go(&address_of(kept.report.id), "The report is made by itself no more") {
            return go.answer();
        }
    }
    draw_stop(&ask, &kept, &form)
}
