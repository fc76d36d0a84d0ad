//! Shrinking of traces: drops lines and parts of lines that a difference does not need.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use serde_json::Value;

use crate::command::DirectoryCommand;

/// The shortest trace that still differs, as far as dropping things leads: whole lines, halves first; then any member or
/// element of any line, and a transaction's command in its place. What is left differs no more if any one thing goes.
///
/// `differs` runs a trace, and gives the number of lines up to its first difference, where there is one. Every line that it
/// is asked about is a command. For harnesses that compare something else than [`Conformance`](super::Conformance) does.
#[must_use]
pub fn shortest(mut trace: Vec<String>, mut differs: impl FnMut(&[String]) -> Option<usize>) -> Vec<String> {
    loop {
        // A simpler line may make another one needless, and the other way round. It ends: every change removes something.
        let before = trace.clone();
        drop_lines(&mut trace, &mut differs);
        simplify_lines(&mut trace, &mut differs);
        if trace == before {
            return trace;
        }
    }
}

fn drop_lines(trace: &mut Vec<String>, differs: &mut impl FnMut(&[String]) -> Option<usize>) {
    // Large pieces first, as in delta debugging: most of a long trace goes in few attempts, and each is a whole run.
    let mut size = trace.len().div_ceil(2);
    while size > 0 {
        let mut start = 0_usize;
        while start < trace.len() {
            let end = start.saturating_add(size).min(trace.len());
            let mut shorter = trace.clone();
            shorter.drain(start..end);
            match differs(&shorter) {
                // Lines behind the first difference are needless. `start` stays: the next piece has moved up to it.
                Some(length) => {
                    shorter.truncate(length);
                    *trace = shorter;
                }
                None => start = end,
            }
        }
        size /= 2;
    }
}

fn simplify_lines(trace: &mut Vec<String>, differs: &mut impl FnMut(&[String]) -> Option<usize>) {
    let mut at = 0_usize;
    while let Some(line) = trace.get(at) {
        let simpler = simpler(line).find_map(|simpler| {
            let mut changed = trace.clone();
            *changed.get_mut(at)? = simpler;
            let length = differs(&changed)?;
            changed.truncate(length);
            Some(changed)
        });
        match simpler {
            // The same line again: it may become simpler still.
            Some(changed) => *trace = changed,
            None => at = at.saturating_add(1),
        }
    }
}

/// Every line that has one thing less and is a command still.
fn simpler(line: &str) -> impl Iterator<Item = String> + use<> {
    let value: Value = serde_json::from_str(line).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(commands) = value.get("commands").and_then(Value::as_array) {
        // A command within a transaction names no tenant; by itself it needs the transaction's.
        let tenant = value.get("tenant").cloned().unwrap_or_default();
        found.extend(commands.iter().cloned().map(|mut inner| {
            if let Value::Object(members) = &mut inner {
                members.insert("tenant".to_string(), tenant.clone());
            }
            inner
        }));
    }
    // The larger pieces stand first: a transaction that is replaced by one of its commands loses more than a field
    // does.
    found.extend(with_one_less(&value));
    found
        .into_iter()
        .map(|value| value.to_string())
        // A line that is no command would differ in its message alone, and the shrunk trace would show that in place of
        // the fault.
        .filter(|line| serde_json::from_str::<DirectoryCommand>(line).is_ok())
}

fn with_one_less(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                let mut fewer = elements.clone();
                fewer.remove(at);
                found.push(Value::Array(fewer));
                found.extend(with_one_less(element).into_iter().filter_map(|simpler| {
                    let mut changed = elements.clone();
                    *changed.get_mut(at)? = simpler;
                    Some(Value::Array(changed))
                }));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let mut fewer = members.clone();
                fewer.remove(name);
                found.push(Value::Object(fewer));
                found.extend(with_one_less(member).into_iter().map(|simpler| {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), simpler);
                    Value::Object(changed)
                }));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    #[test]
    fn lines_go_and_those_that_stay_lose_what_they_can() {
        let tenant = "7e000000-0000-4000-8000-000000000001";
        let connector = "c0000000-0000-4000-8000-000000000001";
        let remove = format!(r#"{{"command":"removeConnector","connector":"{connector}"}}"#);
        let transaction = format!(r#"{{"command":"transaction","commands":[{remove},{remove}],"tenant":"{tenant}"}}"#);
        let delete = format!(r#"{{"command":"deleteTenant","id":"{tenant}"}}"#);
        let trace = vec![delete.clone(), transaction, delete];
        let differs =
            |trace: &[String]| trace.iter().position(|line| line.contains("removeConnector")).map(|at| at + 1);
        let line = format!(r#"{{"command":"removeConnector","connector":"{connector}","tenant":"{tenant}"}}"#);
        assert_eq!(shortest(trace, differs), [line]);
    }

    #[test]
    fn one_less_is_taken_at_every_depth() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let less = [r#"[{"a":2}]"#, r#"[[],{"a":2}]"#, "[[1]]", "[[1],{}]"].map(value);
        assert_eq!(with_one_less(&value(r#"[[1],{"a":2}]"#)), less);
    }
}
