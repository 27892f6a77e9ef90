//! The description of the API as the program serves it: its operations, and the examples it has of changes.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::Client;

use crate::hall::Hall;

/// Where a program sends changes.
pub(super) const CHANGES: &str = "/api/v1/changes/{kind}";

/// The description, read.
pub(super) struct Description(pub(super) Value);

impl Description {
    /// As the program of a hall serves it.
    pub(super) async fn of(hall: &Hall) -> Description {
        let answer = Client::new(&hall.served.address).get("/api/v1/openapi.json").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Description(answer.json())
    }

    /// A body of each kind of change.
    pub(super) fn change_examples(&self) -> BTreeMap<String, Value> {
        let examples = &self.0["paths"][CHANGES]["post"]["requestBody"]["content"]["application/json"]["examples"];
        let examples = examples.as_object().expect("changes are described with examples");
        examples.iter().map(|(kind, example)| (kind.clone(), example["value"].clone())).collect()
    }

    /// Every operation: its name, its method in capitals, and its path.
    pub(super) fn operations(&self) -> Vec<(&str, String, &str)> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().expect("an API has paths") {
            for (method, said) in methods.as_object().expect("a path has methods") {
                let name = said["operationId"].as_str().expect("an operation has a name");
                operations.push((name, method.to_uppercase(), path.as_str()));
            }
        }
        operations
    }

    /// The operation that a method and a path of this server belong to. Of several paths the one with the fewest open
    /// parts is meant.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<&str> {
        let fits = |template: &str| {
            let (open, given) = (template.split('/'), path.split('/'));
            open.clone().count() == given.clone().count()
                && open.zip(given).all(|(open, given)| open == given || (open.starts_with('{') && !given.is_empty()))
        };
        let operations = self.operations().into_iter();
        let fitting = operations.filter(|(_, of, template)| of == method && fits(template));
        fitting.min_by_key(|(_, _, template)| template.matches('{').count()).map(|(name, ..)| name)
    }

    /// Puts another value in the place of a parameter's example.
    pub(super) fn exemplify(&mut self, (operation, name): (&str, &str), value: Value) {
        let paths = self.0["paths"].as_object_mut().expect("an API has paths");
        let methods =
            paths.values_mut().flat_map(|path| path.as_object_mut().expect("a path has methods").values_mut());
        let found = methods.into_iter().find(|said| said["operationId"] == operation);
        let parameters =
            found.and_then(|said| said["parameters"].as_array_mut()).expect("the operation has parameters");
        let parameter = parameters.iter_mut().find(|one| one["name"] == name).expect("the parameter is described");
        parameter["example"] = value;
    }
}
