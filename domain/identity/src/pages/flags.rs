//! Red flags: the list of those nobody has cleared, looking again, and clearing one with a reason.

use kernel::{AccountId, ActId};
use web::shown::{counted, date};
use web::{Alert, Answer, Ask, At, Carried, Cell, Column, Facts, Field, Form, Problem, Section, Tone, Words};

use super::place::Place;
use crate::acts::{CheckOpening, Checked, ClearRedFlag, RaiseRedFlag};
use crate::permissions::CLEAR_FLAGS;
use crate::{RedFlag, RedFlagRule, store};

/// The most that are listed.
const MOST: i64 = 1_000;

pub(super) async fn list(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let flags = store::open_flags(&mut read, MOST).await?;
    let mut ids: Vec<AccountId> = flags.iter().map(|flag| flag.account).collect();
    ids.dedup();
    let accounts = customers::accounts_by_id(&mut read, &ids).await?;
    let row = |flag: &RedFlag| {
        let account = accounts.get(&flag.account);
        let number = account.map(|account| account.number.to_string()).unwrap_or_default();
        let name = account.map(|account| account.customer_name.clone()).unwrap_or_default();
        let path = format!("/accounts/{}", web::encoded(&number));
        let title = Cell::text(flag.finding.rule.title());
        let title = match ask.may(CLEAR_FLAGS) {
            true => title.link(clear_href(&path, flag)),
            false => title.link(format!("{path}/identity#flags")),
        };
        [
            title,
            Cell::text(number).link(path).note(name),
            Cell::text(flag.finding.words.clone()),
            Cell::from(flag.found_on),
        ]
    };
    let table = ask
        .table("flags", "Red flags to clear")
        .column(Column::text("sign", "Sign"))
        .column(Column::text("account", "Account"))
        .column(Column::text("words", "What was seen"))
        .column(Column::date("found", "Found"))
        .empty("No red flag waits to be cleared.")
        .rows(flags.iter().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "Signs that somebody may open an account under a name that is not theirs (16 CFR 681.1). \
                A sign is not proof: somebody looks, and says what explains it.";
    ask.page("Red flags").lead(lead).body(&table).answer()
}

/// Where one sign is cleared: this one, and no other of its kind that came since.
pub(super) fn clear_href(account: &str, flag: &RedFlag) -> String {
    format!("{account}/red-flags/{}/{}", flag.finding.rule.code(), flag.act.0)
}

/// Looks again at an account.
pub(super) async fn check(ask: Ask, At(number): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &number).await?;
    let mut form = check_form(&ask, &place);
    let act = CheckOpening { account: place.number.clone() };
    let carried: Carried<Checked> = form.carry_out(&ask, &act).await?;
    let Carried::Done(done) = carried else {
        return place.page(&ask, "Look for red flags").form(&form).answer();
    };
    let new = i64::try_from(done.outcome.new.len()).unwrap_or(i64::MAX);
    let alert = match (new, done.outcome.open) {
        (0, 0) => Alert::good("Nothing was found"),
        (0, _) => Alert::info("Nothing new was found"),
        (new, _) => Alert::warning(format!("{} found", counted(new, "red flag", "red flags"))),
    };
    ask.go(&format!("{}#flags", place.identity())).saying(alert).answer()
}

/// The button that looks again.
pub(super) fn check_form(ask: &Ask, place: &Place) -> Form {
    let form = ask.form(&format!("{}/red-flags", place.path()), "Look for red flags");
    form.because("red flags were looked for at the account").small()
}

fn document_form(ask: &Ask, place: &Place) -> Form {
    let words = Field::lines("words", "What did not fit").max(300).required().answers(&["words_missing"]);
    ask.form(ask.path(), "Record it")
        .because("a document did not fit the person")
        .field(words.hint("Such as: the picture is of somebody else. Write down no number of the document."))
        .cancel(&place.identity())
}

pub(super) async fn show_document(ask: Ask, At(number): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &number).await?;
    let form = document_form(&ask, &place);
    place.page(&ask, "A document did not fit").form(&form).answer()
}

pub(super) async fn send_document(ask: Ask, At(number): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &number).await?;
    let mut form = document_form(&ask, &place);
    if form.is_good() {
        let act = RaiseRedFlag { account: place.number.clone(), words: form.text("words") };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&place.identity(), "The sign is recorded; somebody has to clear it") {
            return go.answer();
        }
    }
    place.page(&ask, "A document did not fit").form(&form).answer()
}

/// The open sign a page is about.
async fn load(ask: &Ask, (number, rule, raised_by): (&str, &str, &str)) -> Result<(Place, RedFlag), Problem> {
    let rule = RedFlagRule::of_code(rule).ok_or_else(Problem::not_found)?;
    let raised_by = ActId(web::number(raised_by)?);
    let mut read = ask.read().await?;
    let place = Place::load(ask, &mut read, number).await?;
    let flags = store::flags_of(&mut read, place.account.id).await?;
    let is_meant = |flag: &RedFlag| flag.finding.rule == rule && flag.act == raised_by && flag.cleared.is_none();
    let flag = flags.into_iter().find(is_meant);
    Ok((place, flag.ok_or_else(Problem::not_found)?))
}

fn clear_form(ask: &Ask, place: &Place) -> Form {
    ask.form(ask.path(), "Clear it")
        .field(
            Field::reason().hint("What you looked at, and what explains it.").answers(&["no_flag", "reason_missing"]),
        )
        .cancel(&place.identity())
}

pub(super) async fn show_clear(ask: Ask, At((number, rule, entry)): At<(String, String, String)>) -> Answer {
    let (place, flag) = load(&ask, (&number, &rule, &entry)).await?;
    let form = clear_form(&ask, &place);
    draw_clear(&ask, (&place, &flag), &form)
}

pub(super) async fn send_clear(ask: Ask, At((number, rule, entry)): At<(String, String, String)>) -> Answer {
    let (place, flag) = load(&ask, (&number, &rule, &entry)).await?;
    let mut form = clear_form(&ask, &place);
    if form.is_good() {
        let act = ClearRedFlag { account: place.number.clone(), rule: flag.finding.rule, raised_by: Some(flag.act) };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go("/red-flags", "The red flag is cleared") {
            return go.answer();
        }
    }
    draw_clear(&ask, (&place, &flag), &form)
}

fn draw_clear(ask: &Ask, (place, flag): (&Place, &RedFlag), form: &Form) -> Answer {
    let facts = Facts::new()
        .link("Account", place.number.clone(), place.path())
        .fact("Holder", place.holder().map(super::place::Somebody::name).unwrap_or_default())
        .fact("Found", date(&flag.found_on))
        .tag("State", Tone::Warning, "to clear");
    let seen = Section::new("seen", "What was seen")
        .with(&Words::new(flag.finding.words.clone()))
        .with(&Words::new(flag.finding.rule.advice()))
        .with(&facts);
    place.page(ask, flag.finding.rule.title()).body(&seen).form(form).answer()
}
