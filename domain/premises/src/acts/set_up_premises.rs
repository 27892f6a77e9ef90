//! Decides the codes of property uses.

use std::collections::BTreeMap;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::{permissions, store};

/// Adds property uses; what is there already stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpPremises {
    /// Code to title.
    pub property_uses: BTreeMap<String, String>,
}

/// Why a set-up is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetUpRefused {
    /// A code that could not stand in a file, or no title.
    #[error("property use '{0}' needs a code and a title, each on one line")]
    Unprintable(String),
    /// The code means something else already; parcels stand on it.
    #[error("property use '{code}' is '{title}' already")]
    AlreadyTitled {
        /// The code.
        code: String,
        /// What it means.
        title: String,
    },
}

impl Refusal for SetUpRefused {
    fn code(&self) -> &'static str {
        match self {
            SetUpRefused::Unprintable(_) => "property_use_unprintable",
            SetUpRefused::AlreadyTitled { .. } => "property_use_titled",
        }
    }
}

impl Act for SetUpPremises {
    const KIND: &'static str = "premises.set_up";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        entry.is_under(permissions::PROPERTY_USES);
        let known = store::property_uses(entry).await?;
        for (code, title) in &self.property_uses {
            let is_text = |text: &str| imports::value_text(text.as_bytes()).is_ok_and(|kept| kept == text);
            if code.is_empty() || title.is_empty() || !is_text(code) || !is_text(title) {
                return refuse(SetUpRefused::Unprintable(imports::printable(code)));
            }
            match known.get(code) {
                None => {
                    entry.changes(format!("Property use {code}"), "none", title.as_str());
                    store::insert_property_use(entry, code, title).await?;
                }
                Some(there) if there == title => {}
                Some(there) => {
                    let (code, title) = (code.clone(), there.clone());
                    return refuse(SetUpRefused::AlreadyTitled { code, title });
                }
            }
        }
        Ok(())
    }
}
