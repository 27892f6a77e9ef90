//! `/moves/preview`: the last step: who answers for what from which day, what will be billed, and then carrying it out.

mod shown;
mod told;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use billing::acts::{MovePeople, MoveRead, PeopleMoved};
use billing::permissions::CORRECT;
use billing::{MoveAsked, MovePreview, WhyAgain, bills_to_make_again, preview_move};
use customers::{CustomerInFull, Wish};
use db::Read;
use identity::Asking;
use kernel::{AccountId, ServicePointId};
use metering::ReadKind;
use web::shown::{counted, date};
use web::{Alert, Answer, Ask, Carried, Columns, Form, Posted, Problem, Section};

use super::day::read_day;
use super::who::account_named;
use super::{Kind, State, steps};
use crate::words::{before, rebill_href};

/// What the last step knows.
pub(super) struct Loaded {
    pub(super) state: State,
    pub(super) on: chrono::NaiveDate,
    pub(super) preview: MovePreview,
    /// Numbers and names of the accounts that appear.
    pub(super) accounts: BTreeMap<AccountId, (String, String)>,
    /// The owner, whose account is opened where they have none.
    pub(super) owner: Option<CustomerInFull>,
    /// Where the places are, for the mail of an account that is opened.
    pub(super) location: Option<premises::Location>,
    /// How whoever leaves may have told where they go.
    pub(super) asking: Asking,
}

impl Loaded {
    async fn load(ask: &Ask, said: &Posted) -> Result<Loaded, Problem> {
        let state = State::parse(said).ok_or_else(Problem::not_found)?;
        let on = state.on.ok_or_else(Problem::not_found)?;
        let mut read = ask.read().await?;
        let from = match state.kind.leaves() {
            true => Some(account_named(&mut read, &state.account).await?.ok_or_else(Problem::not_found)?.0),
            false => None,
        };
        let to = match (state.kind.comes(), state.to.is_empty()) {
            (false, _) => None,
            (true, true) => Some(AccountId::CITY),
            (true, false) => Some(account_named(&mut read, &state.to).await?.ok_or_else(Problem::not_found)?.0),
        };
        let references: Vec<&str> = state.points.iter().map(String::as_str).collect();
        let points = premises::points_by_reference(&mut read, &references).await?;
        let counts: BTreeMap<ServicePointId, i64> =
            state.counts.iter().filter_map(|(reference, count)| Some((points.get(reference)?.id, *count))).collect();
        let ids: Vec<ServicePointId> = points.values().map(|point| point.id).collect();
        let counted_on = Some(read_day(state.kind, on));
        let asked = MoveAsked { from, to, points: ids.clone(), on, counts, counted_on };
        let mut preview = preview_move(&mut read, &asked).await?;
        let places = preview.places.iter_mut().map(|place| (place.service_point, &mut place.address));
        identity::cover(ask, &mut read, places).await?;
        let mut accounts: Vec<AccountId> =
            preview.places.iter().flat_map(|place| [place.before, place.after]).flatten().collect();
        accounts.extend(from);
        accounts.retain(|account| *account != AccountId::CITY);
        let known = customers::accounts_by_id(&mut read, &accounts).await?;
        let named = |(id, one): (AccountId, customers::Account)| (id, (one.number.to_string(), one.customer_name));
        let premise: Vec<kernel::PremiseId> = points.values().filter_map(|point| point.premise).collect();
        let owner = match state.kind {
            Kind::Revert => owner(ask, &mut read, (&premise, on)).await?,
            Kind::Start | Kind::Stop | Kind::Transfer => None,
        };
        let location = location(ask, &mut read, &points).await?;
        let accounts = known.into_iter().map(named).collect();
        let asking = match from {
            Some(from) => Asking::load(ask, &mut read, (from, Wish::Mail)).await?,
            None => Asking::default(),
        };
        Ok(Loaded { state, on, preview, accounts, owner, location, asking })
    }

    /// Whether the account that comes is opened with the move.
    pub(super) fn opens(&self) -> bool {
        self.state.kind.comes() && self.state.to.is_empty()
    }

    /// The move as the form tells it.
    fn act(&self, form: &Form) -> MovePeople {
        let read_on = read_day(self.state.kind, self.on);
        let read = |(service_point, count): (&String, &i64)| MoveRead {
            service_point: service_point.clone(),
            read_on,
            count: *count,
            kind: ReadKind::Actual,
            is_right: self.state.sure.contains(service_point).then_some(true),
        };
        MovePeople {
            from_account: self.state.kind.leaves().then(|| self.state.account.clone()),
            to_account: Some(self.state.to.clone()).filter(|to| self.state.kind.comes() && !to.is_empty()),
            opens: self.opens().then(|| told::opened(self, form)),
            service_points: self.state.points.clone(),
            on: self.on,
            reads: self.state.counts.iter().map(read).collect(),
            forwarding: told::forwarding(self, form),
            asked_by: told::forwarding(self, form).and_then(|_| Asking::answer(form)),
            reason: form.text("reason"),
        }
    }
}

/// Who owns premises on a day, as the step before told.
async fn owner(
    ask: &Ask,
    read: &mut Read,
    (premises, on): (&[kernel::PremiseId], chrono::NaiveDate),
) -> Result<Option<CustomerInFull>, Problem> {
    let owners = premises::owners_on(read, premises, on).await?;
    let owners: std::collections::BTreeSet<kernel::CustomerId> = owners.into_values().collect();
    // The step before lets nobody go on with the places of several owners.
    let (Some(owner), 1) = (owners.first().copied(), owners.len()) else { return Ok(None) };
    if identity::hides_person(ask, read, owner).await? {
        return Ok(None);
    }
    Ok(customers::customers_in_full(read, &[owner]).await?.remove(&owner))
}

/// Where the first of some service points is, from its premises; nothing where that is confidential.
async fn location(
    ask: &Ask,
    read: &mut Read,
    points: &BTreeMap<String, premises::ServicePoint>,
) -> Result<Option<premises::Location>, Problem> {
    // Premises go by the reference of their points in front of the last dash, where a file names them so.
    let Some(point) = points.values().find(|point| point.premise.is_some()) else { return Ok(None) };
    let Some((reference, _)) = point.reference.rsplit_once('-') else { return Ok(None) };
    let found = premises::premises_by_reference(read, &[reference]).await?.remove(reference);
    let Some(premise) = found.filter(|premise| Some(premise.id) == point.premise) else { return Ok(None) };
    let mut shown = premise.location.street.clone();
    identity::cover(ask, read, [(point.id, &mut shown)]).await?;
    Ok(Some(premise.location).filter(|location| location.street == shown))
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let loaded = Loaded::load(&ask, ask.query()).await?;
    draw(&ask, &loaded, &told::form(&ask, &loaded))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let said = Posted::parse(ask.posted().text("state").as_bytes())?;
    let loaded = Loaded::load(&ask, &said).await?;
    let mut form = told::form(&ask, &loaded);
    told::judge(&loaded, &mut form);
    if form.is_good() {
        let act = loaded.act(&form);
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(done) => {
                let (path, words) = after(&loaded, &done.outcome);
                return ask.go(&path).saying(done_alert(&ask, &loaded, words).await?).answer();
            }
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    draw(&ask, &loaded, &form)
}

/// What is said when it is done. A move that was told late leaves bills that reach beyond it: these are named.
async fn done_alert(ask: &Ask, loaded: &Loaded, words: String) -> Result<Alert, Problem> {
    let mut read = ask.read().await?;
    let left = match loaded.state.kind.leaves() {
        true => account_named(&mut read, &loaded.state.account).await?.map(|(account, _)| account),
        false => None,
    };
    let leaving: Vec<AccountId> = left.into_iter().collect();
    let mut beyond = bills_to_make_again(&mut read, &leaving).await?;
    beyond.retain(|bill| bill.why == WhyAgain::Stopped { stopped_on: loaded.on });
    beyond.dedup_by_key(|bill| bill.number);
    if beyond.is_empty() {
        return Ok(Alert::good(words));
    }
    let alert = Alert::warning(words).text("Bills that stand reach beyond the last day. Make them again:");
    Ok(beyond.iter().fold(alert, |alert, bill| match ask.may(CORRECT) {
        true => alert.link(format!("Bill {}", bill.number), rebill_href(bill.number)),
        false => alert.item(format!("Bill {}", bill.number)),
    }))
}

/// Where to go when it is done, and what is said there.
fn after(loaded: &Loaded, moved: &PeopleMoved) -> (String, String) {
    let number = match (&moved.opened, loaded.state.to.is_empty()) {
        (Some(opened), _) => opened.clone(),
        (None, false) => loaded.state.to.clone(),
        (None, true) => loaded.state.account.clone(),
    };
    let mut words = Vec::new();
    if let Some(opened) = &moved.opened {
        words.push(format!("Account {opened} is opened"));
    }
    if 0 < moved.stopped {
        let stop = counted(moved.stopped, "service stops", "services stop");
        words.push(format!("{stop} after {}", date(&before(loaded.on))));
    }
    if 0 < moved.started {
        let start = counted(moved.started, "service starts", "services start");
        words.push(format!("{start} on {}", date(&loaded.on)));
    }
    (crate::words::account_href(&number), words.join(". "))
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let state = &loaded.state;
    let crumbs = [("Moves", "/moves".to_owned()), (state.kind.title(), state.href("/moves/day"))];
    let crumbs: Vec<(&str, &str)> = crumbs.iter().map(|(text, href)| (*text, href.as_str())).collect();
    let mut page = ask.page("What this move changes").crumbs(&crumbs);
    page = page.lead("Nothing is changed yet. Amounts are what the bills would come to by what is known today.");
    for alert in shown::alerts(loaded) {
        page = page.alert(alert);
    }
    let mut main = vec![shown::places(ask, loaded)];
    main.extend(shown::last_bill(ask, loaded));
    main.extend(shown::first_bill(ask, loaded));
    let side = vec![shown::facts(ask, loaded), Section::new("carry-out", "Carry it out").with(form)];
    let page = page.body(&steps(3)).body(&Columns { main, side });
    match form.has_errors() {
        true => page.status(StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.answer(),
    }
}
