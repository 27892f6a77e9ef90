//! The checker of APIs that the suite installs: what it is told, and what it sent and was answered.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::description::Description;

/// What an answer is held against: no fault, nothing undescribed, nothing for who has no token.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method,ignored_auth";

/// Where the checker writes what was sent, in its folder.
const SENT: &str = "sent.json";

/// The checker.
#[derive(Clone)]
pub(super) struct Checker(PathBuf);

/// What is tried, by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// The role of who made the token.
    pub(super) role: &'static str,
    /// How requests are thought up.
    pub(super) phases: &'static str,
    /// Only these parts of the API; all when none is named.
    pub(super) tags: &'static [&'static str],
}

/// One request with its answer.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u64,
    /// The body of the answer; null when it is not JSON.
    pub(super) body: Value,
}

impl Exchange {
    /// Whether it went well and there was something to look at: an empty list shows nothing of what is in it.
    pub(super) fn shows_something(&self) -> bool {
        (200..300).contains(&self.status) && self.body["data"].as_array().is_none_or(|list| !list.is_empty())
    }
}

impl Checker {
    /// The one that the suite has installed.
    pub(super) fn installed() -> Option<Checker> {
        testkit::told_place("PORTREEVE_TEST_SCHEMATHESIS").map(Checker)
    }

    /// Tries a served API as it is described; panics with its report when an answer is not as described.
    pub(super) fn try_out(
        &self,
        address: &str,
        described: &Description,
        (round, token): (Round, &str),
    ) -> Vec<Exchange> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("openapi.json"), described.0.to_string()).expect("a file can be written");
        let mut command = Command::new(&self.0);
        command
            .current_dir(folder.path())
            .args(["run", "openapi.json", "--url", address, "--header"])
            .arg(format!("Authorization: Bearer {token}"))
            .args(["--checks", CHECKS, "--phases", round.phases, "--max-examples", "8", "--seed", "7"])
            .args(["--report", "har", "--report-har-path", SENT, "--warnings", "off"])
            .args(["--generation-database", "none", "--no-shrink", "--no-color"]);
        for tag in round.tags {
            command.args(["--include-tag", tag]);
        }
        let output = command.output().expect("the checker starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{round:?}:\n{said}");
        let sent = std::fs::read_to_string(folder.path().join(SENT)).expect("the checker writes what it sent");
        let sent: Value = serde_json::from_str(&sent).expect("what it writes is JSON");
        let sent = sent["log"]["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(!sent.is_empty(), "{round:?} sent something:\n{said}");
        sent.iter().map(|entry| exchange(entry, address)).collect()
    }
}

/// An entry of an HTTP archive.
fn exchange(entry: &Value, address: &str) -> Exchange {
    let (request, response) = (&entry["request"], &entry["response"]);
    let url = request["url"].as_str().expect("a request has an address");
    let path = url.strip_prefix(address).unwrap_or(url).split('?').next().unwrap_or_default();
    Exchange {
        method: request["method"].as_str().expect("a request has a method").to_owned(),
        path: path.to_owned(),
        status: response["status"].as_u64().expect("an answer has a status"),
        body: response["content"]["text"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
    }
}
