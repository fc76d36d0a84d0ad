//! What is done to applications: made, renamed, published, assigned.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    engine::{Writer, enabled, together},
    entity::{Entity, PUBLISHING, object, relation},
    error::{Code, Error},
    find,
    json::{read_only, unchanged},
    kept,
    open::{Open, properties},
    principal,
    query::Query,
    reference,
    reply::{Reply, written},
    route::{Key, Target, Version},
    schema::{self, APPLICATION, PropertyType},
    shown::Shown,
    template::Template,
};
use crate::{
    ApplicationId, Command, Tenant,
    command::{
        AddApplication, CreateApplication, CreateServicePrincipal, DeleteApplication, PublishApplication,
        RemoveApplication, UnpublishApplication, UpdateApplication, UpdateServicePrincipal,
    },
    ids::ServicePrincipalId,
    model::{OnPremisesPublishing, OpenObject, PublishingChanges},
    view::ApplicationView,
};

/// What PowerShell writes into both URLs to unpublish.
const UNPUBLISHED: &str = "PowerShellDeleteApplication";

/// Answers a call that changes an application.
pub(super) fn answer(writer: &mut Writer<'_, '_>, target: &Target) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    match (target, &writer.call.method) {
        (Target::List(_), _) => create(writer, None),
        (Target::Instantiate(template), _) => instantiate(writer, template),
        (Target::ApplicationGroupReference(key), method) if *method == Method::PUT => assign(writer, key),
        (Target::ApplicationGroupReference(key), _) => {
            let application = find::assignment(writer.tenant()?, key)?.0.id();
            writer.apply(RemoveApplication { application }.into())?;
            Ok(Reply::no_content())
        }
        (Target::Publishing(key), _) => {
            let id = find::application(writer.tenant()?, key)?.id();
            let members = writer.call.members(&schema::PUBLISHING)?.into_inner();
            publish(writer, id, members.into())
        }
        (Target::Item(_, key), method) => {
            if *method == Method::PATCH {
                return update(writer, key);
            }
            let tenant = writer.tenant()?;
            let application = find::application(tenant, key)?;
            let principal = application.service_principal().map(|principal| kept::with_principal(tenant, principal));
            let mut commands = principal.transpose()?.unwrap_or_default();
            commands.push(DeleteApplication { id: application.id() }.into());
            writer.apply(together(commands))?;
            Ok(Reply::no_content())
        }
        // All else has no such method, and was refused for that.
        _ => Err(Error::segment("")),
    }
}

/// A new application; by `PATCH`, one with the unique name of its key.
fn create(writer: &mut Writer<'_, '_>, unique_name: Option<&str>) -> Result<Reply, Error> {
    let view = writer.view();
    let application = made(writer, None, unique_name)?;
    Ok(Reply::created(
        Shown::one(application, "applications", view).written(),
        view.link("applications", &application.id()),
    ))
}

/// The new application that a body asks for. Made of a template it has a service principal too, in the same step: both or
/// neither.
fn made<'w>(
    writer: &'w mut Writer<'_, '_>,
    template: Option<&Template>,
    unique_name: Option<&str>,
) -> Result<ApplicationView<'w>, Error> {
    let (version, session) = (writer.version, &mut *writer.session);
    let mut members = writer.call.members(&APPLICATION)?;
    // A new application is published in a second request: the service refuses both at once, and whoever writes
    // tests must meet that here.
    if members.take(PUBLISHING).is_some() {
        return Err(mixed(version));
    }
    let missing = || Error::new(Code::InvalidBody, "The property 'displayName' is missing.");
    let display_name = members.text("displayName")?.ok_or_else(missing)?.into();
    read_only(&mut members, &["id", "appId"])?;
    let mut more = session.created();
    more.extend(unique_name.map(|name| ("uniqueName".into(), name.into())));
    if template.is_none() && !members.has("signInAudience") {
        // Of an application that a tool makes by itself; one of a template is its tenant's.
        more.insert("signInAudience".into(), "AzureADandPersonalMicrosoftAccount".into());
    }
    if let Some(template) = template {
        more.insert("applicationTemplateId".into(), template.id.into());
        more.insert("appRoles".into(), Template::app_roles());
    }
    if let Some(links) = members.take("owners@odata.bind") {
        more.insert("owners".into(), kept::owners(&links)?);
    }
    let none = Map::new();
    let own = Open { members, schema: &APPLICATION, version, kept: &none, shown: &none }.changes(more)?;
    let (id, app_id) = session.next_application_ids();
    let mut commands = Vec::from([CreateApplication { id, app_id, display_name, properties: own }.into()]);
    if template.is_some() {
        let principal = session.next_service_principal_id();
        let mut own = session.created();
        own.insert("appRoleAssignmentRequired".into(), true.into());
        own.insert("tags".into(), Template::tags_of_principal());
        let properties = properties(own)?;
        commands.push(CreateServicePrincipal { id: principal, application: id, properties }.into());
    }
    writer.apply(together(commands))?;
    find::application(writer.tenant()?, &Key::Id(id.to_string()))
}

/// An application with its service principal.
fn instantiate(writer: &mut Writer<'_, '_>, template: &str) -> Result<Reply, Error> {
    let template = Template::find(template).ok_or_else(|| Error::resource_not_found(template))?;
    let view = writer.view();
    let app_id = Key::AppId(made(writer, Some(template), None)?.app_id().to_string());
    let tenant = writer.tenant()?;
    let body = json!({
        "@odata.context": view.context(&["microsoft.graph.applicationServicePrincipal"]),
        "application": whole(find::application(tenant, &app_id)?, view.version),
        "servicePrincipal": whole(principal::find(tenant, &app_id)?, view.version),
    });
    Ok(Reply::json(StatusCode::CREATED, written(&body)))
}

/// All that a new thing has, with its id under the name that the page of the version has for it.
fn whole<'a, T: Entity<'a>>(thing: T, version: Version) -> Map<String, Value> {
    let id = match version {
        Version::Beta => "objectId",
        Version::V1 => "id",
    };
    let named = |known: &PropertyType| if known.name == "id" { id } else { known.name };
    let all = thing.schema().selected_by_all(version);
    all.map(|known| (named(known).into(), json!(thing.property(known.name)))).collect()
}

/// `onPremisesPublishing` is set in a request of its own.
fn update(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    let version = writer.version;
    let application = match (find::application(writer.tenant()?, key), key) {
        (Err(_), Key::UniqueName(name)) if writer.call.creates_missing => return create(writer, Some(name)),
        (found, _) => found?,
    };
    let id = application.id();
    let mut members = writer.call.members(&APPLICATION)?;
    if let Some(publishing) = members.take(PUBLISHING) {
        if version == Version::V1 || !members.is_empty() {
            return Err(mixed(version));
        }
        return publish(writer, id, publishing);
    }
    let display_name = members.text("displayName")?.map(Into::into);
    // Tools read an object, change it and write it back whole; read-only members with the value that they have are no
    // change.
    unchanged(&mut members, "id", &id.to_string())?;
    unchanged(&mut members, "appId", &application.app_id().to_string())?;
    let kept = application.kept();
    let properties = Open { members, schema: &APPLICATION, version, kept: &kept, shown: &kept }.changes(Map::new())?;
    // An empty body is 204 and no command: a log shows what somebody asked for.
    if display_name.is_some() || properties.is_some() {
        writer.apply(UpdateApplication { id, display_name, properties }.into())?;
    }
    Ok(Reply::no_content())
}

/// Changes how an application is published, by its own path or as the one property of a body. The tags that come with it are
/// part of the same step: both or neither.
fn publish(writer: &mut Writer<'_, '_>, id: ApplicationId, publishing: Value) -> Result<Reply, Error> {
    let tenant = writer.tenant()?;
    enabled(tenant, writer.call)?;
    // Where it is not about either, tags that somebody took away since stay away.
    let may_tag = ["applicationType", "isAccessibleViaZTNAClient"].iter().any(|name| publishing.get(name).is_some())
        || tenant.application(id).is_some_and(|application| application.connector_group().is_none());
    segments_stay(&publishing)?;
    let publish = published(id, publishing)?;
    let tags = may_tag.then(|| tags_after(tenant, id, &publish)).flatten();
    let mut commands = Vec::from([publish]);
    if let Some((principal, tags)) = tags {
        let properties = properties(Map::from_iter([("tags".into(), tags)]))?;
        commands.extend(properties.map(|properties| match principal {
            Some(id) => UpdateServicePrincipal { id, properties }.into(),
            None => UpdateApplication { id, display_name: None, properties: Some(properties) }.into(),
        }));
    }
    writer.apply(together(commands))?;
    Ok(Reply::no_content())
}

/// The segments of `ipSegmentConfiguration` are a relation, which is written by its own path.
fn segments_stay(publishing: &Value) -> Result<(), Error> {
    let Some(Value::Object(configuration)) = publishing.get("segmentsConfiguration") else { return Ok(()) };
    let is_of_web =
        matches!(configuration.get("@odata.type"), Some(Value::String(of)) if of.ends_with("webSegmentConfiguration"));
    match configuration.keys().find(|name| name.eq_ignore_ascii_case("applicationSegments")) {
        Some(name) if !is_of_web => Err(Error::invalid_property(name)),
        _ => Ok(()),
    }
}

/// By this tag of their service principals, samples and cmdlets find the applications of application proxy.
pub(super) const OF_PROXY: &str = "WindowsAzureActiveDirectoryOnPremApp";

/// The type of those applications.
pub(super) fn is_of_proxy(publishing: &OnPremisesPublishing) -> bool {
    &*publishing.application_type == "enterpriseapp"
}

/// The tags that the service gives besides those that are there, where this command leaves a thing without some: an application
/// of Private Access, or the service principal of another one, which is named then. Entra PowerShell's cmdlets
/// write none, and find applications by them.
fn tags_after(tenant: &Tenant, id: ApplicationId, command: &Command) -> Option<(Option<ServicePrincipalId>, Value)> {
    // Tried out on a copy, which shares what it does not change: only the engine knows what publishing comes of a body.
    let mut tenant = tenant.clone();
    tenant.apply(command).ok()?;
    let application = tenant.application(id)?;
    let publishing = application.on_premises_publishing()?;
    if is_of_proxy(&publishing) {
        let principal = application.service_principal()?;
        let tags = tagged(relation(&object(&principal.properties), "tags"), &[OF_PROXY])?;
        return Some((Some(principal.id), tags));
    }
    let kind = match &*publishing.application_type {
        "nonwebapp" => "PrivateAccessNonWebApplication",
        "quickaccessapp" => "NetworkAccessQuickAccessApplication",
        _ => return None,
    };
    // Quick Access is reached by that client alone, and was not seen to be tagged so.
    let is_accessible = publishing.is_accessible_via_ztna_client == Some(true) && kind.starts_with("Private");
    let given = ["IsAccessibleViaZTNAClient", "HideApp", kind];
    let given = given.get(usize::from(!is_accessible)..).unwrap_or_default();
    Some((None, tagged(relation(&application.kept(), "tags"), given)?))
}

/// Tags with those that are given too; `None` where all of these are among them.
pub(super) fn tagged(mut tags: Vec<Value>, given: &[&str]) -> Option<Value> {
    let before = tags.len();
    for tag in given {
        if !tags.iter().any(|known| known == tag) {
            tags.push((*tag).into());
        }
    }
    (tags.len() > before).then(|| tags.into())
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
fn published(application: ApplicationId, publishing: Value) -> Result<Command, Error> {
    if publishing.is_null() {
        return Ok(UnpublishApplication { application }.into());
    }
    let given = |name: &str| publishing.get(name).and_then(Value::as_str);
    if given("internalUrl") == Some(UNPUBLISHED) && given("externalUrl") == Some(UNPUBLISHED) {
        return Ok(UnpublishApplication { application }.into());
    }
    // By way of what a command in a transaction is read from: with two ways, all of publishing would be compiled twice.
    let changes: PublishingChanges = OpenObject::deserialize(publishing)
        .and_then(OpenObject::read)
        .map_err(|error| Error::new(Code::InvalidBody, &format!("{PUBLISHING}: {error}")))?;
    Ok(PublishApplication { application, on_premises_publishing: Box::new(changes) }.into())
}

/// `PUT /applications/{id}/connectorGroup/$ref`.
fn assign(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    let link = reference::of_body(writer.call, &["connectorGroups"])?;
    let tenant = writer.tenant()?;
    // Not there and not published have one code on this route.
    let absent = || Error::application_not_found(key.as_str());
    let application = find::application_by(tenant, key).ok_or_else(absent)?.id();
    let connector_group = find::group(tenant, &reference::id(&link)?)?.id();
    writer.apply(AddApplication { application, connector_group }.into())?;
    Ok(Reply::no_content())
}
