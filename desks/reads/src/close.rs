//! `/reads/close`: what closing the reads of a period would do; then how far it is, and what came of it.

use acts::Progress as Done;
use billing::acts::{CloseReads, ClosedChunk};
use billing::{Along, PointToRead, WalkPlace, points_to_read, unread_points};
use db::Read;
use kernel::{OrderId, ServicePointId};
use web::shown::{count, counted, date};
use web::{Alert, Answer, Ask, At, Carried, Columns, Facts, Form, Page, Problem, Progress, Section, Tone, number};
use web::{Cell, Column};

use crate::words::{Named, about, point_href};

/// Missing reads that are looked at for a preview.
const LOOKED: usize = 500;
/// Those of them that are shown.
const SHOWN: usize = 25;

fn form(ask: &Ask, named: &Named) -> Form {
    ask.form("/reads/close", "Close the reads")
        .because("the reads of a period are closed")
        .field(web::Field::hidden("cycle", &named.cycle.code))
        .field(web::Field::hidden("from", named.period.period.from().to_string()))
        .cancel("/reads")
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::load(&ask, &mut read).await?;
    let form = form(&ask, &named);
    draw(&ask, &mut read, &named, &form).await
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let from = ask.posted().text("from").parse().map_err(|_| Problem::not_found())?;
    let named = Named::find(&mut read, ask.posted().text("cycle"), from).await?.ok_or_else(Problem::not_found)?;
    let mut form = form(&ask, &named);
    if form.is_good() {
        let act = CloseReads { cycle: named.cycle.code.clone(), from_on: named.period.period.from() };
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(done) => format!("/reads/closings/{}", done.outcome.0),
            Carried::Waiting(_) | Carried::Refused => "/reads".to_owned(),
        };
        if let Some(go) = carried.go(&path, "The reads are being closed") {
            return go.answer();
        }
    }
    draw(&ask, &mut read, &named, &form).await
}

async fn draw(ask: &Ask, read: &mut Read, named: &Named, form: &Form) -> Answer {
    let unread = unread_points(read, &named.period, &WalkPlace::first(Along::Cycle), LOOKED).await?;
    let shown: Vec<ServicePointId> = unread.points.iter().take(SHOWN).copied().collect();
    let mut points = points_to_read(read, &shown, named.period.read_through).await?;
    identity::cover(ask, read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
    let missing = i64::try_from(unread.points.len()).unwrap_or(0);
    let more = if unread.next.is_some() { " or more" } else { "" };
    let facts = Facts::new()
        .fact("Cycle", &named.cycle.code)
        .fact("Period", crate::words::days(named.period.period))
        .fact("Read through", date(&named.period.read_through))
        .fact("Bills on", date(&named.period.bill_on))
        .fact("Service points looked at", count(&unread.looked))
        .tag("Without a read", if missing == 0 { Tone::Good } else { Tone::Warning }, format!("{missing}{more}"));
    let what = match missing {
        0 => "Every meter was read. What was used is worked out from the reads.".to_owned(),
        _ => format!(
            "What was used is worked out from the reads. {}{more} without a read will be estimated, or carry no figure \
             where nothing is known of earlier use. A late read takes the place of an estimate.",
            counted(missing, "service point", "service points")
        ),
    };
    let preview = Section::new("preview", "What happens").with(&web::Words::new(what)).with(&table(ask, &points));
    let side = vec![Section::bare().with(&facts), Section::new("close", "Close them").with(form)];
    let page = ask.page("Close reads").crumbs(&[("Reads", "/reads")]).lead(named.words());
    let page = if ask.today() <= named.period.read_through {
        let words =
            format!("Meters are read through {}. Close the reads after that day.", date(&named.period.read_through));
        page.alert(Alert::warning("The reading window is open").text(words))
    } else if named.period.is_closed {
        page.alert(Alert::info("These reads were closed before").text("Closed again, reads that came late count."))
    } else {
        page
    };
    let page = page.body(&Columns { main: vec![preview], side });
    match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.answer(),
    }
}

fn table(ask: &Ask, points: &[PointToRead]) -> web::Table {
    ask.table("estimated", "Without a read")
        .column(Column::text("point", "Service point"))
        .column(Column::date("last_on", "Last read"))
        .column(Column::text("usual", "Usual in 30 days"))
        .empty("No read is missing.")
        .plain()
        .rows(points.iter().map(|point| {
            [
                Cell::text(&point.reference).link(point_href(&point.reference)).note(point.address.clone()),
                point.last.as_ref().map(|last| last.read_on).into(),
                Cell::text(point.usual().map(about).unwrap_or_else(|| "not known".to_owned())),
            ]
        }))
}

/// How far an order to close reads is, with what came of it so far.
async fn looked(read: &mut Read, order: &str) -> Result<(OrderId, Done, ClosedChunk), Problem> {
    let order = OrderId(number(order)?);
    let done = acts::progress(read, order).await?;
    if done.chunks == 0 && acts::order_act(read, order).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok((order, done, ClosedChunk::of_order(read, order).await?))
}

fn told(order: OrderId, done: Done, closed: ClosedChunk) -> Progress {
    let words = format!(
        "{} of {} parts, {}",
        count(&done.done),
        count(&done.chunks),
        counted(closed.figures, "figure", "figures")
    );
    Progress::new("Closing the reads", done.done, done.chunks)
        .words(words)
        .live(format!("/reads/closings/{}/live", order.0))
}

pub(crate) async fn progress(ask: Ask, At(order): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let (order, done, closed) = looked(&mut read, &order).await?;
    let facts = Facts::new()
        .fact("Figures that are new or changed", count(&closed.figures))
        .fact("Estimates among them", count(&closed.estimates))
        .fact("Without any figure", count(&closed.unknown));
    let page: Page = ask.page("Reads being closed").crumbs(&[("Reads", "/reads")]);
    let page = match done.done < done.chunks {
        true => page.lead("You can leave this page; it goes on.").refreshing(5).body(&told(order, done, closed)),
        false => page
            .lead("The reads are closed. What was used is known, judged or estimated.")
            .action("Reads to look at", "/reads/flagged"),
    };
    page.body(&facts).answer()
}

pub(crate) async fn live(ask: Ask, At(order): At<String>) -> Answer {
    looked(&mut ask.read().await?, &order).await?;
    Ok(web::live(move || {
        let (ask, order) = (ask.clone(), order.clone());
        async move {
            let mut read = ask.read().await.ok()?;
            let (order, done, closed) = looked(&mut read, &order).await.ok()?;
            Some(told(order, done, closed))
        }
    }))
}
