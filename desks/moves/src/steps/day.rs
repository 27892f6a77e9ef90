//! `/moves/day`: the second step: which places, on which day, and what the meters show.

use std::collections::{BTreeMap, BTreeSet};

use billing::permissions::MOVE_READS;
use billing::{PointToRead, ServedService, points_to_read, services_at_points, services_of_account};
use chrono::NaiveDate;
use customers::ListedAccount;
use db::Read;
use kernel::ServicePointId;
use web::shown::{count, date};
use web::{Alert, Answer, Ask, Choice, Facts, Field, Form, Posted, Problem, Section};

use super::who::account_named;
use super::{Kind, State, steps};
use crate::words::{account_href, before};

/// What the second step knows.
struct Loaded {
    state: State,
    /// The services that end, or were there last.
    services: Vec<ServedService>,
    metered: Vec<PointToRead>,
    /// To whom the services go back, where they go back to the owner.
    owner: Option<Owner>,
    /// Whether that is a protected person whom the visitor may not find at an address.
    is_owner_hidden: bool,
}

/// Somebody who owns premises.
struct Owner {
    name: String,
    /// Their accounts that are open, but for the one that leaves.
    accounts: Vec<ListedAccount>,
    /// Whether the account that leaves is theirs.
    leaves: bool,
    /// The service points on their premises.
    points: BTreeSet<String>,
}

impl Loaded {
    async fn load(ask: &Ask, said: &Posted) -> Result<Loaded, Problem> {
        let state = State::parse(said).ok_or_else(Problem::not_found)?;
        let mut read = ask.read().await?;
        let mut services = services(ask, &mut read, &state).await?;
        let places = services.iter_mut().map(|one| (one.service_point, &mut one.address));
        identity::cover(ask, &mut read, places).await?;
        let mut ids: Vec<ServicePointId> = services.iter().map(|one| one.service_point).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut metered = points_to_read(&mut read, &ids, ask.today()).await?;
        metered.retain(|point| point.meter.is_some() && ask.may(MOVE_READS));
        let (owner, is_owner_hidden) = match state.kind {
            Kind::Revert => owner(ask, &mut read, (&ids, &state)).await?,
            Kind::Start | Kind::Stop | Kind::Transfer => (None, false),
        };
        Ok(Loaded { state, services, metered, owner, is_owner_hidden })
    }

    /// One answer for each service point, with its services.
    fn places(&self) -> Vec<Choice> {
        let mut places: BTreeMap<&str, (Vec<&str>, &str)> = BTreeMap::new();
        for one in &self.services {
            let place = places.entry(&one.reference).or_insert((Vec::new(), &one.address));
            place.0.push(&one.service);
        }
        let choice = |(reference, (services, address)): (&str, (Vec<&str>, &str))| {
            Choice::new(reference, format!("{reference}: {}", services.join(", "))).hint(address)
        };
        places.into_iter().map(choice).collect()
    }

    fn form(&self, ask: &Ask) -> Form {
        let kind = self.state.kind;
        let places = self.places();
        let all: Vec<String> = places.iter().map(|place| place.value.clone()).collect();
        let named: Vec<String> = all.iter().filter(|place| self.state.points.contains(place)).cloned().collect();
        let chosen = match &self.owner {
            _ if !named.is_empty() => named,
            Some(owner) => all.into_iter().filter(|place| owner.points.contains(place)).collect(),
            None => all,
        };
        // Whoever leaves thinks of the last day, whoever comes of the first.
        let (label, day) = match kind {
            Kind::Stop => ("Last day of service", self.state.on.map_or(ask.today(), before)),
            Kind::Start | Kind::Transfer | Kind::Revert => {
                ("First day of whoever comes", self.state.on.unwrap_or_else(|| ask.today()))
            }
        };
        let mut form = ask
            .form("/moves/day", "Look at what changes")
            .field(Field::hidden("state", self.state.text()).max(4_000))
            .field(Field::checks("point", "Where", places).required().checked(chosen))
            .field(Field::date("on", label).required().value(day.to_string()));
        if let Some(Owner { name, accounts, leaves: false, .. }) = &self.owner {
            let choices =
                accounts.iter().map(|one| Choice::new(one.number.to_string(), format!("{}: {}", one.number, one.name)));
            let open = Choice::new("new", format!("A new account for {name}"));
            let first = accounts.first().map_or("new".to_owned(), |one| one.number.to_string());
            let is_theirs = accounts.iter().any(|one| one.number.to_string() == self.state.to);
            let value = if is_theirs { self.state.to.clone() } else { first };
            let choices = choices.chain([open]).collect();
            form = form.field(Field::radios("to", "Account of the owner", choices).required().value(value));
        }
        for point in &self.metered {
            let name = count_name(point.point);
            let last = point.last.as_ref().map_or("never read".to_owned(), |last| {
                format!("last read {} on {}", count(&last.count), date(&last.read_on))
            });
            let serial = point.meter.as_ref().map(|meter| meter.serial_number.clone()).unwrap_or_default();
            let known = self.state.counts.get(&point.reference).map(ToString::to_string).unwrap_or_default();
            let day = if kind == Kind::Stop { "the last day" } else { "the first day" };
            let label = format!("What meter {serial} shows on {day}");
            let hint = format!("{}: {last}. Leave it empty while nobody knows.", point.reference);
            form = form.field(Field::whole(&name, &label).hint(hint).value(known));
        }
        form.cancel("/moves")
    }
}

/// What ends, or what was there last for whoever comes.
async fn services(ask: &Ask, read: &mut Read, state: &State) -> Result<Vec<ServedService>, Problem> {
    if state.kind.leaves() {
        let (id, _) = account_named(read, &state.account).await?.ok_or_else(Problem::not_found)?;
        let mut services = services_of_account(read, id).await?;
        services.retain(|one| one.goes_on(ask.today()));
        return Ok(services);
    }
    let references: Vec<&str> = state.points.iter().map(String::as_str).collect();
    let points = premises::service_points_by_reference(read, &references).await?;
    let ids: Vec<ServicePointId> = points.into_values().collect();
    let there = services_at_points(read, &ids).await?;
    Ok(billing::last_terms(&there, &ids))
}

/// Who owns the premises of the first of some service points today, of those that are named before others; nobody, and that
/// it is so, where that is a protected person whom the visitor may not find at an address.
async fn owner(
    ask: &Ask,
    read: &mut Read,
    (ids, state): (&[ServicePointId], &State),
) -> Result<(Option<Owner>, bool), Problem> {
    let points = premises::points_by_id(read, ids).await?;
    let premises: Vec<kernel::PremiseId> = points.values().filter_map(|point| point.premise).collect();
    let owners = premises::owners_on(read, &premises, ask.today()).await?;
    let owner_of = |point: &premises::ServicePoint| owners.get(&point.premise?).copied();
    let is_named = |point: &&premises::ServicePoint| state.points.contains(&point.reference);
    let first = points.values().filter(is_named).find_map(owner_of).or_else(|| points.values().find_map(owner_of));
    let Some(owner) = first else { return Ok((None, false)) };
    if identity::hides_person(ask, read, owner).await? {
        return Ok((None, true));
    }
    let theirs = points.values().filter(|point| owner_of(point) == Some(owner));
    let theirs = theirs.map(|point| point.reference.clone()).collect();
    let known = customers::customers_in_full(read, &[owner]).await?;
    let name = known.get(&owner).map(|one| one.name.clone()).unwrap_or_default();
    let mut accounts = customers::accounts_of_customers(read, &[owner]).await?.remove(&owner).unwrap_or_default();
    // Nobody hands services over to themselves.
    let leaves = accounts.iter().any(|one| one.number.to_string() == state.account);
    accounts.retain(|one| {
        one.closed_on.is_none_or(|closed_on| ask.today() < closed_on) && one.number.to_string() != state.account
    });
    Ok((Some(Owner { name, accounts, leaves, points: theirs }), false))
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let loaded = Loaded::load(&ask, ask.query()).await?;
    draw(&ask, &loaded, &loaded.form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let said = Posted::parse(ask.posted().text("state").as_bytes())?;
    let loaded = Loaded::load(&ask, &said).await?;
    let mut form = loaded.form(&ask);
    if form.is_good() {
        let odd = odd_counts(&ask, &loaded, &form).await?;
        for (point, count, _) in &odd {
            form = form.field(Field::check(&sure_name(*point, *count), &sure_words(&loaded, *point, *count)));
        }
        if let Some(state) = judged(&ask, &loaded, &mut form, &odd) {
            return ask.go(&state.href("/moves/preview")).answer();
        }
    }
    draw(&ask, &loaded, &form)
}

/// What is odd about a count at a service point.
type Odd = (ServicePointId, i64, Vec<String>);

/// The counts that look odd on the day for which they were typed, as they do where reads are entered.
async fn odd_counts(ask: &Ask, loaded: &Loaded, form: &Form) -> Result<Vec<Odd>, Problem> {
    // The meters of a move are read on the day that the form asks for, whichever of the two that is.
    let Some(day) = form.date("on") else { return Ok(Vec::new()) };
    let points = form.all("point");
    let typed = loaded.metered.iter().filter(|one| points.contains(&one.reference));
    let typed = typed.filter_map(|one| Some((one.point, form.whole(&count_name(one.point))?)));
    let typed: BTreeMap<ServicePointId, i64> = typed.collect();
    let ids: Vec<ServicePointId> = typed.keys().copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let then = points_to_read(&mut ask.read().await?, &ids, day).await?;
    let odd = then.iter().filter_map(|one| {
        let count = *typed.get(&one.point)?;
        let can_be = one.meter.as_ref().is_some_and(|meter| metering::shown(count, meter.dials).is_ok());
        let odd = one.look(count, day).odd;
        (can_be && !odd.is_empty()).then_some((one.point, count, odd))
    });
    Ok(odd.collect())
}

fn count_name(point: ServicePointId) -> String {
    format!("count-{}", point.0)
}

/// The box that says of one count that it is right; of another count it says nothing.
fn sure_name(point: ServicePointId, count: i64) -> String {
    format!("sure-{}-{count}", point.0)
}

fn sure_words(loaded: &Loaded, point: ServicePointId, number: i64) -> String {
    let reference = loaded.metered.iter().find(|one| one.point == point).map_or("", |one| one.reference.as_str());
    format!("It is right: the meter at {reference} shows {}", count(&number))
}

fn judged(ask: &Ask, loaded: &Loaded, form: &mut Form, odd: &[Odd]) -> Option<State> {
    let day = form.date("on")?;
    let on = match loaded.state.kind {
        Kind::Stop => day.succ_opt()?,
        Kind::Start | Kind::Transfer | Kind::Revert => day,
    };
    let points = form.all("point");
    check_owner(loaded, &points, form);
    check_free(loaded, (&points, on), form);
    let (mut counts, mut sure) = (BTreeMap::new(), BTreeSet::new());
    for point in loaded.metered.iter().filter(|point| points.contains(&point.reference)) {
        let name = count_name(point.point);
        let Some(number) = form.whole(&name) else { continue };
        let looked = odd.iter().find(|(of, _, _)| *of == point.point);
        let dials = point.meter.as_ref().map_or(metering::DIALS_MAX, |meter| meter.dials);
        if let Err(error) = metering::shown(number, dials) {
            form.refuse_field(&name, crate::words::sentence(&error.to_string()));
        } else if ask.today() < read_day(loaded.state.kind, on) {
            form.refuse_field(
                &name,
                "The day lies ahead. Leave the count empty, and enter it when the meter was read.",
            );
        } else if let Some((_, _, words)) = looked.filter(|_| !form.is_checked(&sure_name(point.point, number))) {
            let words: Vec<String> = words.iter().map(|words| crate::words::sentence(words)).collect();
            let ask_again = "Look again. If it is right, check the box below.";
            form.refuse_field(&name, format!("This looks odd. {} {ask_again}", words.join(" ")));
        } else {
            counts.insert(point.reference.clone(), number);
            sure.extend(looked.map(|_| point.reference.clone()));
        }
    }
    let too_early = loaded
        .services
        .iter()
        .find(|one| loaded.state.kind.leaves() && points.contains(&one.reference) && on <= one.starts_on);
    if let Some(one) = too_early {
        let words =
            format!("{} at {} began on {}.", web::shown::capital(&one.service), one.reference, date(&one.starts_on));
        form.refuse_field("on", words);
    }
    if form.has_errors() {
        return None;
    }
    let to = match loaded.owner.is_some() {
        true => Some(form.text("to")).filter(|to| to != "new").unwrap_or_default(),
        false => loaded.state.to.clone(),
    };
    Some(State { to, points, on: Some(on), counts, sure, ..loaded.state.clone() })
}

/// Services go back to one owner at a time, whoever that is.
fn check_owner(loaded: &Loaded, points: &[String], form: &mut Form) {
    if loaded.is_owner_hidden {
        form.refuse_field("point", "Who owns these premises is confidential. A supervisor hands them back.");
    }
    let Some(owner) = &loaded.owner else { return };
    if owner.leaves {
        let words = "is the owner and answers for these places. To hand them to another account, go back and choose “One \
                     moves out, another in”.";
        form.refuse_field("point", format!("{} {words}", owner.name));
        return;
    }
    if let Some(other) = points.iter().find(|point| !owner.points.contains(*point)) {
        let words = format!(
            "{other} is not on premises of {}. Hand back the places of one owner at a time; for another owner, name the \
             place in the step before.",
            owner.name
        );
        form.refuse_field("point", words);
    }
}

/// Nobody moves in while somebody has the place; who that is, this does not tell.
fn check_free(loaded: &Loaded, (points, on): (&[String], NaiveDate), form: &mut Form) {
    if loaded.state.kind != Kind::Start {
        return;
    }
    let in_the_way = loaded.services.iter().filter(|one| points.contains(&one.reference) && one.goes_on(on));
    let Some(one) = in_the_way.max_by_key(|one| (one.stops_on.is_none(), one.stops_on)) else { return };
    let has = format!("Somebody has {} at {}", one.service, one.reference);
    let words = match one.stops_on {
        Some(stops_on) => {
            let last = date(&before(stops_on));
            format!("{has} through {last}. Whoever comes can begin on {} at the earliest.", date(&stops_on))
        }
        None => format!("{has} from {} on without an end. Stop that first.", date(&one.starts_on)),
    };
    form.refuse_field("on", words);
}

/// The day on which meters are read for a move: the first of whoever comes; where nobody does, the last day of service.
/// Both are the day the form asks for, beside which the counts are typed.
pub(super) fn read_day(kind: Kind, on: NaiveDate) -> NaiveDate {
    match kind {
        Kind::Stop => before(on),
        Kind::Start | Kind::Transfer | Kind::Revert => on,
    }
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let state = &loaded.state;
    let page =
        ask.page(state.kind.title()).crumbs(&[("Moves", "/moves"), ("Move somebody", &state.href("/moves/new"))]);
    let mut facts = Facts::new();
    if !state.account.is_empty() {
        let name = loaded.services.first().map(|one| one.customer.clone()).unwrap_or_default();
        facts =
            facts.link("Account that leaves", state.account.clone(), account_href(&state.account)).fact("Name", name);
    }
    match (&loaded.owner, state.to.is_empty()) {
        (Some(owner), _) => facts = facts.fact("Owner of the premises", owner.name.clone()),
        (None, false) => facts = facts.link("Account that comes", state.to.clone(), account_href(&state.to)),
        (None, true) if state.kind.comes() => facts = facts.fact("Account that comes", "is opened in the last step"),
        (None, true) => {}
    }
    let page = match &loaded.owner {
        Some(owner) if owner.leaves => page.alert(
            Alert::warning("The account that leaves is the owner's")
                .text("Nothing goes back: the owner answers for these places already."),
        ),
        Some(_) | None => page,
    };
    let page = match (state.kind == Kind::Revert && loaded.owner.is_none(), loaded.is_owner_hidden) {
        (true, false) => page.alert(
            Alert::warning("The owner of the premises is not on record")
                .text("Name their account in the step before, or open one in the last step."),
        ),
        (true, true) => page.alert(
            Alert::warning("The owner of the premises is confidential")
                .text("Ask a supervisor to hand the services back; do not open an account for them."),
        ),
        (false, _) => page,
    };
    page.body(&steps(2)).body(&Section::bare().with(&facts)).form(form).answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_of_the_day_that_was_asked_for() {
        // Somebody who leaves with June 28 as the last day is read on June 28; whoever comes on June 29, on that day.
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let on = day("2026-06-29");
        for (kind, expected) in
            [(Kind::Stop, "2026-06-28"), (Kind::Transfer, "2026-06-29"), (Kind::Start, "2026-06-29")]
        {
            assert_eq!(read_day(kind, on), day(expected), "{kind:?}");
        }
    }
}
