//! `$search`, and what else of a `$filter` only the directory documents: `ge`, `le` and `/$count`.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    filters::encoded,
    server::{PROXY, Server},
};

/// Applications of these names, each with a description.
fn named(names: &[(&str, &str)]) -> Server {
    let mut server = Server::new();
    for (name, description) in names {
        server.post("/v1.0/applications", &json!({"displayName": name, "description": description})).is(201);
    }
    server
}

/// The names of the applications that a query finds.
fn found(server: &mut Server, query: &str) -> Vec<String> {
    let answer = server.advanced(&format!("/v1.0/applications?{query}"));
    answer.is(200).all("displayName").into_iter().map(String::from).collect()
}

/// Each line of the table of the page on searches, and what its notes say.
#[test]
fn a_search_compares_words() {
    let names =
        ["hello world", "HelloWorld", "hello.world", "hello123world", "HELLOworld", "李四(David Li)", "app-rubrik"];
    let mut server = named(&names.map(|name| (name, "")));
    for (text, expected) in [
        ("hello", &names[..5]),
        ("HELLO", &names[..5]),
        ("hel wor", &names[..4]),
        ("world hello", &names[..4]),
        ("WorldHello", &names[..4]),
        ("helloworld", &["hello.world", "HELLOworld"]),
        ("hello.world", &["hello.world"]),
        (".", &["hello.world"]),
        ("12", &["hello123world"]),
        ("hello123", &["hello123world"]),
        ("ello", &[]),
        ("李四(David Li)", &names[5..6]),
        ("李四", &names[5..6]),
        ("David)", &names[5..6]),
        ("(李四", &names[5..6]),
        ("Li 李", &names[5..6]),
        ("app-rubrik", &names[6..]),
        ("rubrik app", &names[6..]),
        ("apprub", &names[6..]),
    ] {
        let search = encoded(&format!("\"displayName:{text}\""));
        assert_eq!(found(&mut server, &format!("$search={search}")), expected, "{text}");
    }
}

#[test]
fn clauses_are_joined_and_other_texts_are_searched_by_their_start() {
    let mut server = named(&[("One Video", "first"), ("One Drive", "second"), ("Two Drive", "said \"first\\second\"")]);
    for (search, expected) in [
        (r#""displayName:One""#, &["One Video", "One Drive"][..]),
        (r#""DisplayName:one""#, &["One Video", "One Drive"]),
        (r#""displayName:One" AND "description:second""#, &["One Drive"]),
        (r#""displayName:Two" OR "description:first""#, &["One Video", "Two Drive"]),
        (r#""description:first" AND ("displayName:Video" OR "displayName:Drive")"#, &["One Video", "Two Drive"]),
        (r#""displayName:Video" OR "displayName:Drive" AND "displayName:Two""#, &["One Video", "Two Drive"]),
        (r#""description:\"first\\second\"""#, &["Two Drive"]),
        (r#""signInAudience:azureADand""#, &["One Video", "One Drive", "Two Drive"]),
        (r#""signInAudience:ADand""#, &[]),
    ] {
        assert_eq!(found(&mut server, &format!("$search={}", encoded(search))), expected, "{search}");
    }
    // Together with a filter, a count, an order, and page by page.
    let both = "$search=\"displayName:Drive\"&$filter=startswith(displayName,'One')".replace('"', "%22");
    assert_eq!(found(&mut server, &both), ["One Drive"]);
    let all = "/v1.0/applications?$search=%22displayName:Drive%22&$count=true&$orderby=displayName%20desc&$top=1";
    let first = server.advanced(all);
    assert_eq!((first.is(200).all("displayName"), &first.body["@odata.count"]), (vec!["Two Drive"], &json!(2)));
    let second = server.advanced(first.body["@odata.nextLink"].as_str().unwrap());
    assert_eq!((second.is(200).all("displayName"), second.body.get("@odata.nextLink")), (vec!["One Drive"], None));
    assert_eq!(server.advanced("/v1.0/applications/$count?$search=%22displayName:Drive%22").is(200).body, "2");
}

#[test]
fn a_search_that_is_none_is_refused_with_what_is_wrong() {
    let mut server = named(&[("One", "")]);
    for (search, reason) in [
        ("", "it ends too early"),
        ("One", "unexpected 'One'"),
        ("displayName:One", "unexpected 'displayName:One'"),
        ("\"displayName:One", "a quote is not closed"),
        ("\"displayName:One\\\"", "a quote is not closed"),
        ("\"One\"", "a clause is a property, ':' and a text"),
        ("\"displayName: \"", "a clause has no text"),
        ("\"owner:One\"", "there is no property 'owner'"),
        ("\"tags:One\"", "it searches in texts"),
        ("\"displayName:One\" or \"displayName:One\"", "unexpected 'or \"displayName:One\"'"),
        ("\"displayName:One\" \"displayName:One\"", "unexpected '\"displayName:One\"'"),
        ("(\"displayName:One\"", "it ends too early"),
        ("not \"displayName:One\"", "unexpected 'not \"displayName:One\"'"),
    ] {
        let answer = server.advanced(&format!("/v1.0/applications?$search={}", encoded(search)));
        let message = answer.is_refused(400, "BadRequest").message();
        assert_eq!(message, format!("Invalid search clause: {reason}."), "{search}");
    }
    let deep = format!("{}\"displayName:One\"{}", "(".repeat(33), ")".repeat(33));
    server.advanced(&format!("/v1.0/applications?$search={}", encoded(&deep))).is_refused(400, "BadRequest");
    // The directory asks for a header, and nothing else has a search.
    let refused = server.get("/v1.0/applications?$count=true&$search=%22displayName:One%22");
    assert_eq!(
        refused.is_refused(400, "Request_UnsupportedQuery").message(),
        "Request with $search query parameter only works through MSGraph with a special request header: \
         'ConsistencyLevel: eventual'"
    );
    let elsewhere = server.advanced(&format!("{PROXY}/connectorGroups?$search=%22name:One%22"));
    assert_eq!(elsewhere.is_refused(400, "BadRequest").message(), "The query option '$search' is not supported here.");
}

proptest! {
    /// Text that may be a search or not is answered, shortly.
    #[test]
    fn any_text_is_a_search_or_is_refused(text in "[ \"():\\\\a-z\u{e4}]{0,200}|((\\(|\"displayName:a\"|\\)|AND|OR| ){1,4}){0,60}") {
        let status = named(&[("a", "")]).advanced(&format!("/v1.0/applications?$search={}", encoded(&text))).status;
        prop_assert!([200, 400].contains(&status));
    }
}

#[test]
fn a_filter_asks_for_what_is_at_least_and_at_most() {
    let mut server = Server::new();
    for (name, created) in
        [("b", "2024-03-01T10:00:00Z"), ("A", "2024-03-01T10:00:00.5Z"), ("c", "2025-01-01T00:00:00Z")]
    {
        let id = server.post("/v1.0/applications", &json!({"displayName": name})).is(201).body["id"].clone();
        let properties = json!({"createdDateTime": created, "contoso_number": created.len()});
        server.line(json!({"command": "updateApplication", "id": id, "properties": properties}));
    }
    for (filter, expected) in [
        ("createdDateTime ge 2024-03-01T10:00:00.2Z", &["A", "c"][..]),
        ("createdDateTime le 2024-03-01T10:00:00Z", &["b"]),
        ("createdDateTime ge 2024-03-01", &["b", "A", "c"]),
        ("createdDateTime le 2025-01-01", &["b", "A", "c"]),
        ("createdDateTime le 2024-12-31 and createdDateTime ge 2024-03-01T11:00:00%2B01:00", &["b", "A"]),
        ("2024-12-31 le createdDateTime", &["c"]),
        ("createdDateTime ge null", &[]),
        ("null le createdDateTime", &[]),
        ("deletedDateTime le 2024-12-31", &[]),
        ("displayName ge 'B'", &["b", "c"]),
        ("displayName le 'b'", &["b", "A"]),
        ("contoso_number ge 21", &["A"]),
        ("contoso_number le 20.5", &["b", "c"]),
        ("contoso_number le '20'", &[]),
    ] {
        // By default: these are no advanced queries.
        let answer = server.get(&format!("/v1.0/applications?$filter={}", filter.replace(' ', "%20")));
        assert_eq!(answer.is(200).all("displayName"), expected, "{filter}");
    }
    for (filter, reason) in [
        ("accountEnabled ge true", "there is no property 'accountEnabled'"),
        ("isFallbackPublicClient ge true", "true and false have no order"),
        ("displayName ge 5", "a number is compared with something else"),
        ("displayName ge", "it ends too early"),
        ("tags ge 'a'", "the collection 'tags' is asked by any or all"),
        ("createdDateTime ge 2024-02-30", "'2024-02-30' is no number"),
    ] {
        let answer = server.get(&format!("/v1.0/applications?$filter={}", filter.replace(' ', "%20")));
        let message = answer.is_refused(400, "BadRequest").message();
        assert_eq!(message, format!("Invalid filter clause: {reason}."), "{filter}");
    }
}

#[test]
fn a_filter_asks_whether_a_collection_has_none_or_one() {
    let mut server = named(&[("none", ""), ("one", ""), ("two", "")]);
    let ids: Vec<String> = server.get("/v1.0/applications").ids().into_iter().map(String::from).collect();
    for (application, owners) in ids.iter().zip(0_u32..) {
        for owner in 0..owners {
            let id =
                format!("https://graph.microsoft.com/v1.0/directoryObjects/0e000000-0000-4000-8000-00000000000{owner}");
            server.post(&format!("/v1.0/applications/{application}/owners/$ref"), &json!({"@odata.id": id})).is(204);
        }
        let uris: Vec<Value> = (0..owners).map(|number| format!("api://{application}/{number}").into()).collect();
        server.patch(&format!("/v1.0/applications/{application}"), &json!({"identifierUris": uris})).is(204);
    }
    for (filter, expected) in [
        ("owners/$count eq 0", &["none"][..]),
        ("Owners/$count eq 1", &["one"]),
        ("owners/$count ne 0", &["one", "two"]),
        ("owners/$count ne 1", &["none", "two"]),
        ("owners/$count eq 0 or owners/$count eq 1", &["none", "one"]),
        ("not (identifierUris/$count eq 0) and owners/$count eq 1", &["one"]),
        ("web/redirectUris/$count eq 0", &["none", "one", "two"]),
    ] {
        let query = format!("$count=true&$filter={}", encoded(filter));
        assert_eq!(found(&mut server, &query), expected, "{filter}");
        let basic = server.get(&format!("/v1.0/applications?$filter={}", encoded(filter)));
        basic.is_refused(400, "Request_UnsupportedQuery");
    }
    for (filter, reason) in [
        ("owners/$count eq 2", "$count is compared with 0 and 1 only"),
        ("owners/$count eq '0'", "$count is compared with 0 and 1 only"),
        ("owners/$count eq", "$count is compared with 0 and 1 only"),
        ("owners/$count ge 1", "unexpected 'ge 1'"),
        ("owners/$count", "it ends too early"),
        ("displayName/$count eq 0", "$count is asked of a collection"),
        ("connectorGroup/$count eq 0", "there is no property 'connectorGroup'"),
        ("nothing/$count eq 0", "there is no property 'nothing'"),
    ] {
        let answer = server.advanced(&format!("/v1.0/applications?$count=true&$filter={}", encoded(filter)));
        let message = answer.is_refused(400, "BadRequest").message();
        assert_eq!(message, format!("Invalid filter clause: {reason}."), "{filter}");
    }
    // Groups without connectors, of the lists that are not the directory's.
    let empty = server.get(&format!("{PROXY}/connectorGroups?$filter=members/$count%20eq%200"));
    assert_eq!(empty.is(200).all("name"), ["Default"]);
}
