//! One function for each check. Every refusal of the engine is built here, at exactly one line; a check
//! returns what it has proved.

use alloc::{borrow::Cow, boxed::Box, sync::Arc, vec::Vec};

use crate::{
    command::Command,
    ids::{
        AnyId, AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId,
    },
    model::{
        Given,
        group::Name,
        publishing::{Change, OnPremisesPublishing, PublishingChanges},
        region::Region,
        segment::{ApplicationSegment, SegmentProperty, SegmentProtocol},
        service_principal::ServicePrincipal,
        url,
    },
    refusal::{Kind, ReadOnlyProperty, Refusal, RefusedEntry, UrlProperty},
    state::{ApplicationView, ConnectorGroupView, ConnectorView, State},
    timestamp::Timestamp,
};

type Check<T = ()> = Result<T, Refusal>;

/// Refuses if the forbidden condition holds.
fn forbid(forbidden: bool, refusal: impl FnOnce() -> Refusal) -> Check {
    if forbidden { Err(refusal()) } else { Ok(()) }
}

/// Refuses if there is none. A refusal is large, so it is made where it is needed and nowhere else.
fn require<T>(thing: Option<T>, refusal: impl FnOnce() -> Refusal) -> Check<T> {
    thing.ok_or_else(refusal)
}

// Step 1: the tenant.

pub(crate) fn tenant<T>(id: TenantId, found: Option<T>) -> Check<T> {
    require(found, || Refusal::TenantNotFound { id })
}

// Step 2: the fields of the command itself.

pub(super) fn name(given: &Given<Name>) -> Check<Name> {
    require(given.value().cloned(), || Refusal::BlankName)
}

pub(super) fn region(given: &Given<Region>) -> Check<Region> {
    given.value().cloned().ok_or_else(|| Refusal::InvalidRegion { region: given.text().clone() })
}

/// The region of a new group: as given, else the tenant's default region.
pub(super) fn region_or_default(state: &State, given: Option<&Given<Region>>) -> Check<Region> {
    given.map_or_else(|| Ok(state.default_region().clone()), region)
}

/// The changes with both URLs as they are kept: the first that is none is the answer. `app_id` is the application's own, and
/// unknown where there is no such application, which is another check's to tell.
pub(super) fn urls(changes: &PublishingChanges, app_id: Option<AppId>) -> Check<Cow<'_, PublishingChanges>> {
    let mut kept = Cow::Borrowed(changes);
    if let Change::Set(given) = &changes.internal_url {
        let url = url(UrlProperty::InternalUrl, given, app_id)?;
        // Most URLs are as they should be, and then nothing is copied.
        if !Arc::ptr_eq(&url, given) {
            kept.to_mut().internal_url = Change::Set(url);
        }
    }
    if let Change::Set(given) = &changes.external_url {
        let url = url(UrlProperty::ExternalUrl, given, app_id)?;
        if !Arc::ptr_eq(&url, given) {
            kept.to_mut().external_url = Change::Set(url);
        }
    }
    Ok(kept)
}

fn url(property: UrlProperty, given: &Arc<str>, app_id: Option<AppId>) -> Check<Arc<str>> {
    require(url::published(given, app_id), || Refusal::InvalidUrl { property })
}

/// A segment as its fields make it; of them host, protocol and ports are looked at in this order. `protocol` is none where
/// its text is none.
pub(super) fn segment(segment: ApplicationSegment, protocol: Option<SegmentProtocol>) -> Check<ApplicationSegment> {
    let segment = ApplicationSegment { protocol: protocol.unwrap_or(segment.protocol), ..segment };
    let wrong = segment.wrong_property();
    let is_host = wrong == Some(SegmentProperty::DestinationHost);
    let wrong = if protocol.is_none() && !is_host { Some(SegmentProperty::Protocol) } else { wrong };
    wrong.map_or(Ok(segment), |property| Err(Refusal::InvalidSegment { property }))
}

/// T4: no id of a list repeats an earlier one; the first that does is told.
pub(super) fn named_once(repeated: Option<impl Into<AnyId>>) -> Check {
    repeated.map_or(Ok(()), |id| Err(Refusal::DuplicateReference { id: id.into() }))
}

/// T4: a transaction holds no other.
pub(super) fn not_nested(commands: &[Command]) -> Check {
    let nested = commands.iter().any(|command| matches!(command, Command::Transaction(_)));
    forbid(nested, || Refusal::NestedTransaction)
}

/// I7: time never runs backwards.
pub(super) fn clock(from: Timestamp, to: Timestamp) -> Check {
    forbid(to < from, || Refusal::ClockMovedBack { from, to })
}

// Step 3: ids that must be found.

pub(super) fn connector(state: &State, id: ConnectorId) -> Check<ConnectorView<'_>> {
    require(state.connector(id), || Refusal::ConnectorNotFound { id })
}

pub(super) fn application(state: &State, id: ApplicationId) -> Check<ApplicationView<'_>> {
    found_application(id, state.application(id))
}

pub(super) fn found_application(id: ApplicationId, found: Option<ApplicationView<'_>>) -> Check<ApplicationView<'_>> {
    require(found, || Refusal::ApplicationNotFound { id })
}

pub(super) fn connector_group(state: &State, id: ConnectorGroupId) -> Check<ConnectorGroupView<'_>> {
    require(state.connector_group(id), || Refusal::ConnectorGroupNotFound { id })
}

pub(super) fn service_principal(
    state: &State,
    id: ServicePrincipalId,
) -> Check<(ApplicationView<'_>, &ServicePrincipal)> {
    require(state.service_principal(id), || Refusal::ServicePrincipalNotFound { id })
}

pub(super) fn application_segment(
    state: &State,
    id: ApplicationSegmentId,
) -> Check<(ApplicationView<'_>, &ApplicationSegment)> {
    require(state.application_segment(id), || Refusal::ApplicationSegmentNotFound { id })
}

// Step 4: ids that must not be found (I4).

fn free(kind: Kind, id: impl Into<AnyId>, taken: bool) -> Check {
    forbid(taken, || Refusal::AlreadyExists { kind, id: id.into() })
}

pub(crate) fn tenant_is_free(id: TenantId, taken: bool) -> Check {
    free(Kind::Tenant, id, taken)
}

pub(super) fn service_principal_is_free(state: &State, id: ServicePrincipalId) -> Check {
    free(Kind::ServicePrincipal, id, state.service_principal(id).is_some())
}

pub(super) fn application_segment_is_free(state: &State, id: ApplicationSegmentId) -> Check {
    free(Kind::ApplicationSegment, id, state.application_segment(id).is_some())
}

pub(super) fn connector_group_is_free(state: &State, id: ConnectorGroupId) -> Check {
    free(Kind::ConnectorGroup, id, state.connector_group(id).is_some())
}

pub(super) fn connector_is_free(state: &State, id: ConnectorId) -> Check {
    free(Kind::Connector, id, state.connector(id).is_some())
}

/// With both taken, `id` is named, as it comes first.
pub(super) fn application_is_free(state: &State, id: ApplicationId, app_id: AppId) -> Check {
    free(Kind::Application, id, state.application(id).is_some())?;
    free(Kind::Application, app_id, state.application_by_app_id(app_id).is_some())
}

// Step 5: the state, in this order.

/// T5: only `applicationProxy` groups are the administrators' to change or to move anything into.
pub(super) fn writable(group: ConnectorGroupView<'_>) -> Check {
    forbid(!group.is_application_proxy(), || Refusal::GroupReadOnly {
        connector_group: group.id(),
        connector_group_type: group.connector_group_type().clone(),
    })
}

/// T2, R-4.
pub(super) fn not_default(group: ConnectorGroupView<'_>) -> Check {
    forbid(group.is_default(), || Refusal::GroupIsDefault { connector_group: group.id() })
}

/// an application has a group only while it is published.
pub(super) fn published(application: ApplicationView<'_>) -> Check<ConnectorGroupView<'_>> {
    published_in(application.connector_group(), application)
}

/// As [`published`], with the application's group, if it has one.
pub(super) fn published_in<'a>(
    group: Option<ConnectorGroupView<'a>>,
    application: ApplicationView<'_>,
) -> Check<ConnectorGroupView<'a>> {
    require(group, || Refusal::ApplicationNotPublished { id: application.id() })
}

/// there is nowhere to go back to from the default group.
pub(super) fn not_in_default(id: impl Into<AnyId>, group: ConnectorGroupView<'_>) -> Check {
    forbid(group.is_default(), || Refusal::AlreadyInDefault { id: id.into() })
}

/// I8, R-46: only under `uniqueNames`; `but` is the group that takes the name.
pub(super) fn name_is_free(state: &State, name: &Name, but: Option<ConnectorGroupId>) -> Check {
    let mut same =
        state.connector_groups_named(name).filter(|group| group.is_application_proxy() && Some(group.id()) != but);
    // The names are looked up before the switch is read, which costs a lookup and keeps one arm for the
    // refusal.
    match same.next() {
        Some(group) if state.rules().unique_names => Err(Refusal::DuplicateName { connector_group: group.id() }),
        _ => Ok(()),
    }
}

/// T1, R-30: both counts must be zero; inactive connectors count.
pub(super) fn region_unlocked(group: ConnectorGroupView<'_>) -> Check {
    let (connectors, applications) = (group.connectors_count(), group.applications_count());
    let locked = connectors > 0 || applications > 0;
    forbid(locked, || Refusal::RegionLocked { connector_group: group.id(), connectors, applications })
}

/// T2, R-40: both counts must be zero; nothing cascades.
pub(super) fn empty(group: ConnectorGroupView<'_>) -> Check {
    let (connectors, applications) = (group.connectors_count(), group.applications_count());
    let occupied = connectors > 0 || applications > 0;
    forbid(occupied, || Refusal::GroupNotEmpty { connector_group: group.id(), connectors, applications })
}

/// R-16, only under `regionalConnectorMoves`: out of a region other than the tenant's default, only back to the default
/// group.
pub(super) fn may_leave(state: &State, connector: ConnectorView<'_>, to: ConnectorGroupView<'_>) -> Check {
    let from = connector.connector_group();
    let locked = state.rules().regional_connector_moves && from.region() != state.default_region() && !to.is_default();
    forbid(locked, || Refusal::ConnectorRegionLocked {
        connector: connector.id(),
        from: from.region().clone(),
        to: to.region().clone(),
    })
}

/// of both read-only properties, no other value than the present one. What is published is enabled, so that `true` is
/// the present value, and what a first publishing makes it.
pub(super) fn read_only(changes: &PublishingChanges, present: Option<&OnPremisesPublishing>) -> Check {
    let is_disabled = changes.is_on_prem_publishing_enabled.value() == Some(&false);
    unchanged(ReadOnlyProperty::IsOnPremPublishingEnabled, !is_disabled)?;
    let metadata = present.and_then(|present| present.verified_custom_domain_certificates_metadata.as_ref());
    let given = changes.verified_custom_domain_certificates_metadata.value();
    let is_present = given.is_none() || given == metadata;
    unchanged(ReadOnlyProperty::VerifiedCustomDomainCertificatesMetadata, is_present)
}

fn unchanged(property: ReadOnlyProperty, is_unchanged: bool) -> Check {
    forbid(!is_unchanged, || Refusal::ReadOnlyProperty { property })
}

/// I5: no other published application has either URL.
pub(super) fn urls_are_free(state: &State, application: ApplicationId, publishing: &OnPremisesPublishing) -> Check {
    // The index knows published applications only, and at most one for each URL (I5).
    let internal = publishing.internal_url.as_deref().and_then(|url| state.application_by_internal_url(url));
    url_is_free(UrlProperty::InternalUrl, application, internal)?;
    let external = publishing.external_url.as_deref().and_then(|url| state.application_by_external_url(url));
    url_is_free(UrlProperty::ExternalUrl, application, external)
}

fn url_is_free(property: UrlProperty, but: ApplicationId, user: Option<ApplicationView<'_>>) -> Check {
    // An application may keep its own URL when it is updated.
    let other = user.map(ApplicationView::id).filter(|user| *user != but);
    other.map_or(Ok(()), |application| Err(Refusal::UrlInUse { property, application }))
}

/// C-15: an application has one service principal at most.
pub(super) fn without_service_principal(application: ApplicationView<'_>) -> Check {
    application.service_principal().map_or(Ok(()), |present| {
        Err(Refusal::ServicePrincipalExists { application: application.id(), service_principal: present.id })
    })
}

/// I9, R-51: no other segment of the tenant has a protocol, a port and a destination in common.
pub(super) fn destination_is_free(state: &State, segment: &ApplicationSegment) -> Check {
    state.overlapping_segment(segment).map_or(Ok(()), |(application, segment)| {
        Err(Refusal::SegmentInUse { segment: segment.id, application: application.id() })
    })
}

// Many at once.

/// Every entry of a bulk command, or all that were refused (T4).
pub(super) fn all_entries<T>(entries: impl Iterator<Item = Check<T>>) -> Check<Vec<T>> {
    some_entries((0..).zip(entries))
}

/// As [`all_entries`], of those that may be refused: each with its place in the command.
pub(super) fn some_entries<T>(entries: impl Iterator<Item = (u32, Check<T>)>) -> Check<Vec<T>> {
    // Does not stop at the first refusal: a caller can then mend all entries at once.
    let (mut accepted, mut refused) = (Vec::with_capacity(entries.size_hint().0), Vec::new());
    for (index, entry) in entries {
        match entry {
            Ok(entry) => accepted.push(entry),
            Err(reason) => refused.push(RefusedEntry { index, reason }),
        }
    }
    if refused.is_empty() { Ok(accepted) } else { Err(Refusal::Bulk { refused }) }
}

/// One command of a transaction, refused with its place (T4).
pub(super) fn in_transaction<T>(index: u32, decision: Check<T>) -> Check<T> {
    decision.map_err(|reason| Refusal::Transaction { index, reason: Box::new(reason) })
}
