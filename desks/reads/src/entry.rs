//! `/reads/enter`: reads of many service points on one page. Good rows are saved, odd ones ask, bad ones say why.

mod row;

use acts::Failure;
use askama::Template;
use axum::http::StatusCode;
use billing::{Along, PointToRead, WalkPlace, points_to_read, unread_points};
use chrono::NaiveDate;
use db::Read;
use kernel::ServicePointId;
use metering::ReadKind;
use metering::acts::EnterRead;
use secrets::Token;
use web::shown::{count, counted, date};
use web::{Alert, Answer, Ask, Choice, Field, Problem};

use crate::points::enter::{Measured, measure};
use crate::words::{Named, along_words, place, place_words, sentence, usual_day};
use row::{Row, Standing};

/// Rows of one page.
const ROWS: usize = 25;
/// The longest one-time key of a page.
const KEY_MAX: usize = 64;

/// The page of many boxes.
#[derive(Template)]
#[template(path = "entry/sheet.html")]
struct Sheet {
    form_key: String,
    key: String,
    cycle: String,
    from: String,
    route: String,
    after: String,
    is_route: bool,
    read_on: Field,
    kind: Field,
    rows: Vec<Row>,
    skip: Option<String>,
}

/// What was sent for the page as a whole.
struct Sent {
    named: Named,
    place: WalkPlace,
    read_on: Option<NaiveDate>,
    kind: ReadKind,
    key: String,
    is_check_only: bool,
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::load(&ask, &mut read).await?;
    let day = usual_day(ask.today(), &named.period);
    let place = place(ask.query());
    let unread = unread_points(&mut read, &named.period, &place, ROWS).await?;
    let mut points = points_to_read(&mut read, &unread.points, day).await?;
    identity::cover(&ask, &mut read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
    let mut rows: Vec<Row> = points.iter().map(Row::empty).collect();
    number_stops(&mut read, &unread.points, &mut rows).await?;
    let page = sheet(&ask, (&named, day, ReadKind::Actual), rows, (&place, unread.next.as_ref()));
    draw(&ask, (&named, &place.along), &page, Vec::new())
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let sent = Sent::take(&ask, &mut read).await?;
    let day = sent.read_on.unwrap_or_else(|| usual_day(ask.today(), &sent.named.period));
    let ids: Vec<ServicePointId> = sent_points(&ask);
    let mut points = points_to_read(&mut read, &ids, day).await?;
    identity::cover(&ask, &mut read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
    let mut rows: Vec<Row> = points.iter().map(|point| Row::take(&ask, point, sent.read_on)).collect();
    number_stops(&mut read, &ids, &mut rows).await?;
    let (mut saved, mut used) = (Vec::new(), Measured::Done);
    if !sent.is_check_only && sent.read_on.is_some() {
        for (row, point) in rows.iter_mut().zip(&points) {
            save(&ask, &sent, (row, point), &mut saved).await?;
        }
        used = measured(&ask, &sent, &saved).await?;
    }
    let standing = |standing: Standing| rows.iter().filter(|row| row.standing == standing).count();
    let (odd, bad) = (standing(Standing::Odd), standing(Standing::Bad));
    let mut alerts = Vec::new();
    if sent.read_on.is_none() {
        alerts.push(Alert::bad("Nothing is saved").text("Enter the day of the reads, such as 7/1/2026."));
    }
    if sent.is_check_only && odd + bad == 0 {
        alerts.push(Alert::good("Nothing looks odd").text("Nothing is saved yet: press Save."));
    }
    if !saved.is_empty() {
        alerts.push(used.alert(&format!("{} saved", number(saved.len(), "read", "reads"))));
    }
    if 0 < odd {
        let heading = format!("{} odd, not saved", number(odd, "read looks", "reads look"));
        alerts.push(Alert::warning(heading).text("Look again. If it is right, check the box of the row and save."));
    }
    if 0 < bad {
        alerts.push(
            Alert::bad(format!("{} be saved", number(bad, "read cannot", "reads cannot"))).text("Each row says why."),
        );
    }
    rows.retain(|row| row.standing != Standing::Saved);
    if !sent.is_check_only && odd + bad == 0 && sent.read_on.is_some() {
        let alert = alerts.pop().unwrap_or_else(|| Alert::info("Nothing was entered"));
        return ask.go(&sent.named.href_at("/reads/enter", &sent.place)).saying(alert).answer();
    }
    let mut page = sheet(&ask, (&sent.named, day, sent.kind), rows, (&sent.place, None));
    if let Some(key) = sent.is_check_only.then(|| sent.key.clone()).filter(|key| !key.is_empty()) {
        page.key = key;
    }
    draw(&ask, (&sent.named, &sent.place.along), &page, alerts)
}

fn number(count: usize, one: &str, many: &str) -> String {
    counted(i64::try_from(count).unwrap_or(i64::MAX), one, many)
}

impl Sent {
    async fn take(ask: &Ask, read: &mut Read) -> Result<Sent, Problem> {
        let posted = ask.posted();
        let from = posted.text("from").parse().map_err(|_| Problem::not_found())?;
        let named = Named::find(read, posted.text("cycle"), from).await?.ok_or_else(Problem::not_found)?;
        let key = posted.text("key");
        let is_key = (16..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        Ok(Sent {
            named,
            place: place(posted),
            read_on: row::day(posted.text("read_on")),
            kind: ReadKind::parse(posted.text("kind")).unwrap_or(ReadKind::Actual),
            key: if is_key { key.to_owned() } else { Token::new(ask.site().random()).text().to_owned() },
            is_check_only: posted.text("step") == "check",
        })
    }
}

/// The service points of the rows that were sent, a page of them at most.
fn sent_points(ask: &Ask) -> Vec<ServicePointId> {
    let ids = ask.posted().all("point").iter().filter_map(|id| id.parse().ok()).filter(|id| 0 < *id);
    ids.take(ROWS).map(ServicePointId).collect()
}

/// Saves a row that is good, and says of others why they are not.
async fn save(
    ask: &Ask,
    sent: &Sent,
    (row, point): (&mut Row, &PointToRead),
    saved: &mut Vec<ServicePointId>,
) -> Result<(), Problem> {
    let (Standing::Good, Some(count), Some(read_on)) = (row.standing, row.number, sent.read_on) else {
        return Ok(());
    };
    let (service_point, kind, code) = (row.reference.clone(), sent.kind, row.code.clone());
    let is_right = row.is_sure.then_some(true);
    let act = EnterRead { service_point, read_on, count, kind, code, is_right };
    let key = format!("{} {} {count} {read_on}", sent.key, point.point.0);
    let by = ask.who()?.by("entered with the reads of a cycle", &key);
    match ask.site().door().carry_out(&by, &act).await {
        Ok(_) => {
            row.standing = Standing::Saved;
            saved.push(point.point);
        }
        Err(Failure::Refused(refusal)) => row.refuse(sentence(&refusal.to_string())),
        Err(Failure::Waiting(waiting)) => {
            row.refuse(format!(
                "Sent for approval as proposal {}: it changes what was read after it.",
                waiting.proposal.0
            ));
        }
        Err(Failure::Fault(fault)) => return Err(Problem::from(fault)),
    }
    Ok(())
}

/// What was used follows from the reads at once, where the period was closed before.
async fn measured(ask: &Ask, sent: &Sent, saved: &[ServicePointId]) -> Result<Measured, Problem> {
    if saved.is_empty() || !sent.named.period.is_closed {
        return Ok(Measured::Done);
    }
    let by = ask.who()?.by("late reads were entered", &format!("{} measure {}", sent.key, saved.len()));
    measure(ask, &by, saved.to_vec()).await
}

fn sheet(
    ask: &Ask,
    (named, day, kind): (&Named, NaiveDate, ReadKind),
    rows: Vec<Row>,
    (place, next): (&WalkPlace, Option<&WalkPlace>),
) -> Sheet {
    let from = named.period.period.from().to_string();
    let skip = next.map(|next| named.href_at("/reads/enter", next));
    let [(_, route), (_, after)] = place_words(place);
    let who = vec![Choice::new("actual", "The city"), Choice::new("customer", "The customer")];
    Sheet {
        form_key: ask.form_key().to_owned(),
        key: Token::new(ask.site().random()).text().to_owned(),
        cycle: named.cycle.code.clone(),
        from,
        route,
        after,
        is_route: matches!(place.along, Along::Route(_)),
        read_on: Field::date("read_on", "Read on").required().value(day.to_string()),
        kind: Field::select("kind", "Read by", who).required().value(kind.code()),
        rows,
        skip,
    }
}

/// The numbers that the rows have on their routes.
async fn number_stops(read: &mut Read, points: &[ServicePointId], rows: &mut [Row]) -> Result<(), Problem> {
    let stops = metering::stops_of(read, points).await?;
    for row in rows {
        row.stop = stops.get(&ServicePointId(row.id)).map(|stop| count(&stop.sequence)).unwrap_or_default();
    }
    Ok(())
}

fn draw(ask: &Ask, (named, along): (&Named, &Along), sheet: &Sheet, alerts: Vec<Alert>) -> Answer {
    let window = format!("{} through {}", date(&named.period.read_from), date(&named.period.read_through));
    let page = ask.page("Enter reads").crumbs(&[("Reads", "/reads")]);
    let walk = along_words(along).map(|words| format!("{words}. ")).unwrap_or_default();
    let page = page.lead(format!("{walk}{}. Reads from {window} close this period.", named.words()));
    let missing = named.href_at("/reads/missing", &WalkPlace::first(along.clone()));
    let page = page.action("List of what is missing", &missing).action("By route", &named.href("/reads/routes"));
    let is_whole = sheet.rows.iter().all(|row| matches!(row.standing, Standing::Good | Standing::Empty));
    let page = alerts.into_iter().fold(page, web::Page::alert).body(sheet);
    if is_whole { page.answer() } else { page.status(StatusCode::UNPROCESSABLE_ENTITY).answer() }
}
