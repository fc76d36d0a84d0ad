//! `$filter`: what it means, what it refuses, and its limits.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    properties::server,
    queries::{self, groups, refused},
    server::{PROXY, Server},
    world::{app_id, application, connector, create_group, group},
};

#[test]
fn filters_say_what_they_mean() {
    let mut server = Server::new().lines([create_group(1, "nam"), create_group(2, "asia")]);
    server
        .line(json!({"command": "createConnectorGroup", "id": group(3), "name": "O'Hara and (sons)", "region": "nam"}));
    for (filter, numbers) in [
        ("name eq 'Default'", vec![0]),
        ("name eq 'default'", vec![0]),
        ("name ne 'Default'", vec![1, 2, 3]),
        ("'Default' eq name", vec![0]),
        ("name eq 'O''Hara and (sons)'", vec![3]),
        ("startswith(name,'Group')", vec![1, 2]),
        ("startsWith( name , 'group 1' )", vec![1]),
        ("startswith(name,'Group') eq true", vec![1, 2]),
        ("startswith(name,'Group') eq false", vec![0, 3]),
        ("startswith(name,'')", vec![0, 1, 2, 3]),
        ("name eq 'Group 1' or startswith(name,'D')", vec![0, 1]),
        ("region eq 'nam' and not startswith(name,'O')", vec![1]),
        ("not (region eq 'nam' or isDefault)", vec![2]),
        ("not region eq 'nam'", vec![0, 2]),
        ("region in ('asia','EUR')", vec![0, 2]),
        ("not (region in ('asia', 'eur'))", vec![1, 3]),
        ("isDefault", vec![0]),
        ("isDefault eq true", vec![0]),
        ("isDefault eq false and region ne 'asia'", vec![1, 3]),
        ("connectorGroupType eq 'applicationProxy'", vec![0, 1, 2, 3]),
        ("region eq null", vec![]),
        ("region ne null", vec![0, 1, 2, 3]),
        ("null eq null", vec![0, 1, 2, 3]),
        ("true", vec![0, 1, 2, 3]),
        ("startswith(name,null)", vec![]),
        // `and` binds closer than `or`, `not` closer than both.
        ("isDefault or region eq 'nam' and name eq 'Group 1'", vec![0, 1]),
        ("(isDefault or region eq 'nam') and name eq 'Group 1'", vec![1]),
        ("not isDefault and region eq 'nam'", vec![1, 3]),
    ] {
        let numbers: Vec<String> = numbers.into_iter().map(group).collect();
        let encoded: String =
            percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC).to_string();
        for query in [
            format!("$filter={encoded}"),
            format!("%24filter={encoded}"),
            format!("filter={}", filter.replace(' ', "+")),
        ] {
            assert_eq!(groups(&mut server, &query), numbers, "{filter}");
        }
    }
}

/// Where a filter asks for a key, the answer is the same as by a look at all things.
#[test]
fn a_key_is_found_whatever_else_is_asked() {
    let mut server = queries::server();
    let mut found = |list: &str, filter: &str| {
        let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let answer = server.advanced(&format!("{list}?$count=true&$filter={encoded}"));
        assert_eq!(answer.is(200).body["@odata.count"], answer.ids().len(), "{filter}");
        answer.ids().into_iter().map(String::from).collect::<Vec<_>>()
    };
    let (groups, connectors) = (format!("{PROXY}/connectorGroups"), format!("{PROXY}/connectors"));
    let upper = group(1).to_uppercase();
    for filter in [
        format!("id eq '{upper}'"),
        format!("'{upper}' eq id"),
        format!("region eq 'nam' and id eq '{upper}'"),
        "name eq 'GROUP 1'".into(),
        "(name eq 'Group 1' and region eq 'nam')".into(),
    ] {
        assert_eq!(found(&groups, &filter), [group(1)], "{filter}");
    }
    for filter in ["id eq 'x'", "name eq ' Group 1'", "name eq ''", "name eq 'Group 1' and region eq 'eur'"] {
        assert!(found(&groups, filter).is_empty(), "{filter}");
    }
    assert_eq!(found(&groups, "not (name eq 'Group 1' and region eq 'nam')"), [0, 2, 3].map(group));
    assert_eq!(found(&connectors, &format!("id eq '{}'", connector(2))), [connector(2)]);
    assert_eq!(found("/beta/applications", &format!("appId eq '{}'", app_id(2))), [application(2)]);
    assert_eq!(
        found("/beta/applications", &format!("id eq '{}' and appId eq '{}'", application(2), app_id(2))),
        [application(2)]
    );
    assert!(
        found("/beta/applications", &format!("id eq '{}' and appId eq '{}'", application(2), app_id(1))).is_empty()
    );
}

#[test]
fn a_filter_that_is_none_is_refused_with_what_is_wrong() {
    let mut server = Server::new();
    for (filter, reason) in [
        ("", "it ends too early"),
        ("name", "it ends too early"),
        ("name eq", "it ends too early"),
        ("name eq 'x", "a quote is not closed"),
        ("capacity eq 5", "there is no property 'capacity'"),
        ("name eq 5", "a number is compared with something else"),
        ("name gt 'x'", "unexpected 'gt 'x''"),
        ("contains(name,'x')", "there is no function 'contains'"),
        ("startswith(name)", "unexpected ')'"),
        ("startswith(isDefault,'x')", "startswith takes text"),
        ("startswith(name,'x') eq 'x'", "startswith is true or false"),
        ("isDefault eq 'true'", "a text is compared with true or false"),
        ("name in (true)", "a text is compared with true or false"),
        ("name in ()", "unexpected ')'"),
        ("name in ('a' 'b')", "unexpected ''b')'"),
        ("(name eq 'x'", "it ends too early"),
        ("name eq 'x')", "unexpected ')'"),
        ("name eq 'x' and", "it ends too early"),
        ("name eq 'x' name", "unexpected 'name'"),
        ("a\u{301}\u{0} eq 'x'", "there is no property 'a'"),
    ] {
        let encoded: String =
            percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC).to_string();
        let message = refused(&mut server, &format!("$filter={encoded}"));
        assert_eq!(message, format!("Invalid filter clause: {reason}."), "{filter}");
    }
}

/// The page on templates has `contains`, in a text and in the texts of a list; the directory has it nowhere, and `endsWith` not
/// for what is served here.
#[test]
fn only_templates_are_searched_within_texts() {
    let mut server = Server::new();
    let mut templates = |filter: &str| {
        let answer = server.get(&format!("/v1.0/applicationTemplates?$filter={}", encoded(filter)));
        answer.is(200).ids().len()
    };
    let all = templates("contains(displayName,'')");
    assert_eq!((templates("contains(displayName, 'USTO')"), templates("contains(displayName,'ustx')")), (all, 0));
    assert_eq!(
        (templates("contains(displayName,null)"), templates("categories/any(c:contains(c, 'myCategory'))")),
        (0, 0)
    );
    for (filter, text) in [
        ("contains(displayName,'x')", "Unsupported property filter clause operator 'Contains'."),
        (
            "endsWith(displayName,'x')",
            "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true \
             query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more \
             information",
        ),
    ] {
        let answer = server.get(&format!("/v1.0/applications?$filter={}", encoded(filter)));
        assert_eq!(answer.is_refused(400, "Request_UnsupportedQuery").message(), text);
    }
}

/// A filter as a tree, and what it means, judged on the JSON of things.
#[derive(Debug, Clone)]
enum Tree {
    Any(Vec<Tree>),
    All(Vec<Tree>),
    Not(Box<Tree>),
    Equal(Term, Term),
    Unequal(Term, Term),
    AtLeast(Term, Term),
    AtMost(Term, Term),
    StartsWith(Term, Term),
    In(Term, Vec<Term>),
    IsDefault,
}

#[derive(Debug, Clone)]
enum Term {
    Property(&'static str),
    Value(Value),
}

impl Term {
    fn text(&self) -> String {
        match self {
            Self::Property(name) => (*name).to_string(),
            Self::Value(Value::String(text)) => format!("'{}'", text.replace('\'', "''")),
            Self::Value(value) => value.to_string(),
        }
    }

    fn value(&self, thing: &Value) -> Value {
        let value = match self {
            Self::Property(name) => thing[*name].clone(),
            Self::Value(value) => value.clone(),
        };
        value.as_str().map(|text| text.to_ascii_lowercase().into()).unwrap_or(value)
    }
}

impl Tree {
    /// With more parentheses than are needed, so that the parser's precedence is not the test's.
    fn text(&self) -> String {
        let all = |parts: &[Self], word: &str| parts.iter().map(Self::text).collect::<Vec<_>>().join(word);
        match self {
            Self::Any(parts) => format!("({})", all(parts, " or ")),
            Self::All(parts) => format!("({})", all(parts, " and ")),
            Self::Not(part) => format!("not {}", part.text()),
            Self::Equal(one, other) => format!("{} eq {}", one.text(), other.text()),
            Self::Unequal(one, other) => format!("{} ne {}", one.text(), other.text()),
            Self::AtLeast(one, other) => format!("{} ge {}", one.text(), other.text()),
            Self::AtMost(one, other) => format!("{} le {}", one.text(), other.text()),
            Self::StartsWith(one, other) => format!("startswith({},{})", one.text(), other.text()),
            Self::In(one, others) => {
                format!("{} in ({})", one.text(), others.iter().map(Term::text).collect::<Vec<_>>().join(", "))
            }
            Self::IsDefault => "isDefault".into(),
        }
    }

    fn holds(&self, thing: &Value) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(thing)),
            Self::All(parts) => parts.iter().all(|part| part.holds(thing)),
            Self::Not(part) => !part.holds(thing),
            Self::Equal(one, other) => one.value(thing) == other.value(thing),
            Self::Unequal(one, other) => one.value(thing) != other.value(thing),
            Self::AtLeast(one, other) => Self::AtMost(other.clone(), one.clone()).holds(thing),
            Self::AtMost(one, other) => match (one.value(thing), other.value(thing)) {
                (Value::String(one), Value::String(other)) => one <= other,
                _ => false,
            },
            Self::StartsWith(one, other) => match (one.value(thing), other.value(thing)) {
                (Value::String(text), Value::String(prefix)) => text.starts_with(&prefix),
                _ => false,
            },
            Self::In(one, others) => others.iter().any(|other| one.value(thing) == other.value(thing)),
            Self::IsDefault => thing["isDefault"] == true,
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let texts = ["Default", "group 1", "O'Hara, Ä", "", "g", "nam", "EUR", "applicationProxy", "syncFabric", "ä", "O'"];
    let text = prop_oneof![
        3 => select(&["id", "name", "connectorGroupType", "region"][..]).prop_map(Term::Property),
        3 => select(texts.to_vec()).prop_map(|text| Term::Value(text.into())),
        1 => Just(Term::Value(Value::Null)),
    ];
    let flag =
        prop_oneof![Just(Term::Property("isDefault")), any::<bool>().prop_map(|value| Term::Value(value.into()))];
    let leaf = prop_oneof![
        (text.clone(), text.clone()).prop_map(|(one, other)| Tree::Equal(one, other)),
        (text.clone(), text.clone()).prop_map(|(one, other)| Tree::Unequal(one, other)),
        (flag.clone(), flag).prop_map(|(one, other)| Tree::Equal(one, other)),
        (text.clone(), text.clone()).prop_map(|(one, other)| Tree::AtLeast(one, other)),
        (text.clone(), text.clone()).prop_map(|(one, other)| Tree::AtMost(one, other)),
        (text.clone(), text.clone()).prop_map(|(one, other)| Tree::StartsWith(one, other)),
        (text.clone(), vec(text, 1..4)).prop_map(|(one, others)| Tree::In(one, others)),
        Just(Tree::IsDefault),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Tree::Any),
            vec(inner.clone(), 1..4).prop_map(Tree::All),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

pub(crate) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// A filter chooses what a naive reading of it chooses.
    #[test]
    fn filters_choose_what_they_say(tree in tree()) {
        let mut server = server();
        server.line(json!({"command": "createConnectorGroup", "id": group(3), "name": "O'Hara, Ä", "region": "nam"}));
        let groups = format!("{PROXY}/connectorGroups");
        let all = server.get(&groups).body["value"].as_array().unwrap().clone();
        let expected: Vec<&Value> = all.iter().filter(|thing| tree.holds(thing)).collect();
        let answer = server.get(&format!("{groups}?$filter={}", encoded(&tree.text())));
        prop_assert_eq!(answer.is(200).body["value"].as_array().unwrap().iter().collect::<Vec<_>>(), expected, "{}", tree.text());
    }

    /// Text that may be a filter or not is answered, shortly.
    #[test]
    fn any_text_is_a_filter_or_is_refused(text in "[ '(),a-z\u{e4}]{0,200}|((not|\\(|name eq 'a'|\\)|and|or|in|,| ){1,4}){0,60}") {
        let status = server().get(&format!("{PROXY}/connectorGroups?$filter={}", encoded(&text))).status;
        prop_assert!([200, 400].contains(&status));
    }
}

#[test]
fn nesting_and_length_have_their_limits() {
    let mut server = server();
    let mut status = |filter: &str| {
        let batch = json!({"requests": [{"id": "1", "method": "GET",
            "url": format!("{}/connectorGroups?$filter={}", &PROXY["/beta".len()..], encoded(filter))}]});
        server.post("/beta/$batch", &batch).body["responses"][0]["status"].as_u64().unwrap()
    };
    let nested = |depth: usize| format!("{}isDefault{}", "(".repeat(depth), ")".repeat(depth));
    let negated = |depth: usize| format!("{}isDefault", "not ".repeat(depth));
    let spellings: [fn(usize) -> String; 2] = [nested, negated];
    for of_depth in spellings {
        assert_eq!((status(&of_depth(32)), status(&of_depth(33))), (200, 400));
        assert_eq!(status(&of_depth(2_000)), 400);
    }
    let one_after_the_other = vec!["isDefault"; 585].join(" or ");
    assert_eq!((one_after_the_other.len(), status(&one_after_the_other)), (7_601, 200));
    let long = |bytes: usize| format!("name eq '{}'", "a".repeat(bytes - 10));
    assert_eq!((status(&long(8_192)), status(&long(8_193))), (200, 400));
    assert_eq!(status(&"(".repeat(100_000)), 400);
}
