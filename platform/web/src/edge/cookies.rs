//! Cookies: the session, the key of forms for who is not signed in, and the message for the next page.

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;

use crate::{Alert, Ask, Site};

/// The longest value that is looked at.
pub(super) const VALUE_MAX: usize = 4_000;

/// What the signer's marks are for.
const FORM: &str = "form";
const ALERT: &str = "alert";

/// The name of the session cookie. `__Host-` keeps neighbors under the same domain from setting it (RFC 6265bis).
pub(super) fn session_name(site: &Site) -> &'static str {
    if site.is_https() { "__Host-portreeve" } else { "portreeve" }
}

fn form_name(site: &Site) -> &'static str {
    if site.is_https() { "__Host-portreeve-form" } else { "portreeve-form" }
}

fn alert_name(site: &Site) -> &'static str {
    if site.is_https() { "__Host-portreeve-alert" } else { "portreeve-alert" }
}

/// A cookie's value, if it was sent once.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value);
    let value = values.next()?;
    (values.next().is_none() && value.len() <= VALUE_MAX).then_some(value)
}

/// The form key of a visitor without session: the mark over what their cookie holds.
///
/// A form with a key from another browser fails, since that browser's cookie is another (signed double submit).
pub(super) fn form_key(ask: &Ask, headers: &HeaderMap) -> String {
    let site = ask.site();
    let held = read(headers, form_name(site)).filter(|value| value.len() == 43);
    let held = held.map_or_else(|| BASE64URL_NOPAD.encode(&site.random().bytes::<32>()), str::to_owned);
    // The key tells the cookie's value, so that it can be set when a page with a form is drawn.
    format!("{held}.{}", site.signer().mark(FORM, held.as_bytes()))
}

/// Whether a form key from a visitor without session was made for the browser that sent it.
pub(super) fn is_form_key(site: &Site, headers: &HeaderMap, key: &str) -> bool {
    let Some((held, mark)) = key.split_once('.') else { return false };
    let is_held = read(headers, form_name(site)).is_some_and(|cookie| super::signer::is_same(cookie, held));
    is_held && super::signer::is_same(&site.signer().mark(FORM, held.as_bytes()), mark)
}

/// Keeps in the browser what [`form_key`] was made over.
pub(super) fn set_form(site: &Site, key: &str) -> Option<HeaderValue> {
    let (held, _) = key.split_once('.')?;
    set(site, form_name(site), held, "; Max-Age=43200")
}

/// Begins a session in the browser; it ends with the browser, or when the database says so.
pub(super) fn set_session(site: &Site, token: &str) -> Option<HeaderValue> {
    set(site, session_name(site), token, "")
}

pub(super) fn end_session(site: &Site) -> Option<HeaderValue> {
    set(site, session_name(site), "", "; Max-Age=0")
}

/// Keeps a message for the next page. One that is too long for a cookie is not kept.
pub(super) fn set_alert(site: &Site, alert: &Alert) -> Option<HeaderValue> {
    let text = serde_json::to_vec(alert).ok()?;
    let signed = site.signer().sign(ALERT, &text);
    (signed.len() < VALUE_MAX).then(|| set(site, alert_name(site), &signed, "; Max-Age=60"))?
}

/// The message for this page, if this site wrote one.
pub(super) fn alert(site: &Site, headers: &HeaderMap) -> Option<Alert> {
    let text = site.signer().open(ALERT, read(headers, alert_name(site))?)?;
    serde_json::from_slice(&text).ok()
}

pub(super) fn end_alert(site: &Site) -> Option<HeaderValue> {
    set(site, alert_name(site), "", "; Max-Age=0")
}

fn set(site: &Site, name: &str, value: &str, more: &str) -> Option<HeaderValue> {
    let secure = if site.is_https() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}")).ok()
}
