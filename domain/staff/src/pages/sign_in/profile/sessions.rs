//! Sessions as a person recognizes them: which browser, from where, since when.

use web::{Ask, Form};

use crate::sign_in::SessionSeen;

/// One session for the screen.
pub(super) struct SessionLine {
    pub(super) browser: String,
    pub(super) address: String,
    pub(super) started: String,
    pub(super) seen: String,
    pub(super) is_this: bool,
    pub(super) end: Form,
}

/// The sessions of a list; `own` is the one that is looked through.
pub(super) fn lines(ask: &Ask, sessions: Vec<SessionSeen>, own: i64) -> Vec<SessionLine> {
    let line = |session: SessionSeen| {
        let (address, agent) = session.client.split_once(' ').unwrap_or((&session.client, ""));
        SessionLine {
            browser: browser(agent),
            address: address.to_owned(),
            started: ask.when(session.started_at),
            seen: ask.when(session.seen_at),
            is_this: session.session_id == own,
            end: ask.form(&format!("/profile/sessions/{}/end", session.session_id), "End").danger().small(),
        }
    };
    sessions.into_iter().map(line).collect()
}

/// What a browser calls itself, in two words. The order matters: each claims to be those below it, too.
fn browser(agent: &str) -> String {
    let first = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let name = first(&[("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_recognized_by_what_they_call_themselves() {
        #[rustfmt::skip]
        let rows = [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36", "Chrome on Linux"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604", "Safari on iPhone"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Mac"),
            ("curl/8", "A browser"),
            ("", "A browser"),
        ];
        for (agent, expected) in rows {
            assert_eq!(browser(agent), expected, "{agent}");
        }
    }
}
