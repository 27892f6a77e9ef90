//! `/books/exports`: the books as files for other programs, a month each, written while they are sent.

use std::io::{Error, ErrorKind, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use finance::Form;
use futures_util::stream::unfold;
use kernel::Month;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use web::{Answer, Ask, At, Cell, Column, Problem};

use super::parts::tabs;
use crate::days::{Days, month_words};

/// All months and the files there are of each.
pub(super) async fn list(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let months = finance::months(&mut read).await?;
    let table = ask
        .table("exports", "Months of the books")
        .column(Column::text("month", "Month"))
        .column(Column::count("journals", "Journals").totaled())
        .column(Column::count("postings", "Postings").totaled())
        .column(Column::text("csv", "One line a posting"))
        .column(Column::text("hledger", "For hledger and ledger"))
        .empty("Nothing was posted yet, so there is nothing to export.")
        .rows(months.iter().rev().filter(|one| 0 < one.journals).map(|one| {
            let month = one.month;
            [
                Cell::text(month_words(month)).link(format!("/books/months/{month}")),
                Cell::count(one.journals),
                Cell::count(one.postings),
                Cell::text("CSV").link(format!("/books/exports/{month}.csv")),
                Cell::text("Journal").link(format!("/books/exports/{month}.journal")),
            ]
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    ask.page("Exports of the books")
        .crumbs(&[("Books", "/books")])
        .lead("Every journal once, in the order of dates. The files hold document numbers, no names.")
        .body(&tabs("/books/exports"))
        .body(&table)
        .answer()
}

/// A file of a month: `2026-01.csv` or `2026-01.journal`.
pub(super) async fn file(ask: Ask, At(name): At<String>) -> Answer {
    let (month, ending) = name.rsplit_once('.').ok_or_else(Problem::not_found)?;
    let month = Month::parse(month).map_err(|_| Problem::not_found())?;
    let (form, kind) = match ending {
        "csv" => (Form::Csv, "text/csv; charset=utf-8"),
        "journal" => (Form::Hledger, "text/plain; charset=utf-8"),
        _ => return Err(Problem::not_found()),
    };
    let (sender, receiver) = channel::<Result<Bytes, Error>>(PIECES);
    let (db, days) = (ask.site().door().db().clone(), Days::month(month).ends());
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut sink = Sink { sender, held: Vec::with_capacity(PIECE) };
        let written = runtime.block_on(finance::export_days(&db, days, &mut [(form, &mut sink)]));
        // A file that was not written to its end must not look like a whole one: an error in the body breaks the transfer
        // off, so that the reader sees a failed download. Whoever is gone already needs no word.
        let ended = match written {
            Ok(_) => sink.flush(),
            Err(fault) => {
                // Who closed the download knows.
                if !sink.sender.is_closed() {
                    tracing::error!(%fault, %month, "an export of the books was broken off");
                }
                Err(Error::other("the books were not written to their end"))
            }
        };
        if let Err(error) = ended {
            let _ = sink.sender.blocking_send(Err(error));
        }
    });
    let pieces = unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let disposition = format!("attachment; filename=\"books-{month}.{ending}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| Problem::our_fault())?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// Bytes sent together.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for a slow reader.
const PIECES: usize = 8;

/// Writes into a download; waits while the reader is slow, and ends when the reader is gone.
struct Sink {
    sender: Sender<Result<Bytes, Error>>,
    held: Vec<u8>,
}

impl Sink {
    fn send(&mut self) -> Result<(), Error> {
        let mut piece = Ok(Bytes::from(std::mem::take(&mut self.held)));
        loop {
            match self.sender.try_send(piece) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Closed(_)) => return Err(Error::from(ErrorKind::BrokenPipe)),
                Err(TrySendError::Full(back)) => piece = back,
            }
            // On a thread of its own, which may wait.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.held.extend_from_slice(bytes);
        if PIECE <= self.held.len() {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.held.is_empty() { Ok(()) } else { self.send() }
    }
}
