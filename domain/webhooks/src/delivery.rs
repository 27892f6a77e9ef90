//! `Delivery`: one message to one webhook, and how its sending stands.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use kernel::{ActId, DigestBuilder, OrderId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{NotReached, WebhookId};

/// How many seconds pass after each failed try before the next: the example of the Standard Webhooks specification, three
/// days in all. After the last, the message is given up. No chance is in it: what is due when can be looked up.
pub const PAUSES: [i64; 9] =
    [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// For so many seconds at most a receiver is left alone because it says so: a day, the longest pause there is.
const REST_MAX: i64 = 24 * HOUR;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// What a message of the button “Send a test message” is called.
pub(crate) const TEST: &str = "webhooks.test";

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or to be tried again.
    Open,
    /// The receiver took it.
    Delivered,
    /// It was tried for three days.
    GivenUp,
    /// Somebody looked at it and let it be.
    SetAside,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [DeliveryState; 4] =
        [DeliveryState::Open, DeliveryState::Delivered, DeliveryState::GivenUp, DeliveryState::SetAside];

    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DeliveryState::Open => "open",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "given_up",
            DeliveryState::SetAside => "set_aside",
        }
    }

    /// The state with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            DeliveryState::Open => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "given up",
            DeliveryState::SetAside => "set aside",
        }
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRefused {
    /// The receiver answered something else than 2xx.
    Status,
    /// Nothing came within the time.
    Timeout,
    /// No connection: nobody listens, or the certificate is not good.
    Connection,
    /// The host has no address.
    NoSuchHost,
    /// The host is at an address that is not allowed.
    ForbiddenAddress,
    /// The secret does not open with the keys of this program.
    Secret,
}

impl DeliveryRefused {
    const ALL: [DeliveryRefused; 6] = [
        DeliveryRefused::Status,
        DeliveryRefused::Timeout,
        DeliveryRefused::Connection,
        DeliveryRefused::NoSuchHost,
        DeliveryRefused::ForbiddenAddress,
        DeliveryRefused::Secret,
    ];

    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DeliveryRefused::Status => "status",
            DeliveryRefused::Timeout => "timeout",
            DeliveryRefused::Connection => "connection",
            DeliveryRefused::NoSuchHost => "no_such_host",
            DeliveryRefused::ForbiddenAddress => "forbidden_address",
            DeliveryRefused::Secret => "secret",
        }
    }

    /// The one with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<DeliveryRefused> {
        DeliveryRefused::ALL.into_iter().find(|refused| refused.code() == code)
    }

    /// What happened, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            DeliveryRefused::Status => "the receiver did not take it",
            DeliveryRefused::Timeout => "no answer within 15 seconds",
            DeliveryRefused::Connection => "no connection: nobody listens there, or the certificate is not valid",
            DeliveryRefused::NoSuchHost => "the host is not known",
            DeliveryRefused::ForbiddenAddress => "the host is at an address that messages may not go to",
            DeliveryRefused::Secret => "the secret does not open with this program's key file",
        }
    }
}

impl From<NotReached> for DeliveryRefused {
    fn from(why: NotReached) -> DeliveryRefused {
        match why {
            NotReached::NoSuchHost => DeliveryRefused::NoSuchHost,
            NotReached::Forbidden | NotReached::PlainHttp | NotReached::Unreadable => DeliveryRefused::ForbiddenAddress,
        }
    }
}

/// What something was done to, as other programs may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The kind, such as `account`.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Of an account: the number on its bills, by which the API knows it.
    pub account_number: Option<String>,
}

/// One message to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the order in which messages were written.
    pub id: i64,
    /// To whom.
    pub webhook: WebhookId,
    /// What receivers know it by, however often it is sent.
    pub message: String,
    /// The entry of the log it tells of.
    pub act: ActId,
    /// What was done.
    pub kind: String,
    /// To what.
    pub subject: Subject,
    /// Which part of which long work it is.
    pub part: Option<(OrderId, i64)>,
    /// When it was done.
    pub happened_at: DateTime<Utc>,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried since it was written, or since somebody sent it again.
    pub attempts: i64,
    /// How often somebody took it to send; who took it later is right.
    pub(crate) claims: i64,
    /// When it is tried next, while it is open.
    pub next_at: DateTime<Utc>,
    /// What the receiver answered last.
    pub last_status: Option<i64>,
    /// Why it did not arrive last.
    pub last_refused: Option<DeliveryRefused>,
    /// When it was tried last.
    pub last_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    r#type: &'a str,
    timestamp: String,
    data: BodyData<'a>,
}

#[derive(Serialize)]
struct BodyData<'a> {
    town: &'a str,
    entry: i64,
    subject: BodySubject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<BodyPart>,
}

#[derive(Serialize)]
struct BodySubject<'a> {
    kind: &'a str,
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
}

#[derive(Serialize)]
struct BodyPart {
    order: i64,
    number: i64,
}

impl Delivery {
    /// What is sent: that something was done, and to what. Who wants to know more asks the API, which asks who they are.
    #[must_use]
    pub fn body(&self, town: &str) -> String {
        let body = Body {
            id: &self.message,
            r#type: &self.kind,
            timestamp: self.happened_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            data: BodyData {
                town,
                entry: self.act.0,
                subject: BodySubject {
                    kind: &self.subject.kind,
                    id: self.subject.id,
                    number: self.subject.account_number.as_deref(),
                },
                part: self.part.map(|(order, number)| BodyPart { order: order.0, number }),
            },
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// What receivers know a message by: the same for the same entry and webhook, and another one in a town that was brought
/// back from a backup and went on differently.
pub(crate) fn message_id(webhook: WebhookId, act: ActId, (kind, at): (&str, DateTime<Utc>)) -> String {
    let mut digest = DigestBuilder::new();
    digest.text("portreeve webhook 1").int(webhook.0).int(act.0).text(kind).int(at.timestamp_micros());
    let digest = digest.finish().to_string();
    format!("msg_{}", digest.chars().take(32).collect::<String>())
}

/// When a message is tried again that failed for the `attempts`-th time; `None` when it is given up. A receiver that wants to
/// be left alone for longer than the pause is, but for no more than the longest pause: nobody keeps messages waiting for ever.
pub(crate) fn next_try(attempts: i64, (now, rest_seconds): (DateTime<Utc>, i64)) -> Option<DateTime<Utc>> {
    let pause = usize::try_from(attempts - 1).ok().and_then(|at| PAUSES.get(at))?;
    now.checked_add_signed(Duration::seconds(rest_seconds.clamp(*pause, REST_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    #[rustfmt::skip]
    fn pauses_grow_and_end_after_three_days() {
        let now = at("2026-07-01T00:00:00Z");
        let rows = [
            (1,  Some("2026-07-01T00:00:05Z")),
            (2,  Some("2026-07-01T00:05:00Z")),
            (3,  Some("2026-07-01T00:30:00Z")),
            (4,  Some("2026-07-01T02:00:00Z")),
            (5,  Some("2026-07-01T05:00:00Z")),
            (6,  Some("2026-07-01T10:00:00Z")),
            (7,  Some("2026-07-01T14:00:00Z")),
            (8,  Some("2026-07-01T20:00:00Z")),
            (9,  Some("2026-07-02T00:00:00Z")),
            (10, None),
            (0,  None),
        ];
        for (attempts, expected) in rows {
            assert_eq!(next_try(attempts, (now, 0)), expected.map(at), "{attempts}");
        }
        assert_eq!(PAUSES.iter().sum::<i64>(), 75 * HOUR + 35 * MINUTE + 5);
    }

    #[test]
    #[rustfmt::skip]
    fn a_receiver_is_left_alone_as_long_as_it_says_and_a_day_at_most() {
        let now = at("2026-07-01T00:00:00Z");
        let rows = [
            (1,  3,        Some("2026-07-01T00:00:05Z")),
            (1,  600,      Some("2026-07-01T00:10:00Z")),
            (4,  600,      Some("2026-07-01T02:00:00Z")),
            (4,  -600,     Some("2026-07-01T02:00:00Z")),
            (4,  i64::MAX, Some("2026-07-02T00:00:00Z")),
            (10, 600,      None),
        ];
        for (attempts, rest_seconds, expected) in rows {
            assert_eq!(next_try(attempts, (now, rest_seconds)), expected.map(at), "{attempts} {rest_seconds}");
        }
    }

    #[test]
    fn a_message_names_references_and_nobody() {
        let delivery = Delivery {
            id: 9,
            webhook: WebhookId(3),
            message: message_id(WebhookId(3), ActId(70), ("customers.set_contact", at("2026-07-01T16:00:00.25Z"))),
            act: ActId(70),
            kind: "customers.set_contact".to_owned(),
            subject: Subject { kind: "account".to_owned(), id: 17, account_number: Some("100017-2".to_owned()) },
            part: None,
            happened_at: at("2026-07-01T16:00:00.25Z"),
            state: DeliveryState::Open,
            attempts: 0,
            claims: 0,
            next_at: at("2026-07-01T16:00:00.25Z"),
            last_status: None,
            last_refused: None,
            last_at: None,
        };
        let id = &delivery.message;
        assert_eq!(id.len(), 36);
        let expected = format!(
            "{{\"id\":\"{id}\",\"type\":\"customers.set_contact\",\"timestamp\":\"2026-07-01T16:00:00.250000Z\",\
             \"data\":{{\"town\":\"Saguaro Bend\",\"entry\":70,\
             \"subject\":{{\"kind\":\"account\",\"id\":17,\"number\":\"100017-2\"}}}}}}"
        );
        assert_eq!(delivery.body("Saguaro Bend"), expected);
        let part = Delivery { part: Some((OrderId(5), 2)), ..delivery };
        assert!(part.body("").ends_with(",\"part\":{\"order\":5,\"number\":2}}}"));
    }

    #[test]
    fn an_id_is_the_same_for_the_same_and_for_nothing_else() {
        let (kind, when) = ("billing.sign_run", at("2026-07-01T16:00:00Z"));
        let id = message_id(WebhookId(1), ActId(2), (kind, when));
        assert_eq!(id, message_id(WebhookId(1), ActId(2), (kind, when)));
        assert_ne!(id, message_id(WebhookId(2), ActId(2), (kind, when)));
        assert_ne!(id, message_id(WebhookId(1), ActId(3), (kind, when)));
        assert_ne!(id, message_id(WebhookId(1), ActId(2), (TEST, when)));
        assert_ne!(id, message_id(WebhookId(1), ActId(2), (kind, at("2026-07-01T16:00:01Z"))));
    }
}
