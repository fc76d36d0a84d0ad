//! Views: one group, connector or application of a tenant, as reads return it.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;

use super::{State, connector_columns::Texts, group_columns::Record};
use crate::{
    columns::{Exactly, Slot},
    count::{length, narrow},
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::{Application, Publication},
        connector::{Connector, Presence},
        group::{ConnectorGroup, ConnectorGroupType, Name},
        properties::ApplicationProperties,
        publishing::OnPremisesPublishing,
        region::Region,
        segment::ApplicationSegment,
        service_principal::ServicePrincipal,
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

        /// Equal if all properties are equal, in the same state or in two.
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

    /// Its type; administrators may change only `applicationProxy` groups (T5).
    #[must_use]
    pub fn connector_group_type(self) -> &'a ConnectorGroupType {
        &self.record().connector_group_type
    }

    /// Whether it is of type `applicationProxy`: one that administrators may change, and that has our connectors and
    /// applications (T5).
    #[must_use]
    pub fn is_application_proxy(self) -> bool {
        *self.connector_group_type() == ConnectorGroupType::ApplicationProxy
    }

    /// Whether it is the tenant's default group.
    #[must_use]
    pub fn is_default(self) -> bool {
        self.state.groups.default == Some(self.slot)
    }

    /// The region that it optimises traffic for.
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
    #[must_use]
    pub fn members(self) -> impl DoubleEndedIterator<Item = ConnectorView<'a>> + ExactSizeIterator {
        let state = self.state;
        state.groups.members(self.slot).iter().map(move |slot| ConnectorView { state, slot: *slot })
    }

    /// Its connectors behind the one with this id, in creation order; `None` where the tenant has no such connector.
    #[must_use]
    pub fn members_after(
        self,
        after: ConnectorId,
    ) -> Option<impl DoubleEndedIterator<Item = ConnectorView<'a>> + ExactSizeIterator> {
        let state = self.state;
        let after = state.connectors.by_id.slot(after)?;
        let members = state.groups.members(self.slot);
        // Members are in creation order, so the page starts where they pass `after`, also if `after` is in
        // another group.
        let by_id = &state.connectors.by_id;
        let start = members.partition_point(|slot| by_id.rank(*slot) <= by_id.rank(after));
        Some(members.iter().skip(start).map(move |slot| ConnectorView { state, slot: *slot }))
    }

    /// The applications assigned to it, in creation order. Skips those of other groups, 64 at a time.
    #[must_use]
    pub fn applications(self) -> impl ExactSizeIterator<Item = ApplicationView<'a>> {
        // Behind the last member the search would go on to the end of the tenant, in vain. The count stops it.
        let (state, count) = (self.state, length(self.applications_count()));
        Exactly::new(self.applications_behind(None), count).map(move |slot| ApplicationView { state, slot })
    }

    /// Its applications behind the one with this id, in creation order; `None` where the tenant has no such application.
    #[must_use]
    pub fn applications_after(self, after: ApplicationId) -> Option<impl Iterator<Item = ApplicationView<'a>>> {
        let after = self.state.applications.by_id.slot(after)?;
        let state = self.state;
        // How many members are before `after` is not known without a look at each, so a page in the middle of the list is
        // bounded by all of them.
        let slots = self.applications_behind(Some(after)).take(length(self.applications_count()));
        Some(slots.map(move |slot| ApplicationView { state, slot }))
    }

    fn applications_behind(self, after: Option<Slot>) -> impl Iterator<Item = Slot> + use<'a> {
        let applications = &self.state.applications;
        let (by_id, groups) = (&applications.by_id, &applications.groups);
        let members = groups.members_from(self.slot, by_id.next_index(after));
        let late = by_id.late_behind(after).filter(move |slot| groups.find(*slot) == Some(self.slot));
        by_id.in_order(members, |slot| *slot, late)
    }

    /// The group as a record of its own.
    #[must_use]
    pub fn to_connector_group(self) -> ConnectorGroup {
        let Record { name, connector_group_type, region } = self.record().clone();
        ConnectorGroup { id: self.id(), name, connector_group_type, is_default: self.is_default(), region }
    }

    fn is_as(&self, other: &ConnectorGroupView<'_>) -> bool {
        self.id() == other.id() && self.is_default() == other.is_default() && self.record() == other.record()
    }

    /// How many groups are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        narrow(self.state.groups.by_id.place(self.slot))
    }

    /// A sort key for creation order, comparable only within one state and kind.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.state.groups.by_id.rank(self.slot)
    }

    fn record(self) -> &'a Record {
        self.state.groups.record(self.slot)
    }
}

impl<'a> ConnectorView<'a> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> ConnectorId {
        self.state.connectors.by_id.id(self.slot)
    }

    /// The name of its host, as the agent reported it.
    #[must_use]
    pub fn machine_name(self) -> &'a str {
        self.texts().map_or("", |texts| &texts.machine_name)
    }

    /// The external IP address that the service saw, as text.
    #[must_use]
    pub fn external_ip(self) -> &'a str {
        self.texts().map_or("", |texts| &texts.external_ip)
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
    pub fn version(self) -> &'a str {
        self.texts().map_or("", |texts| &texts.version)
    }

    /// The one group that it is a member of (Graph: `memberOf`).
    #[must_use]
    pub fn connector_group(self) -> ConnectorGroupView<'a> {
        ConnectorGroupView { state: self.state, slot: self.state.connectors.group(self.slot) }
    }

    /// The connector as a record of its own.
    #[must_use]
    pub fn to_connector(self) -> Connector {
        let Texts { machine_name, external_ip, version } = self.texts().cloned().unwrap_or_default();
        let (id, presence, member_of) = (self.id(), self.presence(), self.connector_group().id());
        Connector { id, machine_name, external_ip, presence, version, member_of }
    }

    fn is_as(&self, other: &ConnectorView<'_>) -> bool {
        self.id() == other.id()
            && self.connector_group().id() == other.connector_group().id()
            && self.presence() == other.presence()
            && self.texts() == other.texts()
    }

    /// How many connectors are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        narrow(self.state.connectors.by_id.place(self.slot))
    }

    /// A sort key for creation order, comparable only within one state and kind.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.state.connectors.by_id.rank(self.slot)
    }

    /// `None` cannot be: a connector has texts while it lives, and no view is made of one that is gone.
    fn texts(self) -> Option<&'a Texts> {
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

    /// Its client id (Graph: `appId`), unique in the tenant (I4).
    #[must_use]
    pub fn app_id(self) -> AppId {
        self.state.applications.app_id(self.slot)
    }

    /// Its name.
    #[must_use]
    pub fn display_name(self) -> &'a str {
        debug_assert!(self.state.applications.by_id.is_live(self.slot), "a view of an application that is gone");
        self.state.applications.display_name(self.slot)
    }

    /// Whether it is published through application proxy. O(1).
    #[must_use]
    pub fn is_published(self) -> bool {
        self.state.applications.groups.is_in_some_set(self.slot)
    }

    /// The one group that it is assigned to; `None` while it is not published.
    #[must_use]
    pub fn connector_group(self) -> Option<ConnectorGroupView<'a>> {
        Some(ConnectorGroupView { state: self.state, slot: self.group()? })
    }

    /// The URL inside the network; `None` while it has none. Cheaper than the whole publishing.
    #[must_use]
    pub fn internal_url(self) -> Option<&'a Arc<str>> {
        self.state.applications.internal_url(self.slot)
    }

    /// The URL under which it is published; `None` while it has none. Cheaper than the whole
    /// publishing.
    #[must_use]
    pub fn external_url(self) -> Option<&'a Arc<str>> {
        self.state.applications.external_url(self.slot)
    }

    /// How it is published, assembled from several columns; `None` while it is not published.
    #[must_use]
    pub fn on_premises_publishing(self) -> Option<OnPremisesPublishing> {
        self.is_published().then(|| self.state.applications.publishing(self.slot))
    }

    /// Its properties that the model does not know.
    #[must_use]
    pub fn properties(self) -> &'a ApplicationProperties {
        let extras = self.state.applications.attachments.get(self.slot);
        extras.map_or(&self.state.empty_properties, |extras| &extras.properties)
    }

    /// Its service principal, if it has one.
    #[must_use]
    pub fn service_principal(self) -> Option<&'a ServicePrincipal> {
        self.state.applications.attachments.service_principal(self.slot)
    }

    /// Its segments, in the order in which they were added.
    #[must_use]
    pub fn application_segments(self) -> impl DoubleEndedIterator<Item = &'a ApplicationSegment> {
        self.state.applications.attachments.segments_of(self.slot)
    }

    /// The application as a record of its own.
    #[must_use]
    pub fn to_application(self) -> Application {
        let publication = self.connector_group().map(|group| Publication {
            connector_group: group.id(),
            on_premises_publishing: Box::new(self.state.applications.publishing(self.slot)),
            application_segments: self.application_segments().cloned().collect(),
        });
        Application {
            id: self.id(),
            app_id: self.app_id(),
            display_name: self.display_name().into(),
            properties: self.properties().clone(),
            service_principal: self.service_principal().cloned(),
            publication,
        }
    }

    fn is_as(&self, other: &ApplicationView<'_>) -> bool {
        // Ids are compared, not slots, because the two views may be of different states.
        let group = |view: &ApplicationView<'_>| view.connector_group().map(ConnectorGroupView::id);
        let (here, there) = (group(self), group(other));
        let is_published_alike =
            || self.state.applications.is_published_alike(self.slot, &other.state.applications, other.slot);
        self.id() == other.id()
            && here == there
            && self.app_id() == other.app_id()
            && self.display_name() == other.display_name()
            // Last, as texts cost most; and only while published, as publishing has no meaning otherwise.
            && (here.is_none() || is_published_alike())
            && self.state.has_attached_as(self.slot, other.state, other.slot)
    }

    /// How many applications are before it in creation order.
    pub(crate) fn place(self) -> u32 {
        narrow(self.state.applications.by_id.place(self.slot))
    }

    /// A sort key for creation order, comparable only within one state and kind.
    pub(crate) fn creation_order(self) -> impl Ord + use<> {
        self.state.applications.by_id.rank(self.slot)
    }

    /// Whether it is assigned to this group, of the same state.
    pub(crate) fn is_in(self, group: ConnectorGroupView<'_>) -> bool {
        self.group() == Some(group.slot)
    }

    fn group(self) -> Option<Slot> {
        self.state.applications.group(self.slot)
    }
}
