//! What a path names.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::Method;

use super::{
    call::decoded,
    entity::PUBLISHING,
    error::{Code, Error, shortened},
    schema::{self, Type},
};

pub(super) use super::version::Version;
use crate::TenantId;

/// The one profile that is served, as contexts and links write it.
pub(super) const PROFILE: &str = "onPremisesPublishingProfiles('applicationProxy')";

/// The type that a path names where it means an application's IP segments.
const IP_CONFIGURATION: &str = "microsoft.graph.ipSegmentConfiguration";

/// Where an application's IP segments are, below it.
pub(super) const SEGMENTS: &str =
    "onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments";

/// A key as it came: an id, or one of the alternate keys of applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Id(String),
    AppId(String),
    UniqueName(String),
}

impl Key {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Id(text) | Self::AppId(text) | Self::UniqueName(text) => text,
        }
    }
}

/// A collection; those of one thing with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum List {
    Profiles,
    Groups,
    Members(String),
    GroupApplications(String),
    Connectors,
    MemberOf(String),
    Applications,
    ServicePrincipals,
    Templates,
    Organizations,
    /// The IP segments of an application.
    Segments(Key),
    /// The IP segments of all applications.
    AllSegments,
    /// A relation that is kept as it comes, by its name.
    Kept(Holder, &'static str),
}

/// Whose relation is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    Application(Key),
    Principal(Key),
}

impl List {
    /// Whether the directory itself answers it, and not application proxy or the gallery.
    pub(super) const fn is_of_directory(&self) -> bool {
        matches!(self, Self::Applications | Self::ServicePrincipals | Self::Kept(..))
    }

    /// Where it is, as contexts write it.
    pub(super) fn path(&self) -> Cow<'static, str> {
        match self {
            Self::Profiles => "onPremisesPublishingProfiles".into(),
            Self::Groups => "onPremisesPublishingProfiles('applicationProxy')/connectorGroups".into(),
            Self::Connectors => "onPremisesPublishingProfiles('applicationProxy')/connectors".into(),
            Self::Applications => "applications".into(),
            Self::Members(group) => format!("{PROFILE}/connectorGroups('{group}')/members").into(),
            Self::GroupApplications(group) => format!("{PROFILE}/connectorGroups('{group}')/applications").into(),
            Self::MemberOf(connector) => format!("{PROFILE}/connectors('{connector}')/memberOf").into(),
            Self::ServicePrincipals => "servicePrincipals".into(),
            Self::AllSegments => format!("{PROFILE}/applicationSegments").into(),
            Self::Segments(key) => format!(
                "applications('{}')/onPremisesPublishing/segmentsConfiguration/{IP_CONFIGURATION}/applicationSegments",
                key.as_str()
            )
            .into(),
            Self::Kept(_, "owners") => "directoryObjects".into(),
            Self::Kept(Holder::Application(key), name) => format!("applications('{}')/{name}", key.as_str()).into(),
            Self::Kept(Holder::Principal(key), name) => format!("servicePrincipals('{}')/{name}", key.as_str()).into(),
            Self::Templates => "applicationTemplates".into(),
            Self::Organizations => "organization".into(),
        }
    }
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Batch,
    Metadata,
    List(List),
    Count(List),
    References(List),
    Item(List, Key),
    /// A property of a thing by itself.
    Property(List, Key, &'static str),
    /// The relation to one thing of a list.
    Reference(List, String),
    /// The application of a segment.
    SegmentApplication(List, Key),
    ApplicationGroup(Key),
    ApplicationGroupReference(Key),
    Publishing(Key),
    Instantiate(String),
}

impl Target {
    /// The methods that it has.
    pub(super) fn methods(&self) -> &'static [Method] {
        use List::{Applications, GroupApplications, Groups, Kept, Profiles, Segments, ServicePrincipals};
        match self {
            Self::Batch | Self::Instantiate(_) => &[Method::POST],
            // By its own path an owner is a thing of the directory, which is not deleted here; `$ref` ends the relation.
            Self::List(Kept(_, "owners")) | Self::Item(Kept(_, "owners"), _) => &[Method::GET],
            Self::Item(Kept(..), _) => &[Method::GET, Method::DELETE],
            Self::List(Groups | Applications | ServicePrincipals | GroupApplications(_) | Segments(_) | Kept(..)) => {
                &[Method::GET, Method::POST]
            }
            Self::Item(Groups | Applications | ServicePrincipals | Segments(_), _) => {
                &[Method::GET, Method::PATCH, Method::DELETE]
            }
            Self::References(List::MemberOf(_)) => &[Method::GET, Method::POST, Method::PUT, Method::DELETE],
            Self::References(_) => &[Method::GET, Method::POST, Method::DELETE],
            Self::Publishing(_) | Self::Item(Profiles, _) => &[Method::GET, Method::PATCH],
            Self::Reference(..) => &[Method::DELETE],
            Self::ApplicationGroupReference(_) => &[Method::GET, Method::PUT, Method::DELETE],
            Self::List(_)
            | Self::Item(..)
            | Self::Property(..)
            | Self::Metadata
            | Self::Count(_)
            | Self::SegmentApplication(..)
            | Self::ApplicationGroup(_) => &[Method::GET],
        }
    }

    /// Whether it belongs to application proxy, which a tenant may not have enabled.
    pub(super) const fn is_of_application_proxy(&self) -> bool {
        match self {
            Self::Batch | Self::Metadata | Self::Instantiate(_) => false,
            Self::List(list)
            | Self::Count(list)
            | Self::References(list)
            | Self::Item(list, _)
            | Self::Property(list, ..) => {
                use List::{Applications, Kept, Organizations, ServicePrincipals, Templates};
                !matches!(list, Applications | ServicePrincipals | Kept(..) | Templates | Organizations)
            }
            Self::Reference(..)
            | Self::SegmentApplication(..)
            | Self::ApplicationGroup(_)
            | Self::ApplicationGroupReference(_)
            | Self::Publishing(_) => true,
        }
    }
}

/// A part of a path: a word or key by itself, or the key in parentheses behind a word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'p> {
    Word(Cow<'p, str>),
    Key(Key),
}

/// The parts of a path, read from its start.
struct Parts<'p> {
    parts: alloc::vec::IntoIter<Part<'p>>,
    version: Version,
}

impl<'p> Parts<'p> {
    fn word(&mut self) -> Result<Option<Cow<'p, str>>, Error> {
        match self.parts.next() {
            None => Ok(None),
            Some(Part::Word(word)) => Ok(Some(word)),
            Some(Part::Key(key)) => Err(Error::segment(key.as_str())),
        }
    }

    /// The relation or the property of a type that comes next, as the table spells it.
    fn member(&mut self, schema: &Type) -> Result<Option<Member>, Error> {
        let Some(word) = self.word()? else { return Ok(None) };
        let property = schema.property(&word).filter(|known| self.version.has(known.in_v1));
        let property = property.map(|known| Member::Property(known.name));
        let navigation = schema.navigation(&word, self.version).map(|known| Member::Navigation(known.name));
        property.or(navigation).map(Some).ok_or_else(|| Error::segment(&word))
    }

    fn end(&mut self) -> Result<(), Error> {
        self.word()?.map_or(Ok(()), |word| Err(Error::segment(&word)))
    }

    fn ended(mut self, target: Target) -> Result<Target, Error> {
        self.end()?;
        Ok(target)
    }

    /// What follows a collection: nothing, `$count`, `$ref`, or a key.
    fn of_list(&mut self, list: List) -> Result<Tail, Error> {
        // Only a relation has links to add and take away; a plain collection holds its things themselves.
        let is_relation = matches!(list, List::Members(_) | List::MemberOf(_) | List::Kept(_, "owners"));
        Ok(match self.parts.next() {
            None => Tail::Whole(Target::List(list)),
            Some(Part::Word(word)) if word.eq_ignore_ascii_case("$count") => Tail::Whole(Target::Count(list)),
            Some(Part::Word(word)) if is_relation && word.eq_ignore_ascii_case("$ref") => {
                Tail::Whole(Target::References(list))
            }
            Some(Part::Word(word)) if word.starts_with('$') => return Err(Error::segment(&word)),
            // Told apart from ids, or whoever asks for one would look for a thing that is gone.
            Some(Part::Word(word)) if is_function_or_cast(&word) => {
                let text = format!("The function or cast '{}' is not implemented by this model.", shortened(&word, 64));
                return Err(Error::new(Code::NotImplemented, &text));
            }
            Some(Part::Word(id)) => Tail::Item(list, Key::Id(id.into_owned())),
            Some(Part::Key(key)) => match (&list, &key) {
                (_, Key::Id(_)) | (List::Applications | List::ServicePrincipals | List::GroupApplications(_), _) => {
                    Tail::Item(list, key)
                }
                (_, Key::AppId(text) | Key::UniqueName(text)) => return Err(Error::segment(text)),
            },
        })
    }
}

/// `delta`, or a type by its whole name.
fn is_function_or_cast(word: &str) -> bool {
    const TYPE: &str = "microsoft.graph.";
    let start = word.get(..TYPE.len());
    word.eq_ignore_ascii_case("delta") || start.is_some_and(|start| start.eq_ignore_ascii_case(TYPE))
}

enum Tail {
    Whole(Target),
    Item(List, Key),
}

/// What a segment behind a thing names.
enum Member {
    Property(&'static str),
    Navigation(&'static str),
}

/// What this path names, and in which version. The tenant of the request, where there is one, may stand in front.
pub(super) fn target(path: &str, tenant: Option<TenantId>) -> Result<(Version, Target), Error> {
    // Clients whose base URL ends in a slash send empty segments: the Python SDKs do at their defaults.
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    let version = match segments.next() {
        Some(version) if version.eq_ignore_ascii_case("beta") => Version::Beta,
        Some(version) if version.eq_ignore_ascii_case("v1.0") => Version::V1,
        other => {
            let text = format!("Invalid version: {}", shortened(other.unwrap_or_default(), 64));
            return Err(Error::new(Code::InvalidVersion, &text));
        }
    };
    // Older forms, which mean the token's own tenant: the CLI for Microsoft 365 sends the word, and Terraform's Hamilton the id. The
    // id of another tenant stays an unknown segment.
    let is_own = |segment: &&str| {
        segment.eq_ignore_ascii_case("myorganization") || tenant.is_some_and(|tenant| segment.parse() == Ok(tenant))
    };
    if segments.peek().is_some_and(is_own) {
        segments.next();
    }
    // As many as nearly every path has.
    let mut parts = Vec::with_capacity(8);
    for segment in segments {
        // Split first and decoded then: an encoded slash is part of a name, and must not end its segment.
        let (word, key) = part(decoded(segment)?)?;
        parts.push(Part::Word(word));
        parts.extend(key.map(Part::Key));
    }
    let mut parts = Parts { parts: parts.into_iter(), version };
    let Some(word) = parts.word()? else { return Err(Error::segment("")) };
    if word.eq_ignore_ascii_case("$batch") {
        return Ok((version, parts.ended(Target::Batch)?));
    }
    if word.eq_ignore_ascii_case("$metadata") {
        return Ok((version, parts.ended(Target::Metadata)?));
    }
    let target = match schema::set(&word, version) {
        Some("onPremisesPublishingProfiles") => profile(parts),
        Some("applications") => applications(parts),
        Some("servicePrincipals") => principals(parts),
        Some("applicationTemplates") => templates(parts),
        Some("organization") => organization(parts),
        _ => Err(Error::segment(&word)),
    };
    Ok((version, target?))
}

/// A segment with its key in parentheses, if it has one: `connectors('…')`, `applications(appId='…')`.
pub(super) fn part(segment: Cow<'_, str>) -> Result<(Cow<'_, str>, Option<Key>), Error> {
    let Some((word, rest)) = segment.split_once('(') else { return Ok((segment, None)) };
    let invalid = || Error::segment(&segment);
    let inside = rest.strip_suffix(')').ok_or_else(invalid)?;
    let (name, value) = inside.split_once('=').unwrap_or(("id", inside));
    let value = value.trim();
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value);
    // A quote within a key is doubled, as in every OData text.
    let value = value.replace("''", "'");
    let key = match name.trim().to_ascii_lowercase().as_str() {
        "id" => Key::Id(value),
        "appid" => Key::AppId(value),
        "uniquename" => Key::UniqueName(value),
        _ => return Err(invalid()),
    };
    Ok((word.to_string().into(), Some(key)))
}

/// What a profile has in another back end.
const ELSEWHERE: &[&str] = &["agents", "agentGroups", "publishedResources"];

fn profile(mut parts: Parts<'_>) -> Result<Target, Error> {
    let (profiles, profile) = match parts.of_list(List::Profiles)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    let rest = parts.parts.as_slice();
    let is_elsewhere = matches!(rest.first(), Some(Part::Word(word)) if ELSEWHERE.iter().any(|other| other.eq_ignore_ascii_case(word)));
    if is_elsewhere || !profile.as_str().eq_ignore_ascii_case("applicationProxy") {
        return Err(sibling(profile.as_str(), rest));
    }
    match parts.member(&schema::PROFILE)? {
        None => Ok(Target::Item(profiles, profile)),
        Some(Member::Property(name)) => parts.ended(Target::Property(profiles, profile, name)),
        Some(Member::Navigation("connectorGroups")) => match parts.of_list(List::Groups)? {
            Tail::Whole(target) => parts.ended(target),
            Tail::Item(list, key) => {
                let id = key.as_str().to_string();
                match parts.member(&schema::GROUP)? {
                    None => Ok(Target::Item(list, key)),
                    Some(Member::Property(name)) => parts.ended(Target::Property(list, key, name)),
                    Some(Member::Navigation("members")) => relation(parts, List::Members(id)),
                    Some(Member::Navigation("applications")) => relation(parts, List::GroupApplications(id)),
                    Some(Member::Navigation(other)) => Err(Error::segment(other)),
                }
            }
        },
        Some(Member::Navigation("connectors")) => match parts.of_list(List::Connectors)? {
            Tail::Whole(target) => parts.ended(target),
            Tail::Item(list, key) => match parts.member(&schema::CONNECTOR)? {
                None => Ok(Target::Item(list, key)),
                Some(Member::Property(name)) => parts.ended(Target::Property(list, key, name)),
                Some(Member::Navigation("memberOf")) => relation(parts, List::MemberOf(key.as_str().to_string())),
                Some(Member::Navigation(other)) => Err(Error::segment(other)),
            },
        },
        Some(Member::Navigation("applicationSegments")) => relation(parts, List::AllSegments),
        Some(Member::Navigation(other)) => Err(Error::segment(other)),
    }
}

/// A relation's list, or one thing in it, or the relation to that thing.
fn relation(mut parts: Parts<'_>, list: List) -> Result<Target, Error> {
    let (list, key) = match parts.of_list(list)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    let Some(word) = parts.word()? else { return Ok(Target::Item(list, key)) };
    match &list {
        List::Segments(_) | List::AllSegments if word.eq_ignore_ascii_case("application") => {
            parts.ended(Target::SegmentApplication(list, key))
        }
        List::Members(_) | List::MemberOf(_) | List::Kept(_, "owners") if word.eq_ignore_ascii_case("$ref") => {
            parts.ended(Target::Reference(list, key.as_str().to_string()))
        }
        _ => Err(Error::segment(&word)),
    }
}

fn applications(mut parts: Parts<'_>) -> Result<Target, Error> {
    let (list, key) = match parts.of_list(List::Applications)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    match parts.member(&schema::APPLICATION)? {
        None => Ok(Target::Item(list, key)),
        Some(Member::Property(PUBLISHING)) => match parts.word()? {
            None => Ok(Target::Publishing(key)),
            Some(word) => segments(parts, &word, key),
        },
        Some(Member::Property(name)) => parts.ended(Target::Property(list, key, name)),
        Some(Member::Navigation("connectorGroup")) => match parts.word()? {
            None => Ok(Target::ApplicationGroup(key)),
            Some(word) if word.eq_ignore_ascii_case("$ref") => parts.ended(Target::ApplicationGroupReference(key)),
            Some(word) => Err(Error::segment(&word)),
        },
        Some(Member::Navigation(name)) => relation(parts, List::Kept(Holder::Application(key), name)),
    }
}

/// `…/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments`. Web segments
/// are no things of their own here, so that their type is an unknown segment of the path.
fn segments<'p>(mut parts: Parts<'p>, first: &'p str, key: Key) -> Result<Target, Error> {
    let mut found = Cow::Borrowed(first);
    for expected in ["segmentsConfiguration", IP_CONFIGURATION, "applicationSegments"] {
        if !found.eq_ignore_ascii_case(expected) {
            return Err(Error::segment(&found));
        }
        if expected != "applicationSegments" {
            found = parts.word()?.ok_or_else(|| Error::segment(expected))?;
        }
    }
    relation(parts, List::Segments(key))
}

fn principals(mut parts: Parts<'_>) -> Result<Target, Error> {
    let (list, key) = match parts.of_list(List::ServicePrincipals)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    match parts.member(&schema::SERVICE_PRINCIPAL)? {
        None => Ok(Target::Item(list, key)),
        Some(Member::Property(name)) => parts.ended(Target::Property(list, key, name)),
        Some(Member::Navigation(name)) => relation(parts, List::Kept(Holder::Principal(key), name)),
    }
}

fn templates(mut parts: Parts<'_>) -> Result<Target, Error> {
    let (list, key) = match parts.of_list(List::Templates)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    let Some(action) = parts.word()? else { return Ok(Target::Item(list, key)) };
    if action.to_ascii_lowercase().trim_start_matches("microsoft.graph.") != "instantiate" {
        return Err(Error::segment(&action));
    }
    parts.ended(Target::Instantiate(key.as_str().to_string()))
}

fn organization(mut parts: Parts<'_>) -> Result<Target, Error> {
    let (list, key) = match parts.of_list(List::Organizations)? {
        Tail::Whole(target) => return parts.ended(target),
        Tail::Item(list, key) => (list, key),
    };
    match parts.member(&schema::ORGANIZATION)? {
        None => Ok(Target::Item(list, key)),
        Some(Member::Property(name)) => parts.ended(Target::Property(list, key, name)),
        Some(Member::Navigation(other)) => Err(Error::segment(other)),
    }
}

/// What the service says of profiles that another back end has (observed).
fn sibling(profile: &str, rest: &[Part<'_>]) -> Error {
    let back_end = "https://eur1.msgraph.msappproxy.net:8082/v2/onPremisesPublishingProfiles";
    let mut uri = format!("{back_end}('{}')", shortened(profile, 64));
    for part in rest {
        uri = match part {
            Part::Word(word) => format!("{uri}/{}", shortened(word, 64)),
            Part::Key(key) => format!("{uri}('{}')", shortened(key.as_str(), 64)),
        };
    }
    Error::new(Code::SiblingProfile, &format!("No HTTP resource was found that matches the request URI '{uri}'."))
}
