//! What can be asked: a command in a tenant, a command of the directory, and the selection of a bulk command.

mod constructors;

use alloc::{borrow::Cow, boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer, value::MapAccessDeserializer},
};

use crate::{
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId},
    json::tagged::{self, Tagged},
    model::{
        Given, Rules,
        connector::ConnectorStatus,
        group::{Name, ServiceGroupType},
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
        /// Its JSON is an object tagged by `command`. A field that is optional here may be absent or null; an unknown
        /// field, one given twice, and a wrong type are errors, at any depth.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "command")]
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

            fn read<'de, D: Deserializer<'de>>(tag: Tag, fields: D) -> Result<Self, D::Error> {
                match tag {
                    $(Tag::$name => $name::deserialize(fields).map(Self::$name),)*
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
    }
    /// A new name for an application.
    UpdateApplication "updateApplication" {
        /// The application.
        id: ApplicationId,
        /// Its new name.
        display_name: Arc<str>,
    }
    /// Removes an application, with its assignment (R-26).
    DeleteApplication "deleteApplication" {
        /// The application.
        id: ApplicationId,
    }
    /// Publishes an application into the default group (R-20), or merges the changes over how it is published already.
    PublishApplication "publishApplication" {
        /// The application.
        application: ApplicationId,
        /// What is asked of each property.
        on_premises_publishing: Box<PublishingChanges>,
    }
    /// Drops publishing and assignment (R-26); nothing where the application is not published.
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
}

/// Which things a bulk command means. All but `Ids` take published applications only and never fail for
/// matching nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Selection<Id> {
    /// These, each named once.
    Ids(Vec<Id>),
    /// Those of this group.
    In(ConnectorGroupId),
    /// All there are.
    #[serde(serialize_with = "serialize_true")]
    All,
    /// Those whose group has this region.
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
        let selection = match map.next_key()? {
            Some(SelectionField::Ids) => Selection::Ids(map.next_value()?),
            Some(SelectionField::In) => Selection::In(map.next_value()?),
            Some(SelectionField::All) if map.next_value()? => Selection::All,
            Some(SelectionField::InRegion) => Selection::InRegion(map.next_value()?),
            Some(SelectionField::Named) => Selection::Named(map.next_value()?),
            Some(SelectionField::All) => return Err(de::Error::invalid_value(de::Unexpected::Bool(false), &"true")),
            None => return Err(de::Error::invalid_length(0, &self)),
        };
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

/// A command of a directory: about its tenants, or in one of them. A transaction cannot hold one.
///
/// Its JSON is a line of the replay format: a [`Command`] has `tenant` beside `command`.
///
/// ```
/// # use connector_groups::DirectoryCommand;
/// let line = r#"{"tenant":"7e000000-0000-4000-8000-000000000001","command":"deleteApplication",
///                "id":"a0000000-0000-4000-8000-000000000007"}"#;
/// assert!(matches!(serde_json::from_str(line)?, DirectoryCommand::InTenant { .. }));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryCommand {
    /// A new tenant.
    CreateTenant(CreateTenant),
    /// A tenant goes.
    DeleteTenant(DeleteTenant),
    /// A command in a tenant.
    InTenant {
        /// The tenant.
        tenant: TenantId,
        /// What is asked of it.
        command: Command,
    },
}

impl DirectoryCommand {
    /// The tag of its JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateTenant(_) => "createTenant",
            Self::DeleteTenant(_) => "deleteTenant",
            Self::InTenant { tenant: _, command } => command.name(),
        }
    }
}

impl Serialize for DirectoryCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Line<'a> {
            Directory(OfDirectory<'a>),
            InTenant {
                tenant: TenantId,
                #[serde(flatten)]
                command: &'a Command,
            },
        }
        #[derive(Serialize)]
        #[serde(tag = "command", rename_all = "camelCase")]
        enum OfDirectory<'a> {
            CreateTenant(&'a CreateTenant),
            DeleteTenant(&'a DeleteTenant),
        }
        match self {
            Self::CreateTenant(command) => Line::Directory(OfDirectory::CreateTenant(command)),
            Self::DeleteTenant(command) => Line::Directory(OfDirectory::DeleteTenant(command)),
            Self::InTenant { tenant, command } => Line::InTenant { tenant: *tenant, command },
        }
        .serialize(serializer)
    }
}

/// The tags of a line of the replay format.
pub(crate) enum DirectoryTag {
    Create,
    Delete,
    Inside(Tag),
}

impl<'de> Deserialize<'de> for DirectoryTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = <Cow<'de, str>>::deserialize(deserializer)?;
        match &*tag {
            "createTenant" => Ok(Self::Create),
            "deleteTenant" => Ok(Self::Delete),
            other => Tag::deserialize(other.into_deserializer()).map(Self::Inside),
        }
    }
}

impl Tagged for DirectoryCommand {
    type Tag = DirectoryTag;

    fn read<'de, D: Deserializer<'de>>(tag: DirectoryTag, fields: D) -> Result<Self, D::Error> {
        match tag {
            DirectoryTag::Create => CreateTenant::deserialize(fields).map(Self::CreateTenant),
            DirectoryTag::Delete => DeleteTenant::deserialize(fields).map(Self::DeleteTenant),
            DirectoryTag::Inside(tag) => fields.deserialize_map(InTenantVisitor(tag)),
        }
    }
}

/// Reads the fields of a command with `tenant` among them.
struct InTenantVisitor(Tag);

impl<'de> de::Visitor<'de> for InTenantVisitor {
    type Value = DirectoryCommand;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a command")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<DirectoryCommand, A::Error> {
        let mut tenant = None;
        let fields = WithoutTenant { map, tenant: &mut tenant };
        let command = Command::read(self.0, MapAccessDeserializer::new(fields))?;
        let tenant = tenant.ok_or_else(|| de::Error::missing_field("tenant"))?;
        Ok(DirectoryCommand::InTenant { tenant, command })
    }
}

/// The fields of a line but for `tenant`, which is put aside, so that a command's own fields stay the only ones it knows.
struct WithoutTenant<'a, A> {
    map: A,
    tenant: &'a mut Option<TenantId>,
}

impl<'de, A: de::MapAccess<'de>> de::MapAccess<'de> for WithoutTenant<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            if key != "tenant" {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            if self.tenant.replace(self.map.next_value()?).is_some() {
                return Err(de::Error::duplicate_field("tenant"));
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}

impl<'de> Deserialize<'de> for DirectoryCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}
