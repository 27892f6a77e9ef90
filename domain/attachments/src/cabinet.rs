//! `Cabinet`: takes files in and fetches them again: judged, scanned, sealed, and kept before the database hears of them.

use std::sync::Arc;

use ::acts::{Failure, refused};
use data_encoding::HEXLOWER;
use db::Fault;
use kernel::Digest;
use objects::{Objects, Scanner, Verdict};
use secrets::{DataKey, Keys, Random, Sealed};

use crate::attachment::context;
use crate::file_name::{ending, kept_name};
use crate::{Attachment, AttachmentRefused, Looks, Media, Scan, looks, size_words};

/// The largest file in bytes, where the administrator says nothing else.
pub const LARGEST: usize = 20_000_000;

/// What a cabinet is made of.
#[derive(Debug)]
pub struct CabinetParts {
    /// Where files lie; nowhere means that none are taken.
    pub objects: Option<Objects>,
    /// What seals the keys of files.
    pub keys: Keys,
    /// Where keys of files come from.
    pub random: Random,
    /// What looks into a file first.
    pub scanner: Option<Scanner>,
    /// The largest file in bytes.
    pub largest: usize,
}

/// Where files are kept, and by which rules. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Cabinet(Arc<CabinetParts>);

/// A file that was taken in: it lies in its place, and the act that records it can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// What it is.
    pub media: Media,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub digest: Digest,
    /// What the scanner said.
    pub scan: Scan,
    /// Where it lies.
    pub(crate) storage_key: String,
    /// Its own key, sealed.
    pub(crate) sealed_key: Sealed,
}

/// Why a file on record could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum NotFetched {
    /// No place is named.
    #[error("no place for files is named")]
    NoPlace,
    /// It was destroyed, as its row says.
    #[error("the file was destroyed")]
    Destroyed,
    /// It is not where its row says.
    #[error("the file is not where it was kept")]
    Missing,
    /// Not as it was written.
    #[error("the file is not as it was written: {0}")]
    Changed(String),
    /// The place does not answer.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Cabinet {
    /// Puts a cabinet together.
    #[must_use]
    pub fn new(parts: CabinetParts) -> Cabinet {
        Cabinet(Arc::new(parts))
    }

    /// The largest file in bytes.
    #[must_use]
    pub fn largest(&self) -> usize {
        self.0.largest
    }

    /// Whether there is a place for files.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.0.objects.is_some()
    }

    /// Whether files are scanned.
    #[must_use]
    pub fn has_scanner(&self) -> bool {
        self.0.scanner.is_some()
    }

    /// Where files lie.
    pub fn objects(&self) -> Result<&Objects, AttachmentRefused> {
        self.0.objects.as_ref().ok_or(AttachmentRefused::NoPlace)
    }

    /// Judges a file, has it scanned, seals it and keeps it under a new key. Nothing on record names it yet: if the act
    /// that follows does not come about, [`Cabinet::drop_again`] or a sweep removes it.
    pub async fn take_in<B>(&self, name: &str, bytes: B) -> Result<Taken, Failure>
    where
        B: AsRef<[u8]> + Clone + Send + Sync + 'static,
    {
        let objects = self.objects().map_err(refused)?;
        let (name, media) = self.judge(name, bytes.as_ref()).map_err(refused)?;
        let scan = match &self.0.scanner {
            None => Scan::None,
            Some(scanner) => Scan::from(scanner.look(bytes.clone()).await?),
        };
        if scan == Scan::Refused {
            return Err(refused(AttachmentRefused::Harmful));
        }
        let size = i64::try_from(bytes.as_ref().len()).unwrap_or(i64::MAX);
        let letters = HEXLOWER.encode(&self.0.random.bytes::<16>());
        let storage_key = format!("{}/{}", &letters[..2], &letters[2..]);
        let (parts, place) = (self.0.clone(), storage_key.clone());
        let sealed = tokio::task::spawn_blocking(move || {
            let (key, context) = (DataKey::new(&parts.random), context(&place));
            let digest = Digest::of(bytes.as_ref());
            let sealed_key = key.sealed(&parts.keys, (&context, &parts.random));
            (digest, sealed_key, key.seal(&context, bytes.as_ref(), &parts.random))
        });
        let (digest, sealed_key, sealed) = sealed.await.map_err(|error| Fault::caused("sealing a file", error))?;
        objects.put(&storage_key, sealed).await?;
        Ok(Taken { name, media, size, digest, scan, storage_key, sealed_key })
    }

    /// Removes a file again whose act did not come about. Where that fails, a sweep does it.
    pub async fn drop_again(&self, taken: &Taken) {
        let Some(objects) = &self.0.objects else { return };
        if let Err(fault) = objects.remove(&taken.storage_key).await {
            tracing::warn!(%fault, "a file that nothing names is left to the next sweep");
        }
    }

    /// Fetches a file, opened, and as it was when it was taken in.
    pub async fn fetch(&self, attachment: &Attachment) -> Result<Vec<u8>, NotFetched> {
        let objects = self.objects().map_err(|_| NotFetched::NoPlace)?;
        let Some(sealed_key) = attachment.sealed_key.clone() else { return Err(NotFetched::Destroyed) };
        let sealed = objects.get(&attachment.storage_key).await?.ok_or(NotFetched::Missing)?;
        let (parts, context, digest) = (self.0.clone(), attachment.context(), attachment.digest);
        let opened = tokio::task::spawn_blocking(move || {
            let changed = |error: secrets::KeyFault| NotFetched::Changed(error.to_string());
            let key = DataKey::opened(&parts.keys, &context, &sealed_key).map_err(changed)?;
            let bytes = key.open(&context, sealed).map_err(changed)?;
            match Digest::of(&bytes) == digest {
                true => Ok(bytes),
                false => Err(NotFetched::Changed("its SHA-256 is another".to_owned())),
            }
        });
        opened.await.map_err(|error| NotFetched::Fault(Fault::caused("opening a file", error)))?
    }

    /// Has a file on record scanned; `None` where no scanner is named.
    pub async fn scan(&self, attachment: &Attachment) -> Result<Option<Verdict>, NotFetched> {
        let Some(scanner) = &self.0.scanner else { return Ok(None) };
        let bytes = self.fetch(attachment).await?;
        Ok(Some(scanner.look(bytes).await?))
    }

    /// Name and kind, or why it is not kept.
    fn judge(&self, name: &str, bytes: &[u8]) -> Result<(String, Media), AttachmentRefused> {
        if bytes.is_empty() {
            return Err(AttachmentRefused::Empty);
        }
        if self.0.largest < bytes.len() {
            let words = |bytes: usize| size_words(i64::try_from(bytes).unwrap_or(i64::MAX));
            return Err(AttachmentRefused::TooLarge { has: words(bytes.len()), most: words(self.0.largest) });
        }
        let name = kept_name(name).map_err(AttachmentRefused::NameOdd)?;
        let said = ending(&name);
        let media = Media::of_ending(said).ok_or_else(|| AttachmentRefused::EndingNotKept(said.to_owned()))?;
        let found = match looks(bytes) {
            Looks::Like(found) => found,
            // Text and tables differ by their names alone.
            Looks::Written if matches!(media, Media::Text | Media::Csv) => media,
            Looks::Written => Media::Text,
            Looks::Macros => return Err(AttachmentRefused::HasPrograms),
            Looks::Strange => return Err(AttachmentRefused::NotRecognized),
        };
        match found == media {
            true => Ok((name, media)),
            false => Err(AttachmentRefused::NotWhatItSays { ending: said.to_owned(), found: found.title() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cabinet(largest: usize) -> Cabinet {
        let random = Random::seeded(7);
        let (objects, keys) = (Some(Objects::in_memory()), Keys::in_memory(&random));
        Cabinet::new(CabinetParts { objects, keys, random, scanner: None, largest })
    }

    #[test]
    #[rustfmt::skip]
    fn a_file_is_judged_by_size_name_and_bytes() {
        let (pdf, png): (&[u8], &[u8]) = (b"%PDF-1.7", b"\x89PNG\r\n\x1a\n");
        let rows: [(&str, &[u8], Result<Media, &str>); 13] = [
            ("lease.pdf",  pdf,                Ok(Media::Pdf)),
            ("SCAN.PDF",   pdf,                Ok(Media::Pdf)),
            ("photo.png",  png,                Ok(Media::Png)),
            ("note.txt",   b"fixed",           Ok(Media::Text)),
            ("reads.csv",  b"a,b\n",           Ok(Media::Csv)),
            ("lease.pdf",  b"",                Err("file_empty")),
            ("lease.pdf",  &[b'x'; 33],        Err("file_too_large")),
            ("a/b.pdf",    pdf,                Err("file_name_odd")),
            ("page.html",  b"<html>",          Err("file_ending_not_kept")),
            ("lease",      pdf,                Err("file_ending_not_kept")),
            ("note.txt",   b"<html>",          Err("file_not_recognized")),
            ("lease.pdf",  png,                Err("file_not_what_it_says")),
            ("lease.pdf",  b"only words",      Err("file_not_what_it_says")),
        ];
        for (name, bytes, expected) in rows {
            let judged = cabinet(32).judge(name, bytes).map(|(_, media)| media);
            let code = judged.map_err(|refused| kernel::Refusal::code(&refused));
            assert_eq!(code, expected, "{name}");
        }
    }

    fn on_record(taken: &Taken) -> Attachment {
        Attachment {
            id: 1,
            subject_kind: crate::SubjectKind::Account,
            subject_key: "1".to_owned(),
            account: None,
            name: taken.name.clone(),
            media: taken.media,
            size: taken.size,
            digest: taken.digest,
            storage_key: taken.storage_key.clone(),
            sealed_key: Some(taken.sealed_key.clone()),
            scan: taken.scan,
            act: kernel::ActId(1),
            actor: kernel::ActorId(1),
            attached_at: chrono::DateTime::UNIX_EPOCH,
            withdrawn: None,
        }
    }

    #[tokio::test]
    async fn what_is_taken_in_is_sealed_and_comes_out_the_same() {
        let cabinet = cabinet(LARGEST);
        let bytes = b"%PDF-1.7 a lease".to_vec();
        let taken = cabinet.take_in("lease.pdf", bytes.clone()).await.unwrap();
        let kept = cabinet.objects().unwrap().get(&taken.storage_key).await.unwrap().unwrap();
        assert!(!kept.windows(5).any(|window| window == b"lease"), "it lies there in the open");
        let attachment = on_record(&taken);
        assert_eq!(cabinet.fetch(&attachment).await.unwrap(), bytes);
        let other = Attachment { storage_key: "00/00".to_owned(), ..attachment.clone() };
        assert!(matches!(cabinet.fetch(&other).await, Err(NotFetched::Missing)));
        let other = Attachment { digest: Digest::of(b""), ..attachment.clone() };
        assert!(matches!(cabinet.fetch(&other).await, Err(NotFetched::Changed(_))));
        let gone = Attachment { sealed_key: None, ..attachment.clone() };
        assert!(matches!(cabinet.fetch(&gone).await, Err(NotFetched::Destroyed)));
        cabinet.drop_again(&taken).await;
        assert!(matches!(cabinet.fetch(&attachment).await, Err(NotFetched::Missing)));
    }
}
