//! Ids: GUIDs, each kind of thing its own type, so that one can never stand for another.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// A text that is not a GUID in the 36-character hyphenated form, the only one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")]
pub struct InvalidGuid;

fn parse(text: &str) -> Result<u128, InvalidGuid> {
    // The length alone sets the hyphenated form apart from the others that `uuid` reads.
    if text.len() != uuid::fmt::Hyphenated::LENGTH {
        return Err(InvalidGuid);
    }
    Uuid::try_parse(text).map(|uuid| uuid.as_u128()).map_err(|_| InvalidGuid)
}

/// The error for a text that is not what was expected; a long one is not repeated.
pub(crate) fn invalid_text<E: de::Error>(text: &str, expected: &dyn de::Expected) -> E {
    if text.len() > 64 {
        return E::invalid_length(text.len(), expected);
    }
    E::invalid_value(de::Unexpected::Str(text), expected)
}

struct GuidVisitor;

impl de::Visitor<'_> for GuidVisitor {
    type Value = u128;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a GUID")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u128, E> {
        parse(text).map_err(|_| invalid_text(text, &self))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Written in lower case with hyphens; read in any case.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u128);

        impl $name {
            /// The id with these 128 bits.
            #[must_use]
            pub const fn from_u128(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits of this id.
            #[must_use]
            pub const fn as_u128(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(Uuid::from_u128(self.0).as_hyphenated(), formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidGuid;

            fn from_str(text: &str) -> Result<Self, InvalidGuid> {
                parse(text).map(Self)
            }
        }

        impl From<u128> for $name {
            fn from(bits: u128) -> Self {
                Self(bits)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid.as_u128())
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                Self::from_u128(id.0)
            }
        }

        /// As [`FromStr`].
        impl TryFrom<&str> for $name {
            type Error = InvalidGuid;

            fn try_from(text: &str) -> Result<Self, InvalidGuid> {
                text.parse()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // On the stack: a document of a million applications writes two million ids.
                let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
                serializer.serialize_str(Uuid::from_u128(self.0).as_hyphenated().encode_lower(&mut buffer))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(GuidVisitor).map(Self)
            }
        }

        impl crate::columns::Key for $name {
            fn bits(self) -> u128 {
                self.0
            }
        }
    )*};
}

ids! {
    /// Names a tenant.
    TenantId
    /// Names a connector group within its tenant (Graph: `connectorGroup.id`).
    ConnectorGroupId
    /// Names a connector within its tenant (Graph: `connector.id`).
    ConnectorId
    /// Names an application's directory object within its tenant (Graph: `application.id`), the key of all routes.
    ApplicationId
    /// An application's other key, its client id (Graph: `application.appId`).
    AppId
    /// Names an application's service principal within its tenant (Graph: `servicePrincipal.id`).
    ServicePrincipalId
    /// Names a segment of an application within its tenant (Graph: `ipApplicationSegment.id`).
    ApplicationSegmentId
    /// An id in a refusal that more than one kind of thing can earn.
    AnyId
}

macro_rules! any_id {
    ($($name:ident)*) => {$(
        impl From<$name> for AnyId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )*};
}

any_id! { TenantId ConnectorGroupId ConnectorId ApplicationId AppId ServicePrincipalId ApplicationSegmentId }

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_read_in_any_case() {
        let id = ConnectorId::from_u128(0x00c0_ffee_0000_4000_8000_0000_0000_abcd);
        assert_eq!(id.to_string(), "00c0ffee-0000-4000-8000-00000000abcd");
        assert_eq!("00C0FFEE-0000-4000-8000-00000000ABCD".parse(), Ok(id));
        for text in [
            "",
            "00c0ffee0000400080000000000abcd0",
            "{00c0ffee-0000-4000-8000-00000000abcd}",
            "urn:uuid:00c0ffee-0000-4000-8000-00000000abcd",
            "00c0ffee-0000-4000-8000-00000000abcg",
            "00c0ffee-0000-4000-80000-0000000abcd",
        ] {
            assert_eq!(text.parse::<ConnectorId>(), Err(InvalidGuid), "{text}");
        }
    }
}
