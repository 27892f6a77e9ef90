//! Accessibility of the page a browser shows, judged by the rules of `axe-core`.

use std::fmt;

use serde::Deserialize;

use crate::beside::told_place;
use crate::{Browser, skip};

/// WCAG 2.2, levels A and AA, and what axe-core knows as good practice.
const ALL: &str =
    r#"{ type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }"#;
/// Those among them that look at colors.
const COLORS: &str = r#"{ type: "rule", values: ["color-contrast", "link-in-text-block"] }"#;

/// The rules of `axe-core`, read once.
#[derive(Debug)]
pub struct Axe {
    rules: String,
}

/// A rule that a page breaks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule, such as `image-alt`.
    pub id: String,
    /// What it asks for.
    pub help: String,
    /// The elements that break it.
    pub nodes: Vec<Node>,
}

/// An element that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Node {
    /// Its markup.
    pub html: String,
    /// What would put it right.
    #[serde(rename = "failureSummary", default)]
    pub summary: String,
}

impl Axe {
    /// Reads the rules; `None`, recorded as skipped, where they are not installed.
    ///
    /// # Panics
    /// When they are there and cannot be read.
    #[must_use]
    pub fn ready(test: &str) -> Option<Axe> {
        let file = told_place("PORTREEVE_TEST_NPM").map(|npm| npm.join("node_modules/axe-core/axe.min.js"));
        let Some(file) = file.filter(|file| file.exists()) else {
            skip(&format!("{test}: axe-core was not made ready"));
            return None;
        };
        Some(Axe { rules: std::fs::read_to_string(file).expect("axe-core can be read") })
    }

    /// What the page of a browser, which lets its scripts run, breaks.
    ///
    /// # Panics
    /// When the rules cannot be run.
    pub async fn violations(&self, browser: &Browser) -> Vec<Violation> {
        self.broken(browser, ALL).await
    }

    /// What its colors break: enough for a page that was judged in other colors and is laid out as it was then.
    ///
    /// # Panics
    /// When the rules cannot be run.
    pub async fn violations_of_colors(&self, browser: &Browser) -> Vec<Violation> {
        self.broken(browser, COLORS).await
    }

    async fn broken(&self, browser: &Browser, rules: &str) -> Vec<Violation> {
        // They are half a megabyte, and stay with a page however it is looked at.
        if browser.evaluate("return typeof axe === 'undefined'").await == true {
            browser.evaluate(&self.rules).await;
        }
        let script = format!(
            "const done = arguments[arguments.length - 1];
            axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }})
                .then(found => done(found.violations), error => done(String(error)));"
        );
        let found = browser.evaluate_slowly(&script).await;
        serde_json::from_value(found.clone()).unwrap_or_else(|error| panic!("axe-core said {found}: {error}"))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.help)?;
        for node in &self.nodes {
            write!(f, "\n  {}\n    {}", node.html, node.summary.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
