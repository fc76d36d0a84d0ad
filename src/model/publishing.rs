//! How an application is published: every property of `onPremisesPublishing`, with its default.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ids::AppId, json::OpenObject};

/// A change of one property: absent means keep, null means reset to the default, and any other value sets
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The property is absent: it stays as it is.
    #[default]
    Keep,
    /// The property is null: it returns to its default.
    Reset,
    /// The property has this value from now on.
    Set(T),
}

impl<T> Change<T> {
    /// Whether the property is absent.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value to set, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Reset => None,
        }
    }
}

/// Sets the property to this value.
impl<T> From<T> for Change<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// Sets the property to this value, or returns it to its default.
impl<T> From<Option<T>> for Change<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Reset, Self::Set)
    }
}

/// Sets the property to this text.
impl From<&str> for Change<Arc<str>> {
    fn from(text: &str) -> Self {
        Self::Set(text.into())
    }
}

impl<T: Clone> Change<T> {
    fn merged<U: From<T> + Clone>(&self, present: &U, default: impl FnOnce() -> U) -> U {
        match self {
            Self::Keep => present.clone(),
            Self::Reset => default(),
            Self::Set(value) => value.clone().into(),
        }
    }
}

/// A stored value, as a caller would give it.
trait Held<T> {
    /// `None` if the property is at a default that has no value.
    fn given(&self) -> Option<T>;
}

impl<T: Clone> Held<T> for T {
    fn given(&self) -> Option<T> {
        Some(self.clone())
    }
}

impl<T: Clone> Held<T> for Option<T> {
    fn given(&self) -> Option<T> {
        self.clone()
    }
}

/// The change that turns one value into the other.
fn change_to<H: Held<T> + PartialEq, T>(from: &H, to: &H) -> Change<T> {
    // Keep for what is equal, so that the changes of a diff say no more than what differs, and a command made of them
    // has no effect where nothing does.
    if from == to { Change::Keep } else { to.given().map_or(Change::Reset, Change::Set) }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An absent field never gets here: `..default` makes it `Keep`. So null can mean `Reset`.
        Ok(Option::deserialize(deserializer)?.map_or(Self::Reset, Self::Set))
    }
}

/// One row a property: what it is, its name, what it holds, what a caller gives for it, its default.
macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident: $held:ty, $given:ty = $default:expr;)*) => {
        objects! {
            /// How an application is published (Graph: `onPremisesPublishing`), complete: what is not set is at its default.
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct OnPremisesPublishing {
                $($(#[$doc])* pub $name: $held,)*
                /// Whether the application is enabled for application proxy: true, and set by the system (read-only).
                pub is_on_prem_publishing_enabled: Enabled,
                /// The custom domain's certificate; set by the system (read-only).
                pub verified_custom_domain_certificates_metadata: Option<Arc<CertificateMetadata>>,
                ..default
            }

            /// What a `publishApplication` asks: each property left as it is, returned to its default, or set.
            #[derive(Debug, Clone, PartialEq, Eq, Default)]
            pub struct PublishingChanges {
                $($(#[$doc])* #[serde(skip_serializing_if = "Change::is_keep")] pub $name: Change<$given>,)*
                /// Read-only: another value than the present one is refused (`readOnlyProperty`, R-73).
                #[serde(skip_serializing_if = "Change::is_keep")]
                pub is_on_prem_publishing_enabled: Change<bool>,
                /// Read-only: another value than the present one is refused (`readOnlyProperty`, R-73).
                #[serde(skip_serializing_if = "Change::is_keep")]
                pub verified_custom_domain_certificates_metadata: Change<Arc<CertificateMetadata>>,
                ..default
            }
        }

        impl Default for OnPremisesPublishing {
            fn default() -> Self {
                Self {
                    $($name: $default,)*
                    is_on_prem_publishing_enabled: Enabled,
                    verified_custom_domain_certificates_metadata: None,
                }
            }
        }

        impl PublishingChanges {
            /// The names of the properties that are asked for, as JSON has them.
            #[must_use]
            pub fn changed(&self) -> impl DoubleEndedIterator<Item = String> + '_ {
                let names = [$((stringify!($name), self.$name.is_keep())),*];
                names.into_iter().filter(|(_, keeps)| !keeps).map(|(name, _)| json_name(name))
            }
        }

        impl OnPremisesPublishing {
            /// The changes that turn this publishing into that one. Read-only properties are left out, as
            /// nobody may set them.
            ///
            /// ```
            /// # use connector_groups::{AppId, model::OnPremisesPublishing};
            /// let from = OnPremisesPublishing { internal_url: Some("https://a.contoso.local/".into()), ..Default::default() };
            /// let to = OnPremisesPublishing { application_server_timeout: "Long".into(), ..Default::default() };
            /// assert_eq!(from.merged(&from.changes_to(&to), AppId::from_u128(1)), to);
            /// assert_eq!(from.changes_to(&to).changed().collect::<Vec<_>>(), ["internalUrl", "applicationServerTimeout"]);
            /// ```
            #[must_use]
            pub fn changes_to(&self, to: &Self) -> PublishingChanges {
                PublishingChanges {
                    $($name: change_to(&self.$name, &to.$name),)*
                    ..PublishingChanges::default()
                }
            }

            /// This publishing with `changes` merged over it; what returns to its default takes it from `defaults`.
            fn merged_by_property(&self, changes: &PublishingChanges, defaults: &Self) -> Self {
                Self {
                    $($name: changes.$name.merged(&self.$name, || defaults.$name.clone()),)*
                    is_on_prem_publishing_enabled: Enabled,
                    verified_custom_domain_certificates_metadata: self.verified_custom_domain_certificates_metadata.clone(),
                }
            }
        }
    };
}

properties! {
    /// The URL inside the network (R-50), unique among published applications (I5).
    internal_url: Option<Arc<str>>, Arc<str> = None;
    /// The published URL (R-50), unique among published applications (I5).
    external_url: Option<Arc<str>>, Arc<str> = None;
    /// A URL for traffic-manager style front ends; not checked.
    alternate_url: Option<Arc<str>>, Arc<str> = None;
    /// Whether `alternateUrl` takes the place of `externalUrl` in translation and redirects.
    use_alternate_url_for_translation_and_redirect: Option<bool>, bool = None;
    /// `passthru`, `aadPreAuthentication`, or what the service may yet name.
    external_authentication_type: Option<Arc<str>>, Arc<str> = None;
    /// `Default` (85 seconds) or `Long` (180 seconds).
    application_server_timeout: Arc<str>, Arc<str> = "Default".into();
    /// `enterpriseapp`, `nonwebapp`, `quickaccessapp`; settable, as Microsoft's own tools set it.
    application_type: Arc<str>, Arc<str> = "enterpriseapp".into();
    /// Whether the Global Secure Access client reaches it.
    #[serde(rename = "isAccessibleViaZTNAClient")]
    is_accessible_via_ztna_client: Option<bool>, bool = None;
    /// Private DNS (Quick Access).
    is_dns_resolution_enabled: bool, bool = false;
    /// Whether the back end's certificate is validated; true for new applications.
    is_backend_certificate_validation_enabled: bool, bool = true;
    /// Continuous access evaluation.
    is_continuous_access_evaluation_enabled: bool, bool = true;
    /// Device access.
    is_device_access_enabled: bool, bool = false;
    /// The `HttpOnly` attribute on cookies.
    is_http_only_cookie_enabled: bool, bool = false;
    /// Persistent cookies.
    is_persistent_cookie_enabled: bool, bool = false;
    /// The `Secure` attribute on cookies.
    is_secure_cookie_enabled: bool, bool = true;
    /// Validation of the `OAuth2` `state`.
    is_state_session_enabled: Option<bool>, bool = None;
    /// Translation of the host header.
    is_translate_host_header_enabled: bool, bool = true;
    /// Translation of links in bodies.
    is_translate_links_in_body_enabled: bool, bool = false;
    /// Single sign-on; null is mode `none`.
    single_sign_on_settings: Option<Arc<SingleSignOnSettings>>, Arc<SingleSignOnSettings> = None;
    /// Web or IP segments, an abstract type of Graph: kept as it came.
    segments_configuration: Option<Arc<OpenObject>>, Arc<OpenObject> = None;
    /// Segments, the deprecated form.
    on_premises_application_segments: Option<Arc<Vec<OnPremisesApplicationSegment>>>, Arc<Vec<OnPremisesApplicationSegment>> = None;
    /// `none`, `random`, `sessionPersistence`, `performance`.
    traffic_routing_method: Option<Arc<str>>, Arc<str> = None;
    /// The custom domain's certificate and key; kept as it came.
    verified_custom_domain_key_credential: Option<Arc<OpenObject>>, Arc<OpenObject> = None;
    /// The custom domain's certificate's password; kept as it came.
    verified_custom_domain_password_credential: Option<Arc<OpenObject>>, Arc<OpenObject> = None;
    /// The web application firewall in front.
    waf_provider: Option<Arc<str>>, Arc<str> = None;
    /// The firewall's addresses, an abstract type of Graph: each kept as it came.
    waf_ip_ranges: Option<Arc<Vec<OpenObject>>>, Arc<Vec<OpenObject>> = None;
    /// The firewall's headers, an open dictionary: kept as it came.
    waf_allowed_headers: Option<Arc<OpenObject>>, Arc<OpenObject> = None;
}

/// The type of an application that nothing else is said of.
const PLAIN_TYPE: &str = "enterpriseapp";

/// The members of an enumeration of publishing, each in its documented spelling.
type Members = &'static [&'static str];

const AUTHENTICATION_TYPES: Members = &["passthru", "aadPreAuthentication"];
const SERVER_TIMEOUTS: Members = &["Default", "Long"];
const APPLICATION_TYPES: Members = &[PLAIN_TYPE, "nonwebapp", "quickaccessapp", "microsoftapp"];
const ROUTING_METHODS: Members = &["none", "random", "sessionPersistence", "performance"];
const SIGN_ON_MODES: Members =
    &["none", "onPremisesKerberos", "saml", "pingHeaderBased", "aadHeaderBased", "oAuthToken"];
const MAPPING_ATTRIBUTES: Members = &[
    "userPrincipalName",
    "onPremisesUserPrincipalName",
    "userPrincipalUsername",
    "onPremisesUserPrincipalUsername",
    "onPremisesSAMAccountName",
];

/// The documented spelling of a member in another case; `None` where the text has it already, or is no member.
fn spelled(text: &str, members: Members) -> Option<Arc<str>> {
    // No new text for what is spelled right: nearly all are, and a text is an allocation and a page of a column.
    if members.contains(&text) {
        return None;
    }
    members.iter().find(|member| member.eq_ignore_ascii_case(text)).map(|member| Arc::from(*member))
}

fn spell(text: &mut Arc<str>, members: Members) {
    if let Some(spelled) = spelled(text, members) {
        *text = spelled;
    }
}

fn spell_some(text: &mut Option<Arc<str>>, members: Members) {
    if let Some(text) = text {
        spell(text, members);
    }
}

/// Whether an application of this type is one of Private Access, whose publishing has defaults of its own (R-74).
fn is_of_private_access(application_type: &str) -> bool {
    ["nonwebapp", "quickaccessapp"].iter().any(|name| name.eq_ignore_ascii_case(application_type))
}

impl OnPremisesPublishing {
    /// Each enumeration by its property, with its documented members. They are read in any ASCII case (R-75); another text
    /// is kept, as Graph may name more, and the sentinel `unknownFutureValue` is no member.
    pub const ENUMERATIONS: [(&'static str, &'static [&'static str]); 6] = [
        ("externalAuthenticationType", AUTHENTICATION_TYPES),
        ("applicationServerTimeout", SERVER_TIMEOUTS),
        ("applicationType", APPLICATION_TYPES),
        ("trafficRoutingMethod", ROUTING_METHODS),
        ("singleSignOnMode", SIGN_ON_MODES),
        ("kerberosSignOnMappingAttributeType", MAPPING_ATTRIBUTES),
    ];

    /// Every property at its default, which depends on the application's type: those of Private Access have the URL
    /// `api://{appId}/`, let sign-in pass through and leave cookies, headers and certificates alone (R-74).
    #[must_use]
    pub fn defaults_of(application_type: &str, app_id: AppId) -> Self {
        // The type is kept as it was given, in whatever case: `spell_enumerations` is what writes members as
        // documented.
        let plain = Self { application_type: application_type.into(), ..Self::default() };
        if !is_of_private_access(application_type) {
            return plain;
        }
        let url: Arc<str> = format!("api://{app_id}/").into();
        Self {
            internal_url: Some(url.clone()),
            external_url: Some(url),
            external_authentication_type: Some("passthru".into()),
            is_secure_cookie_enabled: false,
            is_translate_host_header_enabled: false,
            is_backend_certificate_validation_enabled: false,
            on_premises_application_segments: Some(Arc::default()),
            ..plain
        }
    }

    /// This publishing with `changes` merged over it, property by property. What returns to its default has that of the
    /// type that stands then. Read-only properties stay.
    #[must_use]
    pub fn merged(&self, changes: &PublishingChanges, app_id: AppId) -> Self {
        Self::merge(Some(self), changes, app_id, &Self::default())
    }

    /// How an application is published by `changes`, over how it is now or, for the first time, over the defaults of its
    /// type. `plain` is what the defaults of most types are, so that they are not made each time.
    pub(crate) fn merge(present: Option<&Self>, changes: &PublishingChanges, app_id: AppId, plain: &Self) -> Self {
        // The defaults are those of the type that stands after the command, so the type is settled before any other
        // property: a command may set the type and reset a property at once.
        let standing = present.map_or(PLAIN_TYPE, |present| &present.application_type);
        let application_type = match &changes.application_type {
            Change::Keep => standing,
            Change::Reset => PLAIN_TYPE,
            Change::Set(given) => given,
        };
        let mut merged = if is_of_private_access(application_type) {
            // As the default of a type is the plain one, a reset of `applicationType` must not lead back to the type
            // whose defaults these are.
            let of_type = Self { application_type: PLAIN_TYPE.into(), ..Self::defaults_of(application_type, app_id) };
            present.unwrap_or(&of_type).merged_by_property(changes, &of_type)
        } else {
            present.unwrap_or(plain).merged_by_property(changes, plain)
        };
        merged.spell_enumerations();
        merged
    }

    /// Members of enumerations in their documented spelling (R-75).
    pub(crate) fn spell_enumerations(&mut self) {
        spell_some(&mut self.external_authentication_type, AUTHENTICATION_TYPES);
        spell(&mut self.application_server_timeout, SERVER_TIMEOUTS);
        spell(&mut self.application_type, APPLICATION_TYPES);
        spell_some(&mut self.traffic_routing_method, ROUTING_METHODS);
        let needs_spelling = self.single_sign_on_settings.as_ref().is_some_and(|settings| settings.needs_spelling());
        if let (true, Some(settings)) = (needs_spelling, &mut self.single_sign_on_settings) {
            // A copy only of what changes: most settings are shared with the command that gave them.
            let settings = Arc::make_mut(settings);
            spell_some(&mut settings.single_sign_on_mode, SIGN_ON_MODES);
            if let Some(kerberos) = &mut settings.kerberos_sign_on_settings {
                spell_some(&mut kerberos.kerberos_sign_on_mapping_attribute_type, MAPPING_ATTRIBUTES);
            }
        }
    }
}

impl SingleSignOnSettings {
    fn needs_spelling(&self) -> bool {
        let mode = self.single_sign_on_mode.as_deref().and_then(|mode| spelled(mode, SIGN_ON_MODES));
        let kerberos = self.kerberos_sign_on_settings.as_ref();
        let attribute = kerberos.and_then(|kerberos| kerberos.kerberos_sign_on_mapping_attribute_type.as_deref());
        mode.is_some() || attribute.is_some_and(|attribute| spelled(attribute, MAPPING_ATTRIBUTES).is_some())
    }
}

/// A field as its JSON has it.
fn json_name(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default();
    words.fold(String::from(first), |mut name, word| {
        let mut letters = word.chars();
        // The one acronym that Graph writes in capitals.
        if word == "ztna" {
            name.push_str("ZTNA");
        } else {
            name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        name
    })
}

/// Always true: an application that is published is enabled for application proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enabled;

impl Serialize for Enabled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Enabled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let enabled = bool::deserialize(deserializer)?;
        let expected = &"true, as the application is published";
        enabled.then_some(Self).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Bool(enabled), expected))
    }
}

objects! {
    /// Single sign-on (Graph: `onPremisesPublishingSingleSignOn`).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct SingleSignOnSettings {
        /// `none`, `onPremisesKerberos`, `saml`, `pingHeaderBased`, `aadHeaderBased`, `oAuthToken`.
        pub single_sign_on_mode: Option<Arc<str>>,
        /// Kerberos, for the mode `onPremisesKerberos`.
        pub kerberos_sign_on_settings: Option<KerberosSignOnSettings>,
        ..default
    }

    /// Kerberos single sign-on (Graph: `kerberosSignOnSettings`).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct KerberosSignOnSettings {
        /// The service principal name, such as `HTTP/expenses.contoso.local`.
        pub kerberos_service_principal_name: Option<Arc<str>>,
        /// Which attribute names the user, such as `userPrincipalName`.
        pub kerberos_sign_on_mapping_attribute_type: Option<Arc<str>>,
        ..default
    }

    /// A segment in its deprecated form (Graph: `onPremisesApplicationSegment`).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct OnPremisesApplicationSegment {
        /// The URL inside the network.
        pub internal_url: Option<Arc<str>>,
        /// The published URL.
        pub external_url: Option<Arc<str>>,
        /// The URL of a front end.
        pub alternate_url: Option<Arc<str>>,
        /// Cross-origin rules.
        pub cors_configurations: Option<Vec<CorsConfiguration>>,
        ..default
    }

    /// A cross-origin rule (Graph: `corsConfiguration`).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct CorsConfiguration {
        /// The path that it is for.
        pub resource: Option<Arc<str>>,
        /// Origins, `*` for any.
        pub allowed_origins: Option<Vec<Arc<str>>>,
        /// Headers, `*` for any.
        pub allowed_headers: Option<Vec<Arc<str>>>,
        /// Methods, `*` for any.
        pub allowed_methods: Option<Vec<Arc<str>>>,
        /// How long an answer may be kept, in seconds.
        pub max_age_in_seconds: Option<i32>,
        ..default
    }

    /// A custom domain's certificate (Graph: `verifiedCustomDomainCertificatesMetadata`).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct CertificateMetadata {
        /// The certificate's thumbprint.
        pub thumbprint: Option<Arc<str>>,
        /// Whom it is for.
        pub subject_name: Option<Arc<str>>,
        /// Who issued it.
        pub issuer_name: Option<Arc<str>>,
        /// When it was issued, as the service wrote it.
        pub issue_date: Option<Arc<str>>,
        /// When it ends, as the service wrote it.
        pub expiry_date: Option<Arc<str>>,
        ..default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_of_a_value_an_option_and_a_text() {
        assert_eq!(Change::from(7), Change::Set(7));
        assert_eq!(Change::<u8>::from(Some(7)), Change::Set(7));
        assert_eq!(Change::<u8>::from(None), Change::Reset);
        assert_eq!(Change::from("a"), Change::<Arc<str>>::Set("a".into()));
    }
}
