//! `/rates`: every schedule with the version in force, the next one, and what is proposed.

use web::shown::{capital, date};
use web::{Alert, Answer, Ask, Cell, Column, Tone};

use crate::change::counted;

use crate::loaded::{Loaded, proposal_href};

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let all = Loaded::all(&mut read).await?;
    let today = ask.today();
    let waiting: usize = all.iter().map(|one| one.waiting().count()).sum();
    let table = ask
        .table("rates", "Rate schedules")
        .column(Column::text("schedule", "Schedule"))
        .column(Column::text("service", "Service"))
        .column(Column::date("since", "In force since"))
        .column(Column::text("ordinance", "By"))
        .column(Column::date("next", "Next version"))
        .column(Column::text("proposals", "Proposals"))
        .empty(
            "This town has no rates yet. A rate schedule is proposed, approved by another person, and then in force.",
        )
        .rows(all.iter().map(|one| row(one, today)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "What the city charges, as council adopted it. Every version stays readable, with who proposed and approved it.";
    let mut page = ask.page("Rates").lead(lead).action("Where charges go", "/rates/where-it-goes");
    if ask.may(revenue::permissions::PROPOSE_RATES) {
        page = page.action("Propose a new schedule", "/rates/propose");
    }
    if waiting != 0 {
        let heading = format!("{} not in force yet", counted(waiting, "proposal", "proposals"));
        let mut alert = Alert::info(heading);
        for proposal in all.iter().flat_map(Loaded::waiting) {
            let words = format!("{} from {}", capital(&proposal.schedule), date(&proposal.effective_on));
            alert = alert.link(words, proposal_href(proposal));
        }
        page = page.alert(alert);
    }
    page.body(&table).answer()
}

fn row(one: &Loaded, today: chrono::NaiveDate) -> [Cell; 6] {
    let (since, ordinance) = match one.on(today) {
        Some(current) => {
            let day = current.effective_on();
            let since = Cell::from(day).link(one.version_href(day));
            (since, Cell::text(&current.version().ordinance))
        }
        None => (Cell::empty(), Cell::tag(Tone::Warning, "nothing in force")),
    };
    let next = one.after(today).map_or_else(Cell::empty, |next| {
        let day = next.effective_on();
        let days = (day - today).num_days();
        Cell::from(day).link(one.version_href(day)).note(format!("in {}", web::shown::counted(days, "day", "days")))
    });
    let waiting = one.waiting().count();
    let proposals = match one.waiting().next() {
        Some(first) => Cell::text(counted(waiting, "proposal", "proposals")).link(proposal_href(first)),
        None => Cell::empty(),
    };
    let schedule = Cell::text(&one.title).link(one.href()).note(one.code.clone());
    [schedule, Cell::text(capital(&one.service)), since, ordinance, next, proposals]
}
