//! `/points/{reference}/read`: one read of one service point, such as a customer calls in.

use axum::http::StatusCode;
use billing::acts::MeasureAgain;
use billing::{PointToRead, points_to_read};
use kernel::ServicePointId;
use metering::ReadKind;
use metering::acts::EnterRead;
use web::shown::{count, date};
use web::{Alert, Answer, Ask, At, Carried, Choice, Facts, Field, Form, Problem, Section};

use crate::words::{about, point_href, point_named, sentence};

/// `is_odd` asks whether a count is right that looks odd.
fn form(ask: &Ask, reference: &str, is_odd: bool) -> Form {
    let who = vec![Choice::new("actual", "The city"), Choice::new("customer", "The customer")];
    let form = ask
        .form(&format!("{}/read", point_href(reference)), "Save")
        .because("a read was entered")
        .field(Field::date("read_on", "Read on").required().value(ask.today().to_string()).answers(&[
            "after_today",
            "meter_not_installed",
            "already_read",
        ]))
        .field(
            Field::whole("count", "What the meter shows")
                .required()
                .focused()
                .answers(&["negative", "too_many_digits"]),
        )
        .field(Field::radios("kind", "Read by", who).required().value("actual"))
        .field(Field::text("code", "Code of the reader").max(40).hint("Such as locked.").answers(&["one_line"]))
        .cancel(&point_href(reference));
    match is_odd {
        true => form.field(Field::check("sure", "The count is right, though it looks odd")),
        false => form,
    }
}

async fn loaded(ask: &Ask, reference: &str, on: chrono::NaiveDate) -> Result<PointToRead, Problem> {
    let mut read = ask.read().await?;
    let point = point_named(&mut read, reference).await?;
    let mut point = points_to_read(&mut read, &[point.id], on).await?.pop().ok_or_else(Problem::not_found)?;
    identity::cover(ask, &mut read, [(point.point, &mut point.address)]).await?;
    Ok(point)
}

pub(crate) async fn show(ask: Ask, At(reference): At<String>) -> Answer {
    let point = loaded(&ask, &reference, ask.today()).await?;
    draw(&ask, &point, &form(&ask, &reference, false), &[])
}

pub(crate) async fn send(ask: Ask, At(reference): At<String>) -> Answer {
    let mut form = form(&ask, &reference, true);
    let day = form.date("read_on").unwrap_or_else(|| ask.today());
    let point = loaded(&ask, &reference, day).await?;
    if let (true, Some(number), Some(read_on)) = (form.is_good(), form.whole("count"), form.date("read_on")) {
        let odd = point.look(number, read_on).odd;
        // What is refused however sure somebody is comes first.
        let can_be = metering::shown(number, dials(&point)).is_ok()
            && read_on <= ask.today()
            && point.read_of(read_on).is_none();
        if can_be && !odd.is_empty() && !form.is_checked("sure") {
            return draw(&ask, &point, &form, &odd);
        }
        let kind = ReadKind::parse(&form.text("kind")).unwrap_or(ReadKind::Actual);
        let (service_point, code) = (reference.clone(), form.text("code"));
        let is_right = form.is_checked("sure").then_some(true);
        let act = EnterRead { service_point, read_on, count: number, kind, code, is_right };
        let carried = form.carry_out(&ask, &act).await?;
        let words = format!("The read of {} is saved: {}", date(&read_on), count(&number));
        if let Carried::Done(_) = &carried {
            let measured = measured(&ask, point.point).await?;
            return ask.go(&point_href(&reference)).saying(measured.alert(&words)).answer();
        }
        if let Some(go) = carried.go(&point_href(&reference), words) {
            return go.answer();
        }
    }
    draw(&ask, &point, &form, &[])
}

/// The digits that the meter there shows.
pub(super) fn dials(point: &PointToRead) -> u32 {
    point.meter.as_ref().map_or(metering::DIALS_MAX, |meter| meter.dials)
}

/// What came of working out the use anew after a read.
pub(crate) enum Measured {
    /// It is worked out.
    Done,
    /// A second person has to agree first, to this proposal.
    Waits(i64),
    /// The rules refused it, and say why.
    Refused(String),
}

impl Measured {
    /// What is said about the read, and about the use that follows from it.
    pub(crate) fn alert(&self, read: &str) -> Alert {
        match self {
            Measured::Done => Alert::good(read),
            Measured::Waits(proposal) => Alert::warning(read)
                .text("What was used is not worked out anew yet: a second person has to agree.")
                .link(format!("Proposal {proposal}"), format!("/approvals/{proposal}")),
            Measured::Refused(why) => {
                Alert::warning(read).text(format!("What was used is not worked out anew: {}", sentence(why)))
            }
        }
    }
}

/// Works out anew what was used; closing the reads does it where a period is not closed yet.
pub(crate) async fn measured(ask: &Ask, point: ServicePointId) -> Result<Measured, Problem> {
    let by = ask.who()?.by("a read or meter changed", secrets::Token::new(ask.site().random()).text());
    measure(ask, &by, vec![point]).await
}

/// The same for several points, under a key of the caller's.
pub(crate) async fn measure(ask: &Ask, by: &acts::By, points: Vec<ServicePointId>) -> Result<Measured, Problem> {
    match ask.site().door().carry_out(by, &MeasureAgain { service_points: points }).await {
        Ok(_) => Ok(Measured::Done),
        Err(acts::Failure::Refused(refusal)) => Ok(Measured::Refused(refusal.to_string())),
        Err(acts::Failure::Waiting(waiting)) => Ok(Measured::Waits(waiting.proposal.0)),
        Err(acts::Failure::Fault(fault)) => Err(Problem::from(fault)),
    }
}

fn draw(ask: &Ask, point: &PointToRead, form: &Form, odd: &[String]) -> Answer {
    let href = point_href(&point.reference);
    let last = point.last.as_ref().map(|last| format!("{} on {}", count(&last.count), date(&last.read_on)));
    let meter = point.meter.as_ref().map(|meter| meter.serial_number.clone()).unwrap_or_default();
    let facts = Facts::new()
        .fact("Address", &point.address)
        .fact("Meter", meter)
        .fact("Last read", last.unwrap_or_default())
        .fact("Usual in 30 days", point.usual().map(about).unwrap_or_default());
    let page = ask.page("Enter a read").crumbs(&[(&point.reference, &href)]).lead("What a meter shows on a day.");
    let page = match odd.is_empty() {
        true => page,
        false => odd
            .iter()
            .fold(page, |page, words| {
                page.alert(Alert::warning("This looks odd; it is not saved yet").text(sentence(words)))
            })
            .status(StatusCode::UNPROCESSABLE_ENTITY),
    };
    page.body(&Section::bare().with(&facts)).form(form).answer()
}
