//! What applications should be again: their publishing, segments and properties, on the places where things are now.
//!
//! The backup is laid over the tenant's own document. What came since stays, unless it holds a URL or a part of a network that
//! the backup gives to another: then the tenant stays as it is there, and the contradiction is told.

extern crate alloc;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connector_groups::{
    AppId, ApplicationId, Tenant, Violation,
    audit::audit,
    diff::{Leftover, diff},
    document::{ApplicationDocument, Document},
    ids::{AnyId, ApplicationSegmentId},
    model::{ApplicationProperties, ApplicationSegment, OnPremisesPublishing, ProfileProperties, ServicePrincipal},
    refusal::UrlProperty,
    view::ApplicationView,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{matching::Matches, notes::Notes};
use crate::{
    backup::content::{Application, Content},
    import::Imported,
    state,
    words::{self, Names, quoted},
    work::{
        Work,
        members::{is_like, object},
    },
};

/// As often contradictions may be looked for again.
const PASSES_MAX: usize = 1000;

/// The tenant with applications as they were, and the commands that lead there.
pub(super) struct Reached {
    pub(super) tenant: Tenant,
    pub(super) commands: Vec<connector_groups::Command>,
    /// Those of them that `apply` can do.
    pub(super) settings: Work,
    /// The backup's applications, each with what it is now.
    pub(super) applications: Vec<Option<ApplicationId>>,
}

/// Leads the applications back, but for their groups.
pub(super) fn reach(
    imported: &Imported,
    content: &Content,
    matches: &Matches,
    recreate: bool,
    notes: &mut Notes,
) -> Result<Reached, String> {
    let now = &imported.tenant;
    let mut document = Document::from(now);
    let no_profile = imported.untold.no_profile;
    let profile = over(&document.on_premises_publishing_profile, &profile(content)?, no_profile)?;
    document.on_premises_publishing_profile = profile;
    let mut target = Target {
        at: document.applications.iter().enumerate().map(|(at, one)| (one.id, at)).collect(),
        segment_ids: now.application_segments().map(|(_, segment)| segment.id).collect(),
        document,
        now,
        imported,
        knows_unpublished: content.knows_unpublished,
    };
    let mut applications = Vec::with_capacity(content.applications.len());
    for (one, is) in content.applications.iter().zip(&matches.applications) {
        applications.push(match is {
            Some(id) => {
                target.change(one, *id, notes)?;
                Some(*id)
            }
            None => target.create(one, recreate, notes),
        });
    }
    target.settle(notes)?;
    let whole = Tenant::try_from(target.document).map_err(|violations| state::told(&violations))?;
    let done = diff(now, &whole).commands();
    for leftover in &done.leftovers {
        notes.left.push(match leftover {
            Leftover::Refused { command, refusal } => format!("{}: {refusal}", command.name()),
            other => format!("{other:?}"),
        });
    }
    let (settings, is_in) = Work::settings(now, &done.commands);
    let mut tenant = now.clone();
    for (command, is_in) in done.commands.iter().zip(is_in) {
        let events = tenant.apply(command).map_err(|refusal| refusal.to_string())?;
        let names = Names { tenant: Some(&tenant), events: &[] };
        let told = if is_in { &mut notes.settings } else { &mut notes.first };
        told.extend(events.iter().map(|event| words::event(names, event)));
    }
    // An application whose creation was refused is not there.
    let applications = applications.into_iter().map(|id| id.filter(|id| tenant.application(*id).is_some())).collect();
    Ok(Reached { tenant, commands: done.commands, settings, applications })
}

/// The profile of a backup. That everybody has access by default is a danger, and whoever tells the profile without it tells
/// that it was not so: Graph has null for it, which a tenant does not keep.
fn profile(content: &Content) -> Result<ProfileProperties, String> {
    let mut profile = object(&content.profile);
    if content.knows_profile {
        profile.entry("isDefaultAccessEnabled").or_insert(Value::Bool(false));
    }
    serde_json::from_value(Value::Object(profile)).map_err(|error| error.to_string())
}

struct Target<'a> {
    document: Document,
    at: BTreeMap<ApplicationId, usize>,
    segment_ids: BTreeSet<ApplicationSegmentId>,
    now: &'a Tenant,
    /// How well that is known.
    imported: &'a Imported,
    knows_unpublished: bool,
}

impl Target<'_> {
    fn change(&mut self, was: &Application, id: ApplicationId, notes: &mut Notes) -> Result<(), String> {
        let default = self.now.default_connector_group().id();
        let Some(is) = self.at.get(&id).and_then(|at| self.document.applications.get_mut(*at)) else { return Ok(()) };
        let rename = (was.app_id != is.app_id).then_some((was.app_id, is.app_id));
        // A name that one of the two does not tell is no other name.
        if was.id.is_some() && !was.name.is_empty() && !is.display_name.is_empty() {
            is.display_name = was.name.as_str().into();
        }
        let in_part = self.imported.untold.in_part.contains(&id);
        is.properties = over(&is.properties, &renamed(&was.properties, rename)?, in_part)?;
        if let Some(principal) = was.service_principal.as_ref().filter(|_| !self.imported.untold.no_principals) {
            let properties = renamed(&principal.properties, rename)?;
            let present = is.service_principal.take();
            let id = present.as_ref().map_or(principal.id, |present| present.id);
            let properties = over(&present.map(|present| present.properties).unwrap_or_default(), &properties, false)?;
            is.service_principal = Some(ServicePrincipal { id, properties });
        }
        match (&was.publishing, &is.on_premises_publishing) {
            // What is there stands in for what nobody knows.
            (Some(_), Some(_)) if self.imported.unknown_publishing.contains(&id) => {}
            (Some(publishing), present) => {
                let mut publishing = with_own_id(publishing, rename);
                // The system sets it, when somebody uploads a certificate.
                let certificate =
                    present.as_ref().and_then(|one| one.verified_custom_domain_certificates_metadata.clone());
                if publishing.verified_custom_domain_certificates_metadata != certificate {
                    if publishing.verified_custom_domain_certificates_metadata.is_some() {
                        notes
                            .by_hand
                            .push(format!("upload the certificate of application {} ({id})", quoted(&was.name)));
                    }
                    publishing.verified_custom_domain_certificates_metadata = certificate;
                }
                is.on_premises_publishing = Some(Box::new(as_present(present.as_deref(), &publishing)?));
                is.connector_group = is.connector_group.or(Some(default));
            }
            (None, None) if was.is_published => {
                notes.by_hand.push(format!(
                    "publish application {} ({id}): it is not published any more, and the backup does not tell how it was",
                    quoted(&was.name)
                ));
            }
            (None, Some(_)) if !was.is_published && self.knows_unpublished => {
                (is.on_premises_publishing, is.connector_group) = (None, None);
                is.application_segments.clear();
            }
            (None, _) => {}
        }
        if is.on_premises_publishing.is_some()
            && self.imported.knows_segments(id)
            && let Some(segments) = &was.segments
        {
            let (laid_over, since) = laid_over(segments, &is.application_segments, &mut self.segment_ids);
            let of = |one: &ApplicationSegment| {
                let (host, name) = (quoted(&one.destination_host), quoted(&was.name));
                format!("segment {host} ({}) of application {name}", one.id)
            };
            notes.since.extend(since.into_iter().map(of));
            is.application_segments = laid_over;
        }
        Ok(())
    }

    /// An application that is gone: anew, where that is asked for and enough is known.
    fn create(&mut self, was: &Application, recreate: bool, notes: &mut Notes) -> Option<ApplicationId> {
        let called = format!("application {} (appId {})", quoted(&was.name), was.app_id);
        let missing = match was.id {
            // Among the notes of what is unknown: it may be there.
            _ if self.imported.untold.no_applications => return None,
            None => Some("the backup knows it by its client id alone"),
            Some(_) if was.is_published && was.publishing.is_none() => {
                Some("the backup does not tell how it was published")
            }
            Some(_) if !recreate => Some(
                "bring it back from the deleted items (they are kept for 30 days): POST /directory/deletedItems/ID/restore keeps ids, secrets and assignments; or say --recreate-applications",
            ),
            Some(_) => None,
        };
        let (Some(id), None) = (was.id, missing) else {
            notes.gone.push(format!("{called}: {}", missing.unwrap_or_default()));
            return None;
        };
        let default = was.is_published.then(|| self.now.default_connector_group().id());
        let on_premises_publishing = was.publishing.clone().map(|mut publishing| {
            if publishing.verified_custom_domain_certificates_metadata.take().is_some() {
                notes.by_hand.push(format!("upload the certificate of {called}"));
            }
            publishing
        });
        let is_published = on_premises_publishing.is_some();
        let segments = was.segments.as_deref().filter(|_| is_published).unwrap_or_default();
        self.document.applications.push(ApplicationDocument {
            id,
            app_id: was.app_id,
            display_name: was.name.as_str().into(),
            properties: was.properties.clone(),
            service_principal: was.service_principal.clone(),
            application_segments: laid_over(segments, &[], &mut self.segment_ids).0,
            on_premises_publishing,
            connector_group: default,
        });
        notes.recreated.push(called);
        Some(id)
    }

    /// Leaves the tenant as it is where the backup contradicts what came since.
    fn settle(&mut self, notes: &mut Notes) -> Result<(), String> {
        let at: BTreeMap<ApplicationId, usize> =
            self.document.applications.iter().enumerate().map(|(at, one)| (one.id, at)).collect();
        for _ in 0..PASSES_MAX {
            let violations = audit(&self.document);
            if violations.is_empty() {
                return Ok(());
            }
            // Of those that are about one thing, one is settled at a time: the next may be gone with it.
            let mut touched = BTreeSet::new();
            for violation in violations {
                let told = violation.to_string();
                let of: Vec<AnyId> = match &violation {
                    Violation::SharedUrl { first, second, .. } => vec![(*first).into(), (*second).into()],
                    Violation::InvalidUrl { application, .. } => vec![(*application).into()],
                    Violation::OverlappingSegments { first, second } => vec![(*first).into(), (*second).into()],
                    Violation::InvalidSegment { segment, .. } => vec![(*segment).into()],
                    _ => Vec::new(),
                };
                if of.iter().any(|id| touched.contains(&id.to_string())) {
                    continue;
                }
                touched.extend(of.iter().map(ToString::to_string));
                let is_settled = match violation {
                    Violation::SharedUrl { property, first, second } => {
                        [second, first].into_iter().any(|id| self.leave_url(id, at.get(&id).copied(), property))
                    }
                    Violation::InvalidUrl { property, application } => {
                        self.leave_url(application, at.get(&application).copied(), property)
                    }
                    Violation::OverlappingSegments { first, second } => {
                        [second, first].into_iter().any(|id| self.leave_segment(id))
                    }
                    Violation::InvalidSegment { segment, .. } => self.leave_segment(segment),
                    _ => false,
                };
                if !is_settled {
                    return Err(format!("the backup does not fit the tenant: {told}"));
                }
                notes.conflicts.push(format!("{told}, as the backup has it: it stays as it is now"));
            }
        }
        Err(String::from("the backup contradicts the tenant in more places than are looked at"))
    }

    /// Gives an application its present URL in place of the backup's; whether they differ.
    fn leave_url(&mut self, id: ApplicationId, at: Option<usize>, property: UrlProperty) -> bool {
        let present = self.now.application(id).and_then(ApplicationView::on_premises_publishing);
        let url = |publishing: &OnPremisesPublishing| match property {
            UrlProperty::InternalUrl => publishing.internal_url.clone(),
            UrlProperty::ExternalUrl => publishing.external_url.clone(),
        };
        let present: Option<Arc<str>> = present.as_ref().and_then(url);
        let one = at.and_then(|at| self.document.applications.get_mut(at));
        let Some(publishing) = one.and_then(|one| one.on_premises_publishing.as_mut()) else { return false };
        if url(publishing) == present {
            return false;
        }
        match property {
            UrlProperty::InternalUrl => publishing.internal_url = present,
            UrlProperty::ExternalUrl => publishing.external_url = present,
        }
        true
    }

    /// Takes a segment away that the tenant does not have, or gives it back what it has; whether they differ.
    fn leave_segment(&mut self, id: ApplicationSegmentId) -> bool {
        let present = self.now.application_segment(id).map(|(_, segment)| segment.clone());
        for one in &mut self.document.applications {
            let Some(place) = one.application_segments.iter().position(|segment| segment.id == id) else { continue };
            let Some(segment) = one.application_segments.get_mut(place) else { continue };
            match present {
                Some(present) if present == *segment => return false,
                Some(present) => *segment = present,
                None => _ = one.application_segments.remove(place),
            }
            return true;
        }
        false
    }
}

/// The backup's segments over the present ones. One that is there under another id keeps that, and those that came since stay:
/// these come second.
fn laid_over<'a>(
    was: &[ApplicationSegment],
    is: &'a [ApplicationSegment],
    ids: &mut BTreeSet<ApplicationSegmentId>,
) -> (Vec<ApplicationSegment>, Vec<&'a ApplicationSegment>) {
    let same = |one: &ApplicationSegment, other: &ApplicationSegment| {
        let ports = |segment: &ApplicationSegment| segment.ports.iter().cloned().collect::<BTreeSet<_>>();
        one.destination_host.eq_ignore_ascii_case(&other.destination_host)
            && one.destination_type.eq_ignore_ascii_case(&other.destination_type)
            && one.protocol == other.protocol
            && ports(one) == ports(other)
    };
    let mut left: Vec<&ApplicationSegment> = is.iter().collect();
    let mut restored: BTreeMap<ApplicationSegmentId, ApplicationSegment> = BTreeMap::new();
    let mut added = Vec::new();
    for segment in was {
        let found =
            left.iter().position(|one| one.id == segment.id).or_else(|| left.iter().position(|one| same(one, segment)));
        if let Some(place) = found {
            let id = left.remove(place).id;
            restored.insert(id, ApplicationSegment { id, ..segment.clone() });
        } else if ids.insert(segment.id) {
            added.push(segment.clone());
        } else {
            // Another application has the id now: the service gives a new one anyway.
            let id = fresh(ids);
            added.push(ApplicationSegment { id, ..segment.clone() });
        }
    }
    let kept = is.iter().map(|one| restored.remove(&one.id).unwrap_or_else(|| one.clone()));
    (kept.chain(added).collect(), left)
}

fn fresh(ids: &mut BTreeSet<ApplicationSegmentId>) -> ApplicationSegmentId {
    let mut number = 0x4000_8000_0000_0000_0000_u128;
    loop {
        number = number.saturating_add(1);
        let id = ApplicationSegmentId::from_u128(number);
        if ids.insert(id) {
            return id;
        }
    }
}

/// Publishing in which the application's own client id is the present one.
fn with_own_id(publishing: &OnPremisesPublishing, rename: Option<(AppId, AppId)>) -> OnPremisesPublishing {
    let mut publishing = publishing.clone();
    if let Some((was, is)) = rename {
        for url in [&mut publishing.internal_url, &mut publishing.external_url] {
            *url = url.take().map(|url| replaced(&url, was, is).into());
        }
    }
    publishing
}

fn renamed(
    properties: &ApplicationProperties,
    rename: Option<(AppId, AppId)>,
) -> Result<ApplicationProperties, String> {
    let Some((was, is)) = rename else { return Ok(properties.clone()) };
    let text = serde_json::to_string(properties).map_err(|error| error.to_string())?;
    serde_json::from_str(&replaced(&text, was, is)).map_err(|error| error.to_string())
}

/// A text with one client id in place of another, which may be written in any case.
fn replaced(text: &str, was: AppId, is: AppId) -> String {
    let (lower, was) = (text.to_ascii_lowercase(), was.to_string());
    let mut replaced = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in lower.match_indices(&was) {
        replaced.push_str(text.get(from..at).unwrap_or_default());
        replaced.push_str(&is.to_string());
        from = at.saturating_add(was.len());
    }
    replaced.push_str(text.get(from..).unwrap_or_default());
    replaced
}

/// Open properties with those of the backup over them. What the backup does not tell stays: it may not have been asked for.
/// So does what is not told now, where those of now are told in part.
fn over<T: Serialize + DeserializeOwned>(is: &T, was: &T, in_part: bool) -> Result<T, String> {
    let mut all = object(is);
    for (name, was) in object(was) {
        let present = all.get(&name);
        let is_told = present.is_some() || !in_part;
        if is_told && !is_same(present.unwrap_or(&Value::Null), &was) {
            all.insert(name, was);
        }
    }
    serde_json::from_value(Value::Object(all)).map_err(|error| error.to_string())
}

/// The publishing of the backup, with the present value of what only Graph's answer shows in another way.
pub(super) fn as_present(
    present: Option<&OnPremisesPublishing>,
    was: &OnPremisesPublishing,
) -> Result<OnPremisesPublishing, String> {
    let Some(present) = present else { return Ok(was.clone()) };
    let mut all = object(was);
    for (name, is) in object(present) {
        if is_same(&is, all.get(&name).unwrap_or(&Value::Null)) {
            all.insert(name, is);
        }
    }
    serde_json::from_value(Value::Object(all)).map_err(|error| error.to_string())
}

/// Whether two values differ in nothing but what Graph shows as null or as false or empty, where nobody has set it.
fn is_same(one: &Value, other: &Value) -> bool {
    let as_members = |value: &Value| Map::from_iter([(String::new(), value.clone())]);
    let (one, other) = (as_members(one), as_members(other));
    is_like(&one, &other) && is_like(&other, &one)
}
