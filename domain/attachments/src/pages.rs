//! The pages of this room.

mod all;
mod file;
mod list;
mod withdraw;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use web::{Access, Problem, Route};

pub(crate) use self::file::Place;

use crate::permissions::{ATTACH, SEE, WITHDRAW};
use crate::{Attachment, NotFetched, disposition};

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    const SEES: Access = Access::Needs(SEE);
    const ATTACHES: Access = Access::Needs(ATTACH);
    const WITHDRAWS: Access = Access::Needs(WITHDRAW);
    let of = |path, title, sent| {
        [Route::page(path, title, SEES, list::show), Route::form(path, sent, ATTACHES, list::send).taking_files()]
    };
    let of_things = [
        of("/accounts/{number}/attachments", "Files of an account", "Attach a file to an account (sent)"),
        of("/bills/{number}/attachments", "Files of a bill", "Attach a file to a bill (sent)"),
        of("/approvals/{number}/attachments", "Files of a proposal", "Attach a file to a proposal (sent)"),
        of("/log/{number}/attachments", "Files of an entry", "Attach a file to an entry (sent)"),
    ];
    let own = vec![
        Route::page("/attachments", "Files", SEES, all::show).in_group("Customers"),
        Route::page("/attachments/{id}", "A file", SEES, file::show),
        Route::form("/attachments/{id}/file", "Download a file", SEES, file::download),
        Route::form("/attachments/{id}/scan", "Scan a file again", ATTACHES, file::scan),
        Route::page("/attachments/{id}/withdraw", "Withdraw a file", WITHDRAWS, withdraw::show),
        Route::form("/attachments/{id}/withdraw", "Withdraw a file (sent)", WITHDRAWS, withdraw::send),
    ];
    of_things.into_iter().flatten().chain(own).collect()
}

/// What a file is handed out under: a browser saves it, shows nothing of it, runs nothing in it, guesses nothing about it.
const POLICY: &str = "sandbox; default-src 'none'";

/// A file as it is handed out.
pub(crate) fn handed_out(attachment: &Attachment, bytes: Vec<u8>) -> Result<Response, Problem> {
    let name = HeaderValue::from_str(&disposition(&attachment.name)).map_err(|_| Problem::our_fault())?;
    let mut response = Bytes::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(attachment.media.handed_out_as()));
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// Why a file cannot be handed out, and whom to tell.
pub(crate) fn not_fetched(attachment: &Attachment, wrong: NotFetched) -> Problem {
    match wrong {
        NotFetched::Fault(fault) => Problem::from(fault),
        NotFetched::NoPlace | NotFetched::Destroyed | NotFetched::Missing | NotFetched::Changed(_) => {
            tracing::error!(attachment = attachment.id, why = %wrong, "a file on record cannot be handed out");
            let why = format!("Of file {}, {wrong}. Nothing was given out.", attachment.id);
            let (status, title) = (StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be given out");
            Problem::new(status, "file_damaged", title, why)
                .next("Tell the administrator: `portreeve attachments verify` says which files are damaged.")
        }
    }
}
