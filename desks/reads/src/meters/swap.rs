//! `/meters/swap`: two meters that were recorded at each other's place are put right.

use metering::acts::SwapMeters;
use web::{Answer, Ask, Carried, Field, Form};

use crate::points::enter::measure;
use crate::words::point_href;

fn form(ask: &Ask) -> Form {
    ask.form("/meters/swap", "Put them right")
        .field(
            Field::text("point_a", "One service point")
                .required()
                .max(60)
                .value(ask.query().text("point"))
                .hint("Its reference, such as P000012-W.")
                .answers(&["service_point_unknown", "meter_not_installed", "put_in_then"]),
        )
        .field(
            Field::text("point_b", "The other service point")
                .required()
                .max(60)
                .answers(&["service_point_twice", "installed_elsewhere"]),
        )
        .field(
            Field::date("from_on", "Wrong since")
                .required()
                .hint("The first day on which they were recorded at each other's place.")
                .answers(&["after_today", "not_read"]),
        )
        .field(Field::reason().hint("How it was found out."))
        .cancel("/meters")
}

pub(crate) async fn show(ask: Ask) -> Answer {
    draw(&ask, &form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut form = form(&ask);
    if form.is_good()
        && let Some(from_on) = form.date("from_on")
    {
        let (point_a, point_b) = (form.text("point_a"), form.text("point_b"));
        let path = point_href(&point_a);
        let act = SwapMeters { point_a, point_b, from_on, reason: form.text("reason") };
        let carried = form.carry_out(&ask, &act).await?;
        if let Carried::Done(done) = &carried {
            let by = ask.who()?.by("meters were swapped", secrets::Token::new(ask.site().random()).text());
            let measured = measure(&ask, &by, done.outcome.clone()).await?;
            let alert = measured.alert("The meters are where they belong; what was read went with them");
            return ask.go(&path).saying(alert).answer();
        }
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let page = ask.page("Meters at each other's place").crumbs(&[("Meters", "/meters")]);
    let lead = "What was read stays with the meter it was read of; the places trade their reads and use from the day.";
    page.lead(lead).form(form).answer()
}
