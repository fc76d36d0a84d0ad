//! Publishing, naively: on JSON, property by property.

use connector_groups::{
    command::*,
    document::*,
    event::*,
    model::*,
    refusal::{ReadOnlyProperty, UrlProperty},
    *,
};
use serde_json::{Value, json};

use super::{Answer, Oracle};

const URLS: [(&str, UrlProperty); 2] =
    [("internalUrl", UrlProperty::InternalUrl), ("externalUrl", UrlProperty::ExternalUrl)];

/// Every documented member of an enumeration, by where it is.
const MEMBERS: [(&str, &[&str]); 6] = [
    ("/externalAuthenticationType", &["passthru", "aadPreAuthentication"]),
    ("/applicationServerTimeout", &["Default", "Long"]),
    ("/applicationType", &["enterpriseapp", "nonwebapp", "quickaccessapp", "microsoftapp"]),
    ("/trafficRoutingMethod", &["none", "random", "sessionPersistence", "performance"]),
    (
        "/singleSignOnSettings/singleSignOnMode",
        &["none", "onPremisesKerberos", "saml", "pingHeaderBased", "aadHeaderBased", "oAuthToken"],
    ),
    (
        "/singleSignOnSettings/kerberosSignOnSettings/kerberosSignOnMappingAttributeType",
        &[
            "userPrincipalName",
            "onPremisesUserPrincipalName",
            "userPrincipalUsername",
            "onPremisesUserPrincipalUsername",
            "onPremisesSAMAccountName",
        ],
    ),
];

fn documented(mut publishing: Value) -> Value {
    for (pointer, members) in MEMBERS {
        if let Some(text) = publishing.pointer_mut(pointer)
            && let Some(member) =
                members.iter().find(|member| text.as_str().is_some_and(|text| text.eq_ignore_ascii_case(member)))
        {
            *text = json!(member);
        }
    }
    publishing
}

/// As much of as the commands of these tests try; the text with its final slash.
fn kept_url(url: &str, app_id: Option<AppId>) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    if lower.starts_with("api://") {
        let Some(app_id) = app_id else { return Some(url.into()) };
        let own = format!("api://{app_id}");
        if lower == own {
            return Some(format!("{url}/"));
        }
        return (lower == own + "/").then(|| url.into());
    }
    let rest = lower.strip_prefix("https://").or(lower.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap();
    if host.is_empty() || !host.chars().any(char::is_alphabetic) {
        return None;
    }
    let (path, behind) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let slash = if path.ends_with('/') { "" } else { "/" };
    Some(format!("{path}{slash}{behind}"))
}

fn defaults(application_type: &str, app_id: AppId) -> Value {
    let mut defaults = serde_json::to_value(OnPremisesPublishing::default()).unwrap();
    if ["nonwebapp", "quickaccessapp"].contains(&&*application_type.to_ascii_lowercase()) {
        let url = format!("api://{app_id}/");
        for (name, value) in [
            ("internalUrl", json!(url)),
            ("externalUrl", json!(url)),
            ("externalAuthenticationType", json!("passthru")),
            ("isSecureCookieEnabled", json!(false)),
            ("isTranslateHostHeaderEnabled", json!(false)),
            ("isBackendCertificateValidationEnabled", json!(false)),
            ("onPremisesApplicationSegments", json!([])),
        ] {
            defaults[name] = value;
        }
    }
    defaults
}

impl Oracle {
    pub(super) fn publish(&mut self, id: ApplicationId, changes: &PublishingChanges) -> Answer {
        let mut changes = serde_json::to_value(changes).unwrap();
        let app_id = self.application(id).ok().map(|application| application.app_id);
        for (name, property) in URLS {
            if let Some(url) = changes.get(name).and_then(Value::as_str) {
                changes[name] = kept_url(url, app_id).ok_or(Refusal::InvalidUrl { property })?.into();
            }
        }
        let application = self.application(id)?;
        let (app_id, from) = (application.app_id, application.on_premises_publishing.clone());
        let present = from.as_ref().map(|from| serde_json::to_value(from).unwrap());
        if changes.get("isOnPremPublishingEnabled") == Some(&json!(false)) {
            return Err(Refusal::ReadOnlyProperty { property: ReadOnlyProperty::IsOnPremPublishingEnabled });
        }
        let name = "verifiedCustomDomainCertificatesMetadata";
        if let Some(given) = changes.get(name).filter(|given| !given.is_null())
            && present.as_ref().map(|present| &present[name]) != Some(given)
        {
            return Err(Refusal::ReadOnlyProperty {
                property: ReadOnlyProperty::VerifiedCustomDomainCertificatesMetadata,
            });
        }
        let standing = present.as_ref().map(|present| present["applicationType"].clone());
        let of_type = match changes.get("applicationType") {
            Some(Value::String(given)) => given.clone(),
            Some(_) => "enterpriseapp".into(),
            None => standing.map_or("enterpriseapp".into(), |standing| standing.as_str().unwrap().to_string()),
        };
        let defaults = defaults(&of_type, app_id);
        let mut to = present.unwrap_or(defaults.clone());
        for (name, value) in changes.as_object().unwrap() {
            if !name.starts_with("verified") || name.ends_with("Credential") {
                to[name] = if value.is_null() { defaults[name].clone() } else { value.clone() };
            }
        }
        let to = documented(to);
        for (name, property) in URLS {
            let Some(url) = to[name].as_str() else { continue };
            let has = |application: &&ApplicationDocument| {
                let theirs = serde_json::to_value(&application.on_premises_publishing).unwrap();
                let same =
                    theirs.get(name).and_then(Value::as_str).is_some_and(|other| other.eq_ignore_ascii_case(url));
                application.id != id && same
            };
            if let Some(other) = self.document.applications.iter().find(has) {
                return Err(Refusal::UrlInUse { property, application: other.id });
            }
        }
        let to: Box<OnPremisesPublishing> = serde_json::from_value(to).unwrap();
        let default = self.default_group();
        let application = self.application(id)?;
        application.on_premises_publishing = Some(to.clone());
        Ok(match from {
            None => {
                application.connector_group = Some(default);
                vec![Event::ApplicationPublished { id, connector_group: default, on_premises_publishing: to }]
            }
            Some(from) if from == to => vec![],
            Some(from) => vec![Event::PublishingUpdated { id, from, to }],
        })
    }

    pub(super) fn unpublish(&mut self, UnpublishApplication { application: id }: &UnpublishApplication) -> Answer {
        let application = self.application(*id)?;
        let application_segments = std::mem::take(&mut application.application_segments);
        let parts = (application.connector_group.take(), application.on_premises_publishing.take());
        let (Some(connector_group), Some(on_premises_publishing)) = parts else { return Ok(vec![]) };
        let id = *id;
        Ok(vec![Event::ApplicationUnpublished { id, connector_group, on_premises_publishing, application_segments }])
    }
}
