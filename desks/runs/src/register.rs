//! `/runs/{number}/register`: the register on screen and as a file, what must agree, and the sign-off.

mod ways;

use std::sync::Arc;

use acts::{Act, LogFilter};
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use billing::acts::SignRun;
use billing::permissions::SIGN;
use billing::{DecidedLine, ExceptionState, Register, RollPart, RunState};
use db::Read;
use kernel::{ActId, Cents, RunId};
use reports::Kind;
use web::shown::{count, counted, date, money};
use web::{
    Alert, Answer, Ask, At, Cell, Column, Columns, Empty, Facts, Field, Form, Links, Problem, Section, Tone, Words,
};

use self::ways::Ways;
use crate::charges::Bears;
use crate::known::Known;

/// The register that was made last in this process, while nothing has changed since.
struct Kept {
    run: RunId,
    newest: ActId,
    register: Arc<Register>,
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        let words = "A register is made of bills that were tried. Once the trial is done, it is here.";
        let empty = Empty::new("There is no register yet.").text(words).action("Back to the run", &known.href(""));
        return known.page(&ask, ("Register", "/register")).body(&empty).answer();
    }
    let register = register_of(&mut read, &known).await?;
    if let Some(file) = file(&ask, &register)? {
        return Ok(file);
    }
    draw(&ask, &mut read, &known, (&register, None)).await
}

/// The register as it stands, made anew only when something has changed.
pub(crate) async fn register_of(read: &mut Read, known: &Known) -> Result<Arc<Register>, Problem> {
    let newest = acts::newest_act(read).await?;
    let kept: Option<Arc<Kept>> = read.kept();
    if let Some(kept) = kept.filter(|kept| kept.run == known.run.id && kept.newest == newest) {
        return Ok(kept.register.clone());
    }
    let register = Arc::new(billing::register(read, &known.run).await?);
    read.keep(Arc::new(Kept { run: known.run.id, newest, register: register.clone() }));
    Ok(register)
}

/// The register as a file, when one is asked for.
fn file(ask: &Ask, register: &Register) -> Result<Option<Response>, Problem> {
    let report = register.report();
    let (bytes, kind, ending) = match ask.query().text("as") {
        "csv" => (report.to_csv().into_bytes(), "text/csv; charset=utf-8", "csv"),
        "text" => (report.to_text().into_bytes(), "text/plain; charset=utf-8", "txt"),
        "xlsx" => {
            let bytes = report.to_xlsx().map_err(|error| Problem::bad_request(error.to_string()))?;
            (bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
        }
        _ => return Ok(None),
    };
    let name = format!("attachment; filename=\"register-{}.{ending}\"", register.number);
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::our_fault())?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(Some(response))
}

/// A section of the register, ready to be drawn.
struct Part {
    id: String,
    heading: String,
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<Figure>>,
    totals: Option<Vec<Figure>>,
    notes: Vec<String>,
    /// Where its figures stand one by one, with the words of the link.
    below: Option<(&'static str, String)>,
}

/// A field of a section.
struct Figure {
    words: String,
    is_number: bool,
    /// What it is made of.
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "register.html")]
struct Sheet {
    parts: Vec<Part>,
}

impl Sheet {
    /// Every figure leads to what it is made of; what stayed back is listed.
    fn of(ask: &Ask, known: &Known, register: &Register) -> Sheet {
        let report = register.report();
        let ways = Ways { ask, known, register };
        let parts = report.sections.iter().enumerate().map(|(number, section)| {
            let heading = section.heading();
            let numbers: Vec<bool> = section.columns().iter().map(|column| is_number(column.kind)).collect();
            let drawn = |cells: &[reports::Cell], row: Option<usize>| {
                let figure = |(column, cell): (usize, &reports::Cell)| Figure {
                    words: shown(cell),
                    is_number: numbers.get(column).copied().unwrap_or(false),
                    href: ways.of(heading, row, column).filter(|_| *cell != reports::Cell::Empty),
                };
                cells.iter().enumerate().map(figure).collect()
            };
            let stays_back = matches!(heading, Register::HELD | Register::TAKEN_OUT) && !section.rows().is_empty();
            Part {
                id: format!("part-{number}"),
                heading: heading.to_owned(),
                columns: section
                    .columns()
                    .iter()
                    .map(|column| (column.title.clone(), is_number(column.kind)))
                    .collect(),
                rows: section.rows().iter().enumerate().map(|(row, cells)| drawn(cells, Some(row))).collect(),
                totals: section.totals().map(|cells| drawn(cells, None)),
                notes: section.notes().to_vec(),
                below: stays_back.then(|| known.held_link(ask)),
            }
        });
        Sheet { parts: parts.collect() }
    }
}

fn is_number(kind: Kind) -> bool {
    match kind {
        Kind::Count | Kind::Money | Kind::Quantity | Kind::Percent => true,
        Kind::Text | Kind::Date => false,
    }
}

/// A field of the register as the screen writes it.
fn shown(cell: &reports::Cell) -> String {
    match cell {
        reports::Cell::Empty => String::new(),
        reports::Cell::Text(text) => text.clone(),
        reports::Cell::Count(number) => count(number),
        reports::Cell::Money(cents) => money(cents),
        reports::Cell::Quantity(quantity) => quantity.to_string(),
        reports::Cell::Tenths(tenths) => {
            let (sign, size) = (if *tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
            format!("{sign}{}.{} %", size / 10, size % 10)
        }
        reports::Cell::Date(day) => date(day),
    }
}

/// What a visitor has to do with the sign-off.
enum Signing {
    /// It is signed.
    Done,
    /// It may be signed by the visitor.
    Yours,
    /// Exceptions are open.
    Open(i64),
    /// The visitor prepared or tried the run.
    Own,
    /// The visitor may not sign.
    Others,
    /// The run is past it, unsigned.
    Past,
}

async fn signing(ask: &Ask, read: &mut Read, known: &Known) -> Result<Signing, Problem> {
    if known.run.is_signed {
        return Ok(Signing::Done);
    }
    if known.state != RunState::Tried {
        return Ok(Signing::Past);
    }
    let open = known.count(ExceptionState::Open);
    if 0 < open {
        return Ok(Signing::Open(open));
    }
    if !ask.may(SIGN) {
        return Ok(Signing::Others);
    }
    let is_own = billing::is_made_by(read, &known.run, ask.who()?.actor.id).await?;
    Ok(if is_own { Signing::Own } else { Signing::Yours })
}

fn sign_form(ask: &Ask, known: &Known, register: &Register) -> Form {
    let hint = "What you compared it with, and what you found. Recorded with your name.";
    ask.form(&known.href("/register"), "Sign the register")
        .field(Field::hidden("seen", register.digest().to_string()))
        .field(Field::reason().hint(hint))
        .cancel(&known.href(""))
}

async fn draw(ask: &Ask, read: &mut Read, known: &Known, (register, sent): (&Register, Option<&Form>)) -> Answer {
    let page = known.page(ask, ("Register", "/register"));
    let path = known.href("/register");
    let files = Links::new("Take the register along")
        .file("CSV", web::address(&path, &[("as", "csv")]))
        .file("Spreadsheet", web::address(&path, &[("as", "xlsx")]))
        .file("Text", web::address(&path, &[("as", "text")]));
    let agree = agree(ask, read, known, register).await?;
    let main = vec![Section::new("agree", "What must agree").with(&agree)];
    let signing = signing(ask, read, known).await?;
    let side =
        vec![sign_section(ask, known, (register, sent), &signing), Section::new("files", "Take it along").with(&files)];
    let page = match (sent, &signing) {
        (Some(form), Signing::Done | Signing::Past) if form.has_errors() => {
            page.alert(not_signed(ask, read, known).await?)
        }
        _ => page,
    };
    let page = page.body(&Columns { main, side }).body(&Sheet::of(ask, known, register));
    match sent {
        Some(form) if form.has_errors() => page.status(StatusCode::UNPROCESSABLE_ENTITY).answer(),
        _ => page.answer(),
    }
}

/// Why a signature came too late: who signed when, or that the run is past it.
async fn not_signed(ask: &Ask, read: &mut Read, known: &Known) -> Result<Alert, Problem> {
    let filter = LogFilter {
        subject: Some(("bill_run".to_owned(), known.run.id.0)),
        kind: Some(SignRun::KIND.to_owned()),
        ..LogFilter::default()
    };
    let words = match acts::search_log(read, &filter, ActId(i64::MAX), 1).await?.first() {
        Some(entry) if known.run.is_signed => {
            format!("{} signed it already, {}.", known.name(entry.actor), ask.when(entry.entered_at))
        }
        _ => format!("The run is {} by now.", known.state.word()),
    };
    Ok(Alert::bad("You did not sign the register").text(words).link("Back to the run", known.href("")))
}

fn sign_section(ask: &Ask, known: &Known, (register, sent): (&Register, Option<&Form>), signing: &Signing) -> Section {
    let section = Section::new("sign", "Your signature");
    let hash = register.digest().to_string();
    let held = register.held.len();
    let going_out = known.charges_href(&[], Some(Bears::Customer), true);
    // While something is open, a bill that is not held may still have no price.
    let (not_held, come_to) = match signing {
        Signing::Open(_) => ("Bills not held so far", "They come to, as far as they have a price"),
        Signing::Done | Signing::Yours | Signing::Own | Signing::Others | Signing::Past => {
            ("Bills that go out", "They come to")
        }
    };
    let facts = Facts::new()
        .fact(not_held, count(&register.counts.going_out()))
        .fact("Bills that stay back", count(&crate::words::count(held)))
        .link(come_to, money(&register.total), going_out.clone())
        .fact("Hash of the register", short(&hash));
    let section = match (&register.signed, signing) {
        (Some(signed), _) => {
            let facts = Facts::new()
                .tag("State", Tone::Good, "signed")
                .fact("By", signed.by.clone())
                .fact("Bills", count(&signed.bills));
            let facts = facts.link("They come to", money(&signed.total), going_out);
            let facts = facts.fact("Hash of the register", short(&signed.register.to_string()));
            section.with(&facts)
        }
        (None, _) => section.note("What is signed").with(&facts),
    };
    match (sent, signing) {
        // What was sent is offered again only where it can be signed now.
        (Some(form), Signing::Yours) => section.with(form),
        (None, Signing::Yours) => section.with(&sign_form(ask, known, register)),
        (_, Signing::Own) => section.with(
            &Alert::info("Somebody else signs")
                .text("You prepared or tried this run. Two people stand for every run, so a second person signs it."),
        ),
        (_, Signing::Open(open)) => section.with(
            &Alert::warning(format!("{} still to decide", counted(*open, "exception is", "exceptions are")))
                .text(open_words(register))
                .link("Work the exceptions", known.href("/exceptions")),
        ),
        (_, Signing::Others) => section.with(&Words::new("Somebody who may sign registers signs it next.")),
        (_, Signing::Done | Signing::Past) => section,
    }
}

/// What is to be done with open exceptions, and how many of them leave a bill without a price.
fn open_words(register: &Register) -> String {
    let words = "Nothing goes out undecided. Release or hold each of them first.";
    let blocking = |line: &&DecidedLine| line.state == ExceptionState::Open && line.code.is_blocking();
    let open: i64 = register.exceptions.iter().filter(blocking).map(|line| line.count).sum();
    match open {
        0 => words.to_owned(),
        _ => {
            let leave = counted(open, "of them leaves", "of them leave");
            format!("{words} {leave} a bill without a price, which can only be held.")
        }
    }
}

/// The beginning and the end of a hash, as people compare it.
fn short(hash: &str) -> String {
    match (hash.get(..12), hash.get(hash.len().saturating_sub(8)..)) {
        (Some(first), Some(last)) if 24 < hash.len() => format!("{first} … {last}"),
        _ => hash.to_owned(),
    }
}

/// Figures from different sources that have to be the same.
async fn agree(ask: &Ask, read: &mut Read, known: &Known, register: &Register) -> Result<web::Table, Problem> {
    let charged: Cents = register.charges.iter().filter(|line| !line.is_borne).map(|line| line.charged).sum();
    let all: Cents = register.charges.iter().map(|line| line.charged).sum();
    let journal: Cents = register.journal.iter().map(|line| line.cents).sum();
    let billed: Cents = register.receivables.iter().map(|line| line.sum.billed).sum();
    let (paid, all_charges) =
        (known.charges_href(&[], Some(Bears::Customer), true), known.charges_href(&[], None, true));
    let receivables = known.receivables_href(None, RollPart::Billed);
    let mut rows = vec![
        ("Bills that go out", (register.total, &paid), "charges that customers pay", (charged, &paid)),
        ("Journal by fund", (journal, &all_charges), "all charges", (all, &all_charges)),
        ("Billed in receivables", (billed, &receivables), "bills that go out", (register.total, &paid)),
    ];
    if known.state == RunState::Posted
        && let Some((_, posted)) = billing::posted_sum(read, &known.run).await?
    {
        rows.push(("Posted to the books", (posted, &paid), "bills that go out", (register.total, &paid)));
    }
    let row =
        |(what, (one, one_href), with, (other, other_href)): &(&str, (Cents, &String), &str, (Cents, &String))| {
            let state = if one == other { Cell::tag(Tone::Good, "agrees") } else { Cell::tag(Tone::Bad, "differs") };
            let (one, other) = (Cell::from(*one).link(*one_href), Cell::from(*other).link(*other_href));
            [Cell::text(*what), one, Cell::text(*with), other, state]
        };
    Ok(ask
        .table("agree-table", "Figures that must be the same")
        .plain()
        .column(Column::text("one", "This figure"))
        .column(Column::money("one-amount", "Amount"))
        .column(Column::text("other", "must be"))
        .column(Column::money("other-amount", "Amount"))
        .column(Column::text("agrees", "Do they"))
        .rows(rows.iter().map(row)))
}

pub(super) async fn sign(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let register = register_of(&mut read, &known).await?;
    drop(read);
    // What the form carries is what was read; what there is now may be another register.
    let seen = Some(ask.posted().text("seen").to_owned()).filter(|seen| !seen.is_empty());
    let mut form = sign_form(&ask, &known, &register);
    if form.is_good() {
        let carried = form.carry_out(&ask, &SignRun { run: known.run.id, seen }).await?;
        if let Some(go) = carried.go(&known.href(""), "The register is signed") {
            return go.answer();
        }
    }
    // Somebody else may have signed, posted or cancelled meanwhile: what is shown is the run as it is now.
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let register = register_of(&mut read, &known).await?;
    // The register below is what there is now: it can be read and signed.
    form.renew("seen", register.digest().to_string());
    draw(&ask, &mut read, &known, (&register, Some(&form))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_register_read_as_everywhere_on_screens() {
        #[rustfmt::skip]
        let rows = [
            (reports::Cell::Empty,            ""),
            (reports::Cell::Count(12_345),    "12,345"),
            (reports::Cell::Money(Cents(-5)), "($0.05) credit"),
            (reports::Cell::Tenths(-125),     "-12.5 %"),
        ];
        for (cell, expected) in rows {
            assert_eq!(shown(&cell), expected);
        }
        assert_eq!(short("0123456789abcdef0123456789abcdef"), "0123456789ab … 89abcdef");
        assert_eq!(short("abc"), "abc");
    }
}
