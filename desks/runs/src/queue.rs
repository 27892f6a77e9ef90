//! `/runs/{number}/exceptions`: the queue, by page and filter; rows are chosen here and decided together.

pub(crate) mod many;
pub(crate) mod one;

use askama::Template;
use billing::permissions::EXCEPTIONS;
use billing::{BillKinds, ExceptionCode, ExceptionFilter, ExceptionState, QueueLine, RunState};
use db::Read;
use kernel::AccountId;
use web::shown::{count, counted, money};
use web::{Answer, Ask, At, Choice, Empty, Field, LookUp, Problem, Tabs, Tone, address, encoded};

use crate::known::Known;
use crate::words::{code_choices, meaning, state_tone, state_word, title};

/// Rows of a page.
const ROWS: usize = 50;

/// Which part of the queue is in sight, as the address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) filter: ExceptionFilter,
}

impl Looked {
    /// As a query, or a form that was sent, has it; what makes no sense counts as not said.
    pub(crate) fn of(sent: &web::Posted) -> Looked {
        let said = |name: &str| Some(sent.text(name)).filter(|text| !text.is_empty() && text.len() <= 100);
        Looked {
            filter: ExceptionFilter {
                state: ExceptionState::parse(sent.text("state")).unwrap_or(ExceptionState::Open),
                code: said("code").and_then(ExceptionCode::parse),
                class: said("class").map(str::to_owned),
                service: said("service").map(str::to_owned),
            },
        }
    }

    /// What the address of a page of the queue keeps.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let ExceptionFilter { state, code, class, service } = &self.filter;
        let code = code.map_or(String::new(), |code| code.code().to_owned());
        let pairs = vec![
            ("state", state.code().to_owned()),
            ("code", code),
            ("class", class.clone().unwrap_or_default()),
            ("service", service.clone().unwrap_or_default()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// An address that keeps the filter.
    pub(crate) fn href(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = self.pairs();
        let pairs: Vec<(&str, &str)> =
            own.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
        address(path, &pairs)
    }

    /// The filter in words: `exceptions “High use”, class RES that are open`.
    pub(crate) fn words(&self) -> String {
        let ExceptionFilter { state, code, class, service } = &self.filter;
        let mut parts = vec![code.map_or("exceptions".to_owned(), |code| format!("exceptions “{}”", title(code)))];
        parts.extend(class.as_ref().map(|class| format!("class {class}")));
        parts.extend(service.as_ref().map(|service| format!("with {service}")));
        let parts = parts.join(", ");
        format!("{parts} that are {}", state_word(*state))
    }

    /// Whether nothing but the state is asked for.
    fn is_whole(&self) -> bool {
        let ExceptionFilter { state: _, code, class, service } = &self.filter;
        code.is_none() && class.is_none() && service.is_none()
    }
}

/// A row as the page shows it.
struct Row {
    account: String,
    name: String,
    href: String,
    pick: String,
    label: String,
    title: &'static str,
    detail: String,
    class: String,
    services: String,
    total: String,
    decided: String,
    decided_note: String,
    tone: Tone,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue {
    action: String,
    pairs: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    /// How many the filter finds, where that is known without looking at each.
    words: String,
    may_decide: bool,
    may_release: bool,
    is_open: bool,
    next: Option<String>,
    first: Option<String>,
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    let looked = Looked::of(ask.query());
    let after = place(ask.query().text("after"));
    let page = known.page(&ask, ("Exceptions", "/exceptions"));
    if known.counts.is_empty() {
        let words = match (known.state, known.is_tried()) {
            (RunState::Posted, _) => "Nothing unusual was found, or what was held is made since.",
            (_, true) => "The trial found nothing unusual. The register can be read and signed.",
            (_, false) => "Exceptions are found by the trial. Once the bills are tried, they appear here.",
        };
        let empty = Empty::new("There are no exceptions.").text(words).action("Back to the run", &known.href(""));
        return page.body(&empty).answer();
    }
    let at = after.as_ref().map(|(code, account)| (code.as_str(), *account));
    let mut lines = billing::queue_page(&mut read, (known.run.id, &looked.filter), at, ROWS + 1).await?;
    let is_more = ROWS < lines.len();
    lines.truncate(ROWS);
    let path = known.href("/exceptions");
    let next = lines.last().filter(|_| is_more).map(|last| looked.href(&path, &[("after", &place_of(last))]));
    let rows = rows(&mut read, &known, &looked, &lines).await?;
    let page = page.body(&tabs(&known, &looked)).body(&look_up(&ask, &mut read, &known, &looked).await?);
    let page = match looked.filter.code {
        Some(code) => page.body(&web::Words::new(meaning(code))),
        None => page,
    };
    if rows.is_empty() {
        return page.body(&nothing(&known, &looked, after.is_some())).answer();
    }
    let (is_tried, is_signed) = (known.state == RunState::Tried, known.state == RunState::Signed);
    let queue = Queue {
        action: known.href("/exceptions/decide"),
        pairs: looked.pairs(),
        words: words(&known, &looked, &rows, is_more),
        rows,
        may_decide: ask.may(EXCEPTIONS) && (is_tried || is_signed),
        may_release: is_tried,
        is_open: looked.filter.state == ExceptionState::Open,
        next,
        first: after.map(|_| looked.href(&path, &[])),
    };
    page.body(&queue).answer()
}

/// How many rows are in sight, and of how many where that is known.
fn words(known: &Known, looked: &Looked, rows: &[Row], is_more: bool) -> String {
    let here = crate::words::count(rows.len());
    let ExceptionFilter { state, code, class, service } = &looked.filter;
    if class.is_some() || service.is_some() {
        return if is_more { format!("{} shown, and more", count(&here)) } else { counted(here, "row", "rows") };
    }
    let all = code.map_or_else(|| known.count(*state), |code| known.count_of(code, *state));
    format!("{} of {}", count(&here), counted(all, "exception", "exceptions"))
}

fn nothing(known: &Known, looked: &Looked, is_later: bool) -> Empty {
    let open = known.count(ExceptionState::Open);
    if looked.filter.state == ExceptionState::Open && looked.is_whole() && !is_later {
        let empty = Empty::new("Everything is decided.").text("No exception of this run waits for a decision.");
        return empty.action("Back to the run", &known.href(""));
    }
    let words = format!("{} of this run still to decide.", counted(open, "exception is", "exceptions are"));
    let empty = Empty::new("Nothing here.").text(&words);
    empty.action("Show what is open", &known.href("/exceptions"))
}

fn tabs(known: &Known, looked: &Looked) -> Tabs {
    let path = known.href("/exceptions");
    let href = |state: ExceptionState| address(&path, &[("state", state.code())]);
    let tabs =
        [("To decide", ExceptionState::Open), ("Released", ExceptionState::Released), ("Held", ExceptionState::Held)];
    let tabs = tabs
        .into_iter()
        .fold(Tabs::new("Exceptions"), |all, (words, state)| all.counted(words, href(state), known.count(state)));
    tabs.current(&href(looked.filter.state))
}

async fn look_up(ask: &Ask, read: &mut Read, known: &Known, looked: &Looked) -> Result<LookUp, Problem> {
    let ExceptionFilter { state, code, class, service } = &looked.filter;
    let tally = billing::tally_of(read, &known.run).await?;
    let mut classes: Vec<&str> = tally.iter().map(|line| line.class.as_str()).filter(|name| !name.is_empty()).collect();
    let mut services: Vec<&str> =
        tally.iter().map(|line| line.service.as_str()).filter(|name| !name.is_empty()).collect();
    for names in [&mut classes, &mut services] {
        names.sort_unstable();
        names.dedup();
    }
    let choices = |names: Vec<&str>| names.into_iter().map(|name| Choice::new(name, name)).collect();
    let chosen = |field: Field, value: Option<&str>| field.value(value.unwrap_or_default());
    let codes = code_choices(|code| known.count_of(code, *state));
    let code = code.map(ExceptionCode::code);
    Ok(LookUp::new(ask, "Exceptions", "Filter")
        .field(Field::hidden("state", state.code()))
        .field(chosen(Field::select("code", "Exception", codes), code))
        .field(chosen(Field::select("class", "Class", choices(classes)), class.as_deref()))
        .field(chosen(Field::select("service", "Service", choices(services)), service.as_deref())))
}

async fn rows(read: &mut Read, known: &Known, looked: &Looked, lines: &[QueueLine]) -> Result<Vec<Row>, Problem> {
    let mut ids: Vec<AccountId> = lines.iter().map(|line| line.exception.account).collect();
    ids.sort_unstable();
    ids.dedup();
    let accounts = customers::accounts_by_id(read, &ids).await?;
    let kinds = billing::bill_kinds(read, known.run.id, &ids).await?;
    let none = BillKinds::default();
    let row = |line: &QueueLine| {
        let exception = &line.exception;
        let account = accounts.get(&exception.account);
        let number = account.map_or_else(String::new, |account| account.number.to_string());
        let kind = kinds.get(&exception.account).unwrap_or(&none);
        let path = known.href(&format!("/exceptions/{}", encoded(&number)));
        let code = exception.code.code();
        Row {
            href: looked.href(&path, &[("at", code)]),
            pick: format!("{number}:{code}"),
            label: format!("{number}, {}", title(exception.code)),
            name: account.map_or_else(String::new, |account| account.customer_name.clone()),
            account: number,
            title: title(exception.code),
            detail: exception.detail.clone(),
            class: joined(kind.classes.iter()),
            services: joined(kind.services.iter()),
            total: if line.position == 0 { String::new() } else { money(&line.total) },
            decided: exception.reason.clone().unwrap_or_default(),
            decided_note: decided_note(known, line),
            tone: state_tone(exception.state),
            state: state_word(exception.state),
        }
    };
    Ok(lines.iter().map(row).collect())
}

/// Who decided, by which rule, and until when the bill is held.
pub(crate) fn decided_note(known: &Known, line: &QueueLine) -> String {
    let exception = &line.exception;
    let who = line.decided_by.map(|actor| known.name(actor));
    let who = match (&exception.rule, who) {
        (Some(rule), Some(who)) => Some(format!("rule {rule}, applied by {who}")),
        (_, who) => who,
    };
    let until = match (&exception.assignee, exception.due_on) {
        (Some(assignee), Some(due_on)) => Some(format!("{assignee} until {}", web::shown::date(&due_on))),
        _ => None,
    };
    who.into_iter().chain(until).collect::<Vec<_>>().join("; ")
}

fn joined<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// A place in the queue, as addresses have it.
fn place_of(line: &QueueLine) -> String {
    format!("{}.{}", line.exception.code.code(), line.exception.account.0)
}

fn place(text: &str) -> Option<(String, AccountId)> {
    let (code, account) = text.split_once('.')?;
    let code = ExceptionCode::parse(code)?;
    Some((code.code().to_owned(), AccountId(account.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_comes_back_from_its_address() {
        for (query, words, kept) in [
            ("", "exceptions that are open", "/x?state=open"),
            ("state=held", "exceptions that are held", "/x?state=held"),
            (
                "code=high_use&class=RES",
                "exceptions “High use”, class RES that are open",
                "/x?state=open&code=high_use&class=RES",
            ),
            ("code=nonsense&service=water", "exceptions, with water that are open", "/x?state=open&service=water"),
        ] {
            let looked = Looked::of(&web::Posted::parse(query.as_bytes()).unwrap());
            assert_eq!(looked.words(), words, "{query}");
            assert_eq!(looked.href("/x", &[]), kept, "{query}");
        }
    }

    #[test]
    fn a_place_is_a_code_and_an_account() {
        assert_eq!(place("high_use.12"), Some(("high_use".to_owned(), AccountId(12))));
        for wrong in ["", "high_use", "high_use.x", "nonsense.12", ".12"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
