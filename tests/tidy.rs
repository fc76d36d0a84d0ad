//! The repository about itself: what a reviewer would have to look for is looked for here.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

mod floors;
mod repository;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use floors::{FLOORS, entry, neighbours};
use repository::{all_files, is_rust, read, root};

/// Every Rust file below a folder by its name from the root, and its text up to its unit tests.
fn rust(folder: &str) -> BTreeMap<String, String> {
    let below = format!("{folder}/");
    let names = all_files().into_iter().filter(|name| name.starts_with(&below) && is_rust(name));
    names.map(|name| (name.clone(), without_unit_tests(&read(&name)))).collect()
}

/// Tests that stand in a file of their own, `mod tests;`, end nothing.
fn without_unit_tests(text: &str) -> String {
    let is_end = |at: usize| {
        let mut behind = text[at..].lines().skip(1).skip_while(|line| line.starts_with("#["));
        behind.next().is_some_and(|line| line.starts_with("mod tests {"))
    };
    let end = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at).find(|at| is_end(*at));
    text[..end.unwrap_or(text.len())].into()
}

/// Lines of code: no comments, nothing blank.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"))
}

fn camel_case(variant: &str) -> String {
    let mut letters = variant.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// The names of an enum's variants, at one indentation.
fn variants(text: &str, head: &str) -> Vec<String> {
    let body = text.split(head).nth(1).unwrap_or_else(|| panic!("no {head}")).split("\n}").next().unwrap();
    let starts = body.lines().filter_map(|line| line.strip_prefix("    "));
    let named = starts.filter(|line| line.starts_with(char::is_uppercase));
    named.map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_string()).collect()
}

#[test]
fn no_file_has_two_subjects() {
    for folder in ["src", "tests", "examples", "benches", "crates", "fuzz"] {
        for (name, text) in rust(folder) {
            let lines = code(&text).count();
            assert!(lines <= 400, "{name} has {lines} lines of code");
        }
    }
}

#[test]
fn each_refusal_is_built_at_one_line() {
    let all = variants(&read("src/refusal.rs"), "pub enum Refusal {");
    assert!(all.len() > 20, "{all:?}");
    for variant in all {
        let mut built = Vec::new();
        // The generator only counts what was refused, the planner only asks, and the wire only says it in other words.
        let elsewhere = ["src/workload/", "src/plan/", "src/detour.rs", "src/graph/"];
        for (name, text) in
            rust("src").into_iter().filter(|(name, _)| !elsewhere.iter().any(|room| name.starts_with(room)))
        {
            let lines = code(&text).filter(|line| {
                line.match_indices(&format!("Refusal::{variant}"))
                    .any(|(at, found)| !line[at + found.len()..].starts_with(char::is_alphanumeric))
            });
            built.extend(lines.map(|_| name.clone()));
        }
        assert_eq!(built, ["src/decide/checks.rs"], "{variant}");
    }
}

/// A room sees those before it; the arrows of the house.
#[test]
fn rooms_keep_their_arrows() {
    const VALUES: &[&str] = &["ids", "timestamp", "model"];
    const WORDS: &[&str] = &["command", "event", "refusal"];
    let allowed: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("columns", vec![]),
        ("count", vec![]),
        ("json", vec![]),
        ("ids", vec!["columns"]),
        ("timestamp", vec!["ids"]),
        ("model", vec!["json", "ids", "timestamp"]),
        ("command", [VALUES, &["json"]].concat()),
        ("event", [VALUES, &["columns", "state"]].concat()),
        ("refusal", [VALUES, &["count"]].concat()),
        ("state", [VALUES, &["columns", "count"]].concat()),
        ("view", vec!["state"]),
        ("select", vec!["ids", "model", "command", "state"]),
        ("decide", [VALUES, WORDS, &["columns", "count", "state", "select", "evolve"]].concat()),
        ("evolve", [VALUES, &["count", "event", "state"]].concat()),
        (
            "impact",
            [VALUES, &["command", "count", "event", "refusal", "state", "select", "decide", "evolve", "tenant"]]
                .concat(),
        ),
        ("drill", vec!["count", "ids", "impact", "model", "state", "tenant"]),
        ("audit", [VALUES, &["count", "refusal"]].concat()),
        ("tenant", [VALUES, WORDS, &["columns", "state", "decide", "evolve", "audit"]].concat()),
        ("detour", vec!["command", "ids", "refusal", "tenant"]),
        ("diff", [VALUES, &["command", "detour", "refusal", "state", "tenant"]].concat()),
        ("picture", vec!["ids", "model", "command", "count", "state", "impact", "drill", "tenant"]),
        ("history", vec!["command", "count", "event", "refusal", "tenant"]),
        ("document", [VALUES, &["columns", "count", "state", "audit", "tenant"]].concat()),
        ("directory", [VALUES, WORDS, &["columns", "count", "state", "decide", "document", "tenant"]].concat()),
        ("plan", [VALUES, WORDS, &["count", "detour", "state", "select", "tenant"]].concat()),
        ("rebalance", [VALUES, &["count", "detour", "state", "plan", "tenant"]].concat()),
        ("words", vec!["command", "count", "directory", "event", "impact", "model", "plan"]),
        ("workload", [VALUES, WORDS, &["count", "state", "tenant", "directory"]].concat()),
    ]);
    let crate_root = read("src/lib.rs");
    let public = crate_root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let public: BTreeSet<&str> = public.collect();
    for (name, text) in rust("src") {
        let room = name.trim_start_matches("src/").split(['/', '.']).next().unwrap();
        if room == "lib" || name.contains("/tests") {
            continue;
        }
        let lines: Vec<&str> = code(&text).collect();
        let text = lines.join("\n");
        let nested = text.split("use crate::{").skip(1).flat_map(|rest| {
            let mut depth = 0_i32;
            let mut rooms = vec![String::new()];
            for letter in rest.chars() {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                match letter {
                    _ if depth < 0 => break,
                    ',' if depth == 0 => rooms.push(String::new()),
                    _ if depth == 0 => rooms.last_mut().unwrap().push(letter),
                    _ => {}
                }
            }
            rooms
        });
        let plain = text.split("crate::").skip(1).map(String::from);
        for seen in nested.chain(plain) {
            let seen = seen
                .trim()
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
                .unwrap()
                .to_string();
            if seen.is_empty() || seen == room {
                continue;
            }
            let seen = seen.as_str();
            if room == "graph" {
                let is_front_door = seen.starts_with(char::is_uppercase) || public.contains(seen);
                assert!(is_front_door, "{name} looks into {seen}: the wire has the front door only");
                continue;
            }
            let known = allowed.get(room).unwrap_or_else(|| panic!("{name}: no such room in the list: {room}"));
            assert!(known.contains(&seen), "{name} looks into {seen}");
            let one_place = room != "decide" || seen != "evolve" || name == "src/decide/transaction.rs";
            assert!(one_place, "{name}: only a transaction evolves what it decides");
        }
    }
}

/// The floors of folders: a file, or a folder as a whole, takes names from what is below it only, and so is in no circle.
#[test]
fn folders_have_floors() {
    let (mut arrows, mut engine) = (0, 0);
    for (folder, floors) in FLOORS {
        let floors: Vec<&str> = floors.split_whitespace().collect();
        let floor = |name: &str| floors.iter().position(|floor| *floor == name);
        let files = rust(folder);
        let entries: BTreeSet<&str> = files.keys().map(|name| entry(folder, name)).collect();
        for known in &floors {
            assert!(entries.contains(known), "{folder} has no {known} any more");
        }
        for (name, text) in &files {
            let own = entry(folder, name);
            let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
            if is_test || own == "mod" && floor(own).is_none() {
                continue;
            }
            let here = floor(own).unwrap_or_else(|| panic!("{name} has no floor in the list of {folder}"));
            let lines: Vec<&str> = code(text).collect();
            for seen in neighbours(folder, name, &lines.join("\n"), &entries) {
                if seen == "mod" && floor("mod").is_none() {
                    continue;
                }
                let there = floor(&seen).unwrap_or_else(|| panic!("{name} looks into {seen}, which has no floor"));
                assert!(there < here, "{name} looks up into {seen}");
                arrows += 1;
                engine += i32::from(folder.starts_with("src/"));
            }
        }
    }
    assert!(engine > 150 && arrows > 400, "{engine} of {arrows}: the paths are not found");
    // A new folder of the programs has floors from the start.
    for name in rust("crates/cli/src").into_keys().filter(|name| name.ends_with("/mod.rs") && !name.contains("/tests/"))
    {
        let folder = name.trim_end_matches("/mod.rs");
        assert!(FLOORS.iter().any(|(known, _)| *known == folder), "{folder} has no list of floors");
    }
}

#[test]
fn the_representation_stays_in_columns_and_state() {
    for (name, text) in
        rust("src").into_iter().filter(|(name, _)| !name.starts_with("src/columns/") && !name.starts_with("src/state/"))
    {
        for word in ["Slot", "Pages", "im::", "imbl", "indexmap", "SlotMap", "BitSet", "UnionFind"] {
            let said = |line: &str| {
                line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|letter: char| letter.is_alphanumeric()))
            };
            assert!(code(&text).all(|line| !said(line)), "{name} says {word}");
        }
    }
    for (name, text) in rust("src") {
        let public = code(&text).filter(|line| line.starts_with("pub ") && !line.starts_with("pub use"));
        for line in public {
            for dependency in ["uuid", "Uuid", "foldhash", "im::", "indexmap", "serde_json"] {
                assert!(!line.contains(dependency), "{name}: {line}");
            }
        }
    }
}

/// What is read from strangers takes objects only, which a derived struct does not: `objects!` makes those. Derived are only
/// structs that are read through another type, and what the engine itself has said.
#[test]
fn no_struct_is_read_from_an_array() {
    let said = [
        "src/event.rs",
        "src/refusal.rs",
        "src/impact/",
        "src/drill/",
        "src/diff/",
        "src/plan/mod.rs",
        "src/rebalance.rs",
    ];
    for (name, text) in rust("src") {
        if name == "src/json/objects.rs" || said.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        for derived in
            text.split("derive(").skip(1).filter(|rest| rest.split(')').next().unwrap().contains("Deserialize"))
        {
            let head = derived.split('{').next().unwrap();
            let through_another = head.contains("try_from = ") || head.contains("transparent");
            assert!(through_another || !head.contains("struct "), "{name} derives Deserialize: derive({head}");
        }
    }
}

#[test]
fn no_command_or_event_is_passed_over() {
    // Of the wire only the table of codes is about each refusal; what is said beside a code may be the same for most.
    let codes = read("src/graph/error.rs");
    let codes = codes.split("impl From<&Refusal> for Code").nth(1).expect("the table").split("\n}\n").next().unwrap();
    let [decide, evolve, words] = ["src/decide/mod.rs", "src/evolve.rs", "src/words.rs"].map(read);
    for (name, text) in [("decide", &*decide), ("evolve", &evolve), ("words", &words), ("codes", codes)] {
        assert!(code(text).all(|line| !line.starts_with("_ =>")), "{name} has a `_` arm");
    }
}

#[test]
fn the_reference_names_every_command_refusal_and_event() {
    let reference = read("src/docs/reference.md");
    let commands = read("src/command.rs");
    let in_tenant = commands.split("\ncommands! {").nth(1).unwrap().split("\n}").next().unwrap();
    let mut words: Vec<String> = in_tenant
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix("\" {")?.split(' ').next())
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(camel_case)
        .collect();
    assert_eq!(words.len(), 27, "{words:?}");
    words.extend(["createTenant".into(), "deleteTenant".into(), "tenantCreated".into(), "tenantDeleted".into()]);
    words.extend(variants(&read("src/refusal.rs"), "pub enum Refusal {").iter().map(|variant| camel_case(variant)));
    words.extend(variants(&read("src/event.rs"), "pub enum Event {").iter().map(|variant| camel_case(variant)));
    for word in words {
        assert!(reference.contains(&format!("`{word}`")), "src/docs/reference.md does not name `{word}`");
    }
}

#[test]
fn dependencies_are_what_they_should_be() {
    let manifest = read("Cargo.toml");
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for line in dependencies.lines() {
        assert!(line.contains("default-features = false"), "{line}");
        assert!(!line.contains("\"v4\"") && !line.contains("\"std\""), "{line}");
    }
    assert!(manifest.contains(r#"im = { package = "imbl", version = "7.0.2" }"#));
    let lock = read("Cargo.lock");
    assert!(!lock.contains("name = \"im\"\n"), "the archived crate");
}

#[test]
fn the_top_level_holds_what_it_should_and_no_file_names_a_machine() {
    let folders = ["src", "tests", "benches", "fuzz", "examples", "crates"];
    let alone = ["Cargo.toml", "Cargo.lock", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"];
    let needles = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    for name in all_files() {
        let first = name.split('/').next().unwrap();
        // What `cargo package` adds beside the manifest is no file of ours.
        let known =
            folders.contains(&first) || alone.contains(&first) || first.starts_with('.') || first.contains(".orig");
        assert!(known, "{name} does not belong at the top level");
        let text = String::from_utf8_lossy(&fs::read(root().join(&name)).unwrap()).into_owned();
        for needle in &needles {
            assert!(!text.contains(needle), "{name} says {needle}");
        }
    }
}

/// A reader has the repository and nothing else: whatever a text refers to must be in it.
#[test]
fn no_text_refers_to_a_document_that_is_not_here() {
    let all = all_files();
    let texts = |name: &&String| [".rs", ".md", ".toml"].iter().any(|end| name.ends_with(end));
    let sections = [["contract ", "\u{a7}"].concat(), ["(", "\u{a7}"].concat()];
    for name in all.iter().filter(texts) {
        let text = read(name);
        for section in &sections {
            assert!(!text.contains(section), "{name} refers to a section of a document that is not here");
        }
        let is_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
        for (at, _) in text.match_indices(".md") {
            let goes_on = text[at + 3..].starts_with(|letter: char| letter.is_ascii_alphanumeric());
            let document = text[..at + 3].rsplit(|letter: char| !is_of_a_name(letter)).next().unwrap();
            let start = &text[..at + 3 - document.len()];
            // An address elsewhere, a suffix alone, or a name that the program makes.
            if goes_on || start.ends_with(':') || start.ends_with('}') || [".md", "*.md"].contains(&document) {
                continue;
            }
            let base = document.rsplit('/').next().unwrap();
            let is_here = all.iter().any(|file| file.rsplit('/').next() == Some(base));
            assert!(is_here, "{name} refers to {document}, which is not in the repository");
        }
    }
}

/// A link from page to page leads to a file in the repository and to a module in rustdoc, which looks it up in `links.txt`.
#[test]
fn pages_link_to_pages_in_both_places() {
    let known = read("src/docs/links.txt");
    let pages = all_files().into_iter().filter(|name| name == "README.md" || name.starts_with("src/docs/"));
    for name in pages.filter(|name| [".md"].iter().any(|end| name.ends_with(end))) {
        let text = read(&name);
        for way in ["](crate::docs::", "](super::", "](src/docs/"] {
            assert!(!text.contains(way), "{name}: write [text][planning], with [planning]: planning.md at the end");
        }
        let links = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for (label, file) in links.filter(|(_, file)| file.contains(".md")) {
            let (page, _) = label.split_once('#').unwrap_or((label, ""));
            assert!(file.contains(&format!("{page}.md")), "{name}: [{label}] leads to {file}");
            assert!(
                known.contains(&format!("[{label}]: crate::docs::{label}\n")),
                "links.txt lacks [{label}] of {name}"
            );
        }
    }
}

/// Small enough to learn by heart.
#[test]
fn the_root_has_few_names() {
    let text = read("src/lib.rs");
    let names = text.split("\npub use ").skip(1).flat_map(|rest| {
        let item = rest.split(';').next().unwrap();
        let names = item.split("::").last().unwrap().trim_matches(['{', '}']).to_string();
        names.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect::<Vec<_>>()
    });
    let names: BTreeSet<String> = names.collect();
    assert!((15..=25).contains(&names.len()), "{names:?}");
    assert!(names.contains("Tenant") && names.contains("Plan"), "{names:?}");
}
