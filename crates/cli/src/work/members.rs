//! Members of an application as a PATCH has them.

use serde_json::{Map, Value};

/// A member that has members, of which each is changed alone.
pub(super) const PUBLISHING: &str = "onPremisesPublishing";

/// The members that are told apart, for people.
pub(super) fn names(members: &Map<String, Value>) -> Vec<String> {
    let own = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if name == PUBLISHING => inner.keys().cloned().collect(),
        _ => vec![name.clone()],
    };
    members.iter().flat_map(own).collect()
}

/// Whether all that is expected is there. Beside it there may be more, and null is as good as nothing.
pub(crate) fn is_like(expected: &Map<String, Value>, there: &Map<String, Value>) -> bool {
    expected.iter().all(|(name, expected)| is_value_like(expected, there.get(name).unwrap_or(&Value::Null)))
}

fn is_value_like(expected: &Value, there: &Value) -> bool {
    match (expected, there) {
        (Value::Object(expected), Value::Object(there)) => is_like(expected, there),
        (Value::Object(expected), Value::Null) => is_like(expected, &Map::new()),
        (Value::Array(expected), Value::Array(there)) => {
            // A list is one value: Graph replaces it whole, so that more elements are a difference.
            expected.len() == there.len() && expected.iter().zip(there).all(|(one, other)| is_value_like(one, other))
        }
        (expected, there) => expected == there,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn null_is_as_good_as_nothing_and_more_may_be_there() {
        let is_like = |expected: Value, there: Value| super::is_like(&object(&expected), &object(&there));
        assert!(is_like(
            json!({"a": null, "b": {"c": [1, {"d": null}]}}),
            json!({"b": {"c": [1, {}], "e": 1}, "f": 2})
        ));
        assert!(is_like(json!({"a": {"b": null}}), json!({"a": null})));
        for there in [json!({}), json!({"b": 1}), json!({"b": {"c": []}}), json!({"b": {"c": [1, {"d": 2}]}})] {
            assert!(!is_like(json!({"b": {"c": [1, {"d": null}]}}), there));
        }
    }
}
