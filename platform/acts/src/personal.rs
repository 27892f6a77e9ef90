//! What a command says of a person, kept apart from its entry of the log.
//!
//! The entry holds the command without it, and a digest of the whole command with some salt. Whole command and salt stand
//! beside, and can be erased while the seals over the log hold. What is erased cannot be guessed: the salt is gone too.

use db::Fault;
use kernel::{Digest, DigestBuilder};
use serde_json::Value;

use crate::store::personal;
use crate::{Entry, Subject};

/// Where the digest stands in the command of an entry.
const DIGEST: &str = "personal";

/// Bytes of salt: as many as the digest has.
const SALT: usize = 32;

/// A command whose personal fields are kept apart.
pub(crate) struct KeptApart {
    /// As the entry holds it.
    pub(crate) logged: String,
    /// What its digest begins with.
    pub(crate) salt: [u8; SALT],
}

impl KeptApart {
    /// Takes these fields, JSON pointers such as `/contact`, out of a command.
    pub(crate) fn new(command: &str, fields: &[&str]) -> Result<KeptApart, Fault> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|error| Fault::caused("salting what is personal", error))?;
        let logged = without(command, fields, &digest(&salt, command))?;
        Ok(KeptApart { logged, salt })
    }
}

fn without(command: &str, fields: &[&str], digest: &Digest) -> Result<String, Fault> {
    let unreadable = |error| Fault::caused("reading a command", error);
    let mut value: Value = serde_json::from_str(command).map_err(unreadable)?;
    for field in fields {
        if let Some(part) = value.pointer_mut(field) {
            *part = Value::Null;
        }
    }
    value[DIGEST] = Value::String(digest.to_string());
    serde_json::to_string(&value).map_err(unreadable)
}

fn digest(salt: &[u8], command: &str) -> Digest {
    let mut digest = DigestBuilder::new();
    digest.bytes(salt).text(command);
    digest.finish()
}

/// Whether a whole command is the one that an entry was written with.
pub(crate) fn is_of(logged: &str, (salt, command): (&[u8], &str)) -> bool {
    let (Ok(Value::Object(mut logged)), Ok(whole)) = (serde_json::from_str(logged), serde_json::from_str(command))
    else {
        return false;
    };
    let told = logged.remove(DIGEST);
    told == Some(Value::String(digest(salt, command).to_string())) && agrees(&Value::Object(logged), &whole)
}

/// Whether what the entry still says is what the whole command says.
fn agrees(logged: &Value, whole: &Value) -> bool {
    match (logged, whole) {
        (Value::Null, _) => true,
        (Value::Object(logged), Value::Object(whole)) => {
            let is_same = |(name, part): (&String, &Value)| whole.get(name).is_some_and(|whole| agrees(part, whole));
            logged.len() == whole.len() && logged.iter().all(is_same)
        }
        (logged, whole) => logged == whole,
    }
}

/// Erases what the log says of a person: what was kept apart from entries about them, and from proposals that were
/// approved. The entries stay, and so do their seals. Gives back from how many entries something was erased.
pub async fn erase_personal(entry: &mut Entry, about: &Subject) -> Result<u64, Fault> {
    personal::erase(entry, about).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = r#"{"code":"ann","contact":{"phone":"602-555-0100"},"roles":["csr"]}"#;

    #[test]
    fn what_is_kept_apart_is_not_in_the_entry_and_belongs_to_no_other() {
        let apart = KeptApart::new(COMMAND, &["/contact", "/not-there"]).unwrap();
        assert!(!apart.logged.contains("555") && apart.logged.contains("\"ann\""), "{}", apart.logged);
        assert!(is_of(&apart.logged, (&apart.salt, COMMAND)));
        let other_phone = COMMAND.replace("0100", "0101");
        let other_role = apart.logged.replace("csr", "boss");
        #[rustfmt::skip]
        let rows = [
            (apart.logged.as_str(), &apart.salt[..],  other_phone.as_str()),
            (apart.logged.as_str(), &apart.salt[1..], COMMAND),
            (other_role.as_str(),   &apart.salt[..],  COMMAND),
            (COMMAND,               &apart.salt[..],  COMMAND),
            ("not a command",       &apart.salt[..],  COMMAND),
        ];
        for (logged, salt, command) in rows {
            assert!(!is_of(logged, (salt, command)), "{logged} {command}");
        }
        assert_ne!(
            KeptApart::new(COMMAND, &["/contact"]).unwrap().logged,
            apart.logged,
            "the salt is another each time"
        );
    }
}
