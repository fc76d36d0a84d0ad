//! Which file of a folder stands on which, and how that is read from the code.

use std::collections::BTreeSet;

/// Folders and their floors, from the ground up. `mod` is what stands in `mod.rs` itself; where a list has no `mod`, as in the
/// engine, that file is the room's own and not looked at.
pub(crate) const FLOORS: &[(&str, &str)] = &[
    (
        "src/columns",
        "work key tree areas pages slot exactly bit_set counted_bits texts order hash index slot_map union_find table",
    ),
    (
        "src/state",
        "group_columns connector_columns attachment_columns application_columns views groups connectors \
         applications attachments bulk_move list structural_diff",
    ),
    ("src/plan", "desired goal group small task bound walk search straight"),
    ("src/diff", "commands attachments moves report"),
    ("src/picture", "graph table words dot mermaid state impact drill plan"),
    (
        "src/graph",
        "error version writer reply outcome caller options schema json call entity template route session find \
         metadata open shown engine source query permission reference principal profile organization kept segment lists reader \
         application principal_changes group dispatch operations batch front",
    ),
    (
        "crates/cli/src",
        "out output progress line state safe words import input export work plan apply backup conformance drill emulate \
         load replay restore schedule main",
    ),
    (
        "crates/cli/src/apply",
        "once patience record service action round machine kept plan_file graph run journal survey runner command mod",
    ),
    ("crates/cli/src/backup", "content folder microsoft source mod"),
    ("crates/cli/src/conformance", "compare graph mod"),
    (
        "crates/cli/src/conformance/graph",
        "ids answer request compare about reference service survey run capture curl mod",
    ),
    ("crates/cli/src/drill", "report mod"),
    (
        "crates/cli/src/emulate",
        "held clock http sign_in calls faults shared emulator control page wire watch service options begin command \
         start mod",
    ),
    ("crates/cli/src/emulate/calls", "secrets route call journal metrics mod"),
    ("crates/cli/src/emulate/control", "state records tenants mod"),
    ("crates/cli/src/emulate/faults", "throttle mod"),
    ("crates/cli/src/emulate/http", "answer host tls connection proxy server mod"),
    ("crates/cli/src/emulate/page", "html journal tenant mod"),
    ("crates/cli/src/emulate/shared", "world change tables fold file store writes mod"),
    ("crates/cli/src/emulate/sign_in", "form token codes identity authorize grants mod"),
    ("crates/cli/src/export", "token client fetch mod"),
    (
        "crates/cli/src/import",
        "cut_off node findings layout text folder things imported backup principals publishing segments lists connectors applications repair mod",
    ),
    ("crates/cli/src/load", "fixture client servers bulk hostile many mod"),
    (
        "crates/cli/src/plan",
        "names warning step checks input desired reasons requests report machine text svg markup scripts mod",
    ),
    ("crates/cli/src/plan/scripts", "parts graph powershell terraform mod"),
    ("crates/cli/src/replay", "summary answers mod"),
    ("crates/cli/src/restore", "matching notes staged target verify mod"),
    ("crates/cli/src/words", "counts names meant events refusals outcomes mod"),
    ("crates/cli/src/work", "request members effect places steps values settings generated mod"),
    ("benches/cases", "case world moves snapshot bulk single load impact reads mod criterion"),
    ("benches/compare", "figures machine measure results targets tables plots report"),
    ("benches/peers", "mod naive careful floors ours persistent sqlite"),
    ("benches/plan", "tenants drill large"),
];

/// The file or folder of a folder that a file is or stands in.
pub(crate) fn entry<'a>(folder: &str, name: &'a str) -> &'a str {
    name[folder.len() + 1..].split('/').next().unwrap().trim_end_matches(".rs")
}

/// The paths that a `use` tree names: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.trim().to_string()] };
    let (mut depth, mut parts) = (0_i32, vec![String::new()]);
    for letter in rest.rsplit_once('}').expect("a tree is closed").0.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(letter);
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| paths(part)).map(|part| format!("{}{part}", head.trim())).collect()
}

/// The entries of a folder that a file of it takes names from, in `use` or in the code itself; `mod` where a name is of none.
pub(crate) fn neighbours(folder: &str, name: &str, code: &str, entries: &BTreeSet<&str>) -> BTreeSet<String> {
    // Where a crate's own names begin: `src`, or `benches`.
    let root = folder.find("src").map_or("benches", |at| &folder[..at + 3]);
    let own = entry(folder, name);
    let of_root = |path: &str| -> Vec<String> {
        path[root.len()..].split('/').filter(|part| !part.is_empty()).map(String::from).collect()
    };
    let (base, mut module) = (of_root(folder), of_root(name.trim_end_matches(".rs")));
    let is_mod = module.last().is_some_and(|last| last == "mod");
    if is_mod {
        module.pop();
    }
    let is_of_a_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    // A statement begins a line, which the word in a text does not.
    let starts = code.match_indices("use ").filter(|(at, _)| {
        let line = code[..*at].rsplit('\n').next().unwrap();
        line.is_empty() || line.starts_with("pub")
    });
    let uses = starts.filter_map(|(at, _)| code[at + 4..].split(';').next()).flat_map(paths);
    let words = code.split(|letter: char| !is_of_a_path(letter)).map(String::from);
    let mut found = BTreeSet::new();
    for path in uses.chain(words) {
        let steps: Vec<String> = path.split("::").map(|step| step.trim().to_string()).collect();
        let supers = steps.iter().take_while(|step| *step == "super").count();
        let full = match steps[0].as_str() {
            "crate" => steps[1..].to_vec(),
            "super" if supers <= module.len() => [&module[..module.len() - supers], &steps[supers..]].concat(),
            "self" if is_mod => [&module, &steps[1..]].concat(),
            first if own == "mod" && steps.len() > 1 && entries.contains(first) => [&module, &steps[..]].concat(),
            _ => continue,
        };
        let Some(seen) = full.strip_prefix(&base[..]).and_then(|rest| rest.first()) else { continue };
        let seen = seen.split(" as ").next().unwrap();
        // Nothing behind the last `::`: a tree of names follows, which was read as one.
        if !seen.is_empty() {
            found.insert(if entries.contains(seen) { seen } else { "mod" }.to_string());
        }
    }
    found.remove(own);
    found
}
