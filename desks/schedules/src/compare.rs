//! `/rates/{schedule}/compare`: what a version changed, in people's words.

use chrono::NaiveDate;
use rates::Schedule;
use rates::tools::lint;
use web::shown::date;
use web::{Alert, Answer, Ask, At, Choice, Empty, Field, Links, LookUp, Section, address};

use crate::change::{Between, Which, findings};
use crate::loaded::{Loaded, VersionRead};
use crate::names::Names;

pub(crate) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let names = Names::load(&mut read).await?;
    let page = ask.page(&format!("Compare versions: {}", loaded.title));
    let page = page.crumbs(&[("Rates", "/rates"), (&loaded.title, &loaded.href())]);
    let standing: Vec<&VersionRead> = loaded.standing().collect();
    let [.., last_before, last] = standing[..] else {
        let words = "There is nothing to compare with: the schedule has only one version, or none.";
        return page.body(&Empty::new("One version only").text(words).action("All versions", &loaded.href())).answer();
    };
    let chosen = |name: &str, otherwise: &VersionRead| {
        let day = NaiveDate::parse_from_str(ask.query().text(name), "%Y-%m-%d").ok();
        let found = day.and_then(|day| standing.iter().find(|one| one.effective_on() == day));
        found.map_or(otherwise.effective_on(), |one| one.effective_on())
    };
    let (from, to) = (chosen("from", last_before), chosen("to", last));
    let one = |day: NaiveDate| standing.iter().find(|one| one.effective_on() == day).copied();
    let (Some(before), Some(after)) = (one(from), one(to)) else { return Err(web::Problem::not_found()) };
    let between = Between { schedule: &after.schedule, before: before.version(), after: after.version() };
    let table = ask.table("bills", "Bills at typical uses").keeping("from", &from.to_string());
    let table = table.keeping("to", &to.to_string());
    let is_all = ask.query().has("all") || ask.query().has("as");
    let table = if is_all { table.keeping("all", "1") } else { table };
    let bills = between.bills(&names, (table, if is_all { Which::All } else { Which::OneEach }));
    if let Some(file) = bills.as_ref().map(web::Table::file).transpose()?.flatten() {
        return Ok(file);
    }
    let choices = || standing.iter().map(|one| choice(one)).collect::<Vec<_>>();
    let look_up = LookUp::new(&ask, "Compare versions", "Compare")
        .field(Field::select("from", "Before", choices()).required().value(from.to_string()))
        .field(Field::select("to", "After", choices()).required().value(to.to_string()));
    let mut page = page.lead(format!("{} against {}.", after.version().ordinance, before.version().ordinance));
    if to < from {
        page = page
            .alert(Alert::info("The later version stands first").text("Changes read from the later to the earlier."));
    }
    page = page.body(&look_up);
    for section in between.sections(&ask, &names) {
        page = page.body(&section);
    }
    if let Some(bills) = bills {
        let section = Section::new("before-after", "Bills before and after");
        let note = if is_all { "Every kind of customer" } else { "One kind of customer of each class" };
        let note = format!("{note}, whole periods at typical uses, taxes included.");
        let pairs = [("from", from.to_string()), ("to", to.to_string()), ("all", "1".to_owned())];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let section = section.note(note).with(&bills);
        let links = Links::new("More bills").link("Show every kind of customer", address(ask.path(), &pairs));
        page = page.body(&if is_all { section } else { section.with(&links) });
    }
    let schedule = Schedule { versions: vec![after.version().clone()], ..after.schedule.clone() };
    let mut facts = billing::lint_facts(&mut read, &schedule, ask.today()).await?;
    facts.before = Some(before.version().clone());
    page.body(&findings(&ask, &lint(&schedule, &facts))).body(&between.text()).answer()
}

fn choice(one: &VersionRead) -> Choice {
    Choice::new(one.effective_on().to_string(), format!("{}: {}", date(&one.effective_on()), one.version().ordinance))
}
