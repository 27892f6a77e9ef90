//! `/points/{reference}/reads/{day}`: corrects or withdraws a read. What was read before stays on record.

use axum::http::StatusCode;
use billing::{PointToRead, points_to_read};
use chrono::NaiveDate;
use metering::ReadRecord;
use metering::acts::CorrectRead;
use web::shown::{count, date};
use web::{Alert, Answer, Ask, At, Carried, Changes, Choice, Facts, Field, Form, Problem, Section};

use super::enter::{dials, measured};
use crate::words::{point_href, point_named, sentence};

/// The read that is corrected.
struct Loaded {
    reference: String,
    read_on: NaiveDate,
    newest: ReadRecord,
    point: PointToRead,
}

impl Loaded {
    async fn load(ask: &Ask, reference: &str, day: &str) -> Result<Loaded, Problem> {
        let read_on: NaiveDate = day.parse().map_err(|_| Problem::not_found())?;
        let mut read = ask.read().await?;
        let point = point_named(&mut read, reference).await?;
        let newest = metering::newest_reads(&mut read, &[point.id], (read_on, read_on)).await?;
        let newest = newest.into_values().next().ok_or_else(Problem::not_found)?;
        let mut point = points_to_read(&mut read, &[point.id], read_on).await?.pop().ok_or_else(Problem::not_found)?;
        identity::cover(ask, &mut read, [(point.point, &mut point.address)]).await?;
        Ok(Loaded { reference: reference.to_owned(), read_on, newest, point })
    }

    fn form(&self, ask: &Ask) -> Form {
        let what = vec![
            Choice::new("correct", "The meter showed another count"),
            Choice::new("withdraw", "There was no such read").hint("It stays on record as withdrawn."),
        ];
        let is_there = self.newest.seen.is_some();
        let shown = self.newest.seen.map(|seen| seen.count.to_string()).unwrap_or_default();
        let form = ask.form(ask.path(), "Correct the read");
        let form = match is_there {
            true => form.field(Field::radios("what", "What was wrong", what).required().value("correct")),
            false => form,
        };
        form.field(
            Field::whole("count", "What the meter showed")
                .hint("Leave it as it is when the read is withdrawn.")
                .value(shown)
                .answers(&["negative", "too_many_digits", "nothing_new"]),
        )
        .field(Field::hidden("seen", self.newest.revision.to_string()))
        .field(Field::reason())
        .cancel(&point_href(&self.reference))
    }

    /// What looks odd about a count that the meter can show, where it is another one than what stands.
    fn odd(&self, number: Option<i64>) -> Vec<String> {
        let other = number.filter(|number| self.newest.seen.is_none_or(|seen| seen.count != *number));
        match other.filter(|number| metering::shown(*number, dials(&self.point)).is_ok()) {
            Some(number) => self.point.look(number, self.read_on).odd,
            None => Vec::new(),
        }
    }
}

pub(crate) async fn show(ask: Ask, At((reference, day)): At<(String, String)>) -> Answer {
    let loaded = Loaded::load(&ask, &reference, &day).await?;
    draw(&ask, &loaded, &loaded.form(&ask), None)
}

pub(crate) async fn send(ask: Ask, At((reference, day)): At<(String, String)>) -> Answer {
    let loaded = Loaded::load(&ask, &reference, &day).await?;
    let mut form = loaded.form(&ask);
    let is_withdrawn = loaded.newest.seen.is_some() && ask.posted().text("what") == "withdraw";
    if form.is_good() && !is_withdrawn && form.whole("count").is_none() {
        form.refuse_field("count", "What the meter showed: enter a whole number, such as 12");
    }
    let now = loaded.newest.revision.to_string();
    if form.is_good() && form.text("seen") != now {
        form.refuse("Somebody corrected this read meanwhile. Look at what it says now, then correct it again.");
        form.renew("seen", now);
    }
    let number = form.whole("count").filter(|_| !is_withdrawn);
    if form.is_good()
        && let (Some(number), false) = (number, loaded.odd(number).is_empty())
    {
        let name = format!("sure-{number}");
        form = form.field(Field::check(&name, "The count is right, though it looks odd"));
        if !form.is_checked(&name) {
            return draw(&ask, &loaded, &form, Some(Some(number)));
        }
    }
    if form.is_good() {
        let (service_point, reason) = (reference.clone(), form.text("reason"));
        let act = CorrectRead { service_point, read_on: loaded.read_on, count: number, reason };
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(_) => {
                let words = "The read is corrected; what was read before stays on record";
                let measured = measured(&ask, loaded.point.point).await?;
                return ask.go(&point_href(&reference)).saying(measured.alert(words)).answer();
            }
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Refused => point_href(&reference),
        };
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    draw(&ask, &loaded, &form, Some(number))
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form, asked: Option<Option<i64>>) -> Answer {
    let day = date(&loaded.read_on);
    let said = |number: Option<i64>| number.map_or_else(|| "withdrawn".to_owned(), |number| count(&number));
    let before = loaded.newest.seen.map(|seen| seen.count);
    let last = loaded.point.last.as_ref().map(|last| format!("{} on {}", count(&last.count), date(&last.read_on)));
    let mut facts = Facts::new()
        .link("Service point", loaded.reference.clone(), point_href(&loaded.reference))
        .fact("Address", &loaded.point.address)
        .fact("The read before", last.unwrap_or_default())
        .fact("What stands", said(before));
    if let Some(number) = before
        && let Some(used) = loaded.point.look(number, loaded.read_on).used
    {
        facts = facts.fact("Use by what stands", web::shown::quantity(&used));
    }
    let page = ask.page(&format!("Correct the read of {day}"));
    let page = page.crumbs(&[(&loaded.reference, &point_href(&loaded.reference))]);
    let lead = "A read is never changed: the correction is put beside it, with who made it and why. \
                A second person may have to agree.";
    let mut page = page.lead(lead).body(&Section::bare().with(&facts));
    if let Some(number) = asked {
        let changes = Changes::new().change(&format!("Read of {day}"), said(before), said(number));
        page = page.body(&Section::bare().with(&changes)).status(StatusCode::UNPROCESSABLE_ENTITY);
        for words in loaded.odd(number) {
            page = page.alert(Alert::warning("This looks odd; it is not saved yet").text(sentence(&words)));
        }
    }
    page.form(form).answer()
}
