//! Each output is read by its own grammar and run, request by request, against the engine's wire: the tenant is then where the
//! plan leads.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

extern crate alloc;

use alloc::collections::BTreeMap;
use std::process::{Command, Stdio};

use connector_groups::{Command as Change, ConnectorGroupId, Desired, Tenant, command::UpdateApplication};
use hcl::{
    Expression,
    eval::{Context, Evaluate},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tree_sitter::Node;

use super::{graph, powershell, terraform};
use crate::{
    apply::tests::faults::World,
    apply::tests::faults::ask,
    import::Imported,
    output::is_interpreted,
    plan::report::Report,
    work::{
        Effect, Places, Work,
        generated::{OPTIONS, Planned, assert_alike, changed_settings, contoso, generated},
    },
};

/// Where a run of a plan's requests leads.
struct Run {
    world: World,
    /// The ids of new groups, by their names in the output.
    ids: BTreeMap<String, String>,
}

impl Run {
    fn new(planned: &Planned) -> Self {
        Self { world: World::new(planned), ids: BTreeMap::new() }
    }

    /// A request that must be accepted.
    fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = ask(&mut self.world, method, path.trim_start_matches('/'), body);
        assert!((200..300).contains(&status), "{method} {path} {body:?}: {status} {answer}");
        answer
    }

    fn made(&mut self, name: &str, answer: &Value) {
        self.ids.insert(name.into(), answer["id"].as_str().unwrap().into());
    }

    /// The tenant is as the plan has it, but for the ids that the service gave, and settings are as they were to be.
    fn assert_done(&self, planned: &Planned, settings: &[Change]) {
        let mut end = planned.end.clone();
        for command in settings {
            end.apply(command).unwrap();
        }
        for application in end.applications() {
            let (one, other) = (application, self.world.tenant().application(application.id()).unwrap());
            assert_eq!(one.display_name(), other.display_name());
            assert_alike(one.properties(), other.properties());
            assert_eq!(one.on_premises_publishing(), other.on_premises_publishing());
        }
        let creations = planned.work.steps.iter().flat_map(|step| &step.effects).filter_map(|effect| match effect {
            Effect::CreateConnectorGroup { id, .. } => Some(*id),
            _ => None,
        });
        let id = |number: usize| self.ids[&format!("group{number}")].parse::<ConnectorGroupId>().unwrap();
        let ids: BTreeMap<_, _> = (1..).zip(creations).map(|(number, planned)| (planned, id(number))).collect();
        let expected = Places::of(&end).renamed(|id| ids.get(&id).copied().unwrap_or(id));
        let differences: Vec<_> =
            expected.differences(&Places::of(self.world.tenant())).iter().map(ToString::to_string).collect();
        assert_eq!(differences, [""; 0]);
    }
}

/// A plan with settings behind it, as each output.
fn outputs(planned: &Planned, settings: &[Change]) -> (Value, String, String) {
    let imported = Imported::from(planned.tenant.clone());
    let mut report = Report::new(&imported, &planned.desired, &planned.plan, OPTIONS).unwrap();
    let (work, is_in) = Work::settings(&planned.tenant, settings);
    assert!(is_in.iter().all(|is_in| *is_in));
    report.settings = work;
    report.beforehand = vec!["create application \"New'\u{9b}\n\"".into()];
    let (graph, powershell, terraform) =
        (graph(&report).unwrap(), powershell(&report).unwrap(), terraform(&report).unwrap());
    // What is not in an output, it says.
    let told = "not in here, do it first: create application \"New'\\u{9b}\\u{a}\"";
    assert_eq!(graph["beforehand"], json!([told]));
    for text in [&powershell, &terraform] {
        assert!(text.contains(&format!("\n# {told}\n")), "{text}");
    }
    assert!(powershell.contains("\nWrite-Warning 'not in here, do it first: "), "{powershell}");
    (graph, powershell, terraform)
}

/// Sends the batches, and puts ids in the place of placeholders as the document says.
fn run_graph(planned: &Planned, settings: &[Change], graph: &Value) {
    let mut run = Run::new(planned);
    let mut done = 0;
    for batch in graph["batches"].as_array().unwrap() {
        assert!(batch["step"].as_u64().unwrap() >= done, "the steps are in order");
        done = batch["step"].as_u64().unwrap();
        let mut requests = batch["requests"].clone();
        assert!(requests.as_array().unwrap().len() <= 20);
        for request in requests.as_array_mut().unwrap() {
            for place in [request.pointer("/url"), request.pointer("/body/@odata.id")].map(Option::<&Value>::cloned) {
                let Some(text) = place else { continue };
                let mut with_ids = text.as_str().unwrap().to_string();
                for (name, id) in &run.ids {
                    with_ids = with_ids.replace(&format!("{{{{{name}}}}}"), id);
                }
                assert!(!with_ids.contains("{{"), "{with_ids}");
                match request.get("body") {
                    Some(body) if body["@odata.id"] == text => request["body"]["@odata.id"] = with_ids.into(),
                    _ => request["url"] = with_ids.into(),
                }
            }
        }
        let answer = run.send("POST", "$batch", Some(&json!({"requests": requests})));
        for part in answer["responses"].as_array().unwrap() {
            assert!((200..300).contains(&part["status"].as_u64().unwrap()), "{part}");
            if let Some(name) = batch["gives"].get(part["id"].as_str().unwrap()) {
                run.made(name.as_str().unwrap().trim_matches(['{', '}']), &part["body"]);
            }
        }
    }
    run.assert_done(planned, settings);
}

/// An argument of a PowerShell command.
#[derive(Debug)]
enum Argument {
    Text(String),
    Table(BTreeMap<String, String>),
}

impl Argument {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Table(table) => panic!("{table:?}"),
        }
    }

    fn table(&self) -> Value {
        match self {
            Self::Table(table) => json!(table),
            Self::Text(text) => panic!("{text}"),
        }
    }
}

/// What PowerShell makes of a text in double quotes without variables.
fn expanded(quoted: &str) -> String {
    let mut text = String::new();
    let mut letters = quoted[1..quoted.len() - 1].chars();
    while let Some(letter) = letters.next() {
        match letter {
            '`' => match letters.next().unwrap() {
                'u' => {
                    let code: String = letters.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
                    text.push(char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap());
                }
                letter => text.push(letter),
            },
            '$' | '"' => panic!("a variable or a quote in {quoted}"),
            letter => text.push(letter),
        }
    }
    text
}

/// The arguments below a node, in their order.
fn arguments(node: Node, script: &str, ids: &BTreeMap<String, String>, found: &mut Vec<Argument>) {
    let text = &script[node.byte_range()];
    match node.kind() {
        "command" => {
            let mut inner = Vec::new();
            arguments(node.child_by_field_name("command_elements").unwrap(), script, ids, &mut inner);
            assert!(text.starts_with("Get-NewId "), "{text}");
            found.push(Argument::Text(ids[inner[0].text()].clone()));
        }
        "hash_literal_expression" => {
            let mut table = BTreeMap::new();
            let mut open = vec![node];
            while let Some(node) = open.pop() {
                if node.kind() == "hash_entry" {
                    let key = &script[node.named_child(0).unwrap().byte_range()];
                    let mut value = Vec::new();
                    arguments(node.named_child(1).unwrap(), script, ids, &mut value);
                    assert_eq!(value.len(), 1, "{text}");
                    table.insert(key.trim().into(), value[0].text().into());
                } else {
                    open.extend(
                        (0..node.named_child_count()).filter_map(|at| node.named_child(at.try_into().unwrap())),
                    );
                }
            }
            found.push(Argument::Table(table));
        }
        "verbatim_string_characters" => {
            assert!(
                !text.contains(['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']),
                "PowerShell ends a text there: {text}"
            );
            found.push(Argument::Text(text[1..text.len() - 1].replace("''", "'")));
        }
        "expandable_string_literal" => found.push(Argument::Text(expanded(text))),
        "decimal_integer_literal" | "integer_literal" | "generic_token" => found.push(Argument::Text(text.into())),
        _ => {
            let mut walk = node.walk();
            for child in node.named_children(&mut walk) {
                arguments(child, script, ids, found);
            }
        }
    }
}

/// Reads the script by its grammar and does what each call of the head's functions does.
fn run_powershell(planned: &Planned, settings: &[Change], script: &str) {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    let tree = parser.parse(script, None).unwrap();
    assert!(!tree.root_node().has_error(), "{}\n{script}", tree.root_node().to_sexp());
    let mut run = Run::new(planned);
    let mut calls = 0;
    let profile = "onPremisesPublishingProfiles/applicationProxy";
    // Calls at the top of the script; what is within a function is the head's.
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        let name = node.child_by_field_name("command_name").map(|name| &script[name.byte_range()]).unwrap_or_default();
        if node.kind() != "command"
            || !["New-", "Update-", "Remove-", "Move-"].iter().any(|verb| name.starts_with(verb))
        {
            if !["function_statement", "command"].contains(&node.kind()) {
                let mut walk = node.walk();
                let children: Vec<_> = node.named_children(&mut walk).collect();
                open.extend(children.into_iter().rev());
            }
            continue;
        }
        let mut given = Vec::new();
        let ids = run.ids.clone();
        arguments(node.child_by_field_name("command_elements").unwrap(), script, &ids, &mut given);
        calls += 1;
        assert_eq!(given[0].text(), calls.to_string(), "the changes are counted");
        let link = |to: &str| json!({"@odata.id": format!("https://graph/beta/{profile}/connectorGroups/{to}")});
        match name {
            "New-Group" => {
                let answer = run.send("POST", &format!("{profile}/connectorGroups"), Some(&given[2].table()));
                run.made(given[1].text(), &answer);
            }
            "Update-Group" => {
                let path = format!("{profile}/connectorGroups/{}", given[1].text());
                run.send("PATCH", &path, Some(&given[2].table()));
            }
            "Update-Application" => {
                let body: Value = serde_json::from_str(given[2].text()).unwrap();
                run.send("PATCH", &format!("applications/{}", given[1].text()), Some(&body));
            }
            "Remove-Group" => {
                run.send("DELETE", &format!("{profile}/connectorGroups/{}", given[1].text()), None);
            }
            "Move-Connector" => {
                let path = format!("{profile}/connectors/{}/memberOf/$ref", given[1].text());
                run.send("POST", &path, Some(&link(given[2].text())));
            }
            "Move-Application" => {
                let path = format!("applications/{}/connectorGroup/$ref", given[1].text());
                run.send("PUT", &path, Some(&link(given[2].text())));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(calls, planned.work.effects_count() + Work::settings(&planned.tenant, settings).0.effects_count());
    run.assert_done(planned, settings);
}

/// Reads the resources by their grammar and does what the provider's pages say of them.
fn run_terraform(planned: &Planned, settings: &[Change], text: &str) {
    let body = hcl::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut run = Run::new(planned);
    let (mut resources, mut actions) = (hcl::Map::new(), hcl::Map::new());
    let mut before: Option<String> = None;
    for block in body.blocks().filter(|block| block.identifier() == "resource") {
        let [kind, name] = [0, 1].map(|at| block.labels()[at].as_str().to_string());
        let attribute =
            |name: &str| block.body().attributes().find(|one| one.key() == name).map(|one| one.expr().clone());
        let follows = attribute("depends_on").map(|expression| expression.to_string().replace(char::is_whitespace, ""));
        assert_eq!(follows, before.map(|before| format!("[{before}]")), "each step follows the one before it");
        before = Some(format!("{kind}.{name}"));
        let known = [("msgraph_resource", resources.clone()), ("msgraph_resource_action", actions.clone())];
        let evaluated = |expression: Expression, each: Option<(&str, &Value)>| {
            let mut context = Context::new();
            for (kind, known) in &known {
                context.declare_var(*kind, hcl::Value::Object(known.clone()));
            }
            if let Some((key, value)) = each {
                let value = hcl::to_value(value).unwrap();
                context.declare_var("each", hcl::value!({"key" = key, "value" = value}));
            }
            serde_json::to_value(expression.evaluate(&context).unwrap()).unwrap()
        };
        assert_eq!(evaluated(attribute("api_version").unwrap(), None), json!("beta"));
        let each = attribute("for_each").map(|each| evaluated(each, None));
        let each: Vec<_> = match &each {
            Some(each) => each.as_object().unwrap().iter().map(|(key, value)| Some((key.as_str(), value))).collect(),
            None => vec![None],
        };
        for each in each {
            let text = |name: &str| attribute(name).map(|one| evaluated(one, each).as_str().unwrap().to_string());
            let body = attribute("body").map(|body| evaluated(body, each));
            let is_kept = kind == "msgraph_resource";
            let (method, path) = if is_kept {
                ("POST".into(), text("url").unwrap())
            } else {
                let action = text("action").map(|action| format!("/{action}")).unwrap_or_default();
                (text("method").unwrap(), text("resource_url").unwrap() + &action)
            };
            let answer = run.send(&method, &path, body.as_ref());
            if let Some(id) = answer["id"].as_str().filter(|_| path.ends_with("/connectorGroups")) {
                run.made(&name, &answer);
                if is_kept {
                    resources.insert(name.clone(), hcl::value!({ "id" = id }));
                } else {
                    actions.insert(name.clone(), hcl::value!({ "output" = { "id" = id } }));
                }
            }
        }
    }
    run.assert_done(planned, settings);
}

fn assert_safe(texts: [&str; 3]) {
    for text in texts {
        assert!(!text.chars().any(|letter| is_interpreted(letter) && letter != '\n'), "{text:?}");
    }
}

#[test]
fn each_output_of_generated_plans_leads_to_the_plans_end() {
    let mut plans = generated(40);
    plans.push(renamed("Pune Development", "Datacenter Frankfurt"));
    let mut patches = 0;
    for (number, planned) in plans.iter().enumerate() {
        let settings = if number % 2 == 0 { changed_settings(&planned.tenant) } else { Vec::new() };
        lead_to_the_end(planned, &settings);
        patches += Work::settings(&planned.tenant, &settings).0.effects_count();
    }
    assert!(patches > 30, "{patches} changes of settings are among them");
}

fn lead_to_the_end(planned: &Planned, settings: &[Change]) {
    let (graph, powershell, terraform) = outputs(planned, settings);
    run_graph(planned, settings, &graph);
    run_powershell(planned, settings, &powershell);
    run_terraform(planned, settings, &terraform);
    assert_safe([&crate::safe::json(&graph.to_string()), &powershell, &terraform]);
}

/// Contoso with a group of one name that becomes another, and a new one.
fn renamed(name: &str, new: &str) -> Planned {
    let tenant: Tenant = contoso();
    let json = json!({"connectorGroups": [
        {"name": "Pune Development", "rename": name, "region": "asia"},
        {"name": new, "region": "eur", "connectors": ["conn-ams-04.contoso.local"], "applications": {"in": "Private Access Pilot"}},
    ]});
    let desired: Desired = serde_json::from_value(json).unwrap();
    Planned::new(&tenant, &desired).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names of everything that some reader gives a meaning to: they stay names.
    #[test]
    fn hostile_names_stay_names(
        name in r#"x[-'"`$(){}%@;#\\<>|&\[\]a-z\x00-\x1f\u{7f}-\u{9f}\u{2018}-\u{201f}\u{202a}-\u{202e}\u{1f600}]{0,24}x"#,
        new in r#"y(\$\{|%\{|\{\{group1\}\}|'|"|`|\$\(|\*/|#>|\\u|\n|[\u{2018}-\u{201f}]|é){0,8}y"#,
    ) {
        let planned = renamed(&name, &new);
        let application = planned.tenant.applications().next().unwrap().id();
        lead_to_the_end(&planned, &[UpdateApplication::new(application).display_name(name).into()]);
    }
}

/// The real parsers, where they are.
#[test]
fn the_tools_themselves_read_their_output() {
    let planned = renamed("It's \u{2019}${x} %{y} \"z\" `n", "New '$(Get-Date)'");
    let (_, powershell, terraform) = outputs(&planned, &changed_settings(&planned.tenant));
    let run = |tool: &str, arguments: &[&str], input: &str| {
        let child = Command::new(tool).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            eprintln!("NOT RUN: {tool} is not here");
            return;
        };
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stdout));
    };
    run("terraform", &["fmt", "-no-color", "-"], &terraform);
    let parse = "$e = $null; $null = [Management.Automation.Language.Parser]::ParseInput(([Console]::In.ReadToEnd()), \
                 [ref]$null, [ref]$e); $e; exit $e.Count";
    run("pwsh", &["-NoProfile", "-Command", parse], &powershell);
}
