//! What can be asked: a command in a tenant, a command of the directory, and the selection of a bulk command.

mod applications;
mod constructors;
mod directory_command;

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use directory_command::DirectoryCommand;

use crate::{
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId},
    json::tagged::{self, AroundTag, Tagged},
    model::{
        Given, Rules,
        connector::ConnectorStatus,
        group::{Name, ServiceGroupType},
        properties::{
            ApplicationProperties, ApplicationPropertyChanges, ProfilePropertyChanges, SegmentProperties,
            SegmentPropertyChanges,
        },
        publishing::PublishingChanges,
        region::Region,
    },
    timestamp::Timestamp,
};

/// One struct and one variant a command, with the tag of its JSON.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $tag:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            objects! {
                $(#[$doc])*
                #[derive(Debug, Clone, PartialEq, Eq)]
                pub struct $name {
                    $($(#[$field_doc])* pub $field: $type,)*
                }
            }

            impl From<$name> for Command {
                fn from(command: $name) -> Self {
                    Self::$name(command)
                }
            }
        )*

        /// A command in one tenant: what an administrator asks, or what the service does by itself.
        ///
        /// Each variant holds the struct of its name, whose `new` takes the required fields; any of them is `into()` a
        /// command.
        ///
        /// ```
        /// use connector_groups::{Command, ConnectorGroupId, command::UpdateConnectorGroup};
        ///
        /// let command: Command = UpdateConnectorGroup::new(ConnectorGroupId::from_u128(1)).name("Idle").into();
        /// assert_eq!(command.name(), "updateConnectorGroup");
        /// ```
        ///
        /// Its JSON is an object tagged by `command`. A field that is optional here may be absent or null; an unknown
        /// field, one given twice, and a wrong type are errors, at any depth.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "command")]
        #[non_exhaustive]
        pub enum Command {
            $($(#[$doc])* #[serde(rename = $tag)] $name($name),)*
        }

        impl Command {
            /// The tag of its JSON.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $tag,)*
                }
            }
        }

        /// The tags of the commands, each a variant so that serde reads it and lists what it could have been.
        #[derive(Deserialize)]
        #[serde(variant_identifier)]
        pub(crate) enum Tag {
            $(#[serde(rename = $tag)] $name,)*
        }

        impl Tagged for Command {
            type Tag = Tag;
            type Beside = TenantId;

            fn read<'de, A: de::MapAccess<'de>>(
                tag: Tag,
                fields: AroundTag<'_, 'de, A, TenantId>,
            ) -> Result<Self, A::Error> {
                match tag {
                    $(Tag::$name => fields.into().map(Self::$name),)*
                }
            }
        }
    };
}

commands! {
    /// A new `applicationProxy` group, never the default, in `region` or else the tenant's default region (R-32, R-33).
    CreateConnectorGroup "createConnectorGroup" {
        /// The new group's id.
        id: ConnectorGroupId,
        /// Its name, not blank (R-45).
        name: Given<Name>,
        /// Its region.
        #[serde(default)]
        region: Option<Given<Region>>,
    }
    /// A new name, a new region, or both; a region changes only while the group is empty (T1). The default group is
    /// no exception (R-5, R-6).
    UpdateConnectorGroup "updateConnectorGroup" {
        /// The group.
        id: ConnectorGroupId,
        /// Its new name.
        #[serde(default)]
        name: Option<Given<Name>>,
        /// Its new region.
        #[serde(default)]
        region: Option<Given<Region>>,
    }
    /// Removes a group that is not the default and is empty (T2).
    DeleteConnectorGroup "deleteConnectorGroup" {
        /// The group.
        id: ConnectorGroupId,
    }
    /// Moves a connector into a group (R-13); nothing where it is there already (R-15).
    AddConnector "addConnector" {
        /// The connector.
        connector: ConnectorId,
        /// Where it goes.
        connector_group: ConnectorGroupId,
    }
    /// Moves a connector back to the default group; refused if it is there already (R-14).
    RemoveConnector "removeConnector" {
        /// The connector.
        connector: ConnectorId,
    }
    /// A new application, not published.
    CreateApplication "createApplication" {
        /// The new application's id.
        id: ApplicationId,
        /// Its client id.
        app_id: AppId,
        /// Its name.
        display_name: Arc<str>,
        /// Its other properties, kept as they come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        properties: Option<ApplicationProperties>,
    }
    /// A new name for an application, other properties, or both.
    UpdateApplication "updateApplication" {
        /// The application.
        id: ApplicationId,
        /// Its new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_name: Option<Arc<str>>,
        /// What to change of its other properties, by member; null removes one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        properties: Option<ApplicationPropertyChanges>,
    }
    /// Removes an application, with its assignment, its segments and its service principal (R-26).
    DeleteApplication "deleteApplication" {
        /// The application.
        id: ApplicationId,
    }
    /// Publishes an application into the default group (R-20) from the defaults of its type (R-74), or merges the changes over how it is published already.
    PublishApplication "publishApplication" {
        /// The application.
        application: ApplicationId,
        /// What is asked of each property.
        on_premises_publishing: Box<PublishingChanges>,
    }
    /// Drops publishing, assignment and segments (R-26); nothing where the application is not published.
    UnpublishApplication "unpublishApplication" {
        /// The application.
        application: ApplicationId,
    }
    /// Assigns a published application to a group (R-21); nothing where it is assigned there already.
    AddApplication "addApplication" {
        /// The application.
        application: ApplicationId,
        /// Where it goes.
        connector_group: ConnectorGroupId,
    }
    /// Assigns a published application to the default group (R-22); refused if it is there already (R-23).
    RemoveApplication "removeApplication" {
        /// The application.
        application: ApplicationId,
    }
    /// Bulk: assigns all selected published applications to one group.
    ReassignApplications "reassignApplications" {
        /// Which.
        applications: Selection<ApplicationId>,
        /// Where they go.
        connector_group: ConnectorGroupId,
    }
    /// Bulk: moves all selected connectors into one group.
    MoveConnectors "moveConnectors" {
        /// Which.
        connectors: Selection<ConnectorId>,
        /// Where they go.
        connector_group: ConnectorGroupId,
    }
    /// Bulk: assigns each application to its own group.
    AssignApplications "assignApplications" {
        /// Which goes where; an application is named once.
        assignments: Vec<Assignment>,
    }
    /// All commands in order, or none.
    Transaction "transaction" {
        /// The commands; another transaction among them is refused (`nestedTransaction`).
        commands: Vec<Command>,
    }
    /// System: an agent registers itself; it joins the default group, active (R-12).
    RegisterConnector "registerConnector" {
        /// The new connector's id.
        id: ConnectorId,
        /// Its host's name.
        machine_name: Arc<str>,
        /// The external address that the service saw.
        external_ip: Arc<str>,
        /// The agent's version.
        version: Arc<str>,
    }
    /// System: what the agent's connection says. Turning inactive stamps the tenant's time, turning active clears it.
    ReportConnector "reportConnector" {
        /// The connector.
        id: ConnectorId,
        /// Whether it is connected.
        #[serde(default)]
        status: Option<ConnectorStatus>,
        /// The external address that the service saw.
        #[serde(default)]
        external_ip: Option<Arc<str>>,
        /// The agent's version.
        #[serde(default)]
        version: Option<Arc<str>>,
    }
    /// System: time moves on; every connector inactive for ten days or more is removed, its group stays (R-37).
    AdvanceClock "advanceClock" {
        /// The tenant's new time.
        now: Timestamp,
    }
    /// System: a group of a type other than `applicationProxy`, as the service makes them (R-48).
    ProvisionConnectorGroup "provisionConnectorGroup" {
        /// The new group's id.
        id: ConnectorGroupId,
        /// Its name, not blank.
        name: Given<Name>,
        /// Its type.
        connector_group_type: ServiceGroupType,
        /// Its region, or else the tenant's default region.
        #[serde(default)]
        region: Option<Given<Region>>,
    }
    /// A service principal for an application that has none.
    CreateServicePrincipal "createServicePrincipal" {
        /// The new service principal's id.
        id: ServicePrincipalId,
        /// Its application.
        application: ApplicationId,
        /// Its properties, kept as they come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        properties: Option<ApplicationProperties>,
    }
    /// Changes the properties of a service principal.
    UpdateServicePrincipal "updateServicePrincipal" {
        /// The service principal.
        id: ServicePrincipalId,
        /// What to change, by member; null removes one.
        properties: ApplicationPropertyChanges,
    }
    /// Removes a service principal; its application stays.
    DeleteServicePrincipal "deleteServicePrincipal" {
        /// The service principal.
        id: ServicePrincipalId,
    }
    /// A new segment of a published application, behind its others; it overlaps none of the tenant (I9, R-51).
    AddApplicationSegment "addApplicationSegment" {
        /// The new segment's id.
        id: ApplicationSegmentId,
        /// Its application.
        application: ApplicationId,
        /// An address, a network, a range or a name, by its type.
        destination_host: Arc<str>,
        /// Its type: `ip`, `ipRangeCidr`, `ipRange`, `fqdn`, `dnsSuffix`, or another.
        destination_type: Arc<str>,
        /// Its protocols; absent is `tcp`, for a `dnsSuffix` `0`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        protocol: Option<Arc<str>>,
        /// Its ports, each `n` or `a-b`; absent is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ports: Option<Vec<Arc<str>>>,
        /// Its other properties, kept as they come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        properties: Option<SegmentProperties>,
    }
    /// Changes what is given of a segment, which keeps its place (I9).
    UpdateApplicationSegment "updateApplicationSegment" {
        /// The segment.
        id: ApplicationSegmentId,
        /// Its new host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        destination_host: Option<Arc<str>>,
        /// Its new type.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        destination_type: Option<Arc<str>>,
        /// Its new protocols.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        protocol: Option<Arc<str>>,
        /// Its new ports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ports: Option<Vec<Arc<str>>>,
        /// What to change of its other properties, by member; null removes one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        properties: Option<SegmentPropertyChanges>,
    }
    /// Removes a segment.
    RemoveApplicationSegment "removeApplicationSegment" {
        /// The segment.
        id: ApplicationSegmentId,
    }
    /// Changes what the tenant's publishing profile says (R-81).
    UpdateProfile "updateProfile" {
        /// What to change, by member; null removes one.
        properties: ProfilePropertyChanges,
    }
}

/// Which things a bulk command means. All but `Ids` take published applications only and never fail for
/// matching nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Selection<Id> {
    /// The things with these ids; one that is named twice is refused.
    Ids(Vec<Id>),
    /// All in this group.
    In(ConnectorGroupId),
    /// All of the tenant.
    #[serde(serialize_with = "serialize_true")]
    All,
    /// All in groups of this region.
    InRegion(Given<Region>),
    /// Those whose `displayName` or `machineName` starts so, ASCII case-insensitively.
    Named(Arc<str>),
}

impl<Id> Selection<Id> {
    /// The field of its JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ids(_) => "ids",
            Self::In(_) => "in",
            Self::All => "all",
            Self::InRegion(_) => "inRegion",
            Self::Named(_) => "named",
        }
    }
}

/// `{"all": true}`, the only value that means something.
fn serialize_true<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(true)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", field_identifier)]
enum SelectionField {
    Ids,
    In,
    All,
    InRegion,
    Named,
}

struct SelectionVisitor<Id>(PhantomData<Id>);

impl<'de, Id: Deserialize<'de>> de::Visitor<'de> for SelectionVisitor<Id> {
    type Value = Selection<Id>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a selection, an object with one field of `ids`, `in`, `all`, `inRegion`, `named`")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Selection<Id>, A::Error> {
        // Read by its one key: what serde derives for an enum also takes a bare text for `all`, and would read `"all"`
        // as a selection that nobody wrote.
        let selection = match map.next_key()? {
            Some(SelectionField::Ids) => Selection::Ids(map.next_value()?),
            Some(SelectionField::In) => Selection::In(map.next_value()?),
            Some(SelectionField::All) if map.next_value()? => Selection::All,
            Some(SelectionField::InRegion) => Selection::InRegion(map.next_value()?),
            Some(SelectionField::Named) => Selection::Named(map.next_value()?),
            Some(SelectionField::All) => return Err(de::Error::invalid_value(de::Unexpected::Bool(false), &"true")),
            None => return Err(de::Error::invalid_length(0, &self)),
        };
        // A second field would be a second selection, of which one had to be passed over in silence.
        match map.next_key::<SelectionField>()? {
            None => Ok(selection),
            Some(_) => Err(de::Error::invalid_length(2, &self)),
        }
    }
}

impl<'de, Id: Deserialize<'de>> Deserialize<'de> for Selection<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SelectionVisitor(PhantomData))
    }
}

objects! {
    /// One entry of `assignApplications`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Assignment {
        /// The application.
        pub application: ApplicationId,
        /// Where it goes.
        pub connector_group: ConnectorGroupId,
    }

    /// A new tenant with its default group.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CreateTenant {
        /// The new tenant's id.
        pub id: TenantId,
        /// The region of its default group, and of every group that is created without one (R-32).
        pub default_region: Given<Region>,
        /// The tenant's time.
        pub now: Timestamp,
        /// Its default group.
        pub default_connector_group: DefaultConnectorGroup,
        /// Its switches; both off by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rules: Option<Rules>,
    }

    /// The default group that a new tenant begins with.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DefaultConnectorGroup {
        /// Its id.
        pub id: ConnectorGroupId,
        /// Its name, by default `Default` (R-3).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<Given<Name>>,
    }

    /// The tenant and all in it go.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct DeleteTenant {
        /// The tenant.
        pub id: TenantId,
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}
