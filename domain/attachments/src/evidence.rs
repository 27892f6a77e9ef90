//! `Evidence`: a file that comes with the form of a change. It is taken in before the change is carried out, and attached to
//! what came of it: the entry of the log, or the proposal that waits.

use ::acts::{Act, By, Failure};
use db::Read;
use identity::Shield;
use kernel::{AccountId, Refusal};
use web::{Ask, Carried, Field, Form, PostedFile, Problem};

use crate::acts::Attach;
use crate::permissions::ATTACH;
use crate::{AttachmentRefused, Cabinet, Media, Scan, SubjectKind, Supported, Taken, size_words};

/// What the field of the file is called.
const FIELD: &str = "evidence";

/// What the refusals of a file are called, so that they are said beside it.
pub(crate) const ABOUT_FILE: &[&str] = &[
    "file_empty",
    "file_too_large",
    "file_name_odd",
    "file_ending_not_kept",
    "file_not_recognized",
    "file_has_programs",
    "file_not_what_it_says",
    "file_harmful",
    "file_already_there",
];

/// Whether a form about an account may bring a file: the visitor may attach files, see those of the account, and there is a
/// place for them. The form's address [takes files](web::Route::taking_files).
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    is_offered: bool,
}

/// What came of a form that may bring a file.
#[derive(Debug)]
pub enum Brought<T> {
    /// The file is not kept, and nothing was carried out.
    FileRefused(Box<dyn Refusal>),
    /// What came of the change, and of the file where there was one and the change came about.
    Carried(Carried<T>, Option<Filed>),
}

/// What became of a file whose change came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is attached.
    Kept,
    /// It is attached, and nobody is given it before it was scanned.
    WaitsForScan,
    /// It could not be attached after all. It can be on a page.
    NotKept {
        /// The page with the files of what it supports.
        href: String,
        /// Why, as a sentence.
        why: String,
    },
}

impl Filed {
    /// What is said of it beside what came of the change.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Filed::Kept => "The file is attached to it.".to_owned(),
            Filed::WaitsForScan => {
                "The file is attached to it. It could not be scanned; nobody is given it before it is.".to_owned()
            }
            Filed::NotKept { why, .. } => format!("The file is not kept: {why} Attach it here."),
        }
    }
}

impl Evidence {
    /// Of a visitor and an account.
    pub async fn of(ask: &Ask, read: &mut Read, account: AccountId) -> Result<Evidence, Problem> {
        let is_offered = ask.may(ATTACH)
            && ask.site().part::<Cabinet>().has_place()
            && !Shield::load(ask, read, &[account]).await?.hides(account);
        Ok(Evidence { is_offered })
    }

    /// The form with a field for a file, where one may come with it.
    #[must_use]
    pub fn on(self, ask: &Ask, form: Form) -> Form {
        if !self.is_offered {
            return form;
        }
        let hint = format!("An invoice, a photo, a letter. {}", kept_files(ask));
        form.field(Field::file(FIELD, "File").hint(hint).answers(ABOUT_FILE))
    }

    /// Whether a form that was sent brings a file. Browsers forget which one when the form is shown again.
    #[must_use]
    pub fn is_brought(form: &Form) -> bool {
        form.file(FIELD).is_some()
    }

    /// Carries out what a form stands for, with the file it may bring. A file that is refused stops the change. Sent again,
    /// the form does again what is still to be done, and nothing twice.
    pub async fn carry_out<A: Act>(self, ask: &Ask, form: &mut Form, act: &A) -> Result<Brought<A::Outcome>, Problem> {
        let Some(file) = form.file(FIELD) else {
            return Ok(Brought::Carried(form.carry_out(ask, act).await?, None));
        };
        let by = form.by(ask)?;
        let taken = match self.take_in(ask, file).await {
            Ok(taken) => taken,
            Err(Failure::Refused(refusal)) => return Ok(Brought::FileRefused(refusal)),
            Err(failure) => return Err(Problem::from(failure)),
        };
        let carried = form.carry_out(ask, act).await;
        let supported = match &carried {
            Ok(Carried::Done(done)) => Supported::new(SubjectKind::Entry, done.act.0.to_string()),
            Ok(Carried::Waiting(waiting)) => Supported::new(SubjectKind::Proposal, waiting.proposal.0.to_string()),
            Ok(Carried::Refused) | Err(_) => {
                ask.site().part::<Cabinet>().drop_again(&taken).await;
                return Ok(Brought::Carried(carried?, None));
            }
        };
        let filed = attach(ask, by, (supported, &taken)).await;
        Ok(Brought::Carried(carried?, Some(filed)))
    }

    async fn take_in(self, ask: &Ask, file: PostedFile) -> Result<Taken, Failure> {
        if !self.is_offered {
            return ::acts::refuse(AttachmentRefused::NotOffered);
        }
        ask.site().part::<Cabinet>().take_in(&file.name, file.bytes).await
    }
}

/// Which files are kept, and how large.
pub(crate) fn kept_files(ask: &Ask) -> String {
    let largest = i64::try_from(ask.site().part::<Cabinet>().largest()).unwrap_or(i64::MAX);
    format!("{}. At most {}.", Media::all_in_words(), size_words(largest))
}

/// Attaches the file under a key of its own beside that of the change.
async fn attach(ask: &Ask, by: By, (supported, taken): (Supported, &Taken)) -> Filed {
    let by = By { key: format!("{} evidence", by.key), ..by };
    let href = supported.files_href();
    let attached = ask.site().door().carry_out(&by, &Attach::of(supported, taken)).await;
    // After a fault nobody knows whether it is on record: the sweep takes what is not.
    let is_needless = match &attached {
        Ok(done) => done.was_repeated,
        Err(Failure::Refused(_) | Failure::Waiting(_)) => true,
        Err(Failure::Fault(_)) => false,
    };
    if is_needless {
        ask.site().part::<Cabinet>().drop_again(taken).await;
    }
    match (attached, taken.scan) {
        (Ok(_), Scan::Unknown) => Filed::WaitsForScan,
        (Ok(_), Scan::None | Scan::Clean | Scan::Refused) => Filed::Kept,
        (Err(Failure::Refused(refusal)), _) => {
            let why = format!("{}.", refusal.to_string().trim_end_matches('.'));
            Filed::NotKept { href, why }
        }
        (Err(failure), _) => {
            tracing::error!(?failure, "the file of a change that was carried out is not attached");
            Filed::NotKept { href, why: "it could not be recorded.".to_owned() }
        }
    }
}
