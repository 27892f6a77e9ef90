//! `Client`: from where somebody signs in.

/// From where somebody signs in: told to the person in the list of sessions, and what tries are counted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The network address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// The most letters kept of a browser's name.
const AGENT_MAX: usize = 200;

impl Client {
    /// What is stored with a session: the address, and the browser's own words cut to a length.
    pub(super) fn words(&self) -> String {
        let cut = |text: &str, max: usize| -> String {
            text.chars().filter(|letter| !letter.is_control()).take(max).collect()
        };
        format!("{} {}", cut(&self.address, 60), cut(&self.agent, AGENT_MAX)).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_says_of_itself_is_cut() {
        let client = Client { address: "192.0.2.1".to_owned(), agent: format!("Moz\nilla{}", "a".repeat(9999)) };
        let words = client.words();
        assert!(words.starts_with("192.0.2.1 Mozillaaaa"), "{words}");
        assert_eq!(words.len(), 210);
        assert_eq!(Client::default().words(), "");
    }
}
