//! One thing of a tenant, as it stands: what reads answer with.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;

use super::State;
use crate::{
    columns::Slot,
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::{Application, Publication},
        connector::{Connector, Presence},
        group::{ConnectorGroup, ConnectorGroupType, Name},
        publishing::OnPremisesPublishing,
        region::Region,
    },
};

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident of $thing:ident by $record:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            pub(super) state: &'a State,
            pub(super) slot: Slot,
        }

        /// The same thing of the same tenant, as it stands.
        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.is_as(other)
            }
        }

        impl Eq for $name<'_> {}

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.$record().fmt(formatter)
            }
        }

        impl From<$name<'_>> for $thing {
            fn from(view: $name<'_>) -> Self {
                view.$record()
            }
        }
    )*};
}

views! {
    /// A connector group of a tenant, with what is in it.
    ConnectorGroupView of ConnectorGroup by to_connector_group;
    /// A connector of a tenant.
    ConnectorView of Connector by to_connector;
    /// An application of a tenant.
    ApplicationView of Application by to_application;
}

impl<'a> ConnectorGroupView<'a> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> ConnectorGroupId {
        self.state.groups.by_id.id(self.slot)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'a Name {
        &self.record().name
    }

    /// Its type.
    #[must_use]
    pub fn connector_group_type(self) -> &'a ConnectorGroupType {
        &self.record().connector_group_type
    }

    /// Whether it is the tenant's default group.
    #[must_use]
    pub fn is_default(self) -> bool {
        self.state.groups.default == Some(self.slot)
    }

    /// Its region.
    #[must_use]
    pub fn region(self) -> &'a Region {
        &self.record().region
    }

    /// How many connectors are in it, inactive ones included. O(1).
    #[must_use]
    pub fn connectors_count(self) -> u32 {
        self.state.groups.tally(self.slot).connectors
    }

    /// How many active connectors are in it. O(1).
    #[must_use]
    pub fn active_connectors_count(self) -> u32 {
        self.state.groups.tally(self.slot).active
    }

    /// How many applications are assigned to it. O(1).
    #[must_use]
    pub fn applications_count(self) -> u32 {
        self.state.groups.tally(self.slot).applications
    }

    /// Its connectors, in creation order (Graph: `members`).
    pub fn members(self) -> impl Iterator<Item = ConnectorView<'a>> {
        let state = self.state;
        state.groups.members(self.slot).iter().map(move |slot| ConnectorView { state, slot: *slot })
    }

    /// Its connectors behind the one with this id, in creation order; `None` where the tenant has no such connector.
    #[must_use]
    pub fn members_after(self, after: ConnectorId) -> Option<impl Iterator<Item = ConnectorView<'a>>> {
        let state = self.state;
        let after = state.connectors.by_id.slot(after)?;
        let members = state.groups.members(self.slot);
        let start = members.partition_point(|slot| *slot <= after);
        Some(members.iter().skip(start).map(move |slot| ConnectorView { state, slot: *slot }))
    }

    /// The applications assigned to it, in creation order. Passes over those of other groups, many at a time.
    pub fn applications(self) -> impl Iterator<Item = ApplicationView<'a>> {
        self.applications_from(0)
    }

    /// Its applications behind the one with this id, in creation order; `None` where the tenant has no such application.
    #[must_use]
    pub fn applications_after(self, after: ApplicationId) -> Option<impl Iterator<Item = ApplicationView<'a>>> {
        let after = self.state.applications.by_id.slot(after)?;
        Some(self.applications_from(after.index().saturating_add(1)))
    }

    fn applications_from(self, start: usize) -> impl Iterator<Item = ApplicationView<'a>> {
        let state = self.state;
        // Behind the last one there is nothing to look for.
        let most = usize::try_from(self.applications_count()).unwrap_or(usize::MAX);
        let slots = state.applications.groups.members_from(self.slot, start).take(most);
        slots.map(move |slot| ApplicationView { state, slot })
    }

    /// The group as a record of its own.
    #[must_use]
    pub fn to_connector_group(self) -> ConnectorGroup {
        let super::group_columns::Record { name, connector_group_type, region } = self.record().clone();
        ConnectorGroup { id: self.id(), name, connector_group_type, is_default: self.is_default(), region }
    }

    fn is_as(&self, other: &ConnectorGroupView<'_>) -> bool {
        self.id() == other.id() && self.is_default() == other.is_default() && self.record() == other.record()
    }

    /// How many groups are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        place(self.state.groups.by_id.place(self.slot))
    }

    /// Orders things of the kind by creation; says nothing else.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.slot
    }

    fn record(self) -> &'a super::group_columns::Record {
        // A slot that lives has a record. Only events of another tenant delete a group that things are still in.
        self.state.groups.record(self.slot).unwrap_or(&self.state.no_group)
    }
}

impl<'a> ConnectorView<'a> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> ConnectorId {
        self.state.connectors.by_id.id(self.slot)
    }

    /// Its host's name.
    #[must_use]
    pub fn machine_name(self) -> &'a Arc<str> {
        self.texts().map_or(&self.state.no_text, |texts| &texts.machine_name)
    }

    /// The external address that the service saw.
    #[must_use]
    pub fn external_ip(self) -> &'a Arc<str> {
        self.texts().map_or(&self.state.no_text, |texts| &texts.external_ip)
    }

    /// Whether it is connected, and if not, since when.
    #[must_use]
    pub fn presence(self) -> Presence {
        self.state.connectors.presence(self.slot)
    }

    /// Whether it is connected, so that it can serve.
    #[must_use]
    pub fn is_active(self) -> bool {
        self.presence() == Presence::Active
    }

    /// The agent's version.
    #[must_use]
    pub fn version(self) -> &'a Arc<str> {
        self.texts().map_or(&self.state.no_text, |texts| &texts.version)
    }

    /// The one group that it is a member of (Graph: `memberOf`).
    #[must_use]
    pub fn connector_group(self) -> ConnectorGroupView<'a> {
        ConnectorGroupView { state: self.state, slot: self.state.connectors.group(self.slot) }
    }

    /// The connector as a record of its own.
    #[must_use]
    pub fn to_connector(self) -> Connector {
        Connector {
            id: self.id(),
            machine_name: self.machine_name().clone(),
            external_ip: self.external_ip().clone(),
            presence: self.presence(),
            version: self.version().clone(),
            member_of: self.connector_group().id(),
        }
    }

    fn is_as(&self, other: &ConnectorView<'_>) -> bool {
        self.id() == other.id()
            && self.connector_group().id() == other.connector_group().id()
            && self.presence() == other.presence()
            && self.texts() == other.texts()
    }

    /// How many connectors are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        place(self.state.connectors.by_id.place(self.slot))
    }

    /// Orders things of the kind by creation; says nothing else.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.slot
    }

    fn texts(self) -> Option<&'a super::connector_columns::Texts> {
        let texts = self.state.connectors.texts(self.slot);
        debug_assert!(texts.is_some(), "a view of a connector that is gone");
        texts
    }
}

impl<'a> ApplicationView<'a> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> ApplicationId {
        self.state.applications.by_id.id(self.slot)
    }

    /// Its client id.
    #[must_use]
    pub fn app_id(self) -> AppId {
        self.state.applications.app_id(self.slot)
    }

    /// Its name.
    #[must_use]
    pub fn display_name(self) -> &'a Arc<str> {
        debug_assert!(
            self.state.applications.display_name(self.slot).is_some(),
            "a view of an application that is gone"
        );
        self.state.applications.display_name(self.slot).unwrap_or(&self.state.no_text)
    }

    /// Whether it is published.
    #[must_use]
    pub fn is_published(self) -> bool {
        self.state.applications.groups.is_in_some_set(self.slot)
    }

    /// The one group that it is assigned to; `None` while it is not published.
    #[must_use]
    pub fn connector_group(self) -> Option<ConnectorGroupView<'a>> {
        Some(ConnectorGroupView { state: self.state, slot: self.group()? })
    }

    /// The URL inside the network; `None` while it has none. Puts no whole publishing together.
    #[must_use]
    pub fn internal_url(self) -> Option<&'a Arc<str>> {
        self.state.applications.internal_url(self.slot)
    }

    /// The URL under which it is published; `None` while it has none. Puts no whole publishing together.
    #[must_use]
    pub fn external_url(self) -> Option<&'a Arc<str>> {
        self.state.applications.external_url(self.slot)
    }

    /// How it is published, put together from what the store keeps; `None` while it is not.
    #[must_use]
    pub fn on_premises_publishing(self) -> Option<OnPremisesPublishing> {
        self.is_published().then(|| self.state.applications.publishing(self.slot))
    }

    /// The application as a record of its own.
    #[must_use]
    pub fn to_application(self) -> Application {
        let publication = self.connector_group().map(|group| Publication {
            connector_group: group.id(),
            on_premises_publishing: Box::new(self.state.applications.publishing(self.slot)),
        });
        Application { id: self.id(), app_id: self.app_id(), display_name: self.display_name().clone(), publication }
    }

    fn is_as(&self, other: &ApplicationView<'_>) -> bool {
        let group = |view: &ApplicationView<'_>| view.connector_group().map(ConnectorGroupView::id);
        let (here, there) = (group(self), group(other));
        let is_published_alike =
            || self.state.applications.is_published_alike(self.slot, &other.state.applications, other.slot);
        self.id() == other.id()
            && here == there
            && self.app_id() == other.app_id()
            && self.display_name() == other.display_name()
            && (here.is_none() || is_published_alike())
    }

    /// How many applications are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        place(self.state.applications.by_id.place(self.slot))
    }

    /// Orders things of the kind by creation; says nothing else.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.slot
    }

    /// Whether it is assigned to this group, of the same state.
    pub(crate) fn is_in(self, group: ConnectorGroupView<'_>) -> bool {
        self.group() == Some(group.slot)
    }

    fn group(self) -> Option<Slot> {
        self.state.applications.group(self.slot)
    }
}

fn place(place: usize) -> u32 {
    debug_assert!(u32::try_from(place).is_ok(), "a tenant has fewer than 2^32 things of a kind: {place}");
    u32::try_from(place).unwrap_or(u32::MAX)
}
