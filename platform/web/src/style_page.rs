//! The living style page: every component of the kit, as it looks in this town.

use askama::Template;
use axum::http::{Method, StatusCode};
use chrono::NaiveDate;
use kernel::Cents;

use crate::{
    Access, Alert, Answer, Ask, Cell, Changes, Chart, Choice, Column, Empty, Event, Facts, Field, Form, Page, Progress,
    Queues, Route, Steps, Table, Tabs, Timeline, Tone, live,
};

const PATH: &str = "/style";
const ERRORS_PATH: &str = "/style/errors";
const LIVE_PATH: &str = "/style/live";

/// The page, what its form is sent to, and its live progress.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(PATH, "Style page", Access::SignedIn, show),
        Route::form(PATH, "Style page (form sent)", Access::SignedIn, send),
        Route::page(ERRORS_PATH, "Style page: a form with errors", Access::SignedIn, show_errors),
        Route::api(Method::GET, LIVE_PATH, ("Style page: live progress", Access::SignedIn), tell),
    ]
}

/// Every part of the kit.
#[derive(Template)]
#[template(path = "style_page.html")]
struct StylePage {
    alerts: Vec<Alert>,
    queues: Queues,
    facts: Facts,
    tabs: Tabs,
    steps: Steps,
    table: Table,
    plain: Table,
    none: Table,
    form: Form,
    small: Form,
    danger: Form,
    changes: Changes,
    timeline: Timeline,
    columns: Chart,
    lines: Chart,
    progress: Progress,
    empty: Empty,
    tones: [Tone; 5],
}

async fn show(ask: Ask) -> Answer {
    let page = style_page(&ask);
    match page.table.file()? {
        Some(file) => Ok(file),
        None => head(&ask).body(&page).answer(),
    }
}

async fn send(ask: Ask) -> Answer {
    let page = style_page(&ask);
    if page.form.is_good() {
        let saying = Alert::good("The form was read").text("It is an example, so nothing was changed.");
        return ask.go(PATH).saying(saying).answer();
    }
    head(&ask).status(StatusCode::UNPROCESSABLE_ENTITY).body(&page).answer()
}

/// The form as it comes back when much is wrong with it.
async fn show_errors(ask: Ask) -> Answer {
    let mut form = form(&ask);
    form.refuse("The period June 2026 is locked. Choose a date in July, or ask the accountant to open it.");
    form.refuse_field("name", "Name: enter something");
    form.refuse_field("limit", "Limit: enter an amount in dollars, such as 1,250.00");
    form.refuse_field("position", "Position: choose one");
    form.refuse_field("channels", "Told by: choose at least one");
    form.refuse_field("agrees", "I have read the cash handling policy: check the box");
    ask.page("A form with errors").crumbs(&[("Style page", PATH)]).form(&form).answer()
}

async fn tell(_ask: Ask) -> Answer {
    let begun = std::time::Instant::now();
    Ok(live(move || async move {
        let done = i64::try_from(begun.elapsed().as_secs()).unwrap_or(0) * 6_400 + 83_200;
        Some(progress(done.min(218_067)))
    }))
}

fn head(ask: &Ask) -> Page {
    ask.page("Style page")
        .lead("Every part a page can be made of, with invented figures.")
        .crumbs(&[("Administration", "/")])
        .action("A form with errors", ERRORS_PATH)
}

fn style_page(ask: &Ask) -> StylePage {
    StylePage {
        alerts: alerts(),
        queues: Queues::new()
            .queue(("Approvals", PATH), 7, "Oldest since yesterday, 3:40 p.m.", Tone::Warning)
            .queue(("Exceptions of run 41", PATH), 4_018, "Bill date July 3", Tone::Bad)
            .queue(("Returned mail", PATH), 12, "Oldest since June 28", Tone::Info)
            .queue(("Unbalanced tills", PATH), 0, "All balanced", Tone::Good),
        facts: Facts::new()
            .fact("Account", "1004-2217-8")
            .link("Customer", "Rosa Delgado", PATH)
            .tag("State", Tone::Good, "active")
            .fact("Balance", "$128.40 since Jun 12, 2026")
            .fact("Last payment", "")
            .fact("Class", "Residential, inside the city"),
        tabs: Tabs::new("Account")
            .tab("Overview", PATH)
            .counted("Bills", "#bills", 36)
            .counted("Cases", "#cases", 2)
            .current(PATH),
        steps: Steps::new(&["Prepare", "Trial", "Exceptions", "Sign", "Post"], 3),
        table: table(ask),
        plain: ask
            .table("aging", "Receivables by age")
            .column(Column::text("age", "Age"))
            .column(Column::count("accounts", "Accounts").totaled())
            .column(Column::money("owed", "Owed").totaled())
            .plain()
            .rows([
                [Cell::text("Up to 30 days"), Cell::count(1_840), Cents(21_442_010).into()],
                [Cell::text("31 to 60 days"), Cell::count(312), Cents(4_110_377).into()],
                [Cell::text("Over 60 days"), Cell::count(96), Cents(-12_500).into()],
            ]),
        none: ask
            .table("holds", "Holds")
            .column(Column::text("hold", "Hold"))
            .plain()
            .empty("No hold is on this account."),
        form: form(ask),
        small: ask.form(PATH, "Take").small(),
        danger: ask.form(PATH, "End all sessions").danger().small(),
        changes: Changes::new()
            .change("Class", "Residential", "Commercial")
            .change("Adjustment", "", "($240.00) credit")
            .change("Bank account", "ends in 4411", ""),
        timeline: timeline(),
        columns: use_chart(),
        lines: run_chart(),
        progress: progress(83_200).live(LIVE_PATH),
        empty: Empty::new("No open complaints")
            .text("New ones appear here as soon as they are taken.")
            .action("Take a complaint", PATH),
        tones: [Tone::Plain, Tone::Info, Tone::Good, Tone::Warning, Tone::Bad],
    }
}

fn alerts() -> Vec<Alert> {
    vec![
        Alert::good("Run 41 was signed").text("18,204 bills, $2,114,903.77. It can be posted now."),
        Alert::info("Sent for approval as proposal 118")
            .text("A second person has to agree, because $620.00 is over your limit of $500.00."),
        Alert::warning("Two customers share this phone number").item("Rosa Delgado").item("Delgado Roofing LLC"),
        Alert::bad("The adjustment was refused")
            .text("The period June 2026 is locked (financial policy 4.2).")
            .link("Choose a date in July", "#form"),
        Alert::new(Tone::Plain, "This town is invented").text("Nothing here is about real people."),
    ]
}

fn table(ask: &Ask) -> Table {
    let kinds = [("active", Tone::Good), ("on hold", Tone::Warning), ("final", Tone::Plain), ("shut off", Tone::Bad)];
    let names = ["Rosa Delgado", "Amir Haddad", "Wei Chen", "Saguaro Bakery LLC", "Ines Moreau", "Tom O’Neill"];
    let rows =
        (0..173_i64).zip(kinds.iter().cycle()).zip(names.iter().cycle()).map(|((number, (state, tone)), name)| {
            let owed = Cents((number * 7_919) % 42_000 - 2_500);
            let since = NaiveDate::from_ymd_opt(2026, 6, 1)
                .and_then(|first| first.checked_sub_days(chrono::Days::new((number * 13 % 90).unsigned_abs())));
            [
                Cell::text(format!("1004-{:04}-{}", 2_200 + number, number % 9)).link(PATH),
                Cell::text(*name).note(format!("{} E Main St", 100 + number * 4)),
                Cell::tag(*tone, *state),
                Cell::from(since),
                Cell::count(number * 37 % 4_000),
                Cell::from(owed),
            ]
        });
    ask.table("accounts", "Accounts")
        .column(Column::text("account", "Account").whole())
        .column(Column::text("customer", "Customer"))
        .column(Column::text("state", "State"))
        .column(Column::date("since", "Owes since"))
        .column(Column::count("gallons", "Gallons").totaled())
        .column(Column::money("owed", "Balance").totaled())
        .rows(rows)
}

fn form(ask: &Ask) -> Form {
    let positions = vec![Choice::new("csr", "Customer service representative"), Choice::new("cashier", "Cashier")];
    let channels = vec![
        Choice::new("mail", "Mail"),
        Choice::new("email", "E-mail").hint("Faster, and costs no postage"),
        Choice::new("phone", "Phone"),
    ];
    let seconds = vec![Choice::new("app", "An app that shows codes"), Choice::new("none", "None yet")];
    ask.form(PATH, "Save")
        .field(Field::text("name", "Name").hint("As in the payroll.").required().max(80))
        .field(Field::email("email", "E-mail"))
        .field(Field::select("position", "Position", positions).required())
        .field(Field::date("joined", "First day").required())
        .field(Field::money("limit", "Limit").hint("The largest adjustment without a second person."))
        .field(Field::whole("extension", "Extension"))
        .field(Field::radios("second", "Second factor", seconds).required())
        .field(Field::checks("channels", "Told by", channels))
        .field(Field::reason())
        .field(Field::check("agrees", "I have read the cash handling policy"))
        .cancel(PATH)
}

fn timeline() -> Timeline {
    Timeline::new()
        .event(Event::new("Jul 1, 2026, 9:12 a.m.", "Payment of $128.40").by("M. Ortiz, till 3").tone(Tone::Good))
        .event(
            Event::new("Jun 20, 2026, 2:03 p.m.", "Adjustment refused")
                .by("J. Park")
                .text("The leak was on the city’s side of the meter; no credit is due.")
                .tone(Tone::Bad)
                .link(PATH),
        )
        .event(Event::new("Jun 12, 2026, 6:00 a.m.", "Bill 41-0932 for $128.40").by("Bill run 41"))
        .event(Event::new("Jun 3, 2026, 10:47 a.m.", "Read of 4,112 accepted").by("Route 7").tone(Tone::Info))
}

fn use_chart() -> Chart {
    let months = ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun"];
    let gallons = [11_200, 12_050, 10_400, 7_300, 5_100, 4_200, 4_050, 4_300, 5_600, 7_200, 9_800, 11_900];
    let chart = Chart::columns("Water used, twelve months", "Month", &["Gallons this year", "Gallons last year"])
        .summary("Use is highest in August, at 12,050 gallons, and lowest in January; this year is below the last in every month.");
    months.iter().zip(gallons).fold(chart, |chart, (month, size)| {
        let (now, before) = (format!("{} gal", crate::shown::count(&size)), size + size / 9);
        chart.point(month, &[(size, now.as_str()), (before, format!("{} gal", crate::shown::count(&before)).as_str())])
    })
}

fn run_chart() -> Chart {
    let chart = Chart::lines("Run totals against the last cycle", "Cycle", &["This cycle", "Last cycle"])
        .summary("Totals follow those of the last cycle; C is higher by 6 percent.");
    [("A", 412, 405), ("B", 388, 392), ("C", 455, 429), ("D", 401, 398), ("E", 376, 370), ("F", 420, 424)]
        .into_iter()
        .fold(chart, |chart, (cycle, now, before)| {
            let words = |thousands: i64| format!("${},000", thousands);
            chart.point(cycle, &[(now, words(now).as_str()), (before, words(before).as_str())])
        })
}

fn progress(done: i64) -> Progress {
    let words = format!("{} of 218,067 records", crate::shown::count(&done));
    Progress::new("Importing consumption", done, 218_067).words(words)
}
