//! `WebhookRefused`: why something of this room is not done.

use kernel::Refusal;

use super::add::{MOST, TITLE_MAX};
use super::secret::HOURS_MAX;
use crate::{NotReached, NotWanted};

/// Why not; the words are for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefused {
    /// No such webhook.
    #[error("there is no webhook {0}")]
    Unknown(i64),
    /// A title is short and can be read.
    #[error("give it a title of 1 to {TITLE_MAX} letters")]
    Title,
    /// Two of the same title could not be told apart.
    #[error("another webhook is called '{0}' already: choose another title")]
    TitleTaken(String),
    /// The address cannot be one.
    #[error("{0}")]
    Url(NotReached),
    /// Nothing, or something odd, is wanted.
    #[error("{0}")]
    Wanted(NotWanted),
    /// Every webhook costs time with every change.
    #[error("there are {MOST} webhooks already: change one that is no longer needed")]
    TooMany,
    /// What came is not what the page makes.
    #[error(
        "the secret was not encrypted as it should be: change it on the webhook's page, or by `portreeve webhooks rotate`"
    )]
    NotSealed,
    /// The old secret does not stay for ever.
    #[error("the secret before can hold for 0 to {HOURS_MAX} hours more")]
    Hours,
    /// It is not sent to.
    #[error("the webhook is stopped already")]
    Stopped,
    /// It is sent to.
    #[error("the webhook is active already")]
    Active,
    /// Nothing is sent while it is stopped.
    #[error("the webhook is stopped: start it first")]
    NotActive,
    /// No such message.
    #[error("the webhook has no message '{0}'")]
    NoMessage(String),
    /// Either or.
    #[error("say which message to send again, or since when")]
    WhatAgain,
    /// Nothing is there to do.
    #[error("no message since then is to be sent again")]
    NothingSince,
    /// Nothing is there to set aside.
    #[error("no message was given up")]
    NothingGivenUp,
}

impl Refusal for WebhookRefused {
    fn code(&self) -> &'static str {
        match self {
            WebhookRefused::Unknown(_) => "webhook_unknown",
            WebhookRefused::Title => "webhook_title",
            WebhookRefused::TitleTaken(_) => "webhook_title_taken",
            WebhookRefused::Url(_) => "webhook_url",
            WebhookRefused::Wanted(_) => "webhook_kinds",
            WebhookRefused::TooMany => "webhooks_too_many",
            WebhookRefused::NotSealed => "webhook_secret_not_sealed",
            WebhookRefused::Hours => "webhook_hours",
            WebhookRefused::Stopped => "webhook_stopped",
            WebhookRefused::Active => "webhook_active",
            WebhookRefused::NotActive => "webhook_not_active",
            WebhookRefused::NoMessage(_) => "webhook_no_message",
            WebhookRefused::WhatAgain => "webhook_what_again",
            WebhookRefused::NothingSince => "webhook_nothing_since",
            WebhookRefused::NothingGivenUp => "webhook_nothing_given_up",
        }
    }
}
