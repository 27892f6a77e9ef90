//! What acts name: a file by its number.

use acts::{Authority, Entry, Failure, refuse, refused};
use identity::permissions::SEE_PROTECTED;
use kernel::{ActId, ProposalId};
use staff::StaffAuthority;
use web::read_number;

use crate::{Attachment, AttachmentRefused, SubjectKind, store};

/// The file with a number; its account is concerned.
pub(super) async fn file(entry: &mut Entry, id: i64) -> Result<Attachment, Failure> {
    let found = store::attachment(entry, id).await?;
    let attachment = found.ok_or_else(|| refused(AttachmentRefused::Unknown(id)))?;
    if let Some(account) = attachment.account {
        entry.concerns(account);
    }
    Ok(attachment)
}

/// The same for whoever is to see it: who may see what it supports. A file about a protected person may hold the address, and is
/// there for nobody else.
pub(super) async fn seen(entry: &mut Entry, id: i64) -> Result<Attachment, Failure> {
    let attachment = file(entry, id).await?;
    if !sees_supported(entry, &attachment).await? {
        return refuse(AttachmentRefused::Hidden(id));
    }
    let Some(account) = attachment.account else { return Ok(attachment) };
    let is_protected = !identity::protected_among(entry, &[account]).await?.is_empty();
    if is_protected && !may(entry, SEE_PROTECTED.code).await? {
        return refuse(AttachmentRefused::Confidential(id));
    }
    Ok(attachment)
}

/// Whether whoever acts may see what a file supports, by the rule of its pages: a proposal is seen by who proposed it, has it or
/// may decide it, too, and an entry by who made it.
async fn sees_supported(entry: &mut Entry, attachment: &Attachment) -> Result<bool, Failure> {
    if may(entry, attachment.subject_kind.needed().code).await? {
        return Ok(true);
    }
    let (actor, id) = (entry.actor.id, read_number(&attachment.subject_key).unwrap_or_default());
    match attachment.subject_kind {
        SubjectKind::Account | SubjectKind::Bill => Ok(false),
        SubjectKind::Proposal => {
            let Some(proposal) = acts::proposal(entry, ProposalId(id)).await? else { return Ok(false) };
            let is_theirs = proposal.actor == actor || proposal.assigned_to == Some(actor);
            Ok(is_theirs || may(entry, &proposal.approving).await?)
        }
        SubjectKind::Entry => {
            let supported = acts::logged_act(entry, ActId(id)).await?;
            Ok(supported.is_some_and(|supported| supported.actor == actor))
        }
    }
}

async fn may(entry: &mut Entry, permission: &str) -> Result<bool, Failure> {
    let (actor, today) = (entry.actor.clone(), entry.today);
    Ok(StaffAuthority.allows(entry, &actor, permission, today).await?)
}
