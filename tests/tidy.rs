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

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", ".git"].contains(&name.as_str()) {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// Every Rust file below a folder by its name from the root, and its text up to its unit tests.
fn rust(folder: &str) -> BTreeMap<String, String> {
    let mut found = Vec::new();
    files(&root().join(folder), &mut found);
    let rust = found.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_string();
        (name, code)
    })
    .collect()
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
    for folder in ["src", "tests", "examples", "benches", "fuzz"] {
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
        let elsewhere = ["src/workload/", "src/plan/", "src/graph/"];
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
        ("ids", vec!["columns"]),
        ("timestamp", vec!["ids"]),
        ("model", vec!["ids", "timestamp"]),
        ("command", VALUES.to_vec()),
        ("event", [VALUES, &["state"]].concat()),
        ("refusal", VALUES.to_vec()),
        ("state", [VALUES, &["columns"]].concat()),
        ("view", vec!["state"]),
        ("select", vec!["ids", "model", "command", "state"]),
        ("decide", [VALUES, WORDS, &["columns", "state", "select", "evolve"]].concat()),
        ("evolve", [VALUES, &["event", "state"]].concat()),
        ("impact", [VALUES, &["command", "event", "state", "select", "evolve"]].concat()),
        ("audit", [VALUES, &["refusal"]].concat()),
        ("tenant", [VALUES, WORDS, &["columns", "state", "decide", "evolve", "audit", "impact"]].concat()),
        ("diff", [VALUES, &["command", "refusal", "state", "tenant"]].concat()),
        ("picture", vec!["ids", "model", "command", "state", "impact", "tenant"]),
        ("history", vec!["command", "event", "refusal", "tenant"]),
        ("document", [VALUES, &["columns", "state", "audit", "tenant"]].concat()),
        ("directory", [VALUES, WORDS, &["columns", "state", "decide", "document", "tenant"]].concat()),
        ("plan", [VALUES, WORDS, &["state", "select", "tenant"]].concat()),
        ("rebalance", [VALUES, &["command", "state", "plan", "tenant"]].concat()),
        ("workload", [VALUES, WORDS, &["state", "tenant", "directory"]].concat()),
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
    let said = ["src/event.rs", "src/refusal.rs", "src/impact/", "src/plan/mod.rs", "src/rebalance.rs"];
    for (name, text) in rust("src") {
        if name == "src/objects.rs" || said.iter().any(|place| name.starts_with(place)) {
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
    for name in ["src/decide/mod.rs", "src/evolve.rs", "src/graph/error.rs"] {
        assert!(code(&read(name)).all(|line| !line.starts_with("_ =>")), "{name} has a `_` arm");
    }
}

fn rule_rows() -> BTreeMap<String, Vec<String>> {
    let readme = read("README.md");
    let table = readme.split("\n## Rules\n").nth(1).expect("a section `## Rules`").split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        let tests: Vec<String> = cells[3].split('`').skip(1).step_by(2).map(String::from).collect();
        assert!(!tests.is_empty() || cells[3].starts_with("not modelled: "), "{row}");
        (cells[0].to_string(), tests)
    })
    .collect()
}

#[test]
fn every_rule_has_its_row_and_every_row_its_test() {
    let rows = rule_rows();
    let numbers = |range: std::ops::RangeInclusive<u32>| range.map(|number| format!("R-{number}"));
    let ranges = [1..=7, 10..=42, 45..=51, 60..=67, 70..=72];
    let expected = ranges.into_iter().flat_map(numbers);
    let invariants = (1..=8).map(|number| format!("I{number}")).chain((1..=6).map(|number| format!("T{number}")));
    for rule in expected.chain(invariants).chain(["R-13b".into(), "R-39b".into()]) {
        assert!(rows.contains_key(&rule), "{rule} has no row in README.md");
    }
    let everything: String = rust("tests").into_values().collect();
    let mut sources = Vec::new();
    files(&root().join("src"), &mut sources);
    let units: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let has = |test: &str| everything.contains(&format!("fn {test}(")) || units.contains(&format!("fn {test}("));
    for (rule, tests) in &rows {
        for test in tests {
            assert!(has(test), "{rule} names a test that there is not: {test}");
        }
    }
    let named: BTreeSet<&String> = rows.values().flatten().collect();
    for (name, text) in rust("tests/rules") {
        let tests = text.split("#[test]\nfn ").skip(1).map(|rest| rest.split('(').next().unwrap());
        for test in
            tests.filter(|test| test.starts_with(['r', 'i', 't', 'c']) && test[1..].starts_with(char::is_numeric))
        {
            assert!(named.contains(&test.to_string()), "{name}: {test} stands in no row of README.md");
        }
    }
}

#[test]
fn the_readme_names_every_command_refusal_and_event() {
    let readme = read("README.md");
    let commands = read("src/command.rs");
    let in_tenant = commands.split("\ncommands! {").nth(1).unwrap().split("\n}").next().unwrap();
    let mut words: Vec<String> = in_tenant
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix("\" {")?.split(' ').next())
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(camel_case)
        .collect();
    assert_eq!(words.len(), 20, "{words:?}");
    words.extend(["createTenant".into(), "deleteTenant".into(), "tenantCreated".into(), "tenantDeleted".into()]);
    words.extend(variants(&read("src/refusal.rs"), "pub enum Refusal {").iter().map(|variant| camel_case(variant)));
    words.extend(variants(&read("src/event.rs"), "pub enum Event {").iter().map(|variant| camel_case(variant)));
    for word in words {
        assert!(readme.contains(&format!("`{word}`")), "README.md does not name `{word}`");
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
    let allowed = ["Cargo.toml", "Cargo.lock", "src", "tests", "benches", "fuzz", "examples", "README.md", "target"];
    let more = ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let known = allowed.contains(&name.as_str()) || more.contains(&name.as_str()) || name.starts_with('.');
        assert!(known, "{name} does not belong at the top level");
    }
    let mut all = Vec::new();
    files(root(), &mut all);
    let needles = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    for path in all {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for needle in &needles {
            assert!(!text.contains(needle), "{} says {needle}", path.display());
        }
    }
}
