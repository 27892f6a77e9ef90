//! What looked odd: patterns in what was moved, and what was seen as it was done; somebody looks, and says what it was.

use std::collections::BTreeMap;

use acts::LoggedAct;
use chrono::{Days, NaiveDate};
use kernel::{AccountId, ActId};
use web::shown::capital;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Choice, Column, Columns, Facts, Field, Form, LookUp, Problem, Said, Section,
    Timeline, Tone, Words, encoded, number,
};

use super::desk::{Everybody, counted, directory};
use super::entry::event;
use super::home::OUTLIER_DAYS;
use super::log::date;
use crate::ReviewOutlier;
use crate::people::{self, ReviewedOutlier};

/// The most days looked at together.
const DAYS_MAX: i64 = 366;
/// The most entries of one pattern that are shown.
const ENTRIES_MAX: usize = 50;

/// What a pattern is called, and what it means.
const PATTERNS: [(&str, &str, &str); 10] = [
    ("split_amounts", "Split amounts", "Several amounts on one account, each within the limit and together beyond it."),
    ("just_under_limit", "Just under the limit", "An amount at 90 percent of the limit or more."),
    ("same_beneficiary", "Same account again", "One person favors one account again and again."),
    ("after_hours", "After hours", "Entered while the office was closed."),
    ("same_phone", "Same telephone", "Whoever did it has the telephone number of the customer."),
    ("same_address", "Same address", "Whoever did it has the address of the customer."),
    ("back_dated", "Back-dated", "It counts from a day in a month whose books are closed."),
    ("bill_stays", "Wrong bill stays", "A wrong bill is not made again, although it would come to much more or less."),
    ("sign_in_link", "Link to sign in", "It lets in whoever has it. Ask the person whether it was them who used it."),
    ("back_and_forth", "Back and forth", "An amount that the same person took back soon."),
];

fn title(pattern: &str) -> String {
    let known = PATTERNS.iter().find(|(code, _, _)| *code == pattern);
    known.map_or_else(|| capital(&pattern.replace('_', " ")), |(_, title, _)| (*title).to_owned())
}

fn href(one: &ReviewedOutlier) -> String {
    format!("/outliers/{}/{}", one.outlier.act.0, encoded(&one.outlier.pattern))
}

pub(super) async fn show(ask: Ask) -> Answer {
    let (from, through, wrong) = days(&ask);
    let is_open_only = ask.query().text("state") == "open";
    let mut read = ask.read().await?;
    let mut found = people::outliers(&mut read, from, through).await?;
    let open = found.iter().filter(|one| one.review.is_none()).count();
    if is_open_only {
        found.retain(|one| one.review.is_none());
    }
    let everybody = Everybody::load(&ask, &mut read).await?;
    let mut accounts: Vec<AccountId> = found.iter().filter_map(|one| one.outlier.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let numbers = match accounts.is_empty() {
        true => BTreeMap::new(),
        false => directory(&ask).account_numbers(&mut read, &accounts).await?,
    };
    let table = ask
        .table("outliers", "What looked odd")
        .column(Column::text("pattern", "Pattern"))
        .column(Column::date("date", "Date"))
        .column(Column::text("who", "Who"))
        .column(Column::text("account", "Account"))
        .column(Column::text("words", "What was seen"))
        .column(Column::text("state", "State"))
        .empty("Nothing looked odd in these days.")
        .rows(found.iter().rev().map(|one| row(&everybody, &numbers, one)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "Odd is not wrong: somebody who did not do it looks at it, and writes down what it was.";
    let page = ask.page("Outliers").lead(lead);
    let page = match (wrong, open) {
        (Some(words), _) => page.alert(Alert::bad("This cannot be looked up").text(words)),
        (None, 0) => page,
        (None, open) => page.alert(Alert::warning(format!("{} to look at", counted(open, "outlier", "outliers")))),
    };
    let said = |name: &str, day: NaiveDate| {
        Field::date(name, if name == "from" { "From" } else { "Through" }).value(day.to_string())
    };
    let state = Field::select("state", "Show", vec![Choice::new("open", "Only what is to look at")]);
    let state = if is_open_only { state.value("open") } else { state };
    let look_up = LookUp::new(&ask, "Outliers", "Look up");
    let look_up = look_up.field(said("from", from)).field(said("through", through)).field(state);
    page.body(&look_up).body(&table).answer()
}

fn row(everybody: &Everybody, numbers: &BTreeMap<AccountId, String>, one: &ReviewedOutlier) -> [Cell; 6] {
    let account = one.outlier.account.map_or_else(Cell::empty, |account| {
        let number = numbers.get(&account).cloned().unwrap_or_else(|| format!("Account {}", account.0));
        Cell::text(number).link(format!("/history/account/{}", account.0))
    });
    let state = match &one.review {
        None => Cell::tag(Tone::Warning, "to look at"),
        Some((reviewer, _, _)) => Cell::tag(Tone::Good, "reviewed").note(everybody.name(*reviewer)),
    };
    [
        Cell::text(title(&one.outlier.pattern)).link(href(one)),
        one.outlier.business_on.into(),
        everybody.cell(one.outlier.actor),
        account,
        Cell::text(one.outlier.words.clone()),
        state,
    ]
}

/// The days asked for, the last thirty when nothing is said, and what is wrong with them.
fn days(ask: &Ask) -> (NaiveDate, NaiveDate, Option<String>) {
    let today = ask.today();
    let month = today.checked_sub_days(Days::new(OUTLIER_DAYS)).unwrap_or(today);
    let day = |name: &str, otherwise: NaiveDate| match ask.query().text(name) {
        "" => Some(otherwise),
        text => date(text),
    };
    match (day("from", month), day("through", today)) {
        (Some(from), Some(through)) if through < from => {
            (month, today, Some("The first day lies after the last one. The last 30 days are shown.".to_owned()))
        }
        (Some(from), Some(through)) if DAYS_MAX < (through - from).num_days() => {
            (month, today, Some("At most a year is looked at together. The last 30 days are shown.".to_owned()))
        }
        (Some(from), Some(through)) => (from, through, None),
        _ => (month, today, Some("Enter dates such as 7/1/2026. The last 30 days are shown.".to_owned())),
    }
}

/// One outlier with the entries that make it.
struct Looked {
    one: ReviewedOutlier,
    entries: Vec<LoggedAct>,
    everybody: Everybody,
    number: Option<String>,
}

impl Looked {
    async fn load(ask: &Ask, entry: &str, pattern: &str) -> Result<Looked, Problem> {
        let id = ActId(number(entry)?);
        let mut read = ask.read().await?;
        let logged = acts::logged_act(&mut read, id).await?.ok_or_else(Problem::not_found)?;
        let day = logged.business_on;
        let found = people::outliers(&mut read, day, day).await?;
        let is_meant = |one: &ReviewedOutlier| one.outlier.act == id && one.outlier.pattern == pattern;
        let one = found.into_iter().find(is_meant).ok_or_else(Problem::not_found)?;
        let mut entries = Vec::new();
        for act in one.outlier.acts.iter().take(ENTRIES_MAX) {
            entries.extend(acts::logged_act(&mut read, *act).await?);
        }
        let everybody = Everybody::load(ask, &mut read).await?;
        let number = match one.outlier.account {
            Some(account) => directory(ask).account_numbers(&mut read, &[account]).await?.remove(&account),
            None => None,
        };
        Ok(Looked { one, entries, everybody, number })
    }

    fn form(&self, ask: &Ask) -> Option<Form> {
        let words = Field::lines("words", "What it was").max(1_000).required();
        let words = words.hint("Whom you asked, what you looked at, and what you found.");
        let words = words.answers(&["text_missing", "text_too_long", "text_broken", "outlier_reviewed", "own_change"]);
        let is_open = self.one.review.is_none() || !ask.posted().is_empty();
        is_open.then(|| ask.form(ask.path(), "Record the review").because("an outlier was reviewed").field(words))
    }

    fn draw(&self, ask: &Ask, form: Option<&Form>) -> Answer {
        let outlier = &self.one.outlier;
        let seen = Section::new("seen", "What was seen")
            .with(&Words::new(format!("{}.", capital(outlier.words.trim_end_matches('.')))));
        let seen = match PATTERNS.iter().find(|(code, _, _)| *code == outlier.pattern) {
            Some((_, _, meaning)) => seen.note(*meaning),
            None => seen,
        };
        let timeline =
            self.entries.iter().fold(Timeline::new(), |all, entry| all.event(event(ask, &self.everybody, entry)));
        let entries = Section::new("entries", "The entries that make it").with(&timeline);
        let facts = match &self.one.review {
            None => Facts::new().tag("State", Tone::Warning, "to look at"),
            Some((reviewer, _, at)) => Facts::new()
                .tag("State", Tone::Good, "reviewed")
                .fact("Reviewed by", self.everybody.name(*reviewer))
                .fact("Reviewed", ask.when(*at)),
        };
        let facts = facts.fact("Who did it", self.everybody.name(outlier.actor));
        let facts = facts.fact("Account", self.number.clone().unwrap_or_default());
        let facts = facts.fact("Business date", web::shown::date(&outlier.business_on));
        let mut side = vec![Section::bare().with(&facts)];
        if let Some((reviewer, words, _)) = &self.one.review {
            side.push(Section::new("found", "What was found").with(&Said::new(words, &self.everybody.name(*reviewer))));
        }
        side.extend(form.map(|form| Section::new("review", "Your review").with(form)));
        let page = ask.page(&title(&outlier.pattern)).crumbs(&[("Outliers", "/outliers")]);
        let page = page.body(&Columns { main: vec![seen, entries], side });
        match form {
            Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
            _ => page.answer(),
        }
    }
}

pub(super) async fn show_one(ask: Ask, At((entry, pattern)): At<(String, String)>) -> Answer {
    let looked = Looked::load(&ask, &entry, &pattern).await?;
    looked.draw(&ask, looked.form(&ask).as_ref())
}

pub(super) async fn review(ask: Ask, At((entry, pattern)): At<(String, String)>) -> Answer {
    let looked = Looked::load(&ask, &entry, &pattern).await?;
    let mut form = looked.form(&ask);
    if let Some(form) = form.as_mut().filter(|form| form.is_good()) {
        let act = ReviewOutlier { entry: looked.one.outlier.act.0, pattern, words: form.text("words") };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go("/outliers", "The review is recorded") {
            return go.answer();
        }
    }
    looked.draw(&ask, form.as_ref())
}
