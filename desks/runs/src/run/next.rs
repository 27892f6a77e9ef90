//! The one thing to do next, for who looks; and what else can be done.

use askama::Template;
use askama::filters::HtmlSafe;
use billing::acts::RunStep;
use billing::permissions::{EXCEPTIONS, ISSUE, POST, PREPARE, SIGN};
use billing::{ExceptionState, RunState};
use db::Read;
use web::shown::counted;
use web::{Alert, Ask, Folded, Form, Links, Problem, Section, Words};

use super::Step;
use super::progress::under_way;
use crate::known::Known;

/// The one way on, as a button, and perhaps another beside it.
#[derive(Template)]
#[template(path = "run/way.html")]
struct Way {
    words: &'static str,
    href: String,
    other: Option<(&'static str, String)>,
}

impl HtmlSafe for Way {}

impl Way {
    fn new(words: &'static str, href: String) -> Way {
        Way { words, href, other: None }
    }

    fn or(self, words: &'static str, href: String) -> Way {
        Way { other: Some((words, href)), ..self }
    }
}

/// What to do next. A form that was sent and refused stands in the place of its button.
pub(super) async fn section(
    ask: &Ask,
    read: &mut Read,
    known: &Known,
    sent: Option<&Form>,
) -> Result<Section, Problem> {
    let section = Section::new("next", "What to do next");
    let section = match sent {
        Some(form) if form.has_errors() => return Ok(section.with(form)),
        _ => section,
    };
    let open = known.count(ExceptionState::Open);
    Ok(match known.state {
        RunState::Preparing | RunState::Trying | RunState::Posting | RunState::Cancelling => {
            working(ask, read, known, section).await?
        }
        RunState::Prepared => step(
            ask,
            known,
            (section, Step::Try, ask.may(PREPARE)),
            "Every service due has its place and its bill number. The trial prices every bill and looks for \
             exceptions; nothing reaches a customer or the books.",
            "A billing analyst tries the bills next.",
        ),
        RunState::Tried if 0 < open => to_decide(ask, known, section, open),
        RunState::Tried => to_sign(ask, read, known, section).await?,
        RunState::Signed => step(
            ask,
            known,
            (section, Step::Post, ask.may(POST)),
            "The register is signed. Posting writes the bills and their entries in the books, exactly as signed; a \
             bill that changed since is held and listed.",
            "A billing analyst posts the bills next.",
        ),
        RunState::Posted if known.run.issued.is_none() => step(
            ask,
            known,
            (section, Step::Issue, ask.may(ISSUE)),
            "Every bill is written. Look whether the run is right before the bills go out: from then on a wrong bill \
             is made again, and the run cannot be canceled any more.",
            "A billing analyst marks the bills as given out when they go to the customers.",
        ),
        RunState::Posted => {
            let words = "Nothing: the bills are with the customers. What is still held is listed below.";
            section.with(&Words::new(words)).with(&Links::new("After the run").link("Completeness", "/completeness"))
        }
        RunState::Cancelled => {
            let words = "Nothing of this run counts any more. Prepare the period anew, if it is still to be billed.";
            let from = known.run.period.from().to_string();
            let href = web::address("/runs/new", &[("cycle", &known.cycle), ("from", &from)]);
            section.with(&Words::new(words)).with(&Links::new("Anew").link("Prepare the period anew", href))
        }
    })
}

fn step(
    ask: &Ask,
    known: &Known,
    (section, step, is_allowed): (Section, Step, bool),
    words: &str,
    who: &str,
) -> Section {
    let section = section.with(&Words::new(words));
    if is_allowed { section.with(&step.form(ask, known)) } else { section.with(&Words::new(who)) }
}

async fn working(ask: &Ask, read: &mut Read, known: &Known, section: Section) -> Result<Section, Problem> {
    let Some(under_way) = under_way(ask, read, known).await? else { return Ok(section) };
    if under_way.refusals.is_empty() {
        let words = "The work goes on by itself. You can leave this page and come back; it survives a restart.";
        let progress = under_way.progress.live(known.href("/progress"));
        return Ok(section.with(&progress).with(&Words::new(words)));
    }
    let heading = format!("{} refused", counted(super::count_of(&under_way.refusals), "part was", "parts were"));
    let mut alert = Alert::bad(heading).text("The other parts are done. Put right what is said here, then go on.");
    let mut said: Vec<&String> = under_way.refusals.iter().collect();
    said.dedup();
    for refusal in said.into_iter().take(10) {
        alert = alert.item(web::shown::capital(refusal));
    }
    let section = section.with(&alert).with(&under_way.progress);
    let may = RunStep::of(known.state).is_some_and(|step| ask.may(step.permission()));
    Ok(if may { section.with(&Step::Resume.form(ask, known)) } else { section })
}

fn to_decide(ask: &Ask, known: &Known, section: Section, open: i64) -> Section {
    let words = format!(
        "{} to decide before the register can be signed: release or hold each, one by one or many at once.",
        counted(open, "exception is", "exceptions are")
    );
    let way = Way::new("Work the exceptions", known.href("/exceptions"));
    let way = if ask.may(EXCEPTIONS) { way.or("Let the rules decide", known.href("/rules")) } else { way };
    again(ask, known, section.with(&Words::new(words)).with(&way))
}

async fn to_sign(ask: &Ask, read: &mut Read, known: &Known, section: Section) -> Result<Section, Problem> {
    let is_own = billing::is_made_by(read, &known.run, ask.who()?.actor.id).await?;
    let (words, link) = match (ask.may(SIGN), is_own) {
        (true, false) => {
            ("Every exception is decided. Read the register, compare it, and sign it.", "Read the register and sign")
        }
        (true, true) => (
            "Every exception is decided. You prepared or tried this run, so somebody else reads and signs the register.",
            "Read the register",
        ),
        (false, _) => (
            "Every exception is decided. Somebody who did not prepare the run reads the register and signs it next.",
            "Read the register",
        ),
    };
    let way = Way::new(link, known.href("/register"));
    Ok(again(ask, known, section.with(&Words::new(words)).with(&way)))
}

/// After corrections the bills are tried again.
fn again(ask: &Ask, known: &Known, section: Section) -> Section {
    if !ask.may(PREPARE) {
        return section;
    }
    section.with(&Folded::new("Something was corrected since the trial", &Step::Try.form(ask, known)))
}
