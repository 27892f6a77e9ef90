//! `/reads/flagged`: figures at which something was found when reads were closed; at first those not billed yet.

use chrono::NaiveDate;
use kernel::{AccountId, Month, Period, ServicePointId};
use web::{Alert, Answer, Ask, Cell, Column, Field, LookUp, Tone};

use crate::queue::to_look_at;
use crate::words::{account_href, days, findings, point_href};

/// The most days looked at together.
const DAYS_MAX: i64 = 366;

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let all = billing::cycle_periods(&mut read).await?;
    let asked = asked(&ask);
    let window = ask.window();
    let (period, found, total) = match asked {
        Some(Ok(period)) => {
            let total = metering::found_count(&mut read, period).await?;
            let found = metering::found_uses(&mut read, period, (window.offset(), window.size())).await?;
            (period, found, usize::try_from(total).unwrap_or(0))
        }
        // What waits: the same figures that the home page counts.
        Some(Err(())) | None => {
            let waiting = to_look_at(&mut read, &all).await?;
            let total = waiting.len();
            let period = days_of(&waiting).unwrap_or_else(|| last_closed(&ask, &all));
            (period, waiting.into_iter().skip(window.offset()).take(window.size()).collect(), total)
        }
    };
    let is_wrong = asked == Some(Err(()));
    let accounts: Vec<AccountId> = found.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let points: Vec<ServicePointId> = found.iter().map(|one| one.service_point).collect();
    let mut points = premises::points_by_id(&mut read, &points).await?;
    identity::cover(&ask, &mut read, points.values_mut().map(|one| (one.id, &mut one.address))).await?;
    let table = ask
        .table("flagged", "Reads to look at")
        .column(Column::text("point", "Service point"))
        .column(Column::text("account", "Account"))
        .column(Column::text("days", "Days"))
        .column(Column::text("use", "Use"))
        .column(Column::text("kind", "Figure"))
        .column(Column::text("found", "What was found"))
        .empty(match asked {
            Some(Ok(_)) => "Nothing was found about the reads of these days.",
            Some(Err(())) | None => "Nothing waits: what was found is billed. Look up other days above.",
        })
        .windowed(total)
        .rows(found.iter().map(|one| {
            let point = points.get(&one.service_point);
            let reference = point.map(|point| point.reference.clone()).unwrap_or_default();
            let number = accounts.get(&one.account).map(|account| account.number.to_string()).unwrap_or_default();
            [
                Cell::text(&reference)
                    .link(point_href(&reference))
                    .note(point.map(|point| point.address.clone()).unwrap_or_default()),
                Cell::text(&number).link(account_href(&number)),
                Cell::text(days(one.period)),
                Cell::text(web::shown::quantity(&one.quantity)),
                match one.is_estimated {
                    true => Cell::tag(Tone::Warning, "estimated"),
                    false => Cell::tag(Tone::Plain, "read"),
                },
                Cell::text(findings(&one.findings).join(" ")),
            ]
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    draw(&ask, period, is_wrong, &table)
}

/// The days in which some figures lie.
fn days_of(found: &[metering::FoundUse]) -> Option<Period> {
    let from = found.iter().map(|one| one.period.from()).min()?;
    let to = found.iter().map(|one| one.period.to()).max()?;
    Period::new(from, to).ok()
}

/// The period that was closed last.
fn last_closed(ask: &Ask, all: &[billing::CyclePeriod]) -> Period {
    let closed = all.iter().filter(|one| one.is_closed).map(|one| one.period);
    closed.max_by_key(|period| period.from()).unwrap_or_else(|| Month::of(ask.today()).period())
}

fn draw(ask: &Ask, period: Period, is_wrong: bool, table: &web::Table) -> Answer {
    let lead = "Use that is high, low or nothing, reads that were passed over, and days without a read. \
                What is billed as it stands becomes an exception of its run.";
    let page = ask.page("Reads to look at").crumbs(&[("Reads", "/reads")]).lead(lead);
    let page =
        match is_wrong {
            true => page.alert(Alert::bad("These days cannot be looked up").text(
                "Enter two dates such as 7/1/2026, at most a year apart. What is not billed yet is shown instead.",
            )),
            false => page,
        };
    let last = period.to().pred_opt().unwrap_or(period.to());
    let look_up = LookUp::new(ask, "Days", "Look up")
        .field(Field::date("from", "Periods that begin from").value(period.from().to_string()))
        .field(Field::date("through", "Through").value(last.to_string()));
    page.body(&look_up).body(table).answer()
}

/// The days asked for; an error when they make no sense.
fn asked(ask: &Ask) -> Option<Result<Period, ()>> {
    let (from, through) = (ask.query().text("from"), ask.query().text("through"));
    if from.is_empty() && through.is_empty() {
        return None;
    }
    let day = |text: &str| -> Option<NaiveDate> {
        let forms = ["%Y-%m-%d", "%m/%d/%Y"];
        forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
    };
    let period = day(from).zip(day(through).and_then(|day| day.succ_opt()));
    let period = period.and_then(|(from, to)| Period::new(from, to).ok()).filter(|period| period.days() <= DAYS_MAX);
    Some(period.ok_or(()))
}
