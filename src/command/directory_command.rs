//! A line of the replay format: a command of a directory, or one in a tenant with `tenant` beside its own fields.

use alloc::borrow::Cow;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer},
};

use super::{Command, CreateTenant, DeleteTenant, Tag};
use crate::{
    ids::TenantId,
    json::tagged::{self, AroundTag, Tagged},
};

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
#[non_exhaustive]
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
    type Beside = TenantId;

    fn read<'de, A: de::MapAccess<'de>>(
        tag: DirectoryTag,
        fields: AroundTag<'_, 'de, A, TenantId>,
    ) -> Result<Self, A::Error> {
        match tag {
            DirectoryTag::Create => fields.into().map(Self::CreateTenant),
            DirectoryTag::Delete => fields.into().map(Self::DeleteTenant),
            DirectoryTag::Inside(tag) => {
                let mut tenant = None;
                let command = Command::read(tag, fields.with("tenant", &mut tenant))?;
                let tenant = tenant.ok_or_else(|| de::Error::missing_field("tenant"))?;
                Ok(Self::InTenant { tenant, command })
            }
        }
    }
}

impl<'de> Deserialize<'de> for DirectoryCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::read(deserializer)
    }
}
