//! What is done to applications: made, renamed, published, assigned.

use alloc::{boxed::Box, format, string::ToString};

use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Profile,
    answer::{Reply, Session, apply, tenant},
    call::Call,
    entity::PUBLISHING,
    error::{Code, Error},
    find,
    group::read_only,
    json::{Members, is_annotation},
    query::Query,
    reference,
    route::{Key, Target, Version},
    shown::{Shape, Shown, View},
};
use crate::{
    ApplicationId, Command, Directory,
    command::{
        AddApplication, CreateApplication, DeleteApplication, PublishApplication, RemoveApplication,
        UnpublishApplication, UpdateApplication,
    },
    model::PublishingChanges,
    view::ApplicationView,
};

/// The template that applications to publish are made of.
const TEMPLATE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

/// What PowerShell writes into both URLs to unpublish.
const UNPUBLISHED: &str = "PowerShellDeleteApplication";

/// Answers a call that changes an application.
pub(super) fn answer(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    target: &Target,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    Query::none(call)?;
    match (target, &call.method) {
        (Target::List(_), _) => create(directory, call, version, session),
        (Target::Instantiate(template), _) => instantiate(directory, call, version, template, session),
        (Target::ApplicationGroupReference(key), method) if *method == Method::PUT => assign(directory, call, key),
        (Target::ApplicationGroupReference(key), _) => {
            let application = find::assignment(tenant(directory, call)?, key)?.0.id();
            apply(directory, call, RemoveApplication { application }.into())?;
            Ok(Reply::no_content())
        }
        (Target::Item(_, key), method) => {
            let id = find::application(tenant(directory, call)?, key)?.id();
            if *method == Method::PATCH {
                return update(directory, call, version, id);
            }
            apply(directory, call, DeleteApplication { id }.into())?;
            Ok(Reply::no_content())
        }
        // All else has no such method, and was refused for that.
        _ => Err(Error::segment("")),
    }
}

fn create(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    let application = made(directory, call, version, session)?;
    let view = View { call, version };
    let mut reply = Reply::json(StatusCode::CREATED, &Shown::one(application, "applications", view));
    let link = format!("{}/{}/applications/{}", call.root, version.as_str(), application.id());
    reply.headers.push((header::LOCATION, link));
    Ok(reply)
}

/// The new application that a body asks for.
fn made<'a>(
    directory: &'a mut Directory,
    call: &Call<'_>,
    version: Version,
    session: &mut Session<'_>,
) -> Result<ApplicationView<'a>, Error> {
    let mut members = Members::of(call.json()?)?;
    if members.take(PUBLISHING).is_some() {
        return Err(mixed(version));
    }
    let missing = || Error::new(Code::InvalidBody, "The property 'displayName' is missing.");
    let display_name = members.text("displayName")?.ok_or_else(missing)?;
    rest(members, call)?;
    let (id, app_id) = session.next_application_ids();
    apply(directory, call, CreateApplication { id, app_id, display_name: display_name.into() }.into())?;
    find::application(tenant(directory, call)?, &Key::Id(id.to_string()))
}

/// What is left of a body: nothing that is read-only, and nothing that is not modelled unless that may go.
fn rest(mut members: Members, call: &Call<'_>) -> Result<(), Error> {
    read_only(&mut members, &["id", "appId"])?;
    if call.options.lets_application_properties_go { Ok(()) } else { members.finish() }
}

/// An application and a service principal, of which nothing is kept.
fn instantiate(
    directory: &mut Directory,
    call: &Call<'_>,
    version: Version,
    template: &str,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    if !template.eq_ignore_ascii_case(TEMPLATE) {
        return Err(Error::resource_not_found(template));
    }
    let service_principal = session.next_any_id();
    let application = made(directory, call, version, session)?;
    let (shape, view) = (Shape::default(), View { call, version });
    let body = json!({
        "@odata.context": view.context("microsoft.graph.applicationServicePrincipal"),
        "application": Shown::part(application, &shape, view),
        "servicePrincipal": {
            "id": service_principal.to_string(),
            "appId": application.app_id(),
            "displayName": application.display_name(),
        },
    });
    Ok(Reply::json(StatusCode::CREATED, &body))
}

/// `onPremisesPublishing` is set in a request of its own.
fn update(directory: &mut Directory, call: &Call<'_>, version: Version, id: ApplicationId) -> Result<Reply, Error> {
    let mut members = Members::of(call.json()?)?;
    if let Some(publishing) = members.take(PUBLISHING) {
        if version == Version::V1 || !members.is_empty() {
            return Err(mixed(version));
        }
        apply(directory, call, published(id, publishing, call.options.profile)?)?;
        return Ok(Reply::no_content());
    }
    let display_name = members.text("displayName")?;
    rest(members, call)?;
    if let Some(display_name) = display_name {
        apply(directory, call, UpdateApplication { id, display_name: display_name.into() }.into())?;
    }
    Ok(Reply::no_content())
}

/// `onPremisesPublishing` is not there in v1.0, and in beta not together with anything else.
fn mixed(version: Version) -> Error {
    let text = "The request is currently not supported on the targeted entity set";
    match version {
        Version::V1 => Error::invalid_property(PUBLISHING),
        Version::Beta => Error::new(Code::MixedPublishing, text),
    }
}

/// Null, or the sentinel in both URLs, unpublishes; anything else publishes or changes how it is published.
fn published(application: ApplicationId, mut publishing: Value, profile: Profile) -> Result<Command, Error> {
    if publishing.is_null() {
        return Ok(UnpublishApplication { application }.into());
    }
    plain(PUBLISHING, &mut publishing)?;
    let given = |name: &str| publishing.get(name).and_then(Value::as_str);
    if given("internalUrl") == Some(UNPUBLISHED) && given("externalUrl") == Some(UNPUBLISHED) {
        return Ok(UnpublishApplication { application }.into());
    }
    // Documented as set by the system, while Microsoft's own tools set it (§7).
    if profile == Profile::Documented && publishing.get("applicationType").is_some_and(|value| !value.is_null()) {
        return Err(Error::new(Code::ReadOnlyProperty, "The property 'applicationType' is read-only."));
    }
    let changes = PublishingChanges::deserialize(publishing)
        .map_err(|error| Error::new(Code::InvalidBody, &format!("{PUBLISHING}: {error}")))?;
    Ok(PublishApplication { application, on_premises_publishing: Box::new(changes) }.into())
}

/// Takes annotations out of the parts whose type is known; in open parts they say the type, and stay. A list stands only
/// where there can be one.
fn plain(name: &str, value: &mut Value) -> Result<(), Error> {
    const OPEN: [&str; 5] = [
        "segmentsConfiguration",
        "verifiedCustomDomainKeyCredential",
        "verifiedCustomDomainPasswordCredential",
        "wafIpRanges",
        "wafAllowedHeaders",
    ];
    const LISTS: [&str; 5] =
        ["onPremisesApplicationSegments", "corsConfigurations", "allowedOrigins", "allowedHeaders", "allowedMethods"];
    // JSON is read to a depth of 128 at most, which is how deep this goes.
    match value {
        _ if OPEN.contains(&name) => Ok(()),
        Value::Object(members) => {
            members.retain(|name, _| !is_annotation(name));
            members.iter_mut().try_for_each(|(name, member)| plain(name, member))
        }
        Value::Array(values) if LISTS.contains(&name) => values.iter_mut().try_for_each(|value| plain("", value)),
        Value::Array(_) => {
            Err(Error::new(Code::InvalidBody, &format!("{PUBLISHING}: a list where none can be: '{name}'.")))
        }
        _ => Ok(()),
    }
}

/// `PUT /applications/{id}/connectorGroup/$ref`.
fn assign(directory: &mut Directory, call: &Call<'_>, key: &Key) -> Result<Reply, Error> {
    let link = reference::of_body(call, "connectorGroups")?;
    let tenant = tenant(directory, call)?;
    let absent = || Error::application_not_found(key.as_str());
    let application = find::application_by(tenant, key).ok_or_else(absent)?.id();
    let connector_group = find::group(tenant, &reference::id(&link)?)?.id();
    apply(directory, call, AddApplication { application, connector_group }.into())?;
    Ok(Reply::no_content())
}
