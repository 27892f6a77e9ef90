//! `/moves`: whose services begin and end, recently and soon.

use std::collections::BTreeMap;

use billing::permissions::{CORRECT, MOVES};
use billing::{
    AccountMove, BillToMakeAgain, MoveSide, WhyAgain, account_moves, account_moves_count, bills_to_make_again,
};
use chrono::{Days, NaiveDate};
use customers::permissions::CHANGE;
use kernel::{AccountId, Period, ServicePointId};
use premises::ServicePoint;
use web::{Alert, Answer, Ask, Cell, Column, Field, LookUp, Tabs, Tone, address};

use crate::words::{account_href, before, rebill_href, stop_href};

/// Days behind and ahead that are shown when none are asked for.
const BEHIND: u64 = 30;
const AHEAD: u64 = 60;
/// The most days looked at together.
const DAYS_MAX: i64 = 366;

pub(crate) async fn show(ask: Ask) -> Answer {
    let (side, name) = match ask.query().text("side") {
        "out" => (MoveSide::Stops, "out"),
        _ => (MoveSide::Starts, "in"),
    };
    let (days, is_wrong) = asked(&ask);
    let mut read = ask.read().await?;
    let window = ask.window();
    let ins = account_moves_count(&mut read, MoveSide::Starts, days).await?;
    let outs = account_moves_count(&mut read, MoveSide::Stops, days).await?;
    let moves = account_moves(&mut read, side, days, (window.offset(), window.size())).await?;
    let accounts: Vec<AccountId> = moves.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let points: Vec<ServicePointId> = moves.iter().map(|one| one.service_point).collect();
    let mut points = premises::points_by_id(&mut read, &points).await?;
    identity::cover(&ask, &mut read, points.values_mut().map(|one| (one.id, &mut one.address))).await?;
    let again = match side {
        MoveSide::Stops => {
            let leaving: Vec<AccountId> = moves.iter().map(|one| one.account).collect();
            bills_to_make_again(&mut read, &leaving).await?
        }
        MoveSide::Starts => Vec::new(),
    };
    let (waiting, _) = billing::pending_count(&mut read).await?;
    let total = if side == MoveSide::Starts { ins } else { outs };
    let table = ask
        .table("moves", if side == MoveSide::Starts { "Who moves in" } else { "Who moves out" })
        .column(Column::date("on", if side == MoveSide::Starts { "First day" } else { "Last day" }))
        .column(Column::text("account", "Account"))
        .column(Column::text("name", "Name"))
        .column(Column::text("place", "Where"))
        .column(Column::count("services", "Services"))
        .column(Column::text("state", "State"))
        .column(Column::text("change", "Change"))
        .empty("Nobody moves in these days.")
        .windowed(usize::try_from(total).unwrap_or(0))
        .rows(moves.iter().map(|one| row(&ask, side, (one, &again), (&accounts, &points))));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let (from, through) = (days.from().to_string(), before(days.to()).to_string());
    let href = |side| address("/moves", &[("side", side), ("from", &from), ("through", &through)]);
    let tabs = Tabs::new("Moves")
        .counted("Moving in", href("in"), ins)
        .counted("Moving out", href("out"), outs)
        .counted("To complete", "/moves/pending", waiting)
        .current(&href(name));
    let page = ask.page("Moves").lead("Whose services begin and end, recently and soon.");
    let page = match ask.may(MOVES) {
        true => page.action("Move somebody", "/moves/new").action("Start a service", "/moves/service"),
        false => page,
    };
    let page = match ask.may(CHANGE) {
        true => page.action("Open an account", "/moves/account"),
        false => page,
    };
    let page = match is_wrong {
        true => page.alert(
            Alert::bad("These days cannot be looked up")
                .text("Enter two dates such as 7/1/2026, at most a year apart. The usual days are shown."),
        ),
        false => page,
    };
    let look_up = LookUp::new(&ask, "Days", "Look up")
        .field(Field::hidden("side", name))
        .field(Field::date("from", "From").value(from))
        .field(Field::date("through", "Through").value(through));
    page.body(&tabs).body(&look_up).body(&table).answer()
}

fn row(
    ask: &Ask,
    side: MoveSide,
    (one, again): (&AccountMove, &[BillToMakeAgain]),
    (accounts, points): (&BTreeMap<AccountId, customers::Account>, &BTreeMap<ServicePointId, ServicePoint>),
) -> [Cell; 7] {
    let account = accounts.get(&one.account);
    let number = account.map(|account| account.number.to_string()).unwrap_or_default();
    let day = if side == MoveSide::Starts { one.on } else { before(one.on) };
    // A stop that was told late leaves bills that reach beyond it.
    let stopped = WhyAgain::Stopped { stopped_on: one.on };
    let beyond = again.iter().find(|bill| bill.account == one.account && bill.why == stopped);
    let state = match day.cmp(&ask.today()) {
        std::cmp::Ordering::Greater => Cell::tag(Tone::Info, "coming"),
        std::cmp::Ordering::Equal => Cell::tag(Tone::Warning, "today"),
        std::cmp::Ordering::Less => Cell::tag(Tone::Plain, "done"),
    };
    let state = match beyond {
        Some(bill) => {
            let tag = Cell::tag(Tone::Bad, "billed beyond").note(format!("Bill {} is to be made again", bill.number));
            if ask.may(CORRECT) { tag.link(rebill_href(bill.number)) } else { tag }
        }
        None => state,
    };
    let place = points.get(&one.service_point).map(|point| match point.address.is_empty() {
        true => point.reference.clone(),
        false => point.address.clone(),
    });
    [
        day.into(),
        Cell::text(&number).link(account_href(&number)),
        Cell::text(account.map(|account| account.customer_name.clone()).unwrap_or_default()),
        Cell::text(place.unwrap_or_default()),
        Cell::count(one.services),
        state,
        match side {
            MoveSide::Stops if ask.may(MOVES) => Cell::text("Put off or take back").link(stop_href(&number, one.on)),
            MoveSide::Starts | MoveSide::Stops => Cell::empty(),
        },
    ]
}

/// The days asked for; the usual ones, when they make no sense or none are named.
fn asked(ask: &Ask) -> (Period, bool) {
    let today = ask.today();
    let usual = Period::new(
        today.checked_sub_days(Days::new(BEHIND)).unwrap_or(today),
        today.checked_add_days(Days::new(AHEAD)).unwrap_or(today),
    );
    let usual = usual.unwrap_or_else(|_| kernel::Month::of(today).period());
    let (from, through) = (ask.query().text("from"), ask.query().text("through"));
    if from.is_empty() && through.is_empty() {
        return (usual, false);
    }
    let day = |text: &str| -> Option<NaiveDate> {
        let forms = ["%Y-%m-%d", "%m/%d/%Y"];
        forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
    };
    let period = day(from).zip(day(through).and_then(|day| day.succ_opt()));
    match period.and_then(|(from, to)| Period::new(from, to).ok()).filter(|period| period.days() <= DAYS_MAX) {
        Some(period) => (period, false),
        None => (usual, true),
    }
}
