//! Pictures, compared byte by byte with the files in `tests/pictures`, which `PICTURES=write` writes anew.
//! `tests/pictures/render` holds those files against the tools that they are for.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a test stops where it fails, and has std"
)]

#[allow(dead_code, reason = "a part of it is enough here")]
mod world;

use std::{fs, path::Path};

use connector_groups::{
    picture::{Picture, PictureOptions},
    *,
};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;
use world::*;

/// The picture in all three languages is what the files say, and comes out the same again.
fn assert_picture(name: &str, picture: &Picture) {
    let texts = [
        ("mmd", picture.mermaid().to_string()),
        ("dot", picture.dot().to_string()),
        ("txt", picture.table().to_string()),
    ];
    for (extension, text) in texts {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(format!("{name}.{extension}"));
        if std::env::var_os("PICTURES").is_some_and(|mode| mode == "write") {
            fs::write(&path, &text).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, expected, "{}: PICTURES=write cargo test --test pictures writes it anew", path.display());
    }
}

fn contoso() -> Tenant {
    let mut directory = Directory::default();
    for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
        directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    }
    directory.tenants().next().unwrap().clone()
}

fn command(value: Value) -> Command {
    serde_json::from_value(value).unwrap()
}

/// Each command with its impact on what those before it leave.
fn steps(tenant: &Tenant, commands: impl IntoIterator<Item = Value>) -> Vec<(Command, Impact)> {
    let mut tenant = tenant.clone();
    let step = |value| {
        let command = command(value);
        let impact = tenant.impact(&command).unwrap();
        tenant.apply(&command).unwrap();
        (command, impact)
    };
    commands.into_iter().map(step).collect()
}

fn plan(steps: &[(Command, Impact)], options: &PictureOptions) -> Picture {
    Picture::of_plan(steps.iter().map(|(command, impact)| (command, impact)), options)
}

/// The branch of the page on plans: two groups, three connectors, three applications, and one of each kind of trouble.
fn branch() -> World {
    let mut world = World::new().with_groups(&[1], "nam").with_connectors(&[1, 2, 3]).with_published(&[1, 2, 3]);
    for (number, name) in [(0, "Default"), (1, "New York")] {
        world.accepts(rename(number, name));
    }
    for number in [2, 3] {
        world.accepts(add_connector(number, 1));
        world.accepts(add_application(number, 1));
    }
    world.accepts(report(3, "inactive"));
    world
}

#[test]
fn a_small_state() {
    assert_picture("state", &Picture::of_tenant(&branch().tenant, &PictureOptions::default()));
}

#[test]
fn the_page_on_plans_shows_a_picture_as_it_is() {
    let (page, picture) = (include_str!("../src/docs/planning.md"), include_str!("pictures/state.mmd"));
    assert!(page.contains(&format!("```mermaid\n{picture}```\n")));
}

#[test]
fn contoso_whole_and_in_counts() {
    let options =
        PictureOptions { connector_groups_max: 5, connectors_max: 2, applications_max: 2, ..PictureOptions::default() };
    assert_picture("contoso", &Picture::of_tenant(&contoso(), &options));
    let options = PictureOptions { connectors_max: 0, applications_max: 0, ..PictureOptions::default() };
    assert_picture("contoso-counts", &Picture::of_tenant(&contoso(), &options));
}

#[test]
fn an_impact_with_every_hazard() {
    let mut world = branch().with_groups(&[2, 3], "eur").with_connectors(&[4]).with_published(&[6]);
    world.accepts(add_connector(4, 1));
    world.accepts(add_application(6, 1));
    let wildcard = json!({"internalUrl": "https://*.local/", "externalUrl": "https://*.contoso.com/"});
    for number in [4, 5] {
        world.accepts(create_application(number));
    }
    world.accepts(publish(4, &wildcard));
    world.accepts(add_application(4, 2));
    let all = [
        add_application(4, 1),
        add_connector(1, 2),
        remove_connector(4),
        add_application(1, 2),
        add_application(2, 3),
        remove_application(3),
        publish(5, &json!({})),
    ];
    let impact = world.tenant.impact(&command(transaction(&all))).unwrap();
    let rules: Vec<_> = impact.hazards().iter().map(Hazard::rule).collect();
    for rule in ["R-28", "R-35", "R-63", "R-66"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
    assert_picture("impact", &Picture::of_impact(&impact, &PictureOptions::default()));
    let options = PictureOptions { connector_groups_max: 1, applications_max: 1, ..PictureOptions::default() };
    assert_picture("impact-folded", &Picture::of_impact(&impact, &options));
}

#[test]
fn a_group_comes_and_a_group_goes() {
    let world = branch().with_groups(&[2], "eur");
    let impact = world.tenant.impact(&command(transaction(&[delete_group(2), create_group(3, "asia"), unpublish(1)])));
    assert_picture("impact-groups", &Picture::of_impact(&impact.unwrap(), &PictureOptions::default()));
}

#[test]
fn a_plan_with_every_command() {
    let tenant = branch().tenant;
    let steps = steps(
        &tenant,
        [
            create_group(2, "eur"),
            json!({"command": "createConnectorGroup", "id": group(3), "name": "Lyon"}),
            json!({"command": "updateConnectorGroup", "id": group(2), "name": "Paris", "region": "asia"}),
            set_region(3, "aus"),
            rename(3, "Lyon 2"),
            json!({"command": "updateConnectorGroup", "id": group(3)}),
            add_connector(2, 2),
            remove_connector(2),
            move_connectors(&json!({"in": group(1)}), 2),
            move_connectors(&json!({"ids": [connector(1), connector(2)]}), 2),
            create_application(4),
            json!({"command": "updateApplication", "id": application(4), "displayName": "Payroll"}),
            publish(4, &json!({})),
            add_application(4, 2),
            remove_application(4),
            reassign(&json!({"all": true}), 2),
            reassign(&json!({"inRegion": "asia"}), 1),
            reassign(&json!({"named": "App"}), 2),
            reassign(&json!({"ids": [application(1)]}), 1),
            json!({"command": "assignApplications", "assignments": [
                {"application": application(1), "connectorGroup": group(2)}]}),
            transaction(&[unpublish(1), delete_application(1)]),
            unpublish(2),
            delete_application(2),
            register(9),
            report(9, "inactive"),
            advance("2026-03-02T09:00:00Z"),
            json!({"command": "provisionConnectorGroup", "id": group(9), "name": "Sync", "connectorGroupType": "syncFabric"}),
            delete_group(3),
        ],
    );
    assert_picture("plan", &plan(&steps, &PictureOptions::default()));
    let options = PictureOptions { connector_groups_max: 2, ..PictureOptions::default() };
    assert_picture("plan-folded", &plan(&steps, &options));
}

/// What a name may contain that a language might take for its own.
const HOSTILE: [&str; 12] = [
    "\"quoted\" 'single' `backtick`",
    "[brackets] (round) {curly} <b>bold</b>",
    "line\nfeed\r\ttab",
    "back\\slash \\N \\l end\\",
    "a --> b; click n0 href \"javascript:alert(1)\"",
    "%%{init: {\"theme\": \"dark\"}}%% # comment #quot; #35;",
    "&amp; &lt;script&gt; <img src=x onerror=alert(1)>",
    "\u{202e}turned\u{2066} zero\u{200b}width \u{1b}[31mred\u{7}",
    "東京データセンター Zürich é e\u{301} 🏭",
    "1. list | - item | * star | __bold__ | subgraph end | $$x^2$$",
    "A name that is longer than anybody would ever want to read in a box of a picture, or in a column of a table, \
     and that goes on",
    "end",
];

#[test]
fn hostile_names() {
    let mut world = World::new();
    for (number, name) in (1..).zip(HOSTILE) {
        world.accepts(json!({"command": "createConnectorGroup", "id": group(number), "name": name, "region": name}));
        world.accepts(json!({"command": "registerConnector", "id": connector(number), "machineName": name,
            "externalIp": "192.0.2.1", "version": "1"}));
        world.accepts(json!({"command": "createApplication", "id": application(number), "appId": app_id(number),
            "displayName": name}));
        let url = format!("https://*.app{number}.contoso.com/");
        world.accepts(publish(number, &json!({"externalUrl": url})));
    }
    let moves = |number| [add_connector(number, number), add_application(number, number)];
    let steps = steps(&world.tenant, (1..).zip(HOSTILE).flat_map(|(number, _)| moves(number)));
    assert_picture("hostile-plan", &plan(&steps, &PictureOptions::default()));
    let all: Vec<_> = (1..).zip(HOSTILE).flat_map(|(number, _)| moves(number)).collect();
    let impact = world.tenant.impact(&command(transaction(&all))).unwrap();
    assert_picture("hostile-impact", &Picture::of_impact(&impact, &PictureOptions::default()));
    world.accepts(transaction(&all));
    let picture = Picture::of_tenant(&world.tenant, &PictureOptions::default());
    assert_picture("hostile-state", &picture);
    let drill = Picture::of_drill(&world.tenant, &world.tenant.drill(), &PictureOptions::default());
    assert_picture("hostile-drill", &drill);
    // Whatever the names, every text is one line of printable characters, and every column begins where it should.
    let table = picture.table().to_string();
    assert!(table.chars().all(|character| character == '\n' || !character.is_control()));
    let mut lines = table.lines();
    let (head, rule) = (lines.next().unwrap(), lines.next().unwrap());
    let third = head.find("availability").unwrap();
    assert_eq!(rule.as_bytes().get(third - 1), Some(&b' '));
    for line in lines {
        let before: &str = line.split("unavailable").next().unwrap().split("at risk").next().unwrap();
        let before = before.split("empty").next().unwrap();
        assert_eq!(before.width(), third, "{line}");
    }
}

/// Whom failures cut off in Contoso, and the same folded to the worst.
#[test]
fn a_drill_shows_who_has_no_spare() {
    let tenant = contoso();
    let drill = tenant.drill();
    assert_picture("drill", &Picture::of_drill(&tenant, &drill, &PictureOptions::default()));
    let few = PictureOptions { connector_groups_max: 2, ..PictureOptions::default() };
    assert_picture("drill-folded", &Picture::of_drill(&tenant, &drill, &few));
}

/// What gets better on the way does not hide what gets worse.
#[test]
fn a_drill_in_which_nobody_is_without_a_spare_does_not_speak_of_it() {
    let tenant = World::new().tenant;
    let drawn = Picture::of_drill(&tenant, &tenant.drill(), &PictureOptions::default());
    let table = drawn.table().to_string();
    assert!(!table.contains("R-63"), "{table}");
}

#[test]
fn a_step_is_marked_by_the_worst_that_it_does() {
    let mut world = World::new().with_groups(&[1], "eur").with_connectors(&[1, 2]).with_published(&[1, 2]);
    world.accepts(add_application(2, 1));
    let text = plan(&steps(&world.tenant, [add_connector(1, 1)]), &PictureOptions::default()).mermaid().to_string();
    assert!(text.contains(":::atRisk") && !text.contains(":::highlyAvailable"), "{text}");
}

/// A picture of much is a picture of little: folded into counts, it does not grow with the tenant.
#[test]
fn a_large_tenant_folds_into_counts() {
    let sizes = [100_u32, 1_000].map(|applications| {
        let mut world = World::new().with_groups(&[1, 2], "eur");
        for number in 0..applications {
            let id = application(number);
            let new = |value| command(value);
            world.tenant.apply(&new(create_application(number))).unwrap();
            world.tenant.apply(&new(publish(number, &json!({})))).unwrap();
            let to = group(1 + number % 2);
            world
                .tenant
                .apply(&new(json!({"command": "addApplication", "application": id, "connectorGroup": to})))
                .unwrap();
        }
        let picture = Picture::of_tenant(&world.tenant, &PictureOptions::default());
        let impact = world.tenant.impact(&command(reassign(&json!({"all": true}), 0))).unwrap();
        let impact = Picture::of_impact(&impact, &PictureOptions::default());
        [picture, impact]
            .map(|picture| picture.mermaid().to_string().lines().count() + picture.table().to_string().lines().count())
    });
    assert_eq!(sizes[0], sizes[1]);
}
