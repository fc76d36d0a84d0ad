//! A plan as a script for PowerShell 7.

use core::fmt::Write;

use connector_groups::ConnectorGroupId;

use super::parts::{New, Part, beforehand};
use crate::{
    output::is_interpreted,
    plan::report::Report,
    work::{Body, Piece, Request},
};

/// What each change needs: not to be done twice, to be seen before the next one, and to be only told under `-WhatIf`.
const HEAD: &str = include_str!("head.ps1");

pub(in crate::plan) fn powershell(report: &Report) -> Result<String, String> {
    let new = New::of(report);
    let mut script = HEAD.replace("{TENANT}", &report.tenant().id().to_string());
    let mut number = 0_usize;
    for what in beforehand(report) {
        _ = write!(script, "\n# {what}\nWrite-Warning {}\n", quoted(&what));
    }
    for step in Part::all(report)? {
        _ = write!(script, "\n# {}\n", step.title);
        for request in &step.requests {
            number = number.saturating_add(1);
            _ = writeln!(script, "{}", call(&new, number, request));
        }
    }
    script.push_str("\nWrite-Host 'All is done.'\n");
    Ok(script)
}

/// One change: the function of the head that makes it, its number, and its arguments.
fn call(new: &New, number: usize, request: &Request) -> String {
    let group = |id: ConnectorGroupId| match new.name(id) {
        Some(name) => format!("(Get-NewId {})", quoted(name)),
        None => quoted(&id.to_string()),
    };
    let in_path = request.path.iter().find_map(|piece| match piece {
        Piece::Group(id) => Some(group(*id)),
        Piece::Text(_) => None,
    });
    let path = request.path_as(|id| id.to_string());
    let thing = |at: usize| quoted(path.split('/').nth(at).unwrap_or_default());
    match (&request.body, request.gives, in_path) {
        (Body::Json(body), Some(id), _) => {
            let key = quoted(new.name(id).unwrap_or_default());
            format!("New-Group {number} {key} {}", table(body))
        }
        (Body::Json(body), None, Some(group)) => format!("Update-Group {number} {group} {}", table(body)),
        // `applications/{id}`, with the body as it is sent: the cmdlets leave out what is null.
        (Body::Json(body), None, None) => {
            format!("Update-Application {number} {} {}", thing(1), quoted(&body.to_string()))
        }
        (Body::Empty, _, group) => format!("Remove-Group {number} {}", group.unwrap_or_default()),
        (Body::Link(link), ..) => {
            let to = link.iter().find_map(|piece| match piece {
                Piece::Group(id) => Some(group(*id)),
                Piece::Text(_) => None,
            });
            let to = to.unwrap_or_default();
            // `applications/{id}/…`, and `onPremisesPublishingProfiles/applicationProxy/connectors/{id}/…`
            if path.starts_with("applications/") {
                format!("Move-Application {number} {} {to}", thing(1))
            } else {
                format!("Move-Connector {number} {} {to}", thing(3))
            }
        }
    }
}

/// An object whose values are texts.
fn table(body: &serde_json::Value) -> String {
    let members = body.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| format!("{name} = {}", quoted(value.as_str().unwrap_or_default())));
    format!("@{{ {} }}", members.collect::<Vec<_>>().join("; "))
}

/// A text as PowerShell reads it, whatever is in it.
///
/// PowerShell takes typographic quotes for quotes, and a terminal obeys control characters: a text with any of them is
/// written with escapes, which only double quotes have. There, what would end the text or begin a variable is escaped by
/// its number too: no reader then has to know how a backtick and a dollar sign read together.
fn quoted(text: &str) -> String {
    let is_quote = |letter: char| matches!(letter, '\u{2018}'..='\u{201f}');
    if !text.chars().any(|letter| is_interpreted(letter) || is_quote(letter)) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        if is_interpreted(letter) || is_quote(letter) || matches!(letter, '"' | '`' | '$') {
            _ = write!(quoted, "`u{{{:x}}}", u32::from(letter));
        } else {
            quoted.push(letter);
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(quoted("it's $(x) `n \"y\""), "'it''s $(x) `n \"y\"'");
        assert_eq!(quoted("a\u{1b}[2J\u{2019}$x`\""), "\"a`u{1b}[2J`u{2019}`u{24}x`u{60}`u{22}\"");
    }
}
