//! A trace as a script for a shell with curl and jq, so that anybody can see the difference without this program.

use core::fmt::Write;

use super::{ids::with_guids, run::Found};

/// The script. Ids that the service gives are variables, filled by the request that makes the thing.
pub(super) fn script(graph: &str, found: &Found) -> String {
    let curl = "-H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' ${3:+--data \"$3\"} \"$GRAPH/beta/$2\"";
    let mut text = format!(
        "#!/bin/sh\n# {}\nset -eu\nGRAPH=${{GRAPH:-{graph}}}\n: \"${{TOKEN:?set TOKEN to a bearer token}}\"\n\
         send() {{ curl -sS -X \"$1\" {curl}; }}\n\
         show() {{ curl -sS -i -X \"$1\" {curl}; }}\n",
        comment(&found.difference)
    );
    // `send` takes errors for answers too: a trace has requests that are refused, and goes on behind them.
    let mut variables = Vec::new();
    let last = found.sent.len().saturating_sub(1);
    for (at, sent) in found.sent.iter().enumerate() {
        let body = sent.request.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let arguments = format!(
            "{} {} {}",
            sent.request.method,
            quoted(&sent.request.path, &variables),
            if body.is_empty() { String::new() } else { quoted(&body, &variables) }
        );
        let arguments = arguments.trim_end();
        if at == last {
            _ = writeln!(text, "show {arguments}");
        } else if sent.made.is_empty() {
            _ = writeln!(text, "send {arguments}");
        } else {
            _ = writeln!(text, "made=$(send {arguments})");
            for (name, id) in &sent.made {
                variables.push(id.clone());
                _ = writeln!(text, "id{}=$(printf '%s' \"$made\" | jq -r .{name})", variables.len());
            }
        }
    }
    text
}

/// A text that stays in the comment that it begins in: a line break in what a service says would be a command.
fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A text in double quotes in which nothing is the shell's but the variables that are put in place of ids.
fn quoted(text: &str, variables: &[String]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '"' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    // The last is the one that counts, where an id was given twice.
    let place = |id: &str| variables.iter().zip(1_usize..).filter(|(known, _)| *known == id).last();
    format!("\"{}\"", with_guids(&escaped, |id| place(id).map(|(_, number)| format!("${{id{number}}}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_gets_nothing_but_the_variables() {
        let id = String::from("60000000-0000-4000-8000-00000000000a");
        assert_eq!(quoted(&format!("a/{id}/$ref `x` \"y\" \\"), &[id]), r#""a/${id1}/\$ref \`x\` \"y\" \\""#);
    }
}
