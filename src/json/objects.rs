//! Structs whose JSON is an object and nothing else. What serde derives for a struct takes an array of its values as well,
//! by position, and so reads what nobody meant: an empty array as an object with nothing in it.

/// Structs that serialize as derived, and deserialize as derived from an object without unknown fields, and from nothing
/// else. `..default` after the fields takes one that is absent from the struct's `Default`.
///
/// The private twin is what serde derives for: deriving for the struct itself would give it a public `deserialize`.
macro_rules! objects {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field_visibility:vis $field:ident: $type:ty,)*
            $(..$default:ident)?
        }
    )*) => {$(
        $(#[$attribute])*
        #[derive(serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        $visibility struct $name {
            $($(#[$field_attribute])* $field_visibility $field: $type,)*
        }

        const _: () = {
            type Object = $name;

            #[derive(serde::Deserialize)]
            // `remote` makes serde derive a plain function that builds the public struct, so the twin never
            // exists as a value and no field is copied.
            #[serde(remote = "Object", rename_all = "camelCase", deny_unknown_fields $(, $default = "Object::default")?)]
            struct Fields {
                $($(#[$field_attribute])* $field: $type,)*
            }

            struct ObjectVisitor;

            impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                type Value = Object;

                fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    formatter.write_str("an object")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                    Fields::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    // Asking for a map, and having a visitor without `visit_seq`, is what refuses arrays.
                    deserializer.deserialize_map(ObjectVisitor)
                }
            }
        };
    )*};
}
