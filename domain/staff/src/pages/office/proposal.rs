//! One change that waits for a second person: what it turns into what, why, and the decision on it.

mod deciding;
mod told;

use kernel::ProposalId;
use web::{Answer, Ask, At, Columns, Form, Page, Problem, Section, number};

use self::deciding::{Part, may_decide};
use self::told::Told;
use super::desk::{kind_title, may_see};

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let told = look_up(&ask, &id).await?;
    let form = deciding::form(&ask, &told);
    draw(&ask, &told, form.as_ref()).answer()
}

/// Takes a decision. Who sends it twice decides once; who comes too late sees what came of it.
pub(super) async fn decide(ask: Ask, At(id): At<String>) -> Answer {
    let told = look_up(&ask, &id).await?;
    let mut form = deciding::sent_form(&ask, &told);
    if form.is_good()
        && let Some(go) = deciding::carry_out(&ask, &told, &mut form).await?
    {
        return go.answer();
    }
    // What was refused may have changed it: an out of date one is set aside.
    let told = look_up(&ask, &id).await?;
    draw(&ask, &told, Some(&form)).answer()
}

/// A proposal the visitor may see.
async fn look_up(ask: &Ask, id: &str) -> Result<Told, Problem> {
    let id = ProposalId(number(id)?);
    let mut read = ask.read().await?;
    let Some(proposal) = acts::proposal(&mut read, id).await? else { return Err(no_such(id)) };
    if !may_see(ask.who()?, &proposal) {
        let why = "Only who proposed this change, who may approve it, and who reads the log may see it.";
        let problem = Problem::new(forbidden(), "permission_missing", "You may not open this", why);
        return Err(problem.next("If your work needs it, ask your supervisor for the role."));
    }
    Told::load(ask, &mut read, proposal).await
}

fn no_such(id: ProposalId) -> Problem {
    let problem = Problem::not_found();
    Problem { why: format!("There is no proposal {}.", id.0), ..problem }
}

fn forbidden() -> axum::http::StatusCode {
    axum::http::StatusCode::FORBIDDEN
}

fn draw(ask: &Ask, told: &Told, form: Option<&Form>) -> Page {
    let proposal = &told.proposal;
    let title = format!("Proposal {}: {}", proposal.proposal.0, kind_title(ask, &proposal.kind));
    let mut main = vec![told.changes(), told.reasons(), told.in_full(ask)];
    main.extend(told.changed_since(ask));
    main.push(told.history(ask));
    let mut side = Vec::new();
    match (form, may_decide(ask, told)) {
        (Some(form), Ok(Part::Second)) => side.push(Section::new("decide", "Your decision").with(form)),
        (Some(form), Ok(Part::Proposer)) => side.push(Section::new("decide", "Your proposal").with(form)),
        // The form of somebody who came too late still says why it was refused.
        (Some(form), Err(_)) if form.has_errors() => side.push(Section::new("decide", "Your decision").with(form)),
        (_, Err(why)) => side.push(Section::new("decide", "Your decision").with(&web::Words::new(why))),
        (None, Ok(_)) => {}
    }
    side.push(told.facts(ask));
    let page = ask.page(&title).crumbs(&[("Approvals", "/approvals")]).body(&Columns { main, side });
    let page = match form {
        Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        _ => page,
    };
    match told.alert() {
        Some(alert) => page.alert(alert),
        None => page,
    }
}
