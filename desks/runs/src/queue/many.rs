//! `/runs/{number}/exceptions/decide`: what is about to be decided together, with counts and amount; then the reason.

use billing::acts::{DecideExceptions, Decided, ListedException, Which};
use billing::{Decision, ExceptionCode, ExceptionState, QueueSum};
use chrono::{Days, NaiveDate};
use db::Read;
use kernel::AccountNumber;
use web::shown::{count, counted, money};
use web::{Alert, Answer, Ask, At, Carried, Facts, Field, Form, Posted, Problem, Section, Words};

use super::Looked;
use crate::known::Known;
use crate::words::{doing, title};

/// The most rows that are decided by checking each.
const PICKS_MAX: usize = 200;

/// Days a bill is held when no rule of the town says how many.
const HOLD_DAYS: u64 = 14;

/// What somebody wants to decide together.
struct Wanted {
    looked: Looked,
    /// `None` where all that the filter finds is meant.
    picks: Option<Vec<ListedException>>,
    decision: Decision,
    sum: QueueSum,
}

impl Wanted {
    async fn load(ask: &Ask, read: &mut Read, known: &Known) -> Result<Wanted, Problem> {
        let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
        let looked = Looked::of(sent);
        let decision = match sent.text("decision") {
            "hold" => Decision::Hold { assignee: assignee(read, looked.filter.code).await?, due_on: until(ask) },
            "reopen" => Decision::Reopen,
            _ => Decision::Release,
        };
        let is_all = sent.text("scope") == "all";
        let mut picks = if is_all { None } else { Some(picks(sent, looked.filter.state)) };
        if let Some(picks) = picks.as_mut().filter(|_| ask.posted().is_empty()) {
            // What was decided since the list was drawn is not decided again unseen.
            standing(read, known, picks).await?;
        }
        let sum = match &picks {
            None => billing::queue_sum(read, known.run.id, &looked.filter).await?,
            Some(picks) => sum_of(read, known, picks).await?,
        };
        Ok(Wanted { looked, picks, decision, sum })
    }

    /// Whether nothing of it can be done: what has no price is not released.
    fn is_in_vain(&self) -> bool {
        matches!(self.decision, Decision::Release) && 0 < self.sum.blocking && self.sum.exceptions <= self.sum.blocking
    }

    /// Where the same are held.
    fn hold_href(&self, known: &Known) -> String {
        let scope = if self.picks.is_none() { "all" } else { "picked" };
        let picks = self.picks.as_deref().map_or_else(String::new, written);
        let mut more = vec![("decision", "hold"), ("scope", scope)];
        more.extend(picks.split_whitespace().map(|pick| ("pick", pick)));
        self.looked.href(&known.href("/exceptions/decide"), &more)
    }

    fn form(&self, ask: &Ask, known: &Known) -> Form {
        let bills = counted(self.sum.bills, "bill", "bills");
        let exceptions = counted(self.sum.exceptions, "exception", "exceptions");
        let (word, button) = match &self.decision {
            Decision::Release => ("release", format!("Release {exceptions}")),
            Decision::Hold { .. } => ("hold", format!("Hold {bills}")),
            Decision::Reopen => ("reopen", format!("Open {exceptions} again")),
        };
        let scope = if self.picks.is_none() { "all" } else { "picked" };
        let mut form = ask.form(&known.href("/exceptions/decide"), &button);
        for (name, value) in self.looked.pairs() {
            form = form.field(Field::hidden(name, value));
        }
        form = form
            .field(Field::hidden("decision", word))
            .field(Field::hidden("scope", scope))
            .field(Field::hidden("seen", self.sum.exceptions.to_string()))
            .field(Field::hidden("picks", self.picks.as_deref().map_or_else(String::new, written)).max(20_000))
            .field(reason());
        if let Decision::Hold { assignee, due_on } = &self.decision {
            form = form.field(assignee_field(assignee)).field(until_field(*due_on));
        }
        form.cancel(&self.looked.href(&known.href("/exceptions"), &[]))
    }
}

/// The reason, as the clerk on the phone reads it out.
pub(super) fn reason() -> Field {
    Field::reason().hint("One reason for each of them. The clerk on the phone reads it out.").focused()
}

/// Who looks after what is held.
pub(super) fn assignee_field(assignee: &str) -> Field {
    Field::text("assignee", "Looked after by").value(assignee).max(100).answers(&["assignee_missing"])
}

/// Until when it is held.
pub(super) fn until_field(due_on: NaiveDate) -> Field {
    let hint = "When it is still held after this day, it waits as past on the home page, the supervisor's too.";
    Field::date("until", "Until").value(due_on.to_string()).hint(hint).answers(&["held_until_before"])
}

/// Who looks after held bills with an exception, as the town's rule says.
pub(super) async fn assignee(read: &mut Read, code: Option<ExceptionCode>) -> Result<String, Problem> {
    let rules = billing::exception_rules(read).await?;
    let named = rules.into_iter().find_map(|rule| match rule.disposition {
        billing::Disposition::Hold { assignee, .. } if code == Some(rule.code) => Some(assignee),
        billing::Disposition::Hold { .. } | billing::Disposition::Release => None,
    });
    Ok(named.unwrap_or_else(|| "billing analyst".to_owned()))
}

/// The day until which a bill is held when nobody says another.
pub(super) fn until(ask: &Ask) -> NaiveDate {
    ask.today().checked_add_days(Days::new(HOLD_DAYS)).unwrap_or(ask.today())
}

/// The rows that were checked, from a query or from the form that was made of it; a row of a list stood as the list did.
fn picks(sent: &Posted, state: ExceptionState) -> Vec<ListedException> {
    let kept = sent.text("picks");
    let checked: Vec<&str> = match kept.is_empty() {
        true => sent.all("pick").iter().map(String::as_str).collect(),
        false => kept.split(' ').collect(),
    };
    let pick = |text: &str| {
        let (account, rest) = text.split_once(':')?;
        let (code, seen) = match rest.split_once(':') {
            Some((code, seen)) => (code, ExceptionState::parse(seen)?),
            None => (rest, state),
        };
        Some(ListedException { account: account.to_owned(), code: ExceptionCode::parse(code)?, seen: Some(seen) })
    };
    checked.into_iter().filter_map(pick).take(PICKS_MAX).collect()
}

fn written(picks: &[ListedException]) -> String {
    let one = |pick: &ListedException| {
        let seen = pick.seen.map_or_else(String::new, |seen| format!(":{}", seen.code()));
        format!("{}:{}{seen}", pick.account, pick.code.code())
    };
    picks.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Leaves those of some rows that still stand as they were seen.
async fn standing(read: &mut Read, known: &Known, picks: &mut Vec<ListedException>) -> Result<(), Problem> {
    let mut kept = Vec::with_capacity(picks.len());
    for pick in picks.drain(..) {
        let Ok(number) = AccountNumber::parse(&pick.account) else { continue };
        let Some(account) = customers::account_by_number(read, number).await? else { continue };
        let lines = billing::exceptions_of_bill(read, known.run.id, account).await?;
        let stands = |line: &billing::QueueLine| {
            line.exception.code == pick.code && pick.seen.is_none_or(|seen| seen == line.exception.state)
        };
        if lines.iter().any(stands) {
            kept.push(pick);
        }
    }
    *picks = kept;
    Ok(())
}

async fn sum_of(read: &mut Read, known: &Known, picks: &[ListedException]) -> Result<QueueSum, Problem> {
    let mut sum = QueueSum::default();
    let mut bills = std::collections::BTreeSet::new();
    for pick in picks {
        let Ok(number) = AccountNumber::parse(&pick.account) else { continue };
        let Some(account) = customers::account_by_number(read, number).await? else { continue };
        let lines = billing::exceptions_of_bill(read, known.run.id, account).await?;
        let Some(line) = lines.iter().find(|line| line.exception.code == pick.code) else { continue };
        sum.exceptions += 1;
        sum.blocking += i64::from(pick.code.is_blocking());
        if bills.insert(account) {
            sum.bills += 1;
            sum.total += line.total;
        }
    }
    Ok(sum)
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    let wanted = Wanted::load(&ask, &mut read, &known).await?;
    let back = wanted.looked.href(&known.href("/exceptions"), &[]);
    if wanted.picks.as_ref().is_some_and(Vec::is_empty) && !is_picked(ask.query()) {
        let alert = Alert::warning("Nothing is checked");
        let alert = alert.text("Check the exceptions to decide, or choose “All that match”.");
        return ask.go(&back).saying(alert).answer();
    }
    if wanted.sum.exceptions == 0 {
        return ask.go(&back).saying(nothing_left()).answer();
    }
    draw(&ask, &known, &wanted, &wanted.form(&ask, &known))
}

fn is_picked(query: &Posted) -> bool {
    !query.all("pick").is_empty() || !query.text("picks").is_empty()
}

fn nothing_left() -> Alert {
    Alert::info("Nothing is left to decide").text("Somebody else has decided these meanwhile.")
}

fn draw(ask: &Ask, known: &Known, wanted: &Wanted, form: &Form) -> Answer {
    let sum = &wanted.sum;
    let heading = format!("{}: {}", doing(&wanted.decision), counted(sum.exceptions, "exception", "exceptions"));
    let run = format!("Run {}", known.run.number);
    let page = ask.page(&heading).crumbs(&[
        ("Bill runs", "/runs"),
        (&run, &known.href("")),
        ("Exceptions", &wanted.looked.href(&known.href("/exceptions"), &[])),
    ]);
    let page = page.lead(match &wanted.picks {
        None => format!("All {}.", wanted.looked.words()),
        Some(picks) => named(picks),
    });
    let facts = Facts::new().fact("Exceptions", count(&sum.exceptions)).fact("Bills", count(&sum.bills));
    let facts = match sum.blocking {
        0 => facts.fact("These bills come to", money(&sum.total)),
        blocking => facts
            .fact("These bills come to, as far as they have a price", money(&sum.total))
            .fact("Without a price", count(&blocking)),
    };
    let words = match &wanted.decision {
        Decision::Release if wanted.is_in_vain() => "Nothing: none of these bills goes out as it is.",
        Decision::Release => "The bills go out, unless something else on them is held or still open.",
        Decision::Hold { .. } => "The whole bill stays back, whatever else is on it, until it is made by itself.",
        Decision::Reopen => {
            "Nothing is decided any more: the exceptions wait in the queue again. Of a held bill all do."
        }
    };
    let section = Section::new("what", "What happens").with(&Words::new(words)).with(&facts);
    let page = page.body(&section);
    if wanted.is_in_vain() {
        let bills = counted(sum.bills, "bill has", "bills have");
        let alert = Alert::warning(format!("There is nothing to release: {bills} no price"))
            .text("A bill without a price can only be held, until what is missing is put right.");
        return page.alert(alert.link("Hold them instead", wanted.hold_href(known))).answer();
    }
    let page = match (&wanted.decision, sum.blocking) {
        (Decision::Release, blocking) if 0 < blocking => page.alert(
            Alert::warning(format!("{} no price", counted(blocking, "bill has", "bills have")))
                .text("Such a bill can only be held, so it is left as it is."),
        ),
        _ => page,
    };
    page.form(form).answer()
}

/// The first few of a list, in words.
fn named(picks: &[ListedException]) -> String {
    const SHOWN: usize = 5;
    let one = |pick: &ListedException| format!("{} ({})", pick.account, title(pick.code).to_lowercase());
    let shown = picks.iter().take(SHOWN).map(one).collect::<Vec<_>>().join(", ");
    match picks.len().saturating_sub(SHOWN) {
        0 => format!("{shown}."),
        more => format!("{shown}, and {more} more."),
    }
}

pub(crate) async fn decide(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    let wanted = Wanted::load(&ask, &mut read, &known).await?;
    drop(read);
    let mut form = wanted.form(&ask, &known);
    if form.is_good() {
        let decision = match &wanted.decision {
            Decision::Hold { due_on, .. } => {
                Decision::Hold { assignee: form.text("assignee"), due_on: form.date("until").unwrap_or(*due_on) }
            }
            other => other.clone(),
        };
        let act = DecideExceptions {
            run: known.run.id,
            which: wanted.picks.clone().map_or_else(|| Which::Matching(wanted.looked.filter.clone()), Which::Listed),
            decision,
            reason: form.text("reason"),
            seen: form.whole("seen").unwrap_or(0),
        };
        let carried = form.carry_out(&ask, &act).await?;
        let back = wanted.looked.href(&known.href("/exceptions"), &[]);
        if let Carried::Done(done) = &carried {
            return ask.go(&back).saying(done_alert(&known, &wanted, done.outcome)).answer();
        }
        if let Some(go) = carried.go(&back, "") {
            return go.answer();
        }
    }
    // What the form says now is what the page shows now, so that it can be looked at and sent again.
    let mut read = ask.read().await?;
    let mut now = Wanted::load(&ask, &mut read, &known).await?;
    if let Some(picks) = &mut now.picks {
        standing(&mut read, &known, picks).await?;
        now.sum = sum_of(&mut read, &known, picks).await?;
    }
    drop(read);
    if now.sum.exceptions == 0 {
        let back = now.looked.href(&known.href("/exceptions"), &[]);
        return ask.go(&back).saying(nothing_left()).answer();
    }
    form.renew("seen", now.sum.exceptions.to_string());
    form.renew("picks", now.picks.as_deref().map_or_else(String::new, written));
    draw(&ask, &known, &now, &form)
}

fn done_alert(known: &Known, wanted: &Wanted, done: Decided) -> Alert {
    let alert = told(&wanted.decision, &done);
    let state = match &wanted.decision {
        Decision::Release => ExceptionState::Released,
        Decision::Hold { .. } => ExceptionState::Held,
        Decision::Reopen => return alert,
    };
    // Where nothing was done there is nothing to undo.
    if done.decided == 0 {
        return alert;
    }
    match &wanted.picks {
        Some(picks) if picks.len() <= 10 => alert.link("Undo", undo(known, state, picks)),
        _ => {
            let looked = Looked { filter: billing::ExceptionFilter { state, ..wanted.looked.filter.clone() } };
            alert.link("See them, or open them again", looked.href(&known.href("/exceptions"), &[]))
        }
    }
}

/// What was done; that nothing was is no success.
fn told(decision: &Decision, Decided { decided, left }: &Decided) -> Alert {
    let exceptions = match decided {
        0 => "No exception is".to_owned(),
        _ => counted(*decided, "exception is", "exceptions are"),
    };
    let words = match decision {
        Decision::Release => format!("{exceptions} released"),
        Decision::Hold { .. } => format!("{exceptions} held"),
        Decision::Reopen => format!("{exceptions} open again"),
    };
    let alert = if *decided == 0 { Alert::warning(words) } else { Alert::good(words) };
    match left {
        0 => alert,
        1 => alert.text("1 has no price and stays as it is: hold it."),
        _ => alert.text(format!("{} have no price and stay as they are: hold them.", count(left))),
    }
}

/// Where a decision on a few exceptions is taken back.
pub(super) fn undo(known: &Known, state: ExceptionState, picks: &[ListedException]) -> String {
    let picks: Vec<String> = picks.iter().map(|pick| format!("{}:{}", pick.account, pick.code.code())).collect();
    let mut pairs = vec![("state", state.code()), ("decision", "reopen")];
    pairs.extend(picks.iter().map(|pick| ("pick", pick.as_str())));
    web::address(&known.href("/exceptions/decide"), &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_price_is_not_offered_for_release() {
        let wanted = |decision, exceptions, blocking| Wanted {
            looked: Looked::of(&Posted::parse(b"state=open").unwrap()),
            picks: None,
            decision,
            sum: QueueSum { exceptions, blocking, bills: exceptions, ..QueueSum::default() },
        };
        assert!(wanted(Decision::Release, 2, 2).is_in_vain());
        assert!(!wanted(Decision::Release, 2, 1).is_in_vain(), "one of them can be released");
        assert!(!wanted(Decision::Release, 2, 0).is_in_vain());
        assert!(!wanted(Decision::Reopen, 2, 2).is_in_vain());
    }

    #[test]
    fn nothing_done_is_no_success() {
        #[rustfmt::skip]
        let rows = [
            (0, 1, Alert::warning("No exception is released").text("1 has no price and stays as it is: hold it.")),
            (1, 0, Alert::good("1 exception is released")),
            (3, 2, Alert::good("3 exceptions are released").text("2 have no price and stay as they are: hold them.")),
        ];
        for (decided, left, alert) in rows {
            assert_eq!(told(&Decision::Release, &Decided { decided, left }), alert);
        }
    }

    #[test]
    fn what_is_checked_comes_back_from_the_form_made_of_it() {
        let query = "pick=100042-4%3Ahigh&pick=100043-2%3Alow_use&pick=nonsense&pick=1%3Anothing";
        let found = picks(&Posted::parse(query.as_bytes()).unwrap(), ExceptionState::Open);
        assert_eq!(written(&found), "100042-4:high:open 100043-2:low_use:open", "they stood as their list did");
        let sent = format!("picks={}", web::encoded(&written(&found)));
        assert_eq!(picks(&Posted::parse(sent.as_bytes()).unwrap(), ExceptionState::Held), found);
        assert_eq!(named(&found), "100042-4 (high bill), 100043-2 (low use).");
    }
}
