//! What descriptions say of [`Paging`] and [`IdempotencyKey`], and of parameters that take one of a few values.

use utoipa::IntoParams;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{OpenApi, RefOr, Required};

use super::{CURSOR_MAX, IdempotencyKey, KEY_MAX, LIMIT_MAX, LIMIT_UNSAID, Paging};

impl IntoParams for Paging {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(LIMIT_MAX));
        let cursor = ObjectBuilder::new().schema_type(Type::String).max_length(Some(CURSOR_MAX));
        let limit = limit.default(Some(LIMIT_UNSAID.into()));
        let said = |name: &str, words: String, schema: ObjectBuilder| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
            parameter.required(Required::False).description(Some(words)).schema(Some(schema))
        };
        let many = format!("How many, 1 to {LIMIT_MAX}; {LIMIT_UNSAID} when nothing is said.");
        let whence = "The `next_cursor` of the piece before.".to_owned();
        vec![
            said("limit", many, limit).example(Some(LIMIT_UNSAID.into())).build(),
            said("cursor", whence, cursor.pattern(Some("^[A-Za-z0-9_-]*$"))).build(),
        ]
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]+$"));
        let key = key.min_length(Some(1)).max_length(Some(KEY_MAX));
        let parameter = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
        let words = "Sent again under the same key, nothing is done again.";
        vec![parameter.required(Required::True).description(Some(words)).schema(Some(key)).build()]
    }
}

/// Says of a parameter which values it takes; they come from the code that reads it, which no macro can see.
///
/// # Panics
/// When there is no such parameter, as [`parameter_of`] does.
pub fn one_of<'a>(described: &mut OpenApi, place: (&str, &str), values: impl IntoIterator<Item = &'a str>) {
    parameter_of(described, place).enum_values = Some(values.into_iter().map(Into::into).collect());
}

/// What a description says of the values of a parameter, to say more.
///
/// # Panics
/// When there is no such parameter: descriptions are made of words alone, and tests make them.
pub fn parameter_of<'a>(described: &'a mut OpenApi, (operation, name): (&str, &str)) -> &'a mut Object {
    let mut all = described.paths.paths.values_mut().flat_map(operations);
    let found = all.find(|one| one.operation_id.as_deref() == Some(operation));
    let parameters = found.and_then(|one| one.parameters.as_mut()).into_iter().flatten();
    let mut schemas = parameters.filter_map(|one| match one {
        RefOr::T(Parameter { name: known, schema: Some(RefOr::T(Schema::Object(schema))), .. }) if known == name => {
            Some(schema)
        }
        _ => None,
    });
    schemas.next().unwrap_or_else(|| panic!("{operation} describes no parameter {name} of its own"))
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post].into_iter().filter_map(Option::as_mut)
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::path::{HttpMethod, OperationBuilder};
    use utoipa::openapi::{OpenApiBuilder, PathsBuilder};

    use super::*;

    #[test]
    fn values_are_said_of_the_parameter_that_takes_them() {
        let kind = ParameterBuilder::new().name("kind").schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        let list = OperationBuilder::new().operation_id(Some("list_days")).parameter(kind);
        let path = PathItem::new(HttpMethod::Get, list);
        let mut described = OpenApiBuilder::new().paths(PathsBuilder::new().path("/days", path)).build();
        one_of(&mut described, ("list_days", "kind"), ["bill", "payment"]);
        let json: serde_json::Value = serde_json::from_str(&described.to_json().unwrap()).unwrap();
        let schema = &json["paths"]["/days"]["get"]["parameters"][0]["schema"];
        assert_eq!(schema["enum"], serde_json::json!(["bill", "payment"]), "{schema}");
    }

    #[test]
    fn a_limit_is_described_as_it_is_read() {
        let all = Paging::into_params(|| None);
        let json = serde_json::to_value(&all).unwrap();
        assert_eq!((&json[0]["schema"]["maximum"], &json[0]["schema"]["default"]), (&200.into(), &50.into()), "{json}");
    }
}
