//! Files, for programs with a token: what there is, one more, and its bytes.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use db::Read;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, IdempotencyKey, List, Paging, Problem, Problems, Route};

use crate::acts::{Attach, HandOut};
use crate::pages::{Place, handed_out, not_fetched};
use crate::permissions::{ATTACH, SEE};
use crate::{Attachment, Cabinet, Found, Scan, SubjectKind, Supported, store};

/// Every address of this room for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const SEES: Access = Access::Needs(SEE);
    const ATTACHES: Access = Access::Needs(ATTACH);
    vec![
        Route::api(Method::GET, "/api/v1/attachments", ("Files of something, for programs", SEES), list),
        Route::api(Method::POST, "/api/v1/attachments", ("Attach a file, for programs", ATTACHES), attach)
            .taking_files(),
        Route::api(Method::GET, "/api/v1/attachments/{id}", ("A file, for programs", SEES), one),
        Route::api(Method::GET, "/api/v1/attachments/{id}/file", ("Download a file, for programs", SEES), download),
    ]
}

/// What this room describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list, attach, one, download))]
struct Described;

/// The addresses of this room for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// The longest reason.
const REASON_MAX: usize = 500;

/// A file on record.
#[derive(Debug, Serialize, ToSchema)]
struct AttachmentBody {
    /// Its number.
    id: i64,
    /// What it supports.
    supports: Supported,
    /// Its name as it was given.
    name: String,
    /// Its media type, told from its bytes.
    media_type: &'static str,
    /// Bytes.
    size_bytes: i64,
    /// SHA-256, in hex.
    sha256: String,
    /// What the scanner said.
    scan: Scan,
    /// The entry of the log that attached it.
    entry: i64,
    /// When.
    attached_at: DateTime<Utc>,
    /// When it was withdrawn; nobody is given it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<DateTime<Utc>>,
}

/// What came of a file that was sent.
#[derive(Debug, Serialize, ToSchema)]
struct AttachedBody {
    /// The number of the file.
    id: i64,
    /// The entry of the log.
    entry: i64,
    /// Whether it had been sent before under the same key, and nothing was done now.
    was_repeated: bool,
}

fn body(file: &Attachment, found: &Found) -> AttachmentBody {
    AttachmentBody {
        id: file.id,
        supports: Supported::new(found.kind, &found.number),
        name: file.name.clone(),
        media_type: file.media.code(),
        size_bytes: file.size,
        sha256: file.digest.to_string(),
        scan: file.scan,
        entry: file.act.0,
        attached_at: file.attached_at,
        withdrawn_at: file.withdrawn.map(|(_, at)| at),
    }
}

/// What the query names, for who may see it.
async fn look_up(ask: &Ask, read: &mut Read) -> Result<Found, Problem> {
    let kind = SubjectKind::of_code(ask.query().text("kind"));
    let kind = kind.ok_or_else(|| Problem::bad_request("`kind` is account, bill, proposal or entry."))?;
    let number = ask.query().text("number");
    if number.is_empty() || number.chars().any(char::is_control) {
        return Err(Problem::bad_request("`number` is the number of what the file supports."));
    }
    let found = Supported::new(kind, number).find(read).await?.ok_or_else(Problem::not_found)?;
    found.check(ask, read).await?;
    Ok(found)
}

/// The files of an account with those of its bills and changes, or of one bill, proposal or entry; the newest first.
#[utoipa::path(
    get, path = "/api/v1/attachments", tag = "attachments", operation_id = "list_attachments", security(("bearer" = [])),
    params(
        ("kind" = SubjectKind, Query, example = "account", description = "The kind of what the files support."),
        ("number" = String, Query, example = "100001-7", min_length = 1, description = "Its number."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<AttachmentBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<AttachmentBody>, Problem> {
    let before: i64 = paging.after()?.unwrap_or(i64::MAX);
    let mut read = ask.read().await?;
    let found = look_up(&ask, &mut read).await?;
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let files = store::attachments_of(&mut read, &found, (before, most)).await?;
    let supported = Found::of(&mut read, &files).await?;
    let bodies = files.iter().filter_map(|file| Some(body(file, supported.get(&file.id)?)));
    Ok(List::of(bodies.collect(), &paging, |last| last.id))
}

/// Attaches a file: its bytes are the body, whatever its content type says. What it is, is found out from them.
#[utoipa::path(
    post, path = "/api/v1/attachments", tag = "attachments", operation_id = "attach_file", security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file.", example = json!("meter,count\nSB200000,161531\n")),
    params(
        ("kind" = SubjectKind, Query, example = "account", description = "The kind of what the file supports."),
        ("number" = String, Query, example = "100001-7", min_length = 1, description = "Its number."),
        ("name" = String, Query, example = "reads.csv", min_length = 1, max_length = 120, description = "The name of the file, with its ending."),
        ("reason" = String, Query, example = "what the customer read from the meter", min_length = 1, max_length = 500, description = "What it shows, and why it is kept."),
        IdempotencyKey,
    ),
    responses(
        (status = 201, description = "It is kept.", body = Envelope<AttachedBody>),
        (status = 408, description = "It took too long to come in.", body = web::ProblemBody, content_type = "application/problem+json"),
        Problems,
    )
)]
async fn attach(ask: Ask, key: IdempotencyKey, bytes: Bytes) -> Result<Response, Problem> {
    let found = look_up(&ask, &mut ask.read().await?).await?;
    let reason = ask.query().text("reason").to_owned();
    let is_odd = |letter: char| letter.is_control() && letter != '\n';
    if REASON_MAX < reason.chars().count() || reason.chars().any(is_odd) {
        return Err(Problem::bad_request(format!("`reason` has at most {REASON_MAX} characters that can be printed.")));
    }
    let cabinet = ask.site().part::<Cabinet>();
    let taken = cabinet.take_in(ask.query().text("name"), bytes).await?;
    let act = Attach::of(Supported::new(found.kind, &found.number), &taken);
    let by = ask.who()?.by(reason, &format!("api {}", key.0));
    let done = ask.site().door().carry_out(&by, &act).await;
    if done.as_ref().map_or(true, |done| done.was_repeated) {
        cabinet.drop_again(&taken).await;
    }
    let done = done?;
    let attached = AttachedBody { id: done.outcome, entry: done.act.0, was_repeated: done.was_repeated };
    Ok((StatusCode::CREATED, Envelope::of(attached)).into_response())
}

/// What is on record of a file.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", tag = "attachments", operation_id = "get_attachment",
    security(("bearer" = [])), params(("id" = String, Path, pattern = "^[0-9]+$", example = "1", description = "The number of the file.")),
    responses((status = 200, description = "The file's record.", body = Envelope<AttachmentBody>), Problems)
)]
async fn one(ask: Ask, At(id): At<String>) -> Result<Envelope<AttachmentBody>, Problem> {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    Ok(Envelope::of(body(&place.file, &place.found)))
}

/// The bytes of a file. Each time is recorded with whose token it was.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}/file", tag = "attachments", operation_id = "download_attachment",
    security(("bearer" = [])), params(("id" = String, Path, pattern = "^[0-9]+$", example = "1", description = "The number of the file.")),
    responses(
        (status = 200, description = "The file, under the media type that was found out from its bytes.", content(
            (Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/tiff"), (Vec<u8> = "image/heic"), (String = "text/plain"), (String = "text/csv"),
        )),
        (status = 500, description = "The file is missing or was changed where it lies; `code` is `file_damaged`.", body = web::ProblemBody, content_type = "application/problem+json"),
        Problems,
    )
)]
async fn download(ask: Ask, At(id): At<String>) -> Result<Response, Problem> {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    let bytes = match place.file.is_available() {
        true => {
            let fetched = ask.site().part::<Cabinet>().fetch(&place.file).await;
            fetched.map_err(|wrong| not_fetched(&place.file, wrong))?
        }
        // The act says why not.
        false => Vec::new(),
    };
    let key = HEXLOWER.encode(&ask.site().random().bytes::<16>());
    let by = ask.who()?.by("downloaded by a program", &format!("api file {key}"));
    ask.site().door().carry_out(&by, &HandOut { attachment: place.file.id }).await?;
    handed_out(&place.file, bytes)
}
