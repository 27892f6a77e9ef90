//! `/moves/new`: the first step: what happens, to which account or place.

use billing::{ServedService, services_at_points, services_of_account};
use customers::permissions::CHANGE;
use db::Read;
use kernel::AccountId;
use premises::ServicePoint;
use web::shown::date;
use web::{Alert, Answer, Ask, Field, Form, Problem};

use super::{Kind, State, steps};

/// What the first step asks.
fn form(ask: &Ask) -> Form {
    let said = |name: &str| ask.query().text(name).to_owned();
    let kind = match (Kind::of_code(&said("kind")), said("account").is_empty(), said("point").is_empty()) {
        (Some(kind), _, _) => kind.code(),
        (None, false, _) => Kind::Stop.code(),
        (None, true, false) => Kind::Transfer.code(),
        (None, true, true) => "",
    };
    ask.form("/moves/new", "Go on")
        .field(Field::radios("kind", "What happens", Kind::choices()).required().value(kind))
        .field(
            Field::text("account", "Account that leaves")
                .max(40)
                .value(said("account"))
                .hint("Its number, such as 100042-4. For a move in leave it empty."),
        )
        .field(
            Field::text("point", "Service point or premises").max(60).value(said("point")).hint(
                "Its reference, such as P000012-W or P000012. Needed for a move in, or when no account is named.",
            ),
        )
        .field(
            Field::text("to", "Account that comes")
                .max(40)
                .value(said("to"))
                .hint("The number of an account on record. Leave it empty to open one, or for the owner."),
        )
        .cancel("/moves")
}

pub(crate) async fn show(ask: Ask) -> Answer {
    draw(&ask, &form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut form = form(&ask);
    if form.is_good() {
        let mut read = ask.read().await?;
        match judged(&ask, &mut read, &mut form).await? {
            Some(Next::Day(state)) => return ask.go(&state.href("/moves/day")).answer(),
            Some(Next::First(point, account)) => {
                let alert = Alert::info("Nobody was served there before")
                    .text("So its rates are not known: start each service with rates, cycle and class.");
                // Whoever has no account yet gets one first.
                let path = if account.is_empty() && ask.may(CHANGE) { "/moves/account" } else { "/moves/service" };
                let href = web::address(path, &[("point", &point), ("account", &account)]);
                return ask.go(&href).saying(alert).answer();
            }
            None => {}
        }
    }
    draw(&ask, &form)
}

/// Where the first step leads.
enum Next {
    /// To the day, with what is named so far.
    Day(State),
    /// To a service with its terms, at a place where nobody was served before, for an account if one was named.
    First(String, String),
}

/// Where it goes on, or nothing, and the form says why not.
async fn judged(ask: &Ask, read: &mut Read, form: &mut Form) -> Result<Option<Next>, Problem> {
    let Some(kind) = Kind::of_code(&form.text("kind")) else { return Ok(None) };
    let (account, point, to) = (form.text("account"), form.text("point"), form.text("to"));
    let points = match point.is_empty() {
        true => Vec::new(),
        false => match places(read, &point).await? {
            points if points.is_empty() => {
                form.refuse_field(
                    "point",
                    "No service point or premises go by this reference. Search for the address above.",
                );
                return Ok(None);
            }
            points => points,
        },
    };
    let mut state = State {
        kind,
        account: String::new(),
        to: String::new(),
        points: points.iter().map(|point| point.reference.clone()).collect(),
        on: None,
        counts: std::collections::BTreeMap::new(),
        sure: std::collections::BTreeSet::new(),
    };
    if kind.leaves() {
        match leaving(ask, read, (&account, &points), form).await? {
            Some(number) => state.account = number,
            None => return Ok(None),
        }
    } else {
        match vacant(ask, read, &points, form).await? {
            Some(true) => {}
            Some(false) => {
                let point = points.first().map_or_else(String::new, |point| point.reference.clone());
                return Ok(Some(Next::First(point, to)));
            }
            None => return Ok(None),
        }
    }
    if kind.comes() && !to.is_empty() {
        match account_named(read, &to).await? {
            Some((_, number)) if number == state.account => {
                form.refuse_field("to", "This is the account that leaves. Name the one that comes.");
                return Ok(None);
            }
            Some((_, number)) => state.to = number,
            None => {
                form.refuse_field("to", format!("There is no account {to}. Leave it empty to open one."));
                return Ok(None);
            }
        }
    }
    Ok(Some(Next::Day(state)))
}

/// Said in the place of who is served where a protected person is or was.
const CONFIDENTIAL: &str = "Who is served there is confidential.";

/// The number of the account that leaves, named itself or by its place.
async fn leaving(
    ask: &Ask,
    read: &mut Read,
    (account, points): (&str, &[ServicePoint]),
    form: &mut Form,
) -> Result<Option<String>, Problem> {
    if account.is_empty() {
        let ids: Vec<kernel::ServicePointId> = points.iter().map(|point| point.id).collect();
        if identity::hides_people_at(ask, read, &ids).await? {
            form.refuse_field("point", format!("{CONFIDENTIAL} Name the account, or ask a supervisor."));
            return Ok(None);
        }
        let there = services_at_points(read, &ids).await?;
        let now = there.iter().filter(|one| one.is_active(ask.today())).max_by_key(|one| one.is_measured);
        return Ok(match now {
            Some(one) => Some(one.number.clone()),
            None if points.is_empty() => {
                form.refuse_field("account", "Name the account that leaves, or the place it leaves.");
                None
            }
            None => {
                form.refuse_field("point", "Nobody is served there today. Choose “Move in”.");
                None
            }
        });
    }
    let Some((id, number)) = account_named(read, account).await? else {
        form.refuse_field("account", format!("There is no account {account}."));
        return Ok(None);
    };
    let services = services_of_account(read, id).await?;
    let is_meant = |one: &&ServedService| {
        one.goes_on(ask.today()) && (points.is_empty() || points.iter().any(|point| point.id == one.service_point))
    };
    if services.iter().any(|one| is_meant(&one)) {
        return Ok(Some(number));
    }
    let last = services.iter().filter_map(|one| one.stops_on).max();
    let words = match last {
        Some(last) if points.is_empty() => {
            format!("Account {number} has no service any more; the last one stopped on {}.", date(&last))
        }
        _ => format!("Account {number} has no service there."),
    };
    form.refuse_field("account", words);
    Ok(None)
}

/// Refuses a move in where somebody is served without an end; otherwise whether anybody ever was.
async fn vacant(ask: &Ask, read: &mut Read, points: &[ServicePoint], form: &mut Form) -> Result<Option<bool>, Problem> {
    if points.is_empty() {
        form.refuse_field("point", "Name the service point or the premises they move into.");
        return Ok(None);
    }
    let ids: Vec<kernel::ServicePointId> = points.iter().map(|point| point.id).collect();
    let there = services_at_points(read, &ids).await?;
    if let Some(one) = there.iter().find(|one| one.stops_on.is_none() && one.starts_on <= ask.today()) {
        let words = match identity::hides_people_at(ask, read, &ids).await? {
            true => format!("{CONFIDENTIAL} Ask a supervisor to stop it first."),
            false => format!(
                "Account {} has {} at {}. Choose “One moves out, another in”, or stop that first.",
                one.number, one.service, one.reference
            ),
        };
        form.refuse_field("kind", words);
        return Ok(None);
    }
    Ok(Some(!there.is_empty()))
}

/// The service points that a reference means: one, or those of premises.
async fn places(read: &mut Read, reference: &str) -> Result<Vec<ServicePoint>, Problem> {
    let mut found = premises::points_by_reference(read, &[reference]).await?;
    if let Some(point) = found.remove(reference) {
        return Ok(vec![point]);
    }
    match premises::premises_by_reference(read, &[reference]).await?.remove(reference) {
        Some(premise) => Ok(premises::points_of_premise(read, premise.id).await?),
        None => Ok(Vec::new()),
    }
}

/// An account by its number or the name a file has for it.
pub(crate) async fn account_named(read: &mut Read, name: &str) -> Result<Option<(AccountId, String)>, Problem> {
    let Some(account) = customers::account_named(read, name).await?.filter(|one| one.id != AccountId::CITY) else {
        return Ok(None);
    };
    let known = customers::accounts_by_id(read, &[account.id]).await?;
    Ok(known.get(&account.id).map(|known| (account.id, known.number.to_string())))
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let page = ask.page("Move somebody").crumbs(&[("Moves", "/moves")]);
    page.lead("Nothing is changed before the last step.").body(&steps(1)).form(form).answer()
}
