//! `/accounts/{number}/charge`: charges and credits by code, once or with every bill, and their end.

use billing::acts::{ChargeAccount, EndCharge};
use kernel::Decimal;
use web::shown::date;
use web::{Answer, Ask, At, Carried, Choice, Field, Form, Problem};

use super::page;
use crate::words::Named;

/// Charges are priced by rate schedules of this service.
const FEES: &str = "fees";

/// The codes a town charges by.
async fn codes(ask: &Ask) -> Result<Vec<Choice>, Problem> {
    let schedules = revenue::schedule_titles(&mut ask.read().await?).await?;
    let fees = schedules.into_iter().filter(|schedule| schedule.service == FEES);
    Ok(fees.map(|fee| Choice::new(&fee.code, format!("{} ({})", fee.title, fee.code))).collect())
}

fn form(ask: &Ask, named: &Named, codes: Vec<Choice>) -> Form {
    let kinds = vec![
        Choice::new("charge", "Charge").hint("The customer owes more."),
        Choice::new("credit", "Credit").hint("The customer owes less, by the same price and tax."),
    ];
    let code = Field::select("code", "Code", codes).required();
    let code = code.answers(&["charge_code_unknown", "no_price", "charge_twice", "no_service"]);
    let count =
        Field::text("count", "How many times").value("1").required().max(12).answers(&["count_zero", "count_odd"]);
    ask.form(&named.href("charge"), "Record")
        .field(code)
        .field(Field::radios("kind", "Kind", kinds).value("charge").required())
        .field(count)
        .field(Field::date("from_on", "For the day").value(ask.today().to_string()).required())
        .field(Field::check("is_recurring", "With every bill from that day on"))
        .field(Field::reason().required().answers(&["reason_missing"]))
        .cancel(&named.href(""))
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let form = form(&ask, &named, codes(&ask).await?);
    draw(&ask, &named, &form)
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let mut form = form(&ask, &named, codes(&ask).await?);
    let count = count_of(&form.text("count"));
    if form.is_good() && count.is_none() {
        form.refuse_field("count", "Enter a number above zero, such as 2 or 1.5");
    }
    if let Some((count, from_on)) = count.zip(form.date("from_on")).filter(|_| form.is_good()) {
        let act = ChargeAccount {
            account: named.number.clone(),
            code: form.text("code"),
            count: if form.text("kind") == "credit" { -count } else { count },
            from_on,
            is_recurring: form.is_checked("is_recurring"),
            reason: form.text("reason"),
        };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        let goes_on = goes_on(&ask, &named).await?;
        if let Some(go) = carried.go(&named.href(""), if goes_on { NEXT_BILL } else { NO_NEXT_BILL }) {
            return go.answer();
        }
    }
    draw(&ask, &named, &form)
}

const NEXT_BILL: &str = "It goes on the next bill";
const NO_NEXT_BILL: &str =
    "It waits: the account has no service any more, so no cycle bills it. A bill of charges alone brings it out";

/// Whether the account has a service today or later, and so a next bill.
async fn goes_on(ask: &Ask, named: &Named) -> Result<bool, Problem> {
    let services = billing::account_services(&mut ask.read().await?, named.id).await?;
    Ok(services.iter().any(|service| service.stops_on.is_none_or(|stops_on| ask.today() < stops_on)))
}

/// A number above zero, with at most two decimal places.
fn count_of(text: &str) -> Option<Decimal> {
    let count: Decimal = text.parse().ok()?;
    (count.is_sign_positive() && !count.is_zero() && count.scale() <= 2).then_some(count)
}

fn draw(ask: &Ask, named: &Named, form: &Form) -> Answer {
    let lead = "The price and its tax are those of the rates that hold on the day. It stands on the next bill, if \
                there is one.";
    page(ask, named, &format!("Charge or credit account {}", named.number)).lead(lead).form(form).answer()
}

/// The charge that is to end, as the address or the form names it.
fn end_form(ask: &Ask, named: &Named) -> Form {
    let query = ask.query();
    let code = query.text("code").chars().take(60).collect::<String>();
    let from = query.text("from").chars().take(10).collect::<String>();
    ask.form(&named.href("charge/end"), "End the charge")
        .field(Field::text("code", "Code").value(code).required().max(60).answers(&["charge_unknown", "charge_billed"]))
        .field(Field::date("from_on", "Its day, or the day it began").value(from).required())
        .field(Field::date("to_on", "The first day without it").value(ask.today().to_string()).required())
        .field(Field::reason().required())
        .cancel(&named.href(""))
}

pub(crate) async fn show_end(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    draw_end(&ask, &named, &end_form(&ask, &named))
}

pub(crate) async fn end(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let mut form = end_form(&ask, &named);
    let days = form.date("from_on").zip(form.date("to_on"));
    if let Some((from_on, to_on)) = days.filter(|_| form.is_good()) {
        let act = EndCharge { account: named.number.clone(), code: form.text("code"), from_on, to_on };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&named.href(""), format!("The charge ends on {}", date(&to_on))) {
            return go.answer();
        }
    }
    draw_end(&ask, &named, &form)
}

fn draw_end(ask: &Ask, named: &Named, form: &Form) -> Answer {
    let lead =
        "A charge with every bill is not made from that day on. One that waits for its bill is taken back whole.";
    page(ask, named, "End a charge").lead(lead).form(form).answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_above_zero() {
        let rows =
            [("1", true), ("1.5", true), ("0", false), ("-2", false), ("1.234", false), ("two", false), ("", false)];
        for (text, is_one) in rows {
            assert_eq!(count_of(text).is_some(), is_one, "{text}");
        }
    }
}
