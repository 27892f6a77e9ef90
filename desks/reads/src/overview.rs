//! `/reads`: the periods whose reads are entered or closed now, cycle by cycle.

use billing::{Along, CyclePeriod, Unread, WalkPlace, periods_to_close, unread_points};
use chrono::NaiveDate;
use metering::permissions::ENTER_READS;
use web::shown::{count, counted};
use web::{Alert, Answer, Ask, Cell, Column, Tone};

use crate::words::{days, period_href};

/// Missing reads are counted up to here.
const COUNTED: usize = 500;

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let cycles = billing::cycles(&mut read).await?;
    let all = billing::cycle_periods(&mut read).await?;
    let today = ask.today();
    let mut table = ask
        .table("periods", "Periods to read and close")
        .column(Column::text("cycle", "Cycle"))
        .column(Column::text("period", "Period"))
        .column(Column::date("read_from", "Read from"))
        .column(Column::date("read_through", "Read through"))
        .column(Column::text("state", "State"))
        .column(Column::text("missing", "Not read yet"))
        .column(Column::text("routes", "By route"))
        .column(Column::text("next", "What to do"))
        .empty("Nothing is to be read now. The next reading window is in the calendar of the cycle.");
    let (mut late, mut seen) = (0, Vec::new());
    for one in periods_to_close(&all, today) {
        let code = cycles.iter().find(|cycle| cycle.id == one.cycle).map_or("", |cycle| cycle.code.as_str());
        let unread = unread_points(&mut read, &one, &WalkPlace::first(Along::Cycle), COUNTED).await?;
        late += i64::from(one.read_through < today);
        table.push(row(&ask, code, &one, &unread, !seen.contains(&one.cycle)));
        seen.push(one.cycle);
    }
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let page = ask.page("Reads").lead("Which cycles are being read, what is missing, and what is to be closed.");
    let page = match late {
        0 => page,
        late => page.alert(
            Alert::warning(format!("{} can be closed", counted(late, "period", "periods")))
                .text("The reading window is over. Closing the reads works out what was used; bills wait for it."),
        ),
    };
    page.body(&table).answer()
}

fn row(ask: &Ask, code: &str, one: &CyclePeriod, unread: &Unread, is_first: bool) -> [Cell; 8] {
    let from = one.period.from();
    let missing = match (unread.points.len(), &unread.next) {
        (0, None) => Cell::text("none"),
        (some, None) => {
            Cell::text(count(&i64::try_from(some).unwrap_or(0))).link(period_href("/reads/missing", code, from))
        }
        (some, Some(_)) => {
            let words = format!("{} or more", count(&i64::try_from(some).unwrap_or(0)));
            Cell::text(words).link(period_href("/reads/missing", code, from))
        }
    };
    let (state, next) = match state(one, ask.today()) {
        State::BeingRead if ask.may(ENTER_READS) => {
            (Cell::tag(Tone::Info, "being read"), link("Enter reads", "/reads/enter", code, from))
        }
        State::BeingRead => (Cell::tag(Tone::Info, "being read"), link("See them", "/reads/missing", code, from)),
        State::ToClose if is_first && ask.may(billing::permissions::CLOSE_READS) => {
            (Cell::tag(Tone::Warning, "to close"), link("Close reads", "/reads/close", code, from))
        }
        State::ToClose if ask.may(ENTER_READS) => {
            (Cell::tag(Tone::Warning, "to close"), link("Enter late reads", "/reads/enter", code, from))
        }
        State::ToClose => (Cell::tag(Tone::Warning, "to close"), link("See them", "/reads/missing", code, from)),
    };
    [
        Cell::text(code),
        Cell::text(days(one.period)),
        one.read_from.into(),
        one.read_through.into(),
        state,
        missing.note(format!("of {}", counted(unread.looked, "service point", "service points"))),
        link("Routes", "/reads/routes", code, from),
        next,
    ]
}

fn link(words: &str, path: &str, code: &str, from: NaiveDate) -> Cell {
    Cell::text(words).link(period_href(path, code, from))
}

enum State {
    BeingRead,
    ToClose,
}

fn state(one: &CyclePeriod, today: NaiveDate) -> State {
    if today <= one.read_through { State::BeingRead } else { State::ToClose }
}
