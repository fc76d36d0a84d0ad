//! `$metadata`: the table of what is served as a document of the `OData` Common Schema Definition Language.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::StatusCode;

use super::{
    reply::{Body, Reply},
    route::Version,
    schema::{Enumeration, Kind, Navigation, PropertyType, SETS, Type},
};

/// The document of what a version serves.
pub(super) fn document(version: Version) -> Reply {
    let mut writer = Writer {
        version,
        text: String::new(),
        types: BTreeMap::new(),
        open: BTreeSet::new(),
        members: BTreeMap::new(),
    };
    for (_, of, in_v1) in SETS {
        if version.has(*in_v1) {
            writer.find(of);
        }
    }
    writer.write();
    Reply { status: StatusCode::OK, body: Body::Xml(writer.text), headers: Vec::new() }
}

/// All names in the table are plain ASCII words, as a test holds, so that nothing in them has to be escaped.
struct Writer {
    version: Version,
    text: String,
    types: BTreeMap<&'static str, &'static Type>,
    /// Types whose parts the table does not describe.
    open: BTreeSet<&'static str>,
    members: BTreeMap<&'static str, &'static Enumeration>,
}

impl Writer {
    /// Collects a type and whatever can be reached from it, each once.
    fn find(&mut self, of: &'static Type) {
        // Types lead to each other in circles: one that is known is not followed again.
        if self.types.insert(of.name, of).is_some() {
            return;
        }
        for property in self.properties(of) {
            match property.kind {
                Kind::Object(part) | Kind::Objects(part) => self.find(part),
                Kind::Open(name) | Kind::OpenList(name) => _ = self.open.insert(name),
                Kind::Member(members) if members.is_declared => _ = self.members.insert(members.name, members),
                Kind::Member(_)
                | Kind::Text
                | Kind::Guid
                | Kind::Bool
                | Kind::Number
                | Kind::Date
                | Kind::Texts
                | Kind::Any => {}
            }
        }
        for navigation in self.navigations(of) {
            self.find(navigation.target);
        }
    }

    fn properties(&self, of: &'static Type) -> impl Iterator<Item = &'static PropertyType> + use<> {
        let version = self.version;
        of.properties.iter().filter(move |property| version.has(property.in_v1))
    }

    fn navigations(&self, of: &'static Type) -> impl Iterator<Item = &'static Navigation> + use<> {
        let version = self.version;
        of.navigations.iter().filter(move |navigation| version.has(navigation.in_v1))
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn write(&mut self) {
        self.line(r#"<?xml version="1.0" encoding="utf-8"?>"#);
        self.line(r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">"#);
        self.line("<edmx:DataServices>");
        self.line(
            r#"<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">"#,
        );
        for members in self.members.clone().into_values() {
            self.enumeration(members);
        }
        for of in self.types.clone().into_values() {
            self.entity_or_complex(of);
        }
        // A type that is described elsewhere in the table is not described again.
        for name in self.open.clone().into_iter().filter(|name| !self.types.contains_key(name)).collect::<Vec<_>>() {
            self.line(&format!(r#"<ComplexType Name="{name}" OpenType="true"/>"#));
        }
        self.container();
        for end in ["</Schema>", "</edmx:DataServices>", "</edmx:Edmx>"] {
            self.line(end);
        }
    }

    fn enumeration(&mut self, of: &Enumeration) {
        let flags = if of.is_flags { r#" IsFlags="true""# } else { "" };
        self.line(&format!(r#"<EnumType Name="{}"{flags}>"#, of.name));
        for (name, value) in of.members {
            self.line(&format!(r#"<Member Name="{name}" Value="{value}"/>"#));
        }
        self.line("</EnumType>");
    }

    fn entity_or_complex(&mut self, of: &'static Type) {
        let element = if of.is_entity { "EntityType" } else { "ComplexType" };
        let open = if of.is_open { r#" OpenType="true""# } else { "" };
        self.line(&format!(r#"<{element} Name="{}"{open}>"#, of.name));
        if of.is_entity {
            self.line(r#"<Key><PropertyRef Name="id"/></Key>"#);
        }
        for property in self.properties(of) {
            // Generators make a required field of it: a key is never null.
            let nullable = if property.name == "id" && of.is_entity { r#" Nullable="false""# } else { "" };
            self.line(&format!(
                r#"<Property Name="{}" Type="{}"{nullable}/>"#,
                property.name,
                type_name(property.kind)
            ));
        }
        for navigation in self.navigations(of) {
            let target = format!("graph.{}", navigation.target.name);
            let target = if navigation.is_list() { format!("Collection({target})") } else { target };
            let contained = if navigation.is_contained { r#" ContainsTarget="true""# } else { "" };
            self.line(&format!(r#"<NavigationProperty Name="{}" Type="{target}"{contained}/>"#, navigation.name));
        }
        self.line(&format!("</{element}>"));
    }

    fn container(&mut self) {
        self.line(r#"<EntityContainer Name="GraphService">"#);
        for (name, of, in_v1) in SETS {
            if self.version.has(*in_v1) {
                self.line(&format!(r#"<EntitySet Name="{name}" EntityType="microsoft.graph.{}"/>"#, of.name));
            }
        }
        self.line("</EntityContainer>");
    }
}

fn type_name(kind: Kind) -> String {
    match kind {
        Kind::Bool => "Edm.Boolean".to_string(),
        Kind::Number => "Edm.Int32".to_string(),
        Kind::Date => "Edm.DateTimeOffset".to_string(),
        Kind::Texts => "Collection(Edm.String)".to_string(),
        Kind::Member(of) if of.is_declared => format!("graph.{}", of.name),
        Kind::Guid => "Edm.Guid".to_string(),
        Kind::Text | Kind::Member(_) | Kind::Any => "Edm.String".to_string(),
        Kind::Object(of) => format!("graph.{}", of.name),
        Kind::Objects(of) => format!("Collection(graph.{})", of.name),
        Kind::Open(name) => format!("graph.{name}"),
        Kind::OpenList(name) => format!("Collection(graph.{name})"),
    }
}
