//! `WebhookSecret`: what a receiver knows a message of ours by, in the form of the Standard Webhooks specification 1.0.0.

use data_encoding::BASE64;
use secrets::{KeyFault, Keys, Random, Sealed, hmac};

use crate::WebhookId;

/// What begins a secret, so that people and scanners know one when they see it.
const PREFIX: &str = "whsec_";

/// Thirty-two random bytes that a receiver and we share. Never logged, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret([u8; 32]);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// A new one.
    #[must_use]
    pub fn new(random: &Random) -> WebhookSecret {
        WebhookSecret(random.bytes())
    }

    /// As it is handed to the receiver: `whsec_` and base64.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// Seals it for a webhook; what comes out may stand in a command.
    #[must_use]
    pub fn seal(&self, webhook: WebhookId, keys: &Keys, random: &Random) -> Sealed {
        keys.seal(&context(webhook), &self.0, random)
    }

    /// Opens the sealed one of a webhook.
    pub(crate) fn open(webhook: WebhookId, sealed: &Sealed, keys: &Keys) -> Result<WebhookSecret, KeyFault> {
        let plain = keys.open(&context(webhook), sealed)?;
        let bytes = plain.try_into().map_err(|_| KeyFault::Broken { id: sealed.key_id.clone() })?;
        Ok(WebhookSecret(bytes))
    }

    /// One signature, `v1,` and base64, over `id.timestamp.body`.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        format!("v1,{}", BASE64.encode(&hmac(&self.0, format!("{id}.{timestamp}.{body}").as_bytes())))
    }
}

/// Seals again with the newest key what an older one sealed; nothing when the newest did.
pub(crate) fn seal_again(
    webhook: WebhookId,
    sealed: &Sealed,
    (keys, random): (&Keys, &Random),
) -> Result<Option<Sealed>, KeyFault> {
    keys.seal_again(&context(webhook), sealed, random)
}

/// Where a sealed secret belongs: copied to another webhook, it does not open.
fn context(webhook: WebhookId) -> String {
    format!("webhook:{}", webhook.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes 0 to 31.
    fn secret() -> WebhookSecret {
        WebhookSecret(std::array::from_fn(|at| u8::try_from(at).unwrap()))
    }

    /// Worked out by another program:
    /// `printf %s 'msg_1.1782907200.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f -binary | base64`
    #[test]
    fn a_signature_is_what_openssl_makes_of_the_same() {
        assert_eq!(secret().text(), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        assert_eq!(
            secret().sign("msg_1", 1_782_907_200, "{\"a\":1}"),
            "v1,UC2b91yOGfSCXmcht31O95pRI9tFEXZzptCGwyvDZ9w="
        );
    }

    #[test]
    fn a_sealed_secret_opens_for_its_webhook_alone() {
        let random = Random::seeded(3);
        let keys = Keys::in_memory(&random);
        let secret = WebhookSecret::new(&random);
        let sealed = secret.seal(WebhookId(1), &keys, &random);
        assert_eq!(WebhookSecret::open(WebhookId(1), &sealed, &keys).unwrap(), secret);
        assert!(WebhookSecret::open(WebhookId(2), &sealed, &keys).is_err());
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }
}
