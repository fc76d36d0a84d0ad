//! Ids: GUIDs, each kind of thing its own type, so that one can never stand for another.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Uuid, fmt::Hyphenated};

/// A text that is not a GUID in the 36-character hyphenated form, the only one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")]
pub struct InvalidGuid;

fn parse(text: &str) -> Result<u128, InvalidGuid> {
    // The length alone sets the hyphenated form apart from the others that `uuid` reads.
    if text.len() != Hyphenated::LENGTH {
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

/// A GUID in that form, in lower case. One function for ids of all kinds.
pub(crate) fn hyphenated(bits: u128, text: &mut [u8; Hyphenated::LENGTH]) -> &str {
    *text = [b'-'; Hyphenated::LENGTH];
    spell(bits, text);
    // Digits, letters and hyphens.
    str::from_utf8(text).unwrap_or_default()
}

/// Writes the digits of a GUID between its hyphens, which are there. Eight digits at once, each in a byte of one word: a page has
/// two hundred GUIDs, and digit by digit they were a sixth of its work.
pub(crate) fn spell(bits: u128, text: &mut [u8; Hyphenated::LENGTH]) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let digits = |shift| {
        let quarter = bits.wrapping_shr(shift) & u128::from(u32::MAX);
        let mut digits = u64::try_from(quarter).unwrap_or_default();
        for (shift, mask) in [(16, 0x0000_ffff_0000_ffff), (8, 0x00ff_00ff_00ff_00ff), (4, 0x0f0f_0f0f_0f0f_0f0f)] {
            digits = (digits | digits.wrapping_shl(shift)) & mask;
        }
        // Of a digit from ten on, the fifth bit is set by six more. Letters begin 39 behind where numbers would go on. No sum
        // here reaches another byte.
        let letters = (digits.wrapping_add(EACH.wrapping_mul(6)) >> 4) & EACH;
        let numbers = digits.wrapping_add(EACH.wrapping_mul(u64::from(b'0')));
        numbers.wrapping_add(letters.wrapping_mul(u64::from(b'a' - b'0' - 10))).to_be_bytes()
    };
    let (second, third) = (digits(64), digits(32));
    text[..8].copy_from_slice(&digits(96));
    text[9..13].copy_from_slice(&second[..4]);
    text[14..18].copy_from_slice(&second[4..]);
    text[19..23].copy_from_slice(&third[..4]);
    text[24..28].copy_from_slice(&third[4..]);
    text[28..36].copy_from_slice(&digits(0));
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
                formatter.write_str(hyphenated(self.0, &mut [0; Hyphenated::LENGTH]))
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
                serializer.serialize_str(hyphenated(self.0, &mut [0; Hyphenated::LENGTH]))
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

    /// Each digit at each place.
    #[test]
    fn a_guid_is_written_as_others_write_it() {
        for digit in 0..16 {
            for place in (0..128).step_by(4) {
                let bits = digit << place;
                let expected = Uuid::from_u128(bits).hyphenated().to_string();
                assert_eq!(hyphenated(bits, &mut [0; Hyphenated::LENGTH]), expected);
                let expected = Uuid::from_u128(!bits).hyphenated().to_string();
                assert_eq!(hyphenated(!bits, &mut [0; Hyphenated::LENGTH]), expected);
            }
        }
    }

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
