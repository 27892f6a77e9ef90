//! `/rates/proposals/…/what-if`: what the use of real accounts would have cost: revenue, winners and losers, by class.

use acts::Permission;
use billing::{Change, Effect, WhatIfReport};
use kernel::Month;
use web::shown::{capital, money};
use web::{Alert, Answer, Ask, At, Cell, Chart, Column, Facts, Field, LookUp, Page, Progress, Section, Tone, encoded};

use crate::change::{counted, signed};
use crate::names::Names;
use crate::pages::proposal::{Address, Told, load};
use crate::trials::{Trial, TrialOf, Trials, Tried};

/// Who may look at what rates do to accounts.
pub(crate) const LOOK: &[Permission] = &[
    revenue::permissions::PROPOSE_RATES,
    revenue::permissions::APPROVE,
    revenue::permissions::ADOPT_RATES,
    billing::permissions::SEE,
];

/// How the bands of changes are called under a chart, in the order of [`Change::ALL`].
const BANDS: [&str; 12] =
    ["< -50 %", "-50 %", "-25 %", "-10 %", "-5 %", "same", "+5 %", "+10 %", "+25 %", "+50 %", "> +50 %", "new"];

pub(crate) fn asked(ask: &Ask, told: &Told) -> TrialOf {
    let month = |name: &str| {
        let sent = if ask.posted().has(name) { ask.posted().text(name) } else { ask.query().text(name) };
        Month::parse(sent).ok()
    };
    let proposal = &told.proposal;
    TrialOf {
        schedule: proposal.schedule.clone(),
        effective_on: proposal.effective_on,
        number: proposal.number,
        months: month("from").zip(month("to")),
    }
}

/// The proposal against the version that would go on without it.
pub(crate) fn tried(told: &Told) -> Tried {
    let day = told.proposal.effective_on;
    let before = told.loaded.standing().rfind(|one| one.effective_on() < day);
    Tried { schedule: told.schedule.clone(), before: before.map(|one| one.version().clone()) }
}

pub(crate) fn trials(ask: &Ask) -> &Trials {
    ask.site().part::<Trials>()
}

pub(crate) async fn show(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    drop(read);
    let asked = asked(&ask, &told);
    let trial = match trials(&ask).get(&asked) {
        Some(trial) => trial,
        None => trials(&ask).sample(&ask, &asked, &tried(&told)).await?,
    };
    let page = ask.page(&format!("What would change: {}", told.loaded.title));
    let lead = "Use as it stands, estimates among it, priced by the rates that would go on and by the proposal. Nothing is billed by it.";
    let (href, title) = (told.href(), told.title());
    let page =
        page.lead(lead).crumbs(&[("Rates", "/rates"), (&told.loaded.title, &told.loaded.href()), (&title, &href)]);
    match trial {
        Trial::Running { done, pieces } => {
            let path = format!("{href}/what-if/progress{}", months_query(&asked));
            let progress = Progress::new("Pricing all accounts", done, pieces).live(path);
            page.refreshing(3)
                .body(&progress)
                .body(&web::Words::new("You may leave this page; the answer stays here."))
                .answer()
        }
        Trial::Refused(why) => {
            let alert =
                Alert::warning("This cannot be worked out").text(format!("{}.", capital(why.trim_end_matches('.'))));
            page.alert(alert).body(&months(&ask, &asked)).body(&again(&ask, &told, &asked)).answer()
        }
        Trial::Done(report, at) => {
            let classes = class_table(&ask, &told.names, &report);
            if let Some(file) = classes.file()? {
                return Ok(file);
            }
            let page = page.alert(size(&ask, &report, at)).body(&months(&ask, &asked)).body(&facts(&report));
            let page = page.body(&chart(&report));
            let page = page.body(&Section::new("by-class", "By class").with(&classes));
            let page = largest(&ask, &told.names, &report, page);
            not_priced(&ask, &report, page).body(&again(&ask, &told, &asked)).answer()
        }
    }
}

/// How many accounts were looked at, and whether those are all.
fn size(ask: &Ask, report: &WhatIfReport, at: chrono::DateTime<chrono::Utc>) -> Alert {
    let accounts = web::shown::counted(report.total.accounts, "account", "accounts");
    let span = match (report.months.first(), report.months.last()) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} through {last}"),
        _ => String::new(),
    };
    let words = format!("Use of {span}, worked out on {}", ask.when(at));
    if report.is_sample() {
        let (looked, all) = report.pieces;
        let words = format!(
            "{words}: {looked} of {all} pieces of the town, spread evenly. Sums are of the sample, not of the town."
        );
        return Alert::warning(format!("A sample of {accounts}")).text(words);
    }
    Alert::info(format!("All {accounts} with this service")).text(words)
}

fn facts(report: &WhatIfReport) -> Facts {
    let total = &report.total;
    let change = total.after_cents - total.before_cents;
    let per_cent = total.change_per_cent.map_or_else(String::new, |change| format!(" ({change:+} %)"));
    Facts::new()
        .fact("By the rates that would go on", money(&total.before_cents))
        .fact("By the proposal", money(&total.after_cents))
        .fact("Change in revenue", format!("{}{per_cent}", signed(change)))
        .fact("Would pay more", counted(usize::try_from(total.more).unwrap_or(0), "account", "accounts"))
        .fact("Would pay the same", counted(usize::try_from(total.same).unwrap_or(0), "account", "accounts"))
        .fact("Would pay less", counted(usize::try_from(total.less).unwrap_or(0), "account", "accounts"))
}

fn chart(report: &WhatIfReport) -> Chart {
    let total = &report.total;
    let mut chart = Chart::columns("Accounts by how much their bills change", "Change", &["Accounts"]);
    for (band, (change, words)) in BANDS.into_iter().zip(Change::ALL) {
        let accounts = total.by_change.get(&change).copied().unwrap_or(0);
        let said = format!("{} pay {words}", web::shown::counted(accounts, "account", "accounts"));
        chart = chart.point(band, &[(accounts, &said)]);
    }
    let most = Change::ALL.into_iter().max_by_key(|(change, _)| total.by_change.get(change).copied().unwrap_or(0));
    let words = most.map_or("the same", |(_, words)| words);
    chart.summary(format!(
        "Most accounts would pay {words}. +10 % holds those that would pay more than 5 and at most 10 percent more."
    ))
}

fn class_table(ask: &Ask, names: &Names, report: &WhatIfReport) -> web::Table {
    let table = ask
        .table("classes", "Bills before and after, by class")
        .column(Column::text("class", "Class"))
        .column(Column::count("accounts", "Accounts"))
        .column(Column::money("before", "Before").totaled())
        .column(Column::money("after", "After").totaled())
        .column(Column::money("change", "Change").below_zero("less").totaled())
        .column(Column::text("per_cent", "In percent"))
        .column(Column::count("less", "Pay less"))
        .column(Column::count("same", "The same"))
        .column(Column::count("more", "Pay more"));
    table.rows(report.classes.iter().map(|(class, effect)| class_row(names, class, effect)))
}

fn class_row(names: &Names, class: &str, effect: &Effect) -> [Cell; 9] {
    [
        Cell::text(names.class(class)),
        Cell::count(effect.accounts),
        effect.before_cents.into(),
        effect.after_cents.into(),
        (effect.after_cents - effect.before_cents).into(),
        effect.change_per_cent.map_or_else(Cell::empty, |change| Cell::text(format!("{change:+}\u{a0}%"))),
        Cell::count(effect.less),
        Cell::count(effect.same),
        Cell::count(effect.more),
    ]
}

/// The accounts whose bills grow most.
fn largest(ask: &Ask, names: &Names, report: &WhatIfReport, page: Page) -> Page {
    if report.largest.is_empty() {
        return page.body(&Section::new("largest", "Largest increases").with(&web::Words::new("No bill grows.")));
    }
    let table = ask
        .table("largest-accounts", "Accounts whose bills grow most")
        .plain()
        .column(Column::text("account", "Account"))
        .column(Column::text("classes", "Class"))
        .column(Column::money("before", "Before"))
        .column(Column::money("after", "After"))
        .column(Column::money("change", "More"))
        .column(Column::text("per_cent", "In percent"));
    let may_see = ask.may(customers::permissions::SEE);
    let table = table.rows(report.largest.iter().map(|one| {
        let number = Cell::text(&one.account_number);
        let number = if may_see { number.link(format!("/accounts/{}", encoded(&one.account_number))) } else { number };
        let classes = one.classes.iter().map(|class| names.class(class)).collect::<Vec<_>>().join(", ");
        let change = rates::tools::per_cent_change(one.before_cents, one.after_cents);
        [
            number,
            Cell::text(classes),
            one.before_cents.into(),
            one.after_cents.into(),
            (one.after_cents - one.before_cents).into(),
            change.map_or_else(Cell::empty, |change| Cell::text(format!("{change:+}\u{a0}%"))),
        ]
    }));
    let note = "All bills of these months together, the largest growth first.";
    page.body(&Section::new("largest", "Largest increases").note(note).with(&table))
}

/// Services that one of the rates cannot price.
fn not_priced(ask: &Ask, report: &WhatIfReport, page: Page) -> Page {
    if report.not_priced_before.is_empty() && report.not_priced_after.is_empty() {
        return page;
    }
    let mut table = ask
        .table("not-priced-why", "Why bills cannot be priced")
        .plain()
        .column(Column::text("by", "By"))
        .column(Column::text("why", "Why"))
        .column(Column::count("times", "Bills"));
    let sides = [("the rates that would go on", &report.not_priced_before), ("the proposal", &report.not_priced_after)];
    for (by, reasons) in sides {
        for (why, times) in reasons {
            let tone = if by == "the proposal" { Tone::Bad } else { Tone::Plain };
            table.push([Cell::tag(tone, by), Cell::text(capital(why)), Cell::count(*times)]);
        }
    }
    let note = "They count nowhere above. What the proposal cannot price has to be put right before it is approved.";
    page.body(&Section::new("not-priced", "Bills that cannot be priced").note(note).with(&table))
}

fn months(ask: &Ask, asked: &TrialOf) -> LookUp {
    let value =
        |pick: fn((Month, Month)) -> Month| asked.months.map_or_else(String::new, |both| pick(both).to_string());
    LookUp::new(ask, "Months whose use is priced", "Work it out")
        .field(
            Field::text("from", "First month")
                .hint("Such as 2025-07; empty for the last twelve.")
                .value(value(|both| both.0)),
        )
        .field(Field::text("to", "Last month").hint("Such as 2026-06.").value(value(|both| both.1)))
}

/// The button that prices every account anew.
fn again(ask: &Ask, told: &Told, asked: &TrialOf) -> web::Form {
    let path = format!("{}/what-if", told.href());
    let form = ask.form(&path, "Price all accounts").small();
    match asked.months {
        Some((from, to)) => {
            form.field(Field::hidden("from", from.to_string())).field(Field::hidden("to", to.to_string()))
        }
        None => form,
    }
}

fn months_query(asked: &TrialOf) -> String {
    match asked.months {
        Some((from, to)) => web::address("", &[("from", &from.to_string()), ("to", &to.to_string())]),
        None => String::new(),
    }
}

pub(crate) async fn start(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    drop(read);
    let asked = asked(&ask, &told);
    let path = format!("{}/what-if{}", told.href(), months_query(&asked));
    let go = ask.go(&path);
    if trials(&ask).start(&ask, &asked, tried(&told)) {
        return go.answer();
    }
    let alert = Alert::warning("Another proposal is being priced by all accounts").text("Try again when it is done.");
    go.saying(alert).answer()
}

pub(crate) async fn progress(ask: Ask, At(address): At<Address>) -> Answer {
    let mut read = ask.read().await?;
    let told = load(&ask, &mut read, &address).await?;
    drop(read);
    let asked = asked(&ask, &told);
    Ok(web::live(move || {
        let (trials, asked) = (trials(&ask).clone(), asked.clone());
        async move { look(&trials, &asked) }
    }))
}

fn look(trials: &Trials, asked: &TrialOf) -> Option<Progress> {
    match trials.get(asked)? {
        Trial::Running { done, pieces } => Some(Progress::new("Pricing all accounts", done, pieces)),
        Trial::Done(..) | Trial::Refused(_) => Some(Progress::new("Pricing all accounts", 1, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_band_has_its_short_name() {
        assert_eq!(BANDS.len(), Change::ALL.len());
        assert_eq!((BANDS[5], Change::ALL[5].1), ("same", "the same"));
        assert_eq!((BANDS[7], Change::ALL[7].1), ("+10 %", "5 to 10 % more"));
    }
}
