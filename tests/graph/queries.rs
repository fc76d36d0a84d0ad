//! Query options: shape, order, pages, counts, filters.

use connector_groups::graph::Options;
use serde_json::{Value, json};

use crate::{
    server::{HOST, PROXY, Server, group_path},
    world::{
        add_application, add_connector, app_id, application, connector, create_application, create_group, group,
        publish, register, report,
    },
};

/// Groups 0 to 3 (`eur`, `nam`, `asia`, `nam`), connectors 1 and 2 (inactive) in group 1, applications 1 and 2 there too.
fn server() -> Server {
    Server::new().lines([
        create_group(1, "nam"),
        create_group(2, "asia"),
        create_group(3, "nam"),
        register(1),
        register(2),
        add_connector(1, 1),
        add_connector(2, 1),
        report(2, "inactive"),
        create_application(1),
        publish(1, &json!({})),
        add_application(1, 1),
        create_application(2),
        publish(2, &json!({})),
        add_application(2, 1),
    ])
}

fn groups(server: &mut Server, query: &str) -> Vec<String> {
    let answer = server.get(&format!("{PROXY}/connectorGroups?{query}"));
    answer.is(200).ids().into_iter().map(String::from).collect()
}

fn refused(server: &mut Server, query: &str) -> String {
    let answer = server.get(&format!("{PROXY}/connectorGroups?{query}"));
    answer.is(400).message().to_string()
}

#[test]
fn select_gives_what_is_asked_for_and_nothing_else() {
    let mut server = server();
    let path = format!("{}?$select=name,%20region", group_path(1));
    let context = "onPremisesPublishingProfiles('applicationProxy')/connectorGroups(name,region)";
    assert_eq!(
        server.get(&path).is(200).body,
        json!({"@odata.context": format!("https://{HOST}/beta/$metadata#{context}/$entity"), "name": "Group 1", "region": "nam"})
    );
    let list = server.get(&format!("{PROXY}/connectorGroups?select=id"));
    assert_eq!(list.is(200).body["value"][0], json!({"id": group(0)}));
    assert_eq!(
        list.body["@odata.context"],
        format!("https://{HOST}/beta/$metadata#onPremisesPublishingProfiles('applicationProxy')/connectorGroups(id)")
    );
    assert_eq!(server.get(&format!("{}?$select=*", group_path(1))).is(200).body["region"], "nam");
    assert_eq!(refused(&mut server, "$select=name,capacity"), "Invalid property 'capacity'");
    assert_eq!(refused(&mut server, "$select="), "Invalid property ''");
    // Of a single application, never of the list (§1.3).
    server.get("/beta/applications?$select=id,onPremisesPublishing").is_refused(400, "Request_BadRequest");
}

#[test]
fn expand_shows_every_relation() {
    let mut server = server();
    let answer = server.get(&format!("{}?$expand=members,applications($select=appId)", group_path(1)));
    let ids: Vec<&Value> =
        answer.is(200).body["members"].as_array().unwrap().iter().map(|member| &member["id"]).collect();
    assert_eq!(ids, [&json!(connector(1)), &json!(connector(2))]);
    assert_eq!(answer.body["applications"], json!([{"appId": app_id(1)}, {"appId": app_id(2)}]));
    let list = server.get(&format!("{PROXY}/connectorGroups?$expand=members($select=id)"));
    assert_eq!(list.is(200).body["value"][0]["members"], json!([]));
    let connector_answer = server.get(&format!("{PROXY}/connectors/{}?$expand=memberOf", connector(1)));
    assert_eq!(connector_answer.is(200).body["memberOf"][0]["id"], group(1));
    let of_application =
        server.get(&format!("/beta/applications/{}?$expand=connectorGroup($select=name)", application(1)));
    assert_eq!(of_application.is(200).body["connectorGroup"], json!({"name": "Group 1"}));
    server.line(create_application(3));
    let unpublished = server.get(&format!("/beta/applications/{}?$expand=connectorGroup", application(3)));
    assert_eq!(unpublished.is(200).body["connectorGroup"], Value::Null);
    assert_eq!(refused(&mut server, "$expand=connectors"), "Invalid property 'connectors'");
    for query in
        ["$expand=members($top=1)", "$expand=members,members", "$expand=members($select=id", "$expand=members()"]
    {
        refused(&mut server, query);
    }
    server
        .get(&format!("/v1.0/applications/{}?$expand=connectorGroup", application(1)))
        .is_refused(400, "Request_BadRequest");
}

#[test]
fn a_long_relation_is_expanded_to_a_page_and_a_link() {
    let mut server = server();
    server.options = Options { page_size: 1, ..Options::default() };
    let answer = server.get(&format!("{}?$expand=members($select=id),applications", group_path(1)));
    assert_eq!(answer.is(200).body["members"], json!([{"id": connector(1)}]));
    let next = answer.body["members@odata.nextLink"].as_str().unwrap();
    assert_eq!(server.get(next).is(200).body["value"], json!([{"id": connector(2)}]));
    let next = answer.body["applications@odata.nextLink"].as_str().unwrap();
    let rest = server.get(next);
    assert_eq!((rest.ids(), rest.body.get("@odata.nextLink")), (vec![application(2).as_str()], None));
}

#[test]
fn pages_lead_from_one_to_the_next_and_each_thing_comes_once() {
    let mut server = server();
    for (size, options) in [
        (1, ""),
        (2, ""),
        (3, "&$count=true"),
        (1, "&$filter=region%20eq%20'nam'%20or%20isDefault"),
        (1, "&$orderby=name%20desc,id"),
        (1, "&$skip=1"),
        (2, "&$select=id&$orderby=region"),
    ] {
        let query = format!("$top={size}{options}");
        let whole = groups(&mut server, &format!("$top=9{options}"));
        let mut url = format!("{PROXY}/connectorGroups?{query}");
        let mut found = Vec::new();
        for _ in 0..10 {
            let answer = server.get(&url);
            found.extend(answer.is(200).ids().into_iter().map(String::from));
            if query.contains("$count") {
                assert_eq!(answer.body["@odata.count"], 4);
            }
            match answer.body.get("@odata.nextLink") {
                Some(next) => {
                    url = next.as_str().unwrap().to_string();
                    assert!(url.starts_with(&format!("https://{HOST}{PROXY}/connectorGroups?$top=")), "{url}");
                }
                None => break,
            }
        }
        assert_eq!(found, whole, "{query}");
    }
    // The server's own page size, and links with the request's own scheme.
    server.options = Options { page_size: 3, scheme: http::uri::Scheme::HTTP, ..Options::default() };
    let first = server.get(&format!("{PROXY}/connectorGroups"));
    assert!(first.body["@odata.nextLink"].as_str().unwrap().starts_with(&format!("http://{HOST}/")));
    let absolute = server.get(&format!("https://other.example{PROXY}/connectorGroups"));
    assert!(absolute.body["@odata.nextLink"].as_str().unwrap().starts_with("https://other.example/"));
}

#[test]
fn a_page_goes_on_where_it_was_whatever_has_come_and_gone() {
    let mut server = server();
    let first = server.get(&format!("{PROXY}/connectorGroups?$top=2"));
    let next = first.body["@odata.nextLink"].as_str().unwrap().to_string();
    server.line(create_group(4, "eur"));
    server.delete(&group_path(2)).is(204);
    assert_eq!(server.get(&next).ids(), [group(3), group(4)]);
    let members = server.get(&format!("{}/members?$top=1", group_path(1)));
    server.line(add_connector(1, 0));
    let next = members.body["@odata.nextLink"].as_str().unwrap();
    assert_eq!(server.get(next).ids(), [connector(2)], "a member that has left still marks its place");
    let last = format!("{PROXY}/connectorGroups?$skiptoken={}", group(2));
    server.get(&last).is_refused(400, "Directory_ExpiredPageToken");
    server.get(&format!("{last}&$orderby=name")).is_refused(400, "Directory_ExpiredPageToken");
    server.get(&format!("{PROXY}/connectorGroups?$skiptoken=x")).is_refused(400, "Directory_ExpiredPageToken");
}

#[test]
fn order_is_by_every_property_both_ways_and_stable() {
    let mut server = server();
    assert_eq!(groups(&mut server, "$orderby=name%20desc"), [3, 2, 1, 0].map(group));
    assert_eq!(groups(&mut server, "$orderby=region,name+asc"), [2, 0, 1, 3].map(group));
    assert_eq!(groups(&mut server, "orderby=region%20desc"), [1, 3, 0, 2].map(group));
    assert_eq!(groups(&mut server, "$orderby=isDefault%20desc"), [0, 1, 2, 3].map(group));
    assert_eq!(refused(&mut server, "$orderby=age"), "Invalid property 'age'");
    refused(&mut server, "$orderby=name%20up");
    refused(&mut server, "$orderby=name%20asc%20asc");
}

#[test]
fn numbers_are_counted_with_filters_too() {
    let mut server = server();
    for (url, count) in [
        (format!("{PROXY}/connectorGroups/$count"), "4"),
        (format!("{PROXY}/connectorGroups/$count?$filter=region%20eq%20'nam'"), "2"),
        (format!("{PROXY}/connectors/$count?$filter=status%20eq%20'inactive'"), "1"),
        (format!("{}/members/$count", group_path(1)), "2"),
        (format!("{}/applications/$count?$filter=startswith(displayName,'App')", group_path(1)), "2"),
        (format!("/beta/applications/$count?$filter=appId%20eq%20'{}'", app_id(1)), "1"),
    ] {
        let answer = server.get(&url);
        assert_eq!((answer.is(200).header("content-type"), answer.body.as_str()), ("text/plain", Some(count)), "{url}");
    }
    let answer = server.get(&format!("{PROXY}/connectorGroups?$count=true&$filter=region+eq+'nam'&$top=1"));
    assert_eq!((answer.body["@odata.count"].as_u64(), answer.ids().len()), (Some(2), 1));
    assert_eq!(groups(&mut server, "$count=false").len(), 4);
    refused(&mut server, "$count=yes");
    server.get(&format!("{PROXY}/connectorGroups/$count?$top=1")).is_refused(400, "BadRequest");
}

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
    let mut server = server();
    let mut found = |list: &str, filter: &str| {
        let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let answer = server.get(&format!("{list}?$count=true&$filter={encoded}"));
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
        ("name eq 5", "there is no property '5'"),
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

#[test]
fn what_is_not_understood_is_named_and_refused() {
    let mut server = Server::new();
    for (query, name) in [
        ("$search=x", "$search"),
        ("$format=json", "$format"),
        ("foo=bar", "foo"),
        ("@id=x", "@id"),
        ("$Filter=true", "$Filter"),
    ] {
        assert_eq!(refused(&mut server, query), format!("The query option '{name}' is not supported here."));
    }
    assert_eq!(refused(&mut server, "$top=1&top=1"), "The query option 'top' is given twice.");
    for query in
        ["$top=0", "$top=1000", "$top=-1", "$top=%2B1", "$top=x", "$top=", "$top=99999999999999999999", "$skip=x"]
    {
        refused(&mut server, query);
    }
    // One thing has no pages, and what changes something has no options.
    server.get(&format!("{}?$top=1", group_path(0))).is_refused(400, "BadRequest");
    server.patch(&format!("{}?$select=id", group_path(0)), &json!({"name": "x"})).is_refused(400, "BadRequest");
    server.delete(&format!("/beta/applications/{}?x=1", application(1))).is_refused(400, "BadRequest");
    assert_eq!(groups(&mut server, "").len(), 1);
    assert_eq!(groups(&mut server, "&&").len(), 1);
}
