//! `/bills/{number}/rebill`: the bill as it would be made today, and the run that makes it.

use billing::acts::{PrepareOffCycle, Prepared};
use billing::{NotRebilled, RebillPreview};
use db::Read;
use kernel::Cents;
use web::shown::money;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Changes, Column, Columns, Facts, Field, Form, Links, Page, Problem, Section,
};

use crate::loaded::{Loaded, unknown};
use crate::words::day;

/// What making it again would come to, and where the use has to be worked out first.
struct Again {
    preview: Result<RebillPreview, NotRebilled>,
    to_work_out: Vec<String>,
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let again = again(&mut read, &loaded).await?;
    draw(&ask, (&loaded, &again), &form(&ask, &loaded))
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let seen = again(&mut read, &loaded).await?;
    drop(read);
    let mut form = form(&ask, &loaded);
    if let (Ok(again), true, Some(bill_on)) = (&seen.preview, form.is_good(), form.date("bill_on")) {
        let act = PrepareOffCycle {
            run: again.regular_run,
            accounts: vec![loaded.view.account_number.clone()],
            bill_on,
            reason: form.text("reason"),
        };
        let carried: Carried<Prepared> = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(done) if ask.may(billing::permissions::SEE) => format!("/runs/{}", done.outcome.number),
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => loaded.href(""),
        };
        let words = match &carried {
            Carried::Done(done) => {
                format!(
                    "Run {} makes the bill again. It is tried, signed and posted like any other",
                    done.outcome.number
                )
            }
            Carried::Waiting(_) | Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&path, words) {
            return go.answer();
        }
    }
    draw(&ask, (&loaded, &seen), &form)
}

async fn again(read: &mut Read, loaded: &Loaded) -> Result<Again, Problem> {
    let preview = billing::rebill_preview(read, loaded.view.number).await?;
    let preview = preview.ok_or_else(|| unknown(&loaded.number()))?;
    Ok(Again { preview, to_work_out: billing::points_to_work_out(read, loaded.view.number).await? })
}

fn form(ask: &Ask, loaded: &Loaded) -> Form {
    ask.form(&loaded.href("rebill"), "Prepare a run that makes it again")
        .field(
            Field::date("bill_on", "Date on the new bill")
                .hint("The rates and taxes stay those of the first bill's date.")
                .required()
                .value(ask.today().to_string())
                .answers(&["billed_before_first"]),
        )
        .field(Field::reason())
        .cancel(&loaded.href(""))
}

fn draw(ask: &Ask, (loaded, again): (&Loaded, &Again), form: &Form) -> Answer {
    let page = loaded.with_again(ask, loaded.alerts(loaded.page(ask, "Make again", "rebill")));
    let page = match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    let preview = match &again.preview {
        Ok(preview) => preview,
        Err(why) => return not_made(page, loaded, *why),
    };
    let page = again.to_work_out.iter().fold(page, |page, point| {
        let words =
            "The bill would charge the old use once more. Have the use worked out again there, then look here again.";
        let alert = Alert::warning(format!("Reads at {point} changed since the use was worked out"));
        page.alert(alert.text(words).link(format!("Reads at {point}"), format!("/points/{}", web::encoded(point))))
    });
    let page =
        match preview.is_same && again.to_work_out.is_empty() {
            true => page.alert(Alert::info("Made again today, it would be the same bill").text(
                "Reads, services, classes and quantities are those it was made from. Correct what is wrong first.",
            )),
            false => page,
        };
    let page = preview.exceptions.iter().fold(page, |page, exception| {
        let words = exception.code.code().replace('_', " ");
        page.alert(Alert::warning(format!("It would wait in the exceptions: {words}")).text(exception.detail.clone()))
    });
    let main = vec![lines(ask, loaded, preview), Section::new("send", "Make it again").with(form)];
    page.body(&Columns { main, side: side(loaded, preview) }).answer()
}

fn not_made(page: Page, loaded: &Loaded, why: NotRebilled) -> Answer {
    page.alert(
        Alert::info("This bill is not made again")
            .text(Problem::refused(&why).why)
            .link("Back to the bill", loaded.href("")),
    )
    .answer()
}

fn lines(ask: &Ask, loaded: &Loaded, preview: &RebillPreview) -> Section {
    let mut table = ask
        .table("lines", "The bill line by line")
        .plain()
        .column(Column::text("line", "Charge"))
        .column(Column::money("before", "As billed").totaled())
        .column(Column::money("after", "Made again").totaled())
        .column(Column::money("difference", "Difference").below_zero("less").totaled());
    for line in &preview.lines {
        table.push([
            Cell::text(loaded.charge_title(line.agreement, &line.charge))
                .note(format!("{}, {}", line.service_point, line.revenue)),
            Cell::from(line.before).link(loaded.href("why")),
            Cell::from(line.after),
            Cell::from(line.after - line.before),
        ]);
    }
    let note = "What is known today, at the rates and taxes of the first bill. Nothing is changed by looking.";
    Section::new("lines-again", "Before and after").note(note).with(&table)
}

fn side(loaded: &Loaded, preview: &RebillPreview) -> Vec<Section> {
    let standing = loaded.adjustments.iter().map(|(_, one, _)| one).filter(|one| one.reversed_by.is_none());
    let adjusted: Cents = standing.map(|one| one.cents + one.tax).sum();
    let after = loaded.balance - preview.before - adjusted + preview.after;
    let mut changes = Changes::new().change("The bill", money(&preview.before), money(&preview.after));
    if !adjusted.is_zero() {
        changes = changes.change("Adjustments of it", money(&adjusted), money(&Cents::ZERO));
    }
    let changes = changes.change("The account owes", money(&loaded.balance), money(&after));
    let facts = Facts::new().fact("Rates and taxes as of", day(preview.price_on)).link(
        "Made in run",
        preview.regular_run.to_string(),
        format!("/runs/{}", preview.regular_run),
    );
    let mut ways = Links::listed("Correct first")
        .link("Account and services", loaded.account_href())
        .link("Exemptions and quantities are on the account", format!("{}#services", loaded.account_href()));
    let mut points: Vec<&String> = loaded.view.services.iter().map(|service| &service.service_point).collect();
    points.dedup();
    for point in points {
        let href = format!("/points/{}", web::encoded(point));
        ways = ways.link(&format!("Reads at {point}"), href);
    }
    let issued = match loaded.view.run.issued {
        Some(_) => {
            "The bills of this run were given out, so the run is not canceled any more: single bills are made again."
        }
        None => {
            "A whole run that is wrong can be canceled on its own page as long as its bills were not given out and nobody paid."
        }
    };
    vec![
        Section::new("effect", "What it does").with(&changes).with(&facts),
        Section::new("first", "Correct first").with(&ways),
        Section::new("cancel", "Or cancel").with(&web::Words::new(issued)),
    ]
}
