//! `/bills/{number}/leak`: what the town's rule gives a customer who had a leak, worked out and sent in one step.

use acts::Failure;
use attachments::{Brought, Evidence};
use billing::acts::{AdjustAccount, AdjustmentPreview, preview_adjustment};
use billing::{Forgiven, LeakEffect, LeakFigures, LeakQuote, LeakRefused, LeakRule, LeakService};
use db::Read;
use kernel::{Refusal, Unit};
use rates::{ExplainedCharge, PricedStep, StepKind};
use web::shown::{capital, money, quantity};
use web::{
    Alert, Answer, Ask, At, Cell, Column, Columns, Facts, Field, Form, Links, Page, Problem, Section, Table, Words,
};

use crate::adjust::{gone, postings, preview_section, second, with_second};
use crate::loaded::{Loaded, unknown};
use crate::words::{day, days, steps};

/// A service that gets an adjustment: its place in the quote, the figures, and what would be posted.
struct Given<'a> {
    place: usize,
    /// How many adjustments the account had.
    seen: usize,
    service: &'a LeakService,
    rule: &'a LeakRule,
    figures: &'a LeakFigures,
    preview: AdjustmentPreview,
    why: Option<String>,
    evidence: Evidence,
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let quote = quote(&mut read, &ask, &loaded).await?;
    draw(&ask, &mut read, (&loaded, &quote), None).await
}

pub(crate) async fn send(ask: Ask, At((number, service)): At<(String, String)>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let quote = quote(&mut read, &ask, &loaded).await?;
    let place = usize::try_from(web::number(&service)?).unwrap_or(0).wrapping_sub(1);
    let given = given(&ask, &mut read, (&loaded, &quote), place).await?;
    let Some(Ok(given)) = given else { return draw(&ask, &mut read, (&loaded, &quote), None).await };
    let mut form = form(&ask, &loaded, &given);
    if form.is_good() {
        let reason = format!("{} Shown: {}", evidence(given.rule, given.figures), form.text("shown"));
        let act =
            act((&loaded, given.seen), (given.service, given.rule, given.figures), reason.trim_end_matches(" Shown: "));
        if form.text("seen") == crate::adjust::seen(&act, &given.preview) {
            drop(read);
            match given.evidence.carry_out(&ask, &mut form, &act).await? {
                Brought::FileRefused(refusal) => form.refuse_by(&*refusal),
                Brought::Carried(carried, filed) => {
                    if let Some(go) = gone(&loaded, (&carried, filed), &given.preview) {
                        return go.answer();
                    }
                }
            }
            read = ask.read().await?;
        } else {
            form.refuse("The figures changed since you looked. Look at them again below, and send them once more.");
            if Evidence::is_brought(&form) {
                form.refuse("Choose the file once more, too: it is not sent along.");
            }
            form.renew("seen", crate::adjust::seen(&act, &given.preview));
        }
    }
    draw(&ask, &mut read, (&loaded, &quote), Some((place, form))).await
}

async fn quote(read: &mut Read, ask: &Ask, loaded: &Loaded) -> Result<LeakQuote, Problem> {
    let quote = billing::leak_quote(read, loaded.view.number, ask.today()).await?;
    quote.ok_or_else(|| unknown(&loaded.number()))
}

/// A service of a quote with what would be posted, or why it cannot be; `None` where there is nothing to give.
async fn given<'a>(
    ask: &Ask,
    read: &mut Read,
    (loaded, quote): (&Loaded, &'a LeakQuote),
    place: usize,
) -> Result<Option<Result<Given<'a>, String>>, Problem> {
    let Some(service) = quote.services.get(place) else { return Ok(None) };
    let (Some(rule), Ok(figures)) = (&service.rule, &service.outcome) else { return Ok(None) };
    let act = act((loaded, quote.seen), (service, rule, figures), "a preview");
    match preview_adjustment(read, &act, ask.today()).await {
        Ok(preview) => {
            let why = second(ask, read, &preview).await?;
            let evidence = Evidence::of(ask, read, preview.account).await?;
            Ok(Some(Ok(Given { place, seen: quote.seen, service, rule, figures, preview, why, evidence })))
        }
        Err(Failure::Refused(refusal)) => Ok(Some(Err(refusal.to_string()))),
        Err(Failure::Waiting(_)) => Err(Problem::our_fault()),
        Err(Failure::Fault(fault)) => Err(Problem::from(fault)),
    }
}

fn act(
    (loaded, seen): (&Loaded, usize),
    (service, rule, figures): (&LeakService, &LeakRule, &LeakFigures),
    reason: &str,
) -> AdjustAccount {
    AdjustAccount {
        bill: loaded.number(),
        revenue: rule.revenue.clone(),
        cents: figures.credit,
        effective_on: loaded.view.bill.bill_on,
        reason_code: rule.reason_code.clone(),
        reason: reason.to_owned(),
        service_point: Some(service.service_point.clone()),
        schedule: Some(service.schedule.clone()),
        seen: Some(seen),
    }
}

/// What stands on record: the figures by which the rule gives it.
fn evidence(rule: &LeakRule, figures: &LeakFigures) -> String {
    let unit = figures.used.unit;
    format!(
        "Leak: used {}, normal {}, {} above, {} forgiven. Rule: {}.",
        quantity(&figures.used),
        steps(figures.normal.steps, unit),
        steps(figures.excess, unit),
        steps(figures.forgiven, unit),
        rule.source.trim_end_matches('.'),
    )
}

fn form(ask: &Ask, loaded: &Loaded, given: &Given<'_>) -> Form {
    let button = match given.why {
        Some(_) => "Send for approval".to_owned(),
        None => format!("Credit {}", (-given.preview.moved()).dollars()),
    };
    let act = act((loaded, given.seen), (given.service, given.rule, given.figures), "");
    let shown =
        Field::text("shown", "What you were shown of the repair").max(200).focused().answers(&["reason_missing"]);
    let shown = shown
        .hint("The plumber's receipt or a photograph, and of which day. The figures stand on record by themselves.");
    let shown = if given.rule.needs_proof { shown.required() } else { shown };
    let action = loaded.href(&format!("leak/{}", given.place + 1));
    let form = ask.form(&action, &button).because(&evidence(given.rule, given.figures)).field(shown);
    given
        .evidence
        .on(ask, form)
        .field(Field::hidden("seen", crate::adjust::seen(&act, &given.preview)))
        .cancel(&loaded.href(""))
}

async fn draw(
    ask: &Ask,
    read: &mut Read,
    (loaded, quote): (&Loaded, &LeakQuote),
    sent: Option<(usize, Form)>,
) -> Answer {
    let mut page = loaded.alerts(loaded.page(ask, "Leak adjustment", "leak"));
    let (mut main, mut side) = (Vec::new(), Vec::new());
    let is_wrong = sent.as_ref().is_some_and(|(_, form)| form.has_errors());
    for (place, service) in quote.services.iter().enumerate() {
        match &service.outcome {
            Err(refused) => page = page.alert(not_given(loaded, service, refused)),
            Ok(_) => {
                let given = match given(ask, read, (loaded, quote), place).await? {
                    Some(Ok(given)) => given,
                    Some(Err(why)) => {
                        page = page.alert(not_now(loaded, service, &why));
                        continue;
                    }
                    None => continue,
                };
                page = with_second(page, given.why.clone());
                let own = sent.as_ref().filter(|(of, _)| *of == place).map(|(_, form)| form.clone());
                let form = own.unwrap_or_else(|| form(ask, loaded, &given));
                main.extend(sections(ask, loaded, &given, &form));
            }
        }
        side.extend(service.rule.as_ref().map(|rule| rule_section(loaded, service, rule)));
    }
    if quote.services.is_empty() {
        page = page.alert(
            Alert::info("The town has no leak rule for this bill")
                .text("No service on it has one. A credit for another reason is given on the page Adjust.")
                .link("Adjust a charge", loaded.href("adjust")),
        );
    }
    side.extend(effects(loaded, quote));
    side.push(others(loaded));
    let page: Page = if is_wrong { page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.body(&Columns { main, side }).answer()
}

fn not_given(loaded: &Loaded, service: &LeakService, refused: &LeakRefused) -> Alert {
    let title = loaded.schedule_title(&service.schedule);
    let next = match refused.code() {
        "leak_estimated" => "Have the meter read, and look again when the next bill is there.",
        "leak_used_before" | "leak_same" | "leak_adjusted" => {
            "Tell the caller when it was given before, and from when on it is possible again."
        }
        _ => "A credit outside the rule is a courtesy adjustment, within your limits.",
    };
    let alert = Alert::warning(format!("No leak adjustment for {title}"));
    alert.text(format!("{}. {next}", capital(&refused.to_string()))).link("Adjust a charge", loaded.href("adjust"))
}

/// The rule gives it, but it cannot be recorded as things stand, such as on a bill with a date to come.
fn not_now(loaded: &Loaded, service: &LeakService, why: &str) -> Alert {
    let title = loaded.schedule_title(&service.schedule);
    Alert::warning(format!("No leak adjustment for {title} yet"))
        .text(format!("{}.", capital(why.trim_end_matches('.'))))
        .link("Adjust a charge", loaded.href("adjust"))
}

fn sections(ask: &Ask, loaded: &Loaded, given: &Given<'_>, form: &Form) -> Vec<Section> {
    let (figures, rule, unit) = (given.figures, given.rule, given.figures.used.unit);
    let title = loaded.schedule_title(&given.service.schedule);
    let facts = Facts::new()
        .fact("Used", quantity(&figures.used))
        .fact("Normal use", steps(figures.normal.steps, unit))
        .fact("Above normal", steps(figures.excess, unit))
        .fact("Forgiven", format!("{} ({} %)", steps(figures.forgiven, unit), rule.forgive_percent))
        .fact("Charged now", money(&figures.charged))
        .fact("Charged by the rule", money(&figures.would_charge))
        .fact("Credit without tax", money(&figures.credit))
        .fact("Tax that goes with it", money(&given.preview.tax));
    let mut first = Section::new("figures", &format!("{title}: {}", money(&given.preview.moved()))).with(&facts);
    if figures.is_capped {
        let cap = rule.cap.unwrap_or_default().dollars();
        first = first.with(&Words::new(format!("The rule gives {cap} at most, without tax.")));
    }
    if !figures.given.is_zero() {
        let words = format!("{} was given back on this line before, for another reason.", money(&figures.given));
        first = first.with(&Words::new(words));
    }
    let preview =
        preview_section(loaded, &act((loaded, given.seen), (given.service, rule, figures), ""), &given.preview);
    vec![
        first,
        Section::new("send", "Give the credit").with(form),
        preview,
        Section::new("normal", "Normal use").note(normal_words(figures)).with(&normal(ask, figures)),
        Section::new("price", "Priced by the rates of the bill").with(&priced(ask, figures)),
        postings(ask, loaded, &given.preview),
    ]
}

fn normal_words(figures: &LeakFigures) -> String {
    // The days of the service, which began or ended within the run's where somebody moved.
    let billed: i64 = figures.period.days();
    let of: i64 = figures.normal.from.iter().map(|one| one.period.days()).sum();
    let sum: i64 = figures.normal.from.iter().map(|one| one.steps).sum();
    let (unit, normal) = (figures.used.unit, figures.normal.steps);
    format!(
        "{} in {} is {} in the {} of the service on this bill.",
        steps(sum, unit),
        web::shown::counted(of, "day", "days"),
        steps(normal, unit),
        web::shown::counted(billed, "day", "days"),
    )
}

/// The periods that the normal use follows from.
fn normal(ask: &Ask, figures: &LeakFigures) -> Table {
    let unit = figures.used.unit;
    let row = |one: &billing::PastPeriod| {
        let kind = if one.is_estimated { "estimate" } else { "read" };
        [Cell::text(days(one.period)), Cell::text(steps(one.steps, unit)), Cell::text(kind)]
    };
    ask.table("past", "Earlier use")
        .plain()
        .column(Column::text("days", "Period"))
        .column(Column::new("used", "Used", reports::Kind::Count))
        .column(Column::text("kind", "From"))
        .rows(figures.normal.from.iter().map(row))
}

/// The steps of the charge as billed and as the rule leaves it, tier by tier.
fn priced(ask: &Ask, figures: &LeakFigures) -> Table {
    let mut table = ask
        .table("priced", "What is charged for the use")
        .plain()
        .column(Column::text("step", "Step"))
        .column(Column::text("now", "As billed"))
        .column(Column::new("now_amount", "Dollars", reports::Kind::Money))
        .column(Column::text("less", "By the rule"))
        .column(Column::new("less_amount", "Dollars", reports::Kind::Money));
    for ((_, now), (_, less)) in figures.now.iter().zip(&figures.less) {
        for (number, step) in now.steps.iter().enumerate() {
            let other = less
                .steps
                .iter()
                .find(|other| same_tier(step, other))
                .or_else(|| less.steps.get(number).filter(|_| tier(step).is_none()));
            table.push([
                Cell::text(step_title(step)),
                Cell::text(product(now, step)),
                Cell::text(step.amount.to_string()),
                Cell::text(other.map_or_else(String::new, |other| product(less, other))),
                Cell::text(other.map_or_else(|| "0".to_owned(), |other| other.amount.to_string())),
            ]);
        }
        for step in &figures.at_lowest {
            table.push([
                Cell::text("Forgiven use at the lowest tier"),
                Cell::empty(),
                Cell::empty(),
                Cell::text(product(now, step)),
                Cell::text(step.amount.to_string()),
            ]);
        }
    }
    table.push([
        Cell::text("Rounded to cents"),
        Cell::empty(),
        Cell::text(figures.charged.to_string()),
        Cell::empty(),
        Cell::text(figures.would_charge.to_string()),
    ]);
    table
}

fn tier(step: &PricedStep) -> Option<usize> {
    match &step.kind {
        StepKind::Tier(tier) | StepKind::WholeUse(tier) => Some(tier.number),
        StepKind::Flat { number } => Some(*number),
        StepKind::Fixed | StepKind::PerUnit | StepKind::PerCent | StepKind::Minimum | StepKind::Maximum => None,
    }
}

fn same_tier(one: &PricedStep, other: &PricedStep) -> bool {
    tier(one).is_some() && tier(one) == tier(other)
}

fn step_title(step: &PricedStep) -> String {
    match &step.kind {
        StepKind::Tier(tier) | StepKind::WholeUse(tier) => match &tier.through {
            Some(through) => format!("Tier {}, above {} through {through}", tier.number, tier.above),
            None => format!("Tier {}, above {}", tier.number, tier.above),
        },
        StepKind::Flat { number } => format!("Amount of tier {number}"),
        StepKind::Fixed => "Fixed amount".to_owned(),
        StepKind::PerUnit => "Every unit".to_owned(),
        StepKind::PerCent => "Percentage".to_owned(),
        StepKind::Minimum => "To the least amount".to_owned(),
        StepKind::Maximum => "Above the greatest amount".to_owned(),
    }
}

fn product(charge: &ExplainedCharge, step: &PricedStep) -> String {
    let unit = charge.unit.filter(|unit| *unit != Unit::Each).map_or("", Unit::symbol);
    format!("{} {unit} at {}", step.quantity, step.price).replace("  ", " ")
}

fn rule_section(loaded: &Loaded, service: &LeakService, rule: &LeakRule) -> Section {
    let class = if rule.class.is_empty() { "every class".to_owned() } else { rule.class.clone() };
    let facts = Facts::new()
        .fact("For", format!("{}, {class}", loaded.schedule_title(&service.schedule)))
        .fact("Gives", capital(&rule.in_words()))
        .fact("Other than that use", forgiven_words(rule))
        .fact(
            "How often",
            format!("once in {} months, on {} bills in a row at most", rule.months_between, rule.bills_each),
        )
        .fact("Asked for", format!("within {} days after the bill date", rule.claim_days))
        .fact("Proof of the repair", if rule.needs_proof { "needed" } else { "not needed" })
        .fact("Most it gives on a bill", rule.cap.map_or_else(|| "no limit".to_owned(), |cap| cap.dollars()))
        .fact("Written in", rule.source.clone())
        .fact("In force since", day(rule.from_on));
    Section::new("rule", "The rule").with(&facts)
}

fn forgiven_words(rule: &LeakRule) -> &'static str {
    match rule.forgive_by {
        Forgiven::Share => "charged as on the bill",
        Forgiven::LowestTier => "charged as on the bill; what is forgiven costs what the lowest tier costs",
    }
}

/// What stays as it is, and what the leak does to later bills.
fn effects(loaded: &Loaded, quote: &LeakQuote) -> Option<Section> {
    let sentence = |effect: &LeakEffect| match effect {
        LeakEffect::Stays { schedule } => {
            format!(
                "{} is charged by the same use and has no leak rule: it stays as billed.",
                loaded.schedule_title(schedule)
            )
        }
        LeakEffect::NotByThisUse { schedule } => format!(
            "{} is charged by the winter average. The use of this bill does not change it, now or later.",
            loaded.schedule_title(schedule)
        ),
        LeakEffect::CountsInWinter { schedule, quantity, bills_from_month } => format!(
            "{}: the use of this bill counts in the next {}, which bills use from month {bills_from_month} on. \
             After a leak, set that number by appeal.",
            loaded.schedule_title(schedule),
            quantity.replace('_', " "),
        ),
    };
    if quote.effects.is_empty() {
        return None;
    }
    let section = Section::new("effects", "Other services");
    Some(quote.effects.iter().fold(section, |section, effect| section.with(&Words::new(sentence(effect)))))
}

fn others(loaded: &Loaded) -> Section {
    let ways = Links::listed("Other ways")
        .link("Why this amount", loaded.href("why"))
        .link("Adjust a charge by an amount", loaded.href("adjust"))
        .link("Back to the bill", loaded.href(""));
    Section::new("other", "Other ways").with(&ways)
}
