//! The files of one thing, and the form that attaches one more.

use axum::http::StatusCode;
use db::Read;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Column, Columns, Empty, Field, Form, Links, Problem, Section, Table, Tone,
    address,
};

use crate::acts::Attach;
use crate::evidence::{ABOUT_FILE, kept_files};
use crate::permissions::ATTACH;
use crate::{Attachment, AttachmentRefused, Cabinet, Found, Scan, SubjectKind, Supported, size_words, store};

/// Files of one page.
const PAGE: i64 = 100;

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let found = look_up(&ask, &mut read, &number).await?;
    let form = form(&ask, &found);
    draw(&ask, &mut read, (&found, &form)).await
}

pub(super) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let found = look_up(&ask, &mut ask.read().await?, &number).await?;
    let mut form = form(&ask, &found);
    if form.is_good()
        && let Some(file) = form.file("file")
        && let Some(answer) = keep(&ask, &found, (&mut form, file)).await?
    {
        return Ok(answer);
    }
    let mut read = ask.read().await?;
    draw(&ask, &mut read, (&found, &form)).await
}

/// Takes the file in and records it; nothing when it was refused and the form says why.
async fn keep(
    ask: &Ask,
    found: &Found,
    (form, file): (&mut Form, web::PostedFile),
) -> Result<Option<axum::response::Response>, Problem> {
    let cabinet = ask.site().part::<Cabinet>();
    let taken = match cabinet.take_in(&file.name, file.bytes).await {
        Ok(taken) => taken,
        Err(acts::Failure::Refused(refusal)) => {
            form.refuse_by(&*refusal);
            return Ok(None);
        }
        Err(failure) => return Err(Problem::from(failure)),
    };
    let act = Attach::of(Supported::new(found.kind, &found.number), &taken);
    let carried: Carried<i64> = form.carry_out(ask, &act).await?;
    let is_recorded = matches!(&carried, Carried::Done(done) if !done.was_repeated);
    if !is_recorded {
        cabinet.drop_again(&taken).await;
    }
    let (done, waits) = match taken.scan {
        Scan::Unknown => ("The file is kept", true),
        Scan::None | Scan::Clean | Scan::Refused => ("The file is attached", false),
    };
    let alert = if waits {
        Alert::warning(done).text("It could not be scanned. Nobody is given it before it is.")
    } else {
        Alert::good(done)
    };
    match carried {
        Carried::Done(_) => Ok(Some(ask.go(&found.files_href()).saying(alert).answer()?)),
        carried @ (Carried::Waiting(_) | Carried::Refused) => match carried.go(&found.files_href(), done) {
            Some(go) => Ok(Some(go.answer()?)),
            None => Ok(None),
        },
    }
}

/// The thing in the address of the page, for who may see it.
async fn look_up(ask: &Ask, read: &mut Read, number: &str) -> Result<Found, Problem> {
    let kind = SubjectKind::of_path(ask.path()).ok_or_else(Problem::not_found)?;
    let found = Supported::new(kind, number).find(read).await?.ok_or_else(Problem::not_found)?;
    found.check(ask, read).await?;
    Ok(found)
}

fn form(ask: &Ask, found: &Found) -> Form {
    let reason = Field::reason().hint("What the file shows, and why it is kept. Recorded with it.");
    ask.form(&found.files_href(), "Attach the file")
        .field(Field::file("file", "File").hint(kept_files(ask)).required().answers(ABOUT_FILE))
        .field(reason)
}

async fn draw(ask: &Ask, read: &mut Read, (found, form): (&Found, &Form)) -> Answer {
    let before = web::read_number(ask.query().text("before")).unwrap_or(i64::MAX);
    let files = store::attachments_of(read, found, (before, PAGE)).await?;
    let table = table(ask, read, (found, &files)).await?;
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let mut section = Section::new("files", "Files");
    section = match files.is_empty() {
        true => section.with(&Empty::new("No files are kept here.").text(nothing_yet(found.kind))),
        false => section.with(&table),
    };
    if let Some(last) = files.last().filter(|_| PAGE <= i64::try_from(files.len()).unwrap_or(PAGE)) {
        let href = address(&found.files_href(), &[("before", &last.id.to_string())]);
        section = section.with(&Links::new("Pages: files").next("Older files", href));
    }
    let mut side = Vec::new();
    if ask.may(ATTACH) {
        let attach = Section::new("attach", "Attach a file");
        side.push(match ask.site().part::<Cabinet>().has_place() {
            true => attach.with(form),
            false => {
                let why = web::shown::capital(&AttachmentRefused::NoPlace.to_string());
                attach.with(&Alert::info("No file can be attached").text(format!("{why}.")))
            }
        });
    }
    let lead = format!("What supports {}. Every download is recorded.", found.words());
    let page = ask.page(&format!("Files of {}", found.words())).crumbs(&[(&found.title(), &found.href())]).lead(lead);
    let page = if form.has_errors() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    match side.is_empty() {
        true => page.body(&section).answer(),
        false => page.body(&Columns { main: vec![section], side }).answer(),
    }
}

fn nothing_yet(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Account => {
            "A lease, a proof of ownership, a letter: attach it here. Files of bills show here, too."
        }
        SubjectKind::Bill => "A plumber's invoice for a leak, a photo of the meter: attach it here.",
        SubjectKind::Proposal => "What proves that the change is right: attach it here, before somebody decides.",
        SubjectKind::Entry => "What proves that the change was right: attach it here.",
    }
}

/// The table of files.
pub(super) async fn table(
    ask: &Ask,
    read: &mut Read,
    (page, files): (&Found, &[Attachment]),
) -> Result<Table, Problem> {
    let names = staff::names(read).await?;
    let found = Found::of(read, files).await?;
    let row = |file: &Attachment| {
        let supports = found.get(&file.id).filter(|found| (found.kind, &found.key) != (page.kind, &page.key));
        let of = supports.map_or(Cell::empty(), |found| Cell::text(found.title()).link(found.href()));
        [
            Cell::text(&file.name).link(format!("/attachments/{}", file.id)),
            Cell::text(web::shown::capital(file.media.title())).note(size_words(file.size)),
            of,
            Cell::instant(ask, file.attached_at).note(names.get(&file.actor).cloned().unwrap_or_default()),
            state(file),
        ]
    };
    Ok(ask
        .table("kept-files", &format!("Files of {}", page.words()))
        .column(Column::text("name", "Name"))
        .column(Column::text("kind", "Kind"))
        .column(Column::text("supports", "Supports"))
        .column(Column::text("attached", "Attached"))
        .column(Column::text("state", "State"))
        .empty("No files are kept here.")
        .rows(files.iter().map(row)))
}

/// Whether a file is to be had.
pub(super) fn state(file: &Attachment) -> Cell {
    if file.withdrawn.is_some() {
        return Cell::tag(Tone::Plain, if file.sealed_key.is_some() { "withdrawn" } else { "destroyed" });
    }
    match file.scan {
        Scan::None => Cell::tag(Tone::Good, "kept"),
        Scan::Clean => Cell::tag(Tone::Good, "kept").note("scanned"),
        Scan::Refused => Cell::tag(Tone::Bad, "harmful"),
        Scan::Unknown => Cell::tag(Tone::Warning, "waits for its scan"),
    }
}
