//! A body for each kind of change that a program can send, as the description of the API shows them.
//!
//! `change_examples.txt` holds kind and body, one a line. They are about the demo's town, where stories send them; what
//! only holds there after something else was done, such as a number that is given by then, is told by the stories.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::content::Content;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::{OpenApi, RefOr};

const EXAMPLES: &str = include_str!("change_examples.txt");
/// What the bodies are written in.
const JSON: &str = "application/json";

/// A reason and a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeExample {
    /// Why, as somebody would say it.
    pub reason: String,
    /// What is asked for.
    pub command: Value,
}

/// The example of each kind.
///
/// # Panics
/// Never: a test reads them all.
pub fn change_examples() -> BTreeMap<&'static str, ChangeExample> {
    let read = |line: &'static str| {
        let (kind, body) = line.split_once(' ').expect("an example is a kind and a body");
        (kind, serde_json::from_str(body).expect("the body of an example can be read"))
    };
    EXAMPLES.lines().map(read).collect()
}

/// Puts the examples into the description of an address: kind, key and body of each belong together, in one order.
pub fn describe_examples(described: &mut OpenApi, (path, operation): (&str, &str)) {
    let examples = change_examples();
    let keys = examples.keys().map(|kind| format!("example-{kind}").into()).collect();
    web::parameter_of(described, (operation, "kind")).examples = examples.keys().copied().map(Into::into).collect();
    web::parameter_of(described, (operation, "Idempotency-Key")).examples = keys;
    let sent = described.paths.paths.get_mut(path).and_then(|path| path.post.as_mut()?.request_body.as_mut());
    let Some(RefOr::T(sent)) = sent else { return };
    let Some(RefOr::T(Content { examples: bodies, .. })) = sent.content.get_mut(JSON) else { return };
    let said = |(kind, example): (&str, ChangeExample)| {
        let body = serde_json::json!({ "reason": example.reason, "command": example.command });
        (kind.to_owned(), RefOr::T(ExampleBuilder::new().value(Some(body)).build()))
    };
    bodies.extend(examples.into_iter().map(said));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::registry;
    use crate::site::changes::kinds_by_program;

    #[test]
    fn every_kind_that_programs_send_has_an_example_of_its_fields() {
        let (examples, registry) = (change_examples(), registry());
        assert_eq!(examples.keys().copied().collect::<Vec<_>>(), kinds_by_program(&registry));
        for (kind, example) in examples {
            let command = example.command.to_string();
            assert!(registry.permissions(kind, &command).is_some(), "{kind} does not have the fields {command}");
        }
    }

    #[test]
    fn kinds_and_bodies_are_described_in_one_order() {
        let described = crate::site::changes::description();
        let json: Value = serde_json::from_str(&described.to_json().unwrap()).unwrap();
        let operation = &json["paths"]["/api/v1/changes/{kind}"]["post"];
        let kinds = &operation["parameters"][0]["schema"]["examples"];
        let kinds: Vec<&str> = kinds.as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
        let bodies = operation["requestBody"]["content"]["application/json"]["examples"].as_object().unwrap();
        assert_eq!(kinds, bodies.keys().collect::<Vec<_>>());
        assert_eq!(operation["parameters"][1]["schema"]["examples"].as_array().unwrap().len(), kinds.len());
    }
}
