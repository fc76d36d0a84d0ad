//! What `$metadata` declares, and the spellings that names come in.

use std::collections::BTreeMap;

use http::Request;
use serde_json::{Map, Value, json};

use crate::server::Server;

/// The three spellings of a name: as Graph has it, as PowerShell writes parameters, and one that nobody writes.
pub(crate) const SPELLINGS: [fn(&str) -> String; 3] =
    [|name| name.to_string(), |name| format!("{}{}", name[..1].to_uppercase(), &name[1..]), str::to_uppercase];

/// What `$metadata` declares: properties and relations of types, and members of enumerations.
pub(crate) struct Metadata {
    pub(crate) properties: BTreeMap<String, Vec<(String, String)>>,
    pub(crate) relations: BTreeMap<String, Vec<String>>,
    pub(crate) members: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    pub(crate) fn read() -> Self {
        let request = Request::builder().uri("/beta/$metadata").body(Vec::new()).unwrap();
        let text = Server::new().send(&request).body.as_str().unwrap().to_string();
        let attribute = |line: &str, name: &str| {
            line.split(&format!("{name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap().to_string())
        };
        let mut metadata = Self { properties: BTreeMap::new(), relations: BTreeMap::new(), members: BTreeMap::new() };
        let mut of = String::new();
        for line in text.lines() {
            let name = attribute(line, "Name").unwrap_or_default();
            let kind = || attribute(line, "Type").unwrap();
            match line.split([' ', '>']).next().unwrap() {
                "<EntityType" | "<ComplexType" => {
                    metadata.properties.insert(name.clone(), Vec::new());
                    metadata.relations.insert(name.clone(), Vec::new());
                    of = name;
                }
                "<EnumType" => of = name,
                "<Property" => metadata.properties.get_mut(&of).unwrap().push((name, kind())),
                "<NavigationProperty" => metadata.relations.get_mut(&of).unwrap().push(name),
                "<Member" => metadata.members.entry(of.clone()).or_default().push(name),
                _ => {}
            }
        }
        assert!(metadata.properties.len() > 20 && metadata.members.len() > 5);
        metadata
    }

    /// A value of a type that nothing has of itself; `None` where there is none.
    pub(crate) fn value(&self, kind: &str) -> Value {
        if let Some(of) = kind.strip_prefix("Collection(") {
            return json!([self.value(of.trim_end_matches(')'))]);
        }
        match kind {
            "Edm.String" => json!("written"),
            "Edm.Guid" => json!("00000000-0000-4000-8000-000000000007"),
            "Edm.Boolean" => json!(false),
            "Edm.Int32" => json!(7),
            "Edm.DateTimeOffset" => json!("2026-01-02T03:04:05Z"),
            _ => {
                let of = kind.strip_prefix("graph.").unwrap();
                if let Some(members) = self.members.get(of) {
                    return json!(members.iter().rfind(|member| *member != "unknownFutureValue").unwrap());
                }
                let parts = &self.properties[of];
                // Of a type whose parts are not declared, some parts all the same.
                let parts = parts.iter().map(|(name, kind)| (name.clone(), self.value(kind)));
                let parts: Map<String, Value> = parts.collect();
                if parts.is_empty() {
                    json!({"aPart": {"Inner": [1, {"x": null}]}, "other": "y"})
                } else {
                    parts.into()
                }
            }
        }
    }

    /// The value with the declared names in it spelled so; other names keep theirs.
    pub(crate) fn spelled(&self, value: &Value, kind: &str, spelling: fn(&str) -> String) -> Value {
        let of = kind.trim_start_matches("Collection(").trim_end_matches(')');
        let parts = of.strip_prefix("graph.").and_then(|of| self.properties.get(of));
        match (value, parts) {
            (Value::Array(values), _) => values.iter().map(|value| self.spelled(value, of, spelling)).collect(),
            (Value::Object(members), Some(parts)) => {
                let member = |(name, value): (&String, &Value)| match parts.iter().find(|(known, _)| known == name) {
                    Some((_, kind)) => (spelling(name), self.spelled(value, kind, spelling)),
                    None => (name.clone(), value.clone()),
                };
                Value::Object(members.iter().map(member).collect())
            }
            _ => value.clone(),
        }
    }
}
