//! The types of application proxy, as the beta metadata of Graph has them (`microsoftgraph/msgraph-metadata`).

use super::{Enumeration, Kind, Type, Unset, date, flag, list, open, property, relation, text, texts};

pub(in super::super) static REGION: Enumeration = Enumeration {
    name: "connectorGroupRegion",
    is_declared: true,
    is_flags: false,
    is_closed: false,
    members: &[("nam", 0), ("eur", 1), ("aus", 2), ("asia", 3), ("ind", 4), ("unknownFutureValue", 5)],
};

static GROUP_TYPE: Enumeration = Enumeration {
    name: "connectorGroupType",
    is_declared: true,
    is_flags: false,
    is_closed: false,
    members: &[("applicationProxy", 0)],
};

static STATUS: Enumeration = Enumeration {
    name: "connectorStatus",
    is_declared: true,
    is_flags: false,
    is_closed: true,
    members: &[("active", 0), ("inactive", 1)],
};

static AUTHENTICATION: Enumeration = Enumeration {
    name: "externalAuthenticationType",
    is_declared: true,
    is_flags: false,
    is_closed: true,
    members: &[("passthru", 0), ("aadPreAuthentication", 1)],
};

static ROUTING: Enumeration = Enumeration {
    name: "trafficRoutingMethod",
    is_declared: true,
    is_flags: false,
    is_closed: true,
    members: &[("none", 0), ("random", 1), ("sessionPersistence", 2), ("performance", 3), ("unknownFutureValue", 4)],
};

static SINGLE_SIGN_ON_MODE: Enumeration = Enumeration {
    name: "singleSignOnMode",
    is_declared: true,
    is_flags: false,
    is_closed: true,
    members: &[
        ("none", 0),
        ("onPremisesKerberos", 1),
        ("saml", 3),
        ("pingHeaderBased", 4),
        ("aadHeaderBased", 5),
        ("oAuthToken", 6),
        ("unknownFutureValue", 7),
    ],
};

static MAPPING: Enumeration = Enumeration {
    name: "kerberosSignOnMappingAttributeType",
    is_declared: true,
    is_flags: false,
    is_closed: true,
    members: &[
        ("userPrincipalName", 0),
        ("onPremisesUserPrincipalName", 1),
        ("userPrincipalUsername", 2),
        ("onPremisesUserPrincipalUsername", 3),
        ("onPremisesSAMAccountName", 4),
    ],
};

/// A text in the metadata. Answers were seen to spell it so, while the page of the resource spells it in small letters.
static TIMEOUT: Enumeration = Enumeration {
    name: "applicationServerTimeout",
    is_declared: false,
    is_flags: false,
    is_closed: true,
    members: &[("Default", 0), ("Long", 1)],
};

/// A text in the metadata. The page of the resource has the first three; Exchange's hybrid scripts send the fourth.
static APPLICATION_TYPE: Enumeration = Enumeration {
    name: "applicationType",
    is_declared: false,
    is_flags: false,
    is_closed: true,
    members: &[("enterpriseapp", 0), ("nonwebapp", 1), ("quickaccessapp", 2), ("microsoftapp", 3)],
};

pub(in super::super) static PROFILE: Type = Type {
    name: "onPremisesPublishingProfile",
    is_entity: true,
    is_open: false,
    properties: &[
        text("id").always(),
        flag("isEnabled").always(),
        flag("isDefaultAccessEnabled").always(),
        open("hybridAgentUpdaterConfiguration", "hybridAgentUpdaterConfiguration"),
    ],
    navigations: &[
        relation("connectorGroups", &GROUP).contained().beta(),
        relation("connectors", &CONNECTOR).contained().beta(),
        relation("applicationSegments", &IP_SEGMENT).beta(),
    ],
};

pub(in super::super) static GROUP: Type = Type {
    name: "connectorGroup",
    is_entity: true,
    is_open: false,
    properties: &[
        text("id").always(),
        text("name").always(),
        property("connectorGroupType", Kind::Member(&GROUP_TYPE)).always(),
        flag("isDefault").always(),
        property("region", Kind::Member(&REGION)).always(),
    ],
    navigations: &[
        relation("members", &CONNECTOR).beta(),
        relation("applications", &super::directory::APPLICATION).beta(),
    ],
};

pub(in super::super) static CONNECTOR: Type = Type {
    name: "connector",
    is_entity: true,
    is_open: false,
    properties: &[
        text("id").always(),
        text("machineName").always(),
        text("externalIp").always(),
        property("status", Kind::Member(&STATUS)).always(),
        text("version").always(),
    ],
    navigations: &[relation("memberOf", &GROUP).beta()],
};

/// The schema says `ipAddress` where the service takes and gives `ip` only; so `ip` is read here, and each profile refuses
/// what it does not know.
static DESTINATION_TYPE: Enumeration = Enumeration {
    name: "privateNetworkDestinationType",
    is_declared: true,
    is_flags: false,
    is_closed: false,
    members: &[
        ("ipAddress", 0),
        ("ipRange", 1),
        ("ipRangeCidr", 2),
        ("fqdn", 3),
        ("dnsSuffix", 4),
        ("unknownFutureValue", 5),
        ("servicePrincipalName", 6),
    ],
};

static PROTOCOL: Enumeration = Enumeration {
    name: "privateNetworkProtocol",
    is_declared: true,
    is_flags: true,
    // For a `dnsSuffix` the service answers `0`, which is no member.
    is_closed: false,
    members: &[("tcp", 1), ("udp", 2), ("unknownFutureValue", 4)],
};

pub(in super::super) static IP_SEGMENT: Type = Type {
    name: "ipApplicationSegment",
    is_entity: true,
    is_open: true,
    properties: &[
        text("id").always(),
        text("destinationHost").always(),
        property("destinationType", Kind::Member(&DESTINATION_TYPE)).always(),
        property("port", Kind::Number).unset(Unset::Number(0)).always(),
        texts("ports").always(),
        property("protocol", Kind::Member(&PROTOCOL)).always(),
        text("action").unset(Unset::Text("tunnel")).always(),
        open("inclusions", "inclusions").always(),
        open("exclusions", "exclusions").always(),
    ],
    navigations: &[relation("application", &super::directory::APPLICATION).one().beta()],
};

pub(in super::super) static PUBLISHING: Type = Type {
    name: "onPremisesPublishing",
    is_entity: false,
    is_open: false,
    properties: &[
        text("internalUrl"),
        text("externalUrl"),
        text("alternateUrl"),
        flag("useAlternateUrlForTranslationAndRedirect"),
        property("externalAuthenticationType", Kind::Member(&AUTHENTICATION)),
        property("applicationServerTimeout", Kind::Member(&TIMEOUT)),
        property("applicationType", Kind::Member(&APPLICATION_TYPE)),
        flag("isAccessibleViaZTNAClient"),
        flag("isDnsResolutionEnabled"),
        flag("isBackendCertificateValidationEnabled"),
        flag("isContinuousAccessEvaluationEnabled"),
        flag("isDeviceAccessEnabled"),
        flag("isHttpOnlyCookieEnabled"),
        flag("isPersistentCookieEnabled"),
        flag("isSecureCookieEnabled"),
        flag("isStateSessionEnabled"),
        flag("isTranslateHostHeaderEnabled"),
        flag("isTranslateLinksInBodyEnabled"),
        flag("isOnPremPublishingEnabled"),
        property("singleSignOnSettings", Kind::Object(&SINGLE_SIGN_ON)),
        open("segmentsConfiguration", "segmentConfiguration"),
        property("onPremisesApplicationSegments", Kind::Objects(&SEGMENT)).unset(Unset::List),
        property("trafficRoutingMethod", Kind::Member(&ROUTING)),
        property("verifiedCustomDomainCertificatesMetadata", Kind::Object(&CERTIFICATE)),
        open("verifiedCustomDomainKeyCredential", "keyCredential"),
        open("verifiedCustomDomainPasswordCredential", "passwordCredential"),
        text("wafProvider"),
        list("wafIpRanges", "ipRange"),
        open("wafAllowedHeaders", "wafAllowedHeadersDictionary"),
    ],
    navigations: &[],
};

static SINGLE_SIGN_ON: Type = Type {
    name: "onPremisesPublishingSingleSignOn",
    is_entity: false,
    is_open: false,
    properties: &[
        property("singleSignOnMode", Kind::Member(&SINGLE_SIGN_ON_MODE)),
        property("kerberosSignOnSettings", Kind::Object(&KERBEROS)),
    ],
    navigations: &[],
};

static KERBEROS: Type = Type {
    name: "kerberosSignOnSettings",
    is_entity: false,
    is_open: false,
    properties: &[
        text("kerberosServicePrincipalName"),
        property("kerberosSignOnMappingAttributeType", Kind::Member(&MAPPING)),
    ],
    navigations: &[],
};

static SEGMENT: Type = Type {
    name: "onPremisesApplicationSegment",
    is_entity: false,
    is_open: false,
    properties: &[
        text("internalUrl"),
        text("externalUrl"),
        text("alternateUrl"),
        property("corsConfigurations", Kind::Objects(&CORS)).unset(Unset::List),
    ],
    navigations: &[],
};

static CORS: Type = Type {
    name: "corsConfiguration",
    is_entity: false,
    is_open: false,
    properties: &[
        text("resource"),
        texts("allowedOrigins"),
        texts("allowedHeaders"),
        texts("allowedMethods"),
        property("maxAgeInSeconds", Kind::Number),
    ],
    navigations: &[],
};

static CERTIFICATE: Type = Type {
    name: "verifiedCustomDomainCertificatesMetadata",
    is_entity: false,
    is_open: false,
    properties: &[text("thumbprint"), text("subjectName"), text("issuerName"), date("issueDate"), date("expiryDate")],
    navigations: &[],
};
