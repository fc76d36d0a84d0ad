//! A plan as resources of the Terraform provider `microsoft/msgraph`, each step after the one before it.

extern crate alloc;

use alloc::collections::BTreeSet;
use core::fmt::Write;

use connector_groups::ConnectorGroupId;
use serde_json::Value;

use super::parts::{New, Part, ROOT, beforehand, deleted};
use crate::{
    output::is_interpreted,
    plan::report::Report,
    work::{Body, Piece, Request},
};

const HEAD: &str = r#"# What a plan does, once, in its order. An action is not undone by `terraform destroy`: to go back, plan back.
terraform {
  required_providers {
    msgraph = {
      source = "microsoft/msgraph"
    }
  }
}

provider "msgraph" {}
"#;

pub(in crate::plan) fn terraform(report: &Report) -> Result<String, String> {
    let names = Names { new: New::of(report), deleted: deleted(report) };
    let mut text = String::from(HEAD);
    let mut before: Option<String> = None;
    for what in beforehand(report) {
        _ = write!(text, "\n# {what}\n");
    }
    for step in Part::all(report)? {
        let Some(first) = step.requests.first() else { continue };
        _ = write!(text, "\n# {}\n", step.title);
        let address = names.address(step.number, first);
        let (kind, name) = address.split_once('.').unwrap_or_default();
        _ = writeln!(text, "resource {} {} {{", quoted(kind), quoted(name));
        names.arguments(first, &step.requests, &mut text);
        if let Some(before) = before.replace(address) {
            _ = writeln!(text, "  depends_on = [{before}]");
        }
        text.push_str("}\n");
    }
    Ok(text)
}

struct Names {
    new: New,
    deleted: BTreeSet<ConnectorGroupId>,
}

impl Names {
    /// A group that stays is a resource, which Terraform keeps. One that only serves the way would be made again by the next
    /// run, so that to make it is an action.
    fn is_kept(&self, id: ConnectorGroupId) -> bool {
        !self.deleted.contains(&id)
    }

    fn address(&self, step: usize, request: &Request) -> String {
        match request.gives.and_then(|id| Some((id, self.new.name(id)?))) {
            Some((id, name)) if self.is_kept(id) => format!("msgraph_resource.{name}"),
            Some((_, name)) => format!("msgraph_resource_action.{name}"),
            None => format!("msgraph_resource_action.step{step}"),
        }
    }

    /// The id of a group, within quotes.
    fn id(&self, id: ConnectorGroupId) -> String {
        match self.new.name(id) {
            Some(name) if self.is_kept(id) => format!("${{msgraph_resource.{name}.id}}"),
            Some(name) => format!("${{msgraph_resource_action.{name}.output.id}}"),
            None => id.to_string(),
        }
    }

    fn arguments(&self, first: &Request, all: &[Request], text: &mut String) {
        let mut put = |name: &str, value: &str| _ = writeln!(text, "  {name} = {value}");
        put("api_version", "\"beta\"");
        let path = self.template(&first.path);
        match (&first.body, first.gives) {
            (Body::Json(body), Some(id)) if self.is_kept(id) => {
                put("url", &format!("\"{path}\""));
                put("body", &value(body));
            }
            // One resource for all whose settings a step changes: by the id of each, its body.
            (Body::Json(_), None) if group(&first.path).is_none() => {
                let bodies = all.iter().filter_map(|request| match &request.body {
                    Body::Json(body) => Some((request.path_as(|id| id.to_string()), body)),
                    _ => None,
                });
                let bodies = bodies.map(|(path, body)| format!("    {} = {}\n", quoted(&path), value(body)));
                put("for_each", &format!("{{\n{}  }}", bodies.collect::<String>()));
                put("resource_url", "each.key");
                put("method", &quoted(first.method));
                put("body", "each.value");
            }
            (Body::Json(body), gives) => {
                put("resource_url", &format!("\"{path}\""));
                put("method", &quoted(first.method));
                put("body", &value(body));
                if gives.is_some() {
                    put("response_export_values", "{ id = \"id\" }");
                }
            }
            (Body::Empty, _) => {
                put("resource_url", &format!("\"{path}\""));
                put("method", &quoted(first.method));
            }
            // One resource for all that a step moves: by the id of each thing, the id of the group that it goes to.
            (Body::Link(link), _) => {
                let moves = all.iter().filter_map(|request| {
                    let Body::Link(link) = &request.body else { return None };
                    Some(format!("    {} = \"{}\"\n", quoted(&moved(request)?), self.id(group(link)?)))
                });
                put("for_each", &format!("{{\n{}  }}", moves.collect::<String>()));
                let thing = moved(first).unwrap_or_default();
                let (before, after) = path.split_once(&thing).unwrap_or_default();
                let list = link.iter().find_map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_str()),
                    Piece::Group(_) => None,
                });
                put("resource_url", &format!("\"{before}${{each.key}}\""));
                put("action", &quoted(after.trim_start_matches('/')));
                put("method", &quoted(first.method));
                let link = format!("{ROOT}/{}${{each.value}}", list.unwrap_or_default());
                put("body", &format!("{{ \"@odata.id\" = \"{link}\" }}"));
            }
        }
    }

    fn template(&self, path: &[Piece]) -> String {
        crate::work::join(path, |id| self.id(id))
    }
}

/// The id of the connector or application in a path, which is the second last but one of its parts.
fn moved(request: &Request) -> Option<String> {
    let path = request.path_as(|id| id.to_string());
    path.split('/').rev().nth(2).map(String::from)
}

/// The group that a path names.
fn group(path: &[Piece]) -> Option<ConnectorGroupId> {
    path.iter().find_map(|piece| match piece {
        Piece::Group(id) => Some(*id),
        Piece::Text(_) => None,
    })
}

/// JSON as HCL has it.
fn value(json: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match json {
        Value::Object(members) if members.is_empty() => "{}".into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, json)| format!("{} = {}", quoted(name), value(json)));
            format!("{{ {} }}", joined(members.collect()))
        }
        Value::Array(values) => format!("[{}]", joined(values.iter().map(value).collect())),
        Value::String(text) => quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => json.to_string(),
    }
}

/// A text as HCL reads it: no template, and nothing that a terminal obeys.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // `${` and `%{` begin a template; doubled, they are themselves.
            '$' | '%' if letters.peek() == Some(&'{') => quoted.extend([letter, letter]),
            letter if is_interpreted(letter) => {
                let code = u32::from(letter);
                _ = if code > 0xffff { write!(quoted, "\\U{code:08x}") } else { write!(quoted, "\\u{code:04x}") };
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
