//! Why a file is not taken, or not given out.

use kernel::Refusal;

use crate::Media;

/// Why a file is not taken, or not given out. Checks run in this order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentRefused {
    /// Nowhere to keep it.
    #[error(
        "this office has no place for files yet: the administrator names one with --attachments, such as file:///folder"
    )]
    NoPlace,
    /// The form asked for none.
    #[error("no file can come with this: somebody who may attach files attaches it on the page of files")]
    NotOffered,
    /// Nothing in it.
    #[error("the file is empty: look whether it was saved, then choose it again")]
    Empty,
    /// Too much in it.
    #[error("the file has {has}, and at most {most} are kept: scan it in gray or in parts")]
    TooLarge {
        /// How large it is.
        has: String,
        /// How large it may be.
        most: String,
    },
    /// A name that cannot be kept.
    #[error("the name of the file cannot be kept: {0}")]
    NameOdd(&'static str),
    /// An ending that is not on the list, or none.
    #[error("{}", ending_words(.0))]
    EndingNotKept(String),
    /// Content that is not on the list.
    #[error("what the file holds is none of what is kept: {list}", list = Media::all_in_words())]
    NotRecognized,
    /// Programs within a document.
    #[error("the document holds macros or other programs: save it without them, or as a PDF")]
    HasPrograms,
    /// The name says something else.
    #[error("the file is named '.{ending}', but holds something else ({found}): look whether it is the right file")]
    NotWhatItSays {
        /// What its name says.
        ending: String,
        /// What it is.
        found: &'static str,
    },
    /// Harmful.
    #[error("the scanner found something harmful in the file, so it was not kept: tell the administrator")]
    Harmful,
    /// Sent by something else than the pages, the API for files or the command.
    #[error("a file comes with its bytes: send it to /api/v1/attachments, or attach it on the page")]
    NotUploaded,
    /// Nothing to support.
    #[error("there is no {kind} {number}: look at the number again")]
    SubjectUnknown {
        /// The kind.
        kind: &'static str,
        /// The number.
        number: String,
    },
    /// Enough.
    #[error("{0} files are kept here already, and no more: withdraw one that is not needed")]
    TooMany(i64),
    /// The same file again.
    #[error("the same file is kept here already, as '{0}'")]
    AlreadyThere(String),
    /// No such file.
    #[error("there is no file {0}")]
    Unknown(i64),
    /// It supports something that is not for everybody.
    #[error("file {0} supports something that you may not see: only who may see that has to do with it")]
    Hidden(i64),
    /// It is about a protected person.
    #[error("file {0} is about somebody whose address is confidential: only who may see the address has to do with it")]
    Confidential(i64),
    /// It was withdrawn.
    #[error("file {0} was withdrawn")]
    Withdrawn(i64),
    /// It is still there.
    #[error("file {file} was not withdrawn {days} days ago: before that, nothing is destroyed")]
    NotWithdrawn {
        /// Its number.
        file: i64,
        /// For how long a withdrawn file is kept at least.
        days: i64,
    },
    /// It could not be scanned.
    #[error("file {0} waits for its scan: nobody is given it before")]
    NotScanned(i64),
    /// It was found harmful.
    #[error("file {0} is harmful, as a scan found: nobody is given it")]
    FoundHarmful(i64),
    /// Only a scanner says so.
    #[error("what a scan found is recorded by the scan alone: use 'Scan again' or `portreeve attachments scan`")]
    NotFromScanner,
}

fn ending_words(ending: &str) -> String {
    let list = Media::all_in_words();
    match ending {
        "" => format!("the name of the file has no ending that says what it is, such as '.pdf'; kept are: {list}"),
        ending => format!("files whose names end in '.{ending}' are not kept; these are: {list}"),
    }
}

impl Refusal for AttachmentRefused {
    fn code(&self) -> &'static str {
        match self {
            AttachmentRefused::NoPlace => "no_place",
            AttachmentRefused::NotOffered => "file_not_offered",
            AttachmentRefused::Empty => "file_empty",
            AttachmentRefused::TooLarge { .. } => "file_too_large",
            AttachmentRefused::NameOdd(_) => "file_name_odd",
            AttachmentRefused::EndingNotKept(_) => "file_ending_not_kept",
            AttachmentRefused::NotRecognized => "file_not_recognized",
            AttachmentRefused::HasPrograms => "file_has_programs",
            AttachmentRefused::NotWhatItSays { .. } => "file_not_what_it_says",
            AttachmentRefused::Harmful => "file_harmful",
            AttachmentRefused::NotUploaded => "file_not_uploaded",
            AttachmentRefused::SubjectUnknown { .. } => "subject_unknown",
            AttachmentRefused::TooMany(_) => "too_many_files",
            AttachmentRefused::AlreadyThere(_) => "file_already_there",
            AttachmentRefused::Unknown(_) => "file_unknown",
            AttachmentRefused::Hidden(_) => "file_hidden",
            AttachmentRefused::Confidential(_) => "file_confidential",
            AttachmentRefused::Withdrawn(_) => "file_withdrawn",
            AttachmentRefused::NotWithdrawn { .. } => "file_not_withdrawn",
            AttachmentRefused::NotScanned(_) => "file_not_scanned",
            AttachmentRefused::FoundHarmful(_) => "file_found_harmful",
            AttachmentRefused::NotFromScanner => "not_from_scanner",
        }
    }
}
