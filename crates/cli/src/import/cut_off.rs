//! Texts that PowerShell's `ConvertTo-Json` has written in the place of what is nested deeper than it goes, which is two levels
//! unless it is told otherwise.

use serde_json::Value;

/// What to do about it.
pub(super) const CUT_OFF: &str = "ConvertTo-Json has cut it off: use ConvertTo-Json -Depth 10";

/// Properties that are lists: PowerShell writes those that it cuts off as one text, with blanks between the items, which no
/// beginning gives away.
const LISTS: [&str; 16] = [
    "addIns",
    "alternativeNames",
    "appRoles",
    "identifierUris",
    "keyCredentials",
    "notificationEmailAddresses",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "ports",
    "redirectUris",
    "redirectUriSettings",
    "replyUrls",
    "requiredResourceAccess",
    "resourceAccess",
    "servicePrincipalNames",
    "tags",
];

/// Whether a text stands for what was nested there: `@{name=value; …}`, or names of types of .NET.
pub(super) fn is_cut_off(text: &str) -> bool {
    let is_type = |word: &str| ["Microsoft.Graph.", "System."].iter().any(|start| word.starts_with(start));
    text.starts_with("@{") || (!text.trim().is_empty() && text.split_whitespace().all(is_type))
}

/// The path within a property to a text that stands for what was nested there: empty where that is the whole property.
pub(super) fn within(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
            (is_list || is_cut_off(text)).then(String::new)
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, value)| within(name, value).map(|path| format!(".{name}{path}")))
        }
        Value::Array(items) => {
            (0..).zip(items).find_map(|(at, value): (usize, _)| within("", value).map(|path| format!("[{at}]{path}")))
        }
        _ => None,
    }
}
