//! Members of an application as a PATCH has them.

use serde::Serialize;
use serde_json::{Map, Value};

/// A member that has members, of which each is changed alone.
pub(super) const PUBLISHING: &str = "onPremisesPublishing";

/// The members of a value whose JSON is an object; of any other it has none.
pub(crate) fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The members that are told apart, for people.
pub(crate) fn names(members: &Map<String, Value>) -> Vec<String> {
    let own = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if name == PUBLISHING => inner.keys().cloned().collect(),
        _ => vec![name.clone()],
    };
    members.iter().flat_map(own).collect()
}

/// Members that are expected and otherwise there, each of those of [`PUBLISHING`] alone: its name, and both values.
pub(super) fn differing(expected: &Map<String, Value>, there: &Map<String, Value>) -> Vec<(String, Value, Value)> {
    let mut all = Vec::new();
    for (name, expected) in expected {
        let there = there.get(name).unwrap_or(&Value::Null);
        match (expected, there) {
            (Value::Object(expected), Value::Object(there)) if name == PUBLISHING => {
                all.extend(differing(expected, there));
            }
            (Value::Object(expected), Value::Null) if name == PUBLISHING => {
                all.extend(differing(expected, &Map::new()));
            }
            _ if is_value_like(expected, there) => {}
            _ => all.push((name.clone(), expected.clone(), there.clone())),
        }
    }
    all
}

/// Gives two values of a property the same members, null where one has none: a PATCH leaves alone what it does not name. A
/// list is empty where there is none, and an object has nothing in it, as Graph takes null for neither.
pub(super) fn align(one: &mut Value, other: &mut Value) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names: Vec<String> = one.keys().chain(other.keys()).cloned().collect();
            for name in names {
                let value = |members: &mut Map<String, Value>| members.remove(&name).unwrap_or_default();
                let (mut first, mut second) = (value(one), value(other));
                align(&mut first, &mut second);
                one.insert(name.clone(), first);
                other.insert(name, second);
            }
        }
        (one @ Value::Object(_), other @ Value::Null) | (other @ Value::Null, one @ Value::Object(_)) => {
            *other = Value::Object(Map::new());
            align(one, other);
        }
        (Value::Array(_), none @ Value::Null) | (none @ Value::Null, Value::Array(_)) => {
            *none = Value::Array(Vec::new());
        }
        _ => {}
    }
}

/// The members that others name, with the values that are there; null where there is nothing.
pub(super) fn picked(named: &Map<String, Value>, there: &Map<String, Value>) -> Map<String, Value> {
    let pick = |(name, named): (&String, &Value)| {
        let there = there.get(name).unwrap_or(&Value::Null);
        let value = match (named, there) {
            (Value::Object(named), Value::Object(there)) if name == PUBLISHING => picked(named, there).into(),
            _ => there.clone(),
        };
        (name.clone(), value)
    };
    named.iter().map(pick).collect()
}

/// Whether all that is expected is there. Beside it there may be more, and null is as good as nothing.
pub(crate) fn is_like(expected: &Map<String, Value>, there: &Map<String, Value>) -> bool {
    expected.iter().all(|(name, expected)| is_value_like(expected, there.get(name).unwrap_or(&Value::Null)))
}

fn is_value_like(expected: &Value, there: &Value) -> bool {
    match (expected, there) {
        (Value::Object(expected), Value::Object(there)) => is_like(expected, there),
        (Value::Object(members), Value::Null) | (Value::Null, Value::Object(members)) => is_like(members, &Map::new()),
        // What nobody has set, Graph shows as an empty list, as false or as null.
        (Value::Array(list), Value::Null) | (Value::Null, Value::Array(list)) => list.is_empty(),
        (Value::Bool(flag), Value::Null) | (Value::Null, Value::Bool(flag)) => !flag,
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
        assert!(is_like(json!({"a": [], "b": null, "c": false, "d": null}), json!({"b": [], "d": false})));
        for one in [json!([1]), json!(true), json!(0), json!("")] {
            assert!(!is_like(json!({"a": null}), json!({"a": one})) && !is_like(json!({"a": one}), json!({})));
        }
        assert!(is_like(json!({"a": {"b": null}}), json!({"a": null})));
        assert!(is_like(json!({"a": null}), json!({"a": {"b": false}})));
        assert!(!is_like(json!({"a": null}), json!({"a": {"b": 1}})));
        for there in [json!({}), json!({"b": 1}), json!({"b": {"c": []}}), json!({"b": {"c": [1, {"d": 2}]}})] {
            assert!(!is_like(json!({"b": {"c": [1, {"d": null}]}}), there));
        }
    }

    #[test]
    fn two_values_get_the_same_members() {
        let (mut one, mut other) =
            (json!({"a": {"b": 1, "c": [1]}, "d": null, "e": {}}), json!({"a": null, "d": {"f": {"g": 1}}, "h": [2]}));
        align(&mut one, &mut other);
        assert_eq!(one, json!({"a": {"b": 1, "c": [1]}, "d": {"f": {"g": null}}, "e": {}, "h": []}));
        assert_eq!(other, json!({"a": {"b": null, "c": []}, "d": {"f": {"g": 1}}, "e": {}, "h": [2]}));
    }
}
