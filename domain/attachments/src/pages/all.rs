//! All files of the town, the newest first, with those that wait for a scan on top.

use kernel::AccountId;
use web::{Answer, Ask, Cell, Column, Links, Section, address};

use super::list::state;
use crate::{Attachment, Found, Scan, size_words, store};

/// Files of one page.
const PAGE: i64 = 100;

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let before = web::read_number(ask.query().text("before"));
    let newest = store::newest(&mut read, (before.unwrap_or(i64::MAX), PAGE)).await?;
    let last = newest.last().map(|file| file.id).filter(|_| PAGE <= i64::try_from(newest.len()).unwrap_or(PAGE));
    let waiting = match before {
        None => store::scan_waits(&mut read, Scan::Unknown, (0, PAGE)).await?,
        Some(_) => Vec::new(),
    };
    let is_waiting = |file: &&Attachment| waiting.iter().all(|other| other.id != file.id);
    let files: Vec<Attachment> = waiting.iter().chain(newest.iter().filter(is_waiting)).cloned().collect();
    let accounts: Vec<AccountId> = files.iter().filter_map(|file| file.account).collect();
    let shield = identity::Shield::load(&ask, &mut read, &accounts).await?;
    let (names, found) = (staff::names(&mut read).await?, Found::of(&mut read, &files).await?);
    let is_seen = |file: &&Attachment| {
        let may = found.get(&file.id).is_some_and(|found| ask.may(found.needed()));
        may && !file.account.is_some_and(|account| shield.hides(account))
    };
    let row = |file: &Attachment| {
        let of = found.get(&file.id).map_or(Cell::empty(), |found| Cell::text(found.title()).link(found.files_href()));
        [
            Cell::text(&file.name).link(format!("/attachments/{}", file.id)),
            of,
            Cell::text(web::shown::capital(file.media.title())).note(size_words(file.size)),
            Cell::instant(&ask, file.attached_at).note(names.get(&file.actor).cloned().unwrap_or_default()),
            state(file),
        ]
    };
    let table = ask
        .table("files", "Files")
        .column(Column::text("name", "Name"))
        .column(Column::text("supports", "Supports"))
        .column(Column::text("kind", "Kind"))
        .column(Column::text("attached", "Attached"))
        .column(Column::text("state", "State"))
        .empty("No files are kept. They are attached on the page of an account, a bill, a proposal or an entry of the log.")
        .rows(files.iter().filter(is_seen).map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let mut section = Section::bare().with(&table);
    if let Some(last) = last {
        let href = address("/attachments", &[("before", &last.to_string())]);
        section = section.with(&Links::new("Pages: files").next("Older files", href));
    }
    let lead = "What supports accounts, bills and changes, the newest first. What waits for its scan stands on top.";
    ask.page("Files").lead(lead).body(&section).answer()
}
