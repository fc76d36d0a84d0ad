//! What is served, in one table: types, their properties and relations, and enumerations.
//!
//! Paths, `$select`, `$filter`, `$orderby`, `$expand`, bodies and `$metadata` all read it, so that none of them knows a name
//! that the others do not. Names are read in any ASCII case, as Graph does (Entra PowerShell sends `$Filter` and
//! `{"Name": …}`), and answered as they stand here.

mod directory;
mod proxy;

use serde_json::{Map, Value};

use super::version::Version;

pub(super) use directory::{APPLICATION, DIRECTORY_OBJECT, ORGANIZATION, ROLE_ASSIGNMENT, SERVICE_PRINCIPAL, TEMPLATE};
pub(super) use proxy::{CONNECTOR, GROUP, IP_SEGMENT, PROFILE, PUBLISHING, REGION};

/// A type of Graph.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: &'static str,
    /// Whether it is a thing with an id, or a value within one.
    pub(super) is_entity: bool,
    /// Whether it keeps properties that are not in the table.
    pub(super) is_open: bool,
    pub(super) properties: &'static [PropertyType],
    pub(super) navigations: &'static [Navigation],
}

/// A property of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct PropertyType {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) shown: Projection,
    /// What it is where nobody has set it.
    pub(super) unset: Unset,
    /// Whether the service alone sets it, and refuses another value.
    pub(super) is_read_only: bool,
    /// Whether v1.0 has it too.
    pub(super) in_v1: bool,
}

/// A relation of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Navigation {
    pub(super) name: &'static str,
    pub(super) target: &'static Type,
    pub(super) relates: Relates,
    /// Whether the things live in this one, and nowhere else.
    pub(super) is_contained: bool,
    /// Whether v1.0 has it too.
    pub(super) in_v1: bool,
}

/// What a relation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relates {
    Many,
    One,
    /// One, which only a single thing shows, and no list of such things.
    OneOfOne,
}

/// What a property holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Guid,
    Bool,
    /// A whole number of 32 bits.
    Number,
    Date,
    Texts,
    /// A member of an enumeration.
    Member(&'static Enumeration),
    Object(&'static Type),
    Objects(&'static Type),
    /// A value whose parts are not described here: kept as it comes, with the name of Graph's type for it.
    Open(&'static str),
    OpenList(&'static str),
    /// Whatever it is, it is not kept.
    Any,
}

/// Where a property is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Projection {
    /// Always, unless others are selected.
    Always,
    /// Always too, with Graph's default where it is not set.
    Default,
    /// Where it is set, or selected.
    WhereSet,
    /// Only where it is selected, of a single thing.
    OfOne,
}

/// The value of a property that nobody has set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unset {
    Null,
    Bool(bool),
    Text(&'static str),
    Number(i32),
    List,
    /// An object, each of whose properties is unset.
    Object,
}

/// An enumeration of Graph, or a text with documented values.
#[derive(Debug)]
pub(super) struct Enumeration {
    pub(super) name: &'static str,
    /// Whether the metadata has it as an enumeration; otherwise it is a text there.
    pub(super) is_declared: bool,
    /// Whether several members can stand together, with commas.
    pub(super) is_flags: bool,
    /// Whether a text that is no member is refused. The service has regions and types of groups that the schema lacks, and
    /// the engine judges those.
    pub(super) is_closed: bool,
    pub(super) members: &'static [(&'static str, u32)],
}

/// The entity sets, each with its type and whether v1.0 has it.
pub(super) static SETS: &[(&str, &Type, bool)] = &[
    ("onPremisesPublishingProfiles", &PROFILE, false),
    ("applications", &APPLICATION, true),
    ("servicePrincipals", &SERVICE_PRINCIPAL, true),
    ("applicationTemplates", &TEMPLATE, true),
    ("organization", &ORGANIZATION, true),
];

/// The body of a batch.
pub(super) static BATCH: Type = Type {
    name: "batch",
    is_entity: false,
    is_open: false,
    properties: &[list("requests", "request")],
    navigations: &[],
};

/// A request of a batch. The Python SDK writes `depends_on`, which is no other case of `dependsOn`.
pub(super) static BATCH_REQUEST: Type = Type {
    name: "request",
    is_entity: false,
    is_open: false,
    properties: &[
        property("id", Kind::Any),
        text("method"),
        text("url"),
        property("headers", Kind::Any),
        property("body", Kind::Any),
        property("dependsOn", Kind::Any),
        property("depends_on", Kind::Any),
    ],
    navigations: &[],
};

/// The entity set of this name.
pub(super) fn set(name: &str, version: Version) -> Option<&'static str> {
    let found = SETS.iter().find(|(known, _, in_v1)| known.eq_ignore_ascii_case(name) && version.has(*in_v1));
    found.map(|(known, ..)| *known)
}

const fn property(name: &'static str, kind: Kind) -> PropertyType {
    PropertyType { name, kind, shown: Projection::WhereSet, unset: Unset::Null, is_read_only: false, in_v1: true }
}

const fn text(name: &'static str) -> PropertyType {
    property(name, Kind::Text)
}

const fn guid(name: &'static str) -> PropertyType {
    property(name, Kind::Guid)
}

const fn date(name: &'static str) -> PropertyType {
    property(name, Kind::Date)
}

const fn flag(name: &'static str) -> PropertyType {
    property(name, Kind::Bool)
}

const fn texts(name: &'static str) -> PropertyType {
    property(name, Kind::Texts).unset(Unset::List)
}

const fn list(name: &'static str, of: &'static str) -> PropertyType {
    property(name, Kind::OpenList(of)).unset(Unset::List)
}

const fn open(name: &'static str, of: &'static str) -> PropertyType {
    property(name, Kind::Open(of))
}

const fn relation(name: &'static str, target: &'static Type) -> Navigation {
    Navigation { name, target, relates: Relates::Many, is_contained: false, in_v1: true }
}

impl PropertyType {
    const fn always(self) -> Self {
        Self { shown: Projection::Always, ..self }
    }

    const fn with_default(self) -> Self {
        Self { shown: Projection::Default, ..self }
    }

    const fn of_one(self) -> Self {
        Self { shown: Projection::OfOne, ..self }
    }

    const fn unset(self, unset: Unset) -> Self {
        Self { unset, ..self }
    }

    const fn read_only(self) -> Self {
        Self { is_read_only: true, ..self }
    }

    const fn beta(self) -> Self {
        Self { in_v1: false, ..self }
    }

    /// Its value where nobody has set it.
    pub(super) fn default_value(&self) -> Value {
        match (self.unset, self.kind) {
            (Unset::Null, _) => Value::Null,
            (Unset::Bool(value), _) => value.into(),
            (Unset::Text(text), _) => text.into(),
            (Unset::Number(number), _) => number.into(),
            (Unset::List, _) => Value::Array(alloc::vec::Vec::new()),
            (Unset::Object, Kind::Object(of)) => {
                // One object stands for both versions, so that it has what both know.
                let parts = of.properties.iter().filter(|part| part.in_v1);
                let members = parts.map(|part| (part.name.into(), part.default_value()));
                Value::Object(members.collect())
            }
            (Unset::Object, _) => Value::Object(Map::new()),
        }
    }
}

impl Navigation {
    pub(super) const fn is_list(&self) -> bool {
        matches!(self.relates, Relates::Many)
    }

    const fn one(self) -> Self {
        Self { relates: Relates::One, ..self }
    }

    const fn one_of_one(self) -> Self {
        Self { relates: Relates::OneOfOne, ..self }
    }

    const fn contained(self) -> Self {
        Self { is_contained: true, ..self }
    }

    const fn beta(self) -> Self {
        Self { in_v1: false, ..self }
    }
}

impl Type {
    /// The property of this name, in any case.
    pub(super) fn property(&self, name: &str) -> Option<&'static PropertyType> {
        self.properties.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// What is shown where nothing is selected. These stand first, as a page asks every thing for them, and most types have
    /// many more.
    pub(super) fn always_shown(&self) -> impl Iterator<Item = &'static PropertyType> {
        self.properties.iter().take_while(|known| known.shown <= Projection::Default)
    }

    /// What a version shows of each thing of a list, where all is selected.
    pub(super) fn selected_by_all(&self, version: Version) -> impl Iterator<Item = &'static PropertyType> {
        self.properties.iter().filter(move |known| known.shown != Projection::OfOne && version.has(known.in_v1))
    }

    /// The relation of this name, in any case.
    pub(super) fn navigation(&self, name: &str, version: Version) -> Option<&'static Navigation> {
        let found = self.navigations.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        found.filter(|known| version.has(known.in_v1))
    }
}

impl Enumeration {
    /// The members that a text names, as they are spelled here; the sentinel of evolvable enumerations is none.
    pub(super) fn read(&self, text: &str) -> Option<alloc::string::String> {
        let member = |part: &str| {
            let known = self.members.iter().find(|(known, _)| known.eq_ignore_ascii_case(part.trim()));
            known.map(|(known, _)| *known).filter(|known| *known != "unknownFutureValue")
        };
        if !self.is_flags {
            return member(text).map(Into::into);
        }
        let members = text.split(',').map(member).collect::<Option<alloc::vec::Vec<_>>>()?;
        Some(members.join(","))
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    /// A name in another case would be found instead of the one that is meant; and what is always shown stands first.
    #[test]
    fn no_type_has_a_name_twice_in_any_case() {
        let mut types = alloc::vec![
            &PROFILE,
            &GROUP,
            &CONNECTOR,
            &APPLICATION,
            &SERVICE_PRINCIPAL,
            &ROLE_ASSIGNMENT,
            &IP_SEGMENT,
            &TEMPLATE,
            &ORGANIZATION,
            &PUBLISHING
        ];
        types.extend(PUBLISHING.properties.iter().filter_map(|property| match property.kind {
            Kind::Object(of) | Kind::Objects(of) => Some(of),
            _ => None,
        }));
        for of in types {
            assert!(
                of.properties.iter().is_sorted_by_key(|property| property.shown.min(Projection::WhereSet)),
                "{}",
                of.name
            );
            let names = of.properties.iter().map(|property| property.name);
            let names = names.chain(of.navigations.iter().map(|navigation| navigation.name));
            let mut seen = BTreeSet::new();
            for name in names {
                assert!(seen.insert(name.to_ascii_lowercase()), "{}/{name}", of.name);
            }
        }
    }

    #[test]
    fn members_are_read_in_any_case_and_the_sentinel_is_none() {
        let routing = PUBLISHING.property("TRAFFICROUTINGMETHOD").unwrap();
        let Kind::Member(routing) = routing.kind else { panic!("{routing:?}") };
        assert_eq!(routing.read("SessionPersistence").as_deref(), Some("sessionPersistence"));
        assert_eq!(routing.read("unknownFutureValue"), None);
        assert_eq!(routing.read("none,random"), None, "no flags");
    }
}
