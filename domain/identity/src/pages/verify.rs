//! `/accounts/{number}/verify`: a caller proves who they are, in a few keys.
//!
//! What a clerk must compare by ear, name and address, is in sight. Digits, amounts and words are typed as they are heard
//! and compared here: nobody reads them off the screen to somebody who guesses.

use std::collections::{BTreeMap, BTreeSet};

use customers::PersonOnRecord;
use db::Read;
use kernel::{Cents, CustomerId};
use secrets::verify_password;
use web::shown::counted;
use web::{
    Alert, Answer, Ask, At, Carried, Choice, Columns, Event, Field, Form, Problem, Section, Timeline, Tone, Words,
};

use super::aside;
use super::place::{Place, Somebody};
use crate::acts::{Caller, Verified, VerifyCaller};
use crate::banner::{caller, closed_to_callers};
use crate::recent::{Recent, recent_changes};
use crate::{CallerRole, IdentifierKind, Question, Shield, Verification, VerificationRule, store};

/// So many calls of the past are shown.
const CALLS: i64 = 10;
/// The field of what was compared by ear.
const HEARD: &str = "heard";
/// Whoever is nothing for the account.
const OTHER: &str = "other";

/// What the record says, to be compared with what a caller says.
struct OnRecord {
    place: Place,
    rule: VerificationRule,
    /// Where the account is served; nothing of a protected person, which is not asked then.
    served_at: Vec<String>,
    /// What only one of the people knows, by person: nobody proves who they are by what somebody else knows.
    phones: BTreeMap<CustomerId, String>,
    amounts: Vec<Cents>,
    last_fours: BTreeSet<(CustomerId, IdentifierKind, String)>,
    hashes: BTreeMap<CustomerId, String>,
    /// What was changed so recently that it is not asked.
    recent: Vec<Recent>,
    is_closed: bool,
    calls: Vec<Told>,
}

impl OnRecord {
    async fn load(ask: &Ask, number: &str) -> Result<OnRecord, Problem> {
        let mut read = ask.read().await?;
        let place = Place::load(ask, &mut read, number).await?;
        let (id, people) = (place.account.id, place.customers());
        let shield = Shield::for_files(&mut read, &[id]).await?;
        let points: Vec<_> =
            billing::points_of_accounts(&mut read, &[id]).await?.into_iter().map(|(_, point)| point).collect();
        let addresses = premises::addresses_by_id(&mut read, &points).await?;
        let served_at: BTreeSet<String> = match shield.is_protected(id) {
            true => BTreeSet::new(),
            false => addresses.into_values().filter(|address| !address.is_empty()).collect(),
        };
        let bill = billing::last_bill(&mut read, id).await?;
        let identifiers = store::identifiers_of(&mut read, &people).await?;
        let hashes = store::word_of(&mut read, &people).await?;
        let phone = |somebody: &Somebody| Some((somebody.person.id, last_digits(&somebody.person)?));
        let calls = calls(&mut read, &place).await?;
        let rule = store::rule(&mut read).await?;
        let recent = recent_changes(&mut read, (&place.account, &people), (&rule, ask.today())).await?;
        let is_recent =
            |question, customer| recent.iter().any(|recent| recent.question == question && recent.customer == customer);
        let flags = store::flags_of(&mut read, id).await?;
        Ok(OnRecord {
            rule,
            served_at: served_at.into_iter().collect(),
            phones: place
                .people
                .iter()
                .filter_map(phone)
                .filter(|(customer, _)| !is_recent(Question::Phone, Some(*customer)))
                .collect(),
            amounts: bill
                .iter()
                .filter(|_| !is_recent(Question::BillAmount, None))
                .flat_map(|bill| [bill.total, bill.due])
                .collect(),
            last_fours: identifiers
                .into_iter()
                .map(|one| (one.customer, one.value.kind, one.value.last_four))
                .collect(),
            hashes,
            is_closed: flags.iter().any(|flag| flag.closes_calls_on(ask.today())),
            recent,
            calls,
            place,
        })
    }

    /// Whether the town asks this, and something is on record to compare with.
    fn asks(&self, question: Question) -> bool {
        let has = |kind| self.last_fours.iter().any(|(_, known, _)| *known == kind);
        let is_known = match question {
            Question::Name => self.place.holder().is_some_and(|holder| !holder.person.name.is_empty()),
            Question::ServiceAddress => !self.served_at.is_empty(),
            Question::Phone => !self.phones.is_empty(),
            Question::BillAmount => !self.amounts.is_empty(),
            Question::TaxId => has(IdentifierKind::TaxId),
            Question::DriverLicense => has(IdentifierKind::DriverLicense),
            Question::AgreedWord => !self.hashes.is_empty(),
            Question::PhotoId => true,
        };
        is_known && self.rule.questions.contains(&question)
    }

    /// What is in sight beside the box that says it was right.
    fn heard(&self, question: Question) -> Option<Choice> {
        if !self.asks(question) {
            return None;
        }
        let shown = match question {
            Question::Name => self.place.holder().map(Somebody::name).unwrap_or_default(),
            Question::ServiceAddress => self.served_at.join("; "),
            Question::PhotoId => "Name and picture fit the person at the counter".to_owned(),
            Question::Phone
            | Question::BillAmount
            | Question::TaxId
            | Question::DriverLicense
            | Question::AgreedWord => return None,
        };
        Some(Choice::new(question.code(), question.title()).hint(shown))
    }

    fn form(&self, ask: &Ask) -> Form {
        let people = self.place.people.iter();
        let mut callers: Vec<Choice> =
            people.map(|one| Choice::new(one.key(), one.name()).hint(one.role.words())).collect();
        let holder = self.place.holder().map_or_else(|| OTHER.to_owned(), Somebody::key);
        callers.push(Choice::new(OTHER, "Somebody else").hint("is told nothing; only the call is recorded"));
        let heard: Vec<Choice> = Question::ALL.into_iter().filter_map(|question| self.heard(question)).collect();
        let mut form = ask.form(ask.path(), "Record the answers").because("a caller was asked who they are").field(
            Field::radios("caller", "Who calls", callers)
                .required()
                .value(holder)
                .answers(&["not_on_account", "too_many_tries"]),
        );
        // What is typed comes first, with the cursor in it: from there every box is a few keys away.
        let mut is_first = true;
        for (question, field) in typed() {
            if self.asks(question) {
                form = form.field(if is_first { field.focused() } else { field });
                is_first = false;
            }
        }
        if !heard.is_empty() {
            form = form.field(Field::checks(HEARD, "Said rightly, or shown", heard));
        }
        form.cancel(&self.place.path())
    }

    /// What was right: boxes that were checked, and what was typed as the record has it. What somebody alone knows, their
    /// telephone, numbers and word, is compared with that of who calls, and of nobody else.
    async fn matched(&self, form: &Form) -> Result<Vec<Question>, Problem> {
        let caller = self.somebody(form).map(|somebody| somebody.person.id);
        let knows_word = self.knows_word(form, caller).await?;
        let phone = digits(&form.text("phone"));
        let heard = Question::ALL.into_iter().filter_map(|question| self.heard(question));
        let checked = if heard.count() == 0 { Vec::new() } else { form.all(HEARD) };
        let is_right = |question: &Question| {
            if !self.asks(*question) {
                return false;
            }
            match question {
                Question::Name | Question::ServiceAddress | Question::PhotoId => {
                    checked.iter().any(|code| code == question.code())
                }
                Question::Phone => caller.and_then(|caller| self.phones.get(&caller)) == Some(&phone),
                Question::BillAmount => form.money("bill_amount").is_some_and(|said| self.amounts.contains(&said)),
                Question::TaxId => self.ends((caller, IdentifierKind::TaxId), &form.text("tax_id")),
                Question::DriverLicense => {
                    self.ends((caller, IdentifierKind::DriverLicense), &form.text("driver_license"))
                }
                Question::AgreedWord => knows_word,
            }
        };
        Ok(Question::ALL.into_iter().filter(is_right).collect())
    }

    fn ends(&self, (caller, kind): (Option<CustomerId>, IdentifierKind), said: &str) -> bool {
        caller.is_some_and(|caller| self.last_fours.contains(&(caller, kind, said.trim().to_ascii_uppercase())))
    }

    async fn knows_word(&self, form: &Form, caller: Option<CustomerId>) -> Result<bool, Problem> {
        let said = folded(&form.secret("agreed_word"));
        match caller.and_then(|caller| self.hashes.get(&caller)).cloned() {
            Some(hash) if !said.is_empty() => Ok(aside(move || verify_password(&said, &hash)).await?),
            Some(_) | None => Ok(false),
        }
    }

    /// Who calls, as the form tells; nothing when it is nobody on the account.
    fn somebody(&self, form: &Form) -> Option<&Somebody> {
        let said = form.text("caller");
        self.place.people.iter().find(|one| one.key() == said)
    }

    fn caller(&self, form: &Form) -> Caller {
        match self.somebody(form) {
            None => Caller { role: CallerRole::Other, customer: None },
            Some(somebody) if somebody.role == CallerRole::Holder => {
                Caller { role: CallerRole::Holder, customer: None }
            }
            Some(somebody) => Caller { role: somebody.role, customer: Some(somebody.person.reference.clone()) },
        }
    }

    /// Why something is not asked.
    fn not_asked(&self, recent: &Recent) -> String {
        let counts = format!("It counts from {} on.", web::shown::date(&recent.counts_from));
        let changed = web::shown::date(&recent.changed_on);
        let of = self.place.people.iter().find(|somebody| Some(somebody.person.id) == recent.customer);
        match of {
            Some(somebody) => {
                let name = somebody.name();
                format!("Not asked: the telephone of {name}, which this account has had only since {changed}. {counts}")
            }
            None => format!(
                "Not asked: the amount of the last bill. It goes to an address that was changed on {changed}. {counts}"
            ),
        }
    }

    fn draw(&self, ask: &Ask, form: &Form) -> Answer {
        let failed = self.calls.iter().filter(|told| !told.call.is_verified && is_today(ask, &told.call)).count();
        let rule = Section::new("rule", "The town's rule").with(&Words::new(self.rule.sentence()));
        let rule = self.recent.iter().fold(rule, |rule, recent| rule.with(&Words::new(self.not_asked(recent))));
        let calls = told(ask, &self.calls);
        let main = vec![Section::bare().with(form)];
        let side = vec![rule, calls];
        let words = format!("Account {}", self.place.number);
        let path = self.place.path();
        let page = ask.page("Verify the caller").crumbs(&[(words.as_str(), path.as_str())]);
        let page = page.lead("Check what the caller says rightly, and type what you hear.");
        let page = match i64::try_from(failed).unwrap_or(i64::MAX) {
            _ if self.is_closed => page.alert(closed_to_callers(&path)),
            0 => page,
            failed => page.alert(
                Alert::warning(format!("{} today without proof", counted(failed, "call", "calls")))
                    .text("Somebody may be guessing. When in doubt, call back at the number on record."),
            ),
        };
        let page = page.body(&Columns { main, side });
        match form.has_errors() {
            true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
            false => page.answer(),
        }
    }
}

/// What is typed as it is heard. Nothing of it is shown again.
fn typed() -> [(Question, Field); 5] {
    let four = |name, title| Field::whole(name, title).max(4).autocomplete("off");
    [
        (Question::Phone, four("phone", "Telephone, last four digits")),
        (Question::BillAmount, Field::money("bill_amount", "Amount of the last bill").autocomplete("off")),
        (Question::TaxId, four("tax_id", "Tax ID, last four digits")),
        (
            Question::DriverLicense,
            Field::text("driver_license", "Driver's license, last four characters").max(4).autocomplete("off"),
        ),
        (Question::AgreedWord, Field::secret("agreed_word", "Word agreed with the customer").max(60)),
    ]
}

/// A call with who called and who asked.
pub(super) struct Told {
    call: Verification,
    caller: String,
    clerk: String,
}

/// The last calls about an account, the newest first.
pub(super) async fn calls(read: &mut Read, place: &Place) -> Result<Vec<Told>, Problem> {
    let names = staff::names(read).await?;
    let mut all = Vec::new();
    for call in store::verifications_of(read, place.account.id, CALLS).await? {
        let caller = caller(read, &call).await?;
        let clerk = names.get(&call.actor).cloned().unwrap_or_default();
        all.push(Told { call, caller, clerk });
    }
    Ok(all)
}

/// Calls as they follow one another.
pub(super) fn told(ask: &Ask, calls: &[Told]) -> Section {
    let section = Section::new("calls", "Who called before");
    if calls.is_empty() {
        return section.with(&Words::new("Nobody was asked about this account yet."));
    }
    let event = |told: &Told| {
        let knew: Vec<&str> = told.call.matched.iter().map(|question| question.title()).collect();
        let knew = if knew.is_empty() { "nothing".to_owned() } else { knew.join("; ") };
        let (word, tone) = match told.call.is_verified {
            true => ("Verified", Tone::Good),
            false => ("Not verified", Tone::Warning),
        };
        let event = Event::new(ask.when(told.call.at), format!("{word}: {}", told.caller)).tone(tone);
        let event = event.by(&told.clerk).text(format!("Knew: {knew}."));
        match ask.may(acts::permissions::READ) {
            true => event.link(format!("/log/{}", told.call.act.0)),
            false => event,
        }
    };
    section.with(&calls.iter().fold(Timeline::new(), |all, told| all.event(event(told))))
}

fn is_today(ask: &Ask, call: &Verification) -> bool {
    (ask.now() - call.at).num_hours() < 24
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn last_digits(person: &PersonOnRecord) -> Option<String> {
    let all = digits(&person.phone);
    all.get(all.len().checked_sub(4)?..).map(str::to_owned)
}

/// A word as it is compared: however it is written, whatever stands around it.
pub(super) fn folded(word: &str) -> String {
    kernel::search_key(word)
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let on_record = OnRecord::load(&ask, &number).await?;
    let form = on_record.form(&ask);
    on_record.draw(&ask, &form)
}

pub(super) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let on_record = OnRecord::load(&ask, &number).await?;
    let mut form = on_record.form(&ask);
    if form.is_good() {
        let (caller, matched) = (on_record.caller(&form), on_record.matched(&form).await?);
        let act = VerifyCaller { account: on_record.place.number.clone(), caller, matched };
        let carried: Carried<Verified> = form.carry_out(&ask, &act).await?;
        if let Carried::Done(done) = &carried {
            let path = on_record.place.path();
            if done.outcome.is_verified {
                let until = ask.when(done.outcome.holds_until);
                return ask.go(&path).saying(Alert::good(format!("The caller is verified until {until}"))).answer();
            }
            return ask.go(ask.path()).saying(refusal(&act)).answer();
        }
    }
    on_record.draw(&ask, &form)
}

/// What to say to a caller who did not prove it.
fn refusal(act: &VerifyCaller) -> Alert {
    let alert = Alert::bad("Not verified");
    if act.caller.role == CallerRole::Other {
        return alert.text(
            "Somebody who is not on the account is told nothing about it. The customer can name them as an authorized person.",
        );
    }
    let right: Vec<&str> = act.matched.iter().map(|question| question.title()).collect();
    let right = match right.is_empty() {
        true => "Nothing was right.".to_owned(),
        false => format!("Right: {}.", right.join("; ")),
    };
    alert.text(format!(
        "{right} Say nothing about the account. Offer to call back at the number on record, or to see a photo ID at the counter."
    ))
}
