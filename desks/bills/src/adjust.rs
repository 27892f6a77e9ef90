//! `/bills/{number}/adjust`: a credit or charge on a line of the bill with its tax, shown before it is sent.

use acts::{Direction, Failure, Weight};
use attachments::{Brought, Evidence, Filed};
use billing::acts::{AdjustAccount, AdjustableCharge, AdjustmentPreview, adjustable_charges, preview_adjustment};
use chrono::NaiveDate;
use db::Read;
use kernel::{Cents, Refusal};
use web::shown::money;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Changes, Choice, Column, Columns, Facts, Field, Form, Links, Problem,
    Section,
};

use crate::loaded::Loaded;
use crate::words::day;

/// What is written on the account with it.
const REASON_MAX: usize = 500;

/// A charge as it is offered, with the amount that is adjusted.
fn offered(charge: &AdjustableCharge) -> String {
    let settled = if charge.has_settlement { ", settlement of earlier days included" } else { "" };
    let given = match charge.given.is_zero() {
        true => String::new(),
        false => format!(", adjusted before by {}", money(&charge.given)),
    };
    format!("{}: {} charged{settled}{given}.", charge.title, money(&charge.charged))
}

/// What was asked for on the first page, or in the address that led here.
fn asked(ask: &Ask, name: &str) -> String {
    ask.query().text(name).trim().to_owned()
}

fn form(ask: &Ask, loaded: &Loaded, charges: &[AdjustableCharge]) -> Form {
    let choices = charges.iter().map(|charge| Choice::new(&charge.revenue, offered(charge))).collect();
    let first = charges.iter().max_by_key(|charge| charge.charged + charge.given);
    let line = match asked(ask, "revenue") {
        asked if asked.is_empty() => first.map(|charge| charge.revenue.clone()).unwrap_or_default(),
        asked => asked,
    };
    let way = if asked(ask, "way").is_empty() { "credit".to_owned() } else { asked(ask, "way") };
    let effective_on = asked(ask, "effective_on");
    let effective_on = if effective_on.is_empty() { ask.today().to_string() } else { effective_on };
    let reasons = loaded.reasons.iter().map(|(code, title)| Choice::new(code, title)).collect();
    let ways = vec![
        Choice::new("credit", "Credit: the customer owes less"),
        Choice::new("charge", "Charge: the customer owes more"),
    ];
    ask.form(&loaded.href("adjust"), "Preview")
        .field(
            Field::select("revenue", "Charge on the bill", choices)
                .hint("The tax on it follows in proportion.")
                .required()
                .value(line)
                .answers(&["charge_unknown", "is_tax"]),
        )
        .field(Field::radios("way", "What is done", ways).required().value(way))
        .field(
            Field::money("amount", "Amount without tax")
                .required()
                .value(asked(ask, "amount"))
                .focused()
                .answers(&["amount_zero", "more_than_charged"]),
        )
        .field(
            Field::select("reason_code", "Reason", reasons)
                .required()
                .value(asked(ask, "reason_code"))
                .answers(&["reason_unknown"]),
        )
        .field(
            Field::lines("reason", "Evidence, and why")
                .hint("What you were shown or told, and by whom. It stands on record with the account.")
                .max(REASON_MAX)
                .required()
                .value(asked(ask, "reason"))
                .answers(&["reason_missing"]),
        )
        .field(
            Field::date("effective_on", "Counts from")
                .hint("A day from the first day of the bill on, at the latest today.")
                .required()
                .value(effective_on)
                .answers(&["in_the_future", "before_bill"]),
        )
        .field(Field::hidden("seen", ""))
        .cancel(&loaded.href(""))
}

fn act(loaded: &Loaded, form: &Form) -> Option<AdjustAccount> {
    let amount = form.money("amount")?;
    let cents = if form.text("way") == "charge" { amount } else { -amount };
    Some(AdjustAccount {
        bill: loaded.number(),
        revenue: form.text("revenue"),
        cents,
        effective_on: form.date("effective_on")?,
        reason_code: form.text("reason_code"),
        reason: form.text("reason"),
        service_point: None,
        schedule: None,
        seen: None,
    })
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let charges = adjustable_charges(&mut read, &loaded.view).await?;
    draw_form(&ask, &loaded, &form(&ask, &loaded, &charges))
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let charges = adjustable_charges(&mut read, &loaded.view).await?;
    let mut sent = form(&ask, &loaded, &charges);
    if sent.money("amount").is_some_and(|amount| amount < Cents::ZERO) {
        sent.refuse_field("amount", "Enter an amount above zero, and choose whether it is a credit or a charge.");
    }
    let Some(act) = act(&loaded, &sent).filter(|_| sent.is_good()) else { return draw_form(&ask, &loaded, &sent) };
    if acts::was_done(&mut read, &sent.by(&ask)?.key).await? {
        drop(read);
        return sent_again(&ask, &loaded, (&act, sent)).await;
    }
    let preview = match preview_adjustment(&mut read, &act, ask.today()).await {
        Ok(preview) => preview,
        Err(Failure::Refused(refusal)) => {
            sent.refuse_by(&*refusal);
            return draw_form(&ask, &loaded, &sent);
        }
        Err(Failure::Waiting(_)) => return Err(Problem::our_fault()),
        Err(Failure::Fault(fault)) => return Err(Problem::from(fault)),
    };
    let mut look = Look { evidence: Evidence::of(&ask, &mut read, preview.account).await?, stale: None, refused: None };
    drop(read);
    if sent.text("seen") == seen(&act, &preview) {
        match look.evidence.carry_out(&ask, &mut sent, &act).await? {
            Brought::FileRefused(refusal) => look.refused = Some(refusal),
            Brought::Carried(carried, filed) => {
                return match gone(&loaded, (&carried, filed), &preview) {
                    Some(go) => go.answer(),
                    None => draw_form(&ask, &loaded, &sent),
                };
            }
        }
    } else if !sent.text("seen").is_empty() {
        look.stale = Some(match Evidence::is_brought(&sent) {
            true => "Look at them again below, and choose the file once more.",
            false => "Look at them again below.",
        });
    }
    draw_look(&ask, &loaded, (&act, &preview), &look).await
}

/// A form that was sent before, by a second click or by going back: nothing is done twice.
async fn sent_again(ask: &Ask, loaded: &Loaded, (act, mut sent): (&AdjustAccount, Form)) -> Answer {
    let carried = sent.carry_out(ask, act).await?;
    match carried.go(&loaded.href(""), "This was sent before. It was done once, and nothing was done now") {
        Some(go) => go.answer(),
        None => draw_form(ask, loaded, &sent),
    }
}

/// How a preview is looked at: with a file that may come with it, and why once more.
struct Look {
    evidence: Evidence,
    /// What to do, where the figures changed since it was looked at.
    stale: Option<&'static str>,
    /// Why the file is not kept, for which nothing was done.
    refused: Option<Box<dyn Refusal>>,
}

/// What the adjustment does, before it is sent.
async fn draw_look(
    ask: &Ask,
    loaded: &Loaded,
    (act, preview): (&AdjustAccount, &AdjustmentPreview),
    look: &Look,
) -> Answer {
    let why = second(ask, &mut ask.read().await?, preview).await?;
    let mut confirm = confirm(ask, loaded, (act, preview), (look.evidence, why.is_some()));
    let mut page = loaded.page(ask, "Adjust", "adjust");
    if let Some(stale) = look.stale {
        page = page.alert(Alert::warning("The figures changed since you looked").text(stale));
    }
    if let Some(refusal) = &look.refused {
        confirm.refuse_by(&**refusal);
        page = page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    }
    let main = vec![
        preview_section(loaded, act, preview),
        Section::new("send", "Send it").with(&confirm),
        postings(ask, loaded, preview),
    ];
    with_second(page, why).body(&Columns { main, side: vec![change(loaded, act)] }).answer()
}

/// Where it goes on once it is sent, or nothing when it was refused.
pub(crate) fn gone<T>(
    loaded: &Loaded,
    (carried, filed): (&Carried<T>, Option<Filed>),
    preview: &AdjustmentPreview,
) -> Option<web::Go> {
    let path = match (carried, &filed) {
        (_, Some(Filed::NotKept { href, .. })) => href.clone(),
        (Carried::Waiting(waiting), _) => format!("/approvals/{}", waiting.proposal.0),
        (Carried::Done(_) | Carried::Refused, _) => loaded.href(""),
    };
    let after = preview.balance + preview.moved();
    let done = format!("Adjusted by {}. The account owes {} now.", money(&preview.moved()), money(&after));
    let go = carried.go(&path, done)?;
    Some(match filed {
        Some(filed) => go.noting(filed.words()),
        None => go,
    })
}

/// Why a second person would have to agree.
pub(crate) async fn second(ask: &Ask, read: &mut Read, preview: &AdjustmentPreview) -> Result<Option<String>, Problem> {
    let moved = preview.moved();
    let weight = Weight {
        class: billing::permissions::ADJUSTMENTS,
        direction: Direction::of(moved),
        cents: if moved < Cents::ZERO { -moved } else { moved },
        account: preview.account,
        approving: billing::permissions::APPROVE,
    };
    Ok(staff::second_needed(read, ask.who()?.actor.id, &weight, ask.today()).await?)
}

/// Says that it will be put before a second person.
pub(crate) fn with_second(page: web::Page, why: Option<String>) -> web::Page {
    match why {
        None => page,
        Some(why) => page.alert(
            Alert::info("A second person has to agree to this")
                .text(format!("Because {why}. It is sent to them, and the account changes when they have agreed.")),
        ),
    }
}

/// What was looked at: when it is something else by the time it is sent, it is shown again.
pub(crate) fn seen(act: &AdjustAccount, preview: &AdjustmentPreview) -> String {
    format!("{}:{}:{}:{}:{}", act.revenue, act.effective_on, preview.cents.0, preview.tax.0, preview.given.0)
}

/// The account before and after.
pub(crate) fn preview_section(loaded: &Loaded, act: &AdjustAccount, preview: &AdjustmentPreview) -> Section {
    let stood = preview.charged + preview.given;
    let changes = Changes::new()
        .change(&format!("{}, without tax", preview.title), money(&stood), money(&(stood + preview.cents)))
        .change("The account owes", money(&preview.balance), money(&(preview.balance + preview.moved())));
    let facts = Facts::new()
        .fact("Without tax", money(&preview.cents))
        .fact("Tax that goes with it", money(&preview.tax))
        .fact("Together", money(&preview.moved()))
        .fact("Reason", loaded.reasons.get(&act.reason_code).cloned().unwrap_or_default())
        .fact("Counts from", day(act.effective_on))
        .fact("In the books on", day(preview.gl_on));
    let section = Section::new("preview", "What it changes").with(&changes).with(&facts);
    let locked = "It counts from a day in a month whose books are closed. That is noted for who reviews.";
    if preview.is_back_dated { section.note(locked) } else { section }
}

/// What would be posted.
pub(crate) fn postings(ask: &Ask, loaded: &Loaded, preview: &AdjustmentPreview) -> Section {
    let mut table = ask
        .table("postings", "Postings, fund by fund")
        .plain()
        .column(Column::text("charge", "Charge"))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("debit", "Debit"))
        .column(Column::text("credit", "Credit"))
        .column(Column::money("amount", "Amount"));
    for part in &preview.parts {
        let note = if part.is_borne { format!("{}, borne by the city", part.code) } else { part.code.clone() };
        let title = Cell::text(&part.title).note(note);
        let row = match part.posting {
            Some(posting) => [
                title,
                Cell::text(loaded.fund(posting.fund)),
                Cell::text(loaded.ledger_account(posting.debit)),
                Cell::text(loaded.ledger_account(posting.credit)),
                // Its sides say which way it goes, as in the journal.
                Cell::from(posting.cents),
            ],
            None => [title, Cell::empty(), Cell::empty(), Cell::empty(), Cell::from(part.cents)],
        };
        table.push(row);
    }
    Section::new("posted", "What will be posted").with(&table)
}

/// The second form: everything is there, and one press sends it.
fn confirm(
    ask: &Ask,
    loaded: &Loaded,
    (act, preview): (&AdjustAccount, &AdjustmentPreview),
    (evidence, is_second): (Evidence, bool),
) -> Form {
    let moved = preview.moved();
    let button = match (is_second, moved < Cents::ZERO) {
        (true, _) => "Send for approval".to_owned(),
        (false, true) => format!("Credit {}", (-moved).dollars()),
        (false, false) => format!("Charge {}", moved.dollars()),
    };
    // Its own address would fill the fields with what was sent: the mark of what was seen must be this page's.
    let amount = if act.cents < Cents::ZERO { -act.cents } else { act.cents };
    let way = if act.cents < Cents::ZERO { "credit" } else { "charge" };
    let form = ask
        .form(&format!("{}?confirmed=yes", loaded.href("adjust")), &button)
        .field(Field::hidden("revenue", act.revenue.clone()))
        .field(Field::hidden("way", way))
        .field(Field::hidden("amount", amount.dollars().trim_start_matches('$').replace(',', "")))
        .field(Field::hidden("reason_code", act.reason_code.clone()))
        .field(Field::lines("reason", "Evidence, and why").max(REASON_MAX).required().value(&act.reason));
    evidence
        .on(ask, form)
        .field(Field::hidden("effective_on", act.effective_on.to_string()))
        .field(Field::hidden("seen", seen(act, preview)))
        .cancel(&back(loaded, act))
}

/// The first form again, filled in.
fn back(loaded: &Loaded, act: &AdjustAccount) -> String {
    let amount = if act.cents < Cents::ZERO { -act.cents } else { act.cents };
    let amount = amount.dollars().trim_start_matches('$').replace(',', "");
    let way = if act.cents < Cents::ZERO { "credit" } else { "charge" };
    let on: NaiveDate = act.effective_on;
    web::address(
        &loaded.href("adjust"),
        &[
            ("revenue", &act.revenue),
            ("way", way),
            ("amount", &amount),
            ("reason_code", &act.reason_code),
            ("effective_on", &on.to_string()),
        ],
    )
}

fn change(loaded: &Loaded, act: &AdjustAccount) -> Section {
    let ways = Links::listed("Not this way")
        .link("Change amount or reason", back(loaded, act))
        .link("Work out a leak adjustment instead", loaded.href("leak"))
        .link("Back to the bill", loaded.href(""));
    Section::new("change", "Not this way").with(&ways)
}

fn draw_form(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let page = loaded.alerts(loaded.page(ask, "Adjust", "adjust"));
    let mut side = Links::listed("Other ways")
        .link("The customer had a leak: work it out by rule", loaded.href("leak"))
        .link("Look first why it is so much", loaded.href("why"));
    if ask.may(billing::permissions::CORRECT) {
        side = side.link("A read or service was wrong: make the bill again", loaded.href("rebill"));
    }
    let section = Section::new("adjust", "What is adjusted");
    let section = section.note("Nothing is changed before you have seen what it does.").with(form);
    let page = match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    page.body(&Columns { main: vec![section], side: vec![Section::new("other", "Other ways").with(&side)] }).answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_is_offered_with_what_is_adjusted() {
        let charge = |given, has_settlement| AdjustableCharge {
            revenue: "water.consumption".to_owned(),
            title: "Water use".to_owned(),
            charged: Cents(48_155),
            given: Cents(given),
            has_settlement,
        };
        let rows = [
            (charge(0, false), "Water use: $481.55 charged."),
            (charge(0, true), "Water use: $481.55 charged, settlement of earlier days included."),
            (charge(-1_000, false), "Water use: $481.55 charged, adjusted before by ($10.00) credit."),
        ];
        for (charge, expected) in rows {
            assert_eq!(offered(&charge), expected);
        }
    }
}
