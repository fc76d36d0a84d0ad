//! The types of the directory: applications, service principals and templates, as the reference pages of
//! `microsoftgraph/microsoft-graph-docs-contrib` describe them.
//!
//! The engine knows few of their properties. All others are kept as a tool writes them, and have Graph's default before.

use super::{Kind, Type, Unset, flag, list, open, property, relation, text, texts};

/// What owns or is assigned: only its id is known here.
pub(in super::super) static DIRECTORY_OBJECT: Type = Type {
    name: "directoryObject",
    is_entity: true,
    is_open: true,
    properties: &[text("id").always()],
    navigations: &[],
};

pub(in super::super) static APPLICATION: Type = Type {
    name: "application",
    is_entity: true,
    is_open: true,
    properties: &[
        text("id").always(),
        text("appId").always(),
        text("displayName").always(),
        list("addIns", "addIn"),
        open("api", "apiApplication"),
        list("appRoles", "appRole"),
        text("applicationTemplateId"),
        open("authenticationBehaviors", "authenticationBehaviors"),
        open("certification", "certification"),
        text("createdByAppId"),
        property("createdDateTime", Kind::Date),
        text("defaultRedirectUri"),
        property("deletedDateTime", Kind::Date),
        text("description"),
        text("disabledByMicrosoftStatus"),
        text("groupMembershipClaims"),
        texts("identifierUris"),
        open("info", "informationalUrl"),
        flag("isDeviceOnlyAuthSupported"),
        flag("isFallbackPublicClient"),
        list("keyCredentials", "keyCredential"),
        flag("nativeAuthenticationApisEnabled"),
        text("notes"),
        flag("oauth2RequirePostResponse").unset(Unset::Bool(false)),
        property("onPremisesPublishing", Kind::Object(&super::PUBLISHING)).of_one().beta(),
        open("optionalClaims", "optionalClaims"),
        open("parentalControlSettings", "parentalControlSettings"),
        list("passwordCredentials", "passwordCredential"),
        property("publicClient", Kind::Object(&PUBLIC_CLIENT)).unset(Unset::Object),
        text("publisherDomain"),
        open("requestSignatureVerification", "requestSignatureVerification"),
        list("requiredResourceAccess", "requiredResourceAccess"),
        text("samlMetadataUrl"),
        text("serviceManagementReference"),
        open("servicePrincipalLockConfiguration", "servicePrincipalLockConfiguration"),
        text("signInAudience").unset(Unset::Text("AzureADMyOrg")),
        property("spa", Kind::Object(&SPA)).unset(Unset::Object),
        texts("tags"),
        text("tokenEncryptionKeyId"),
        text("uniqueName"),
        open("verifiedPublisher", "verifiedPublisher"),
        property("web", Kind::Object(&WEB)).unset(Unset::Object),
        open("windows", "windowsApplication").beta(),
    ],
    navigations: &[relation("connectorGroup", &super::GROUP).one().beta(), relation("owners", &DIRECTORY_OBJECT)],
};

static WEB: Type = Type {
    name: "webApplication",
    is_entity: false,
    is_open: true,
    properties: &[
        text("homePageUrl"),
        property("implicitGrantSettings", Kind::Object(&IMPLICIT_GRANT)).unset(Unset::Object),
        text("logoutUrl"),
        texts("redirectUris"),
    ],
    navigations: &[],
};

static IMPLICIT_GRANT: Type = Type {
    name: "implicitGrantSettings",
    is_entity: false,
    is_open: true,
    properties: &[
        flag("enableAccessTokenIssuance").unset(Unset::Bool(false)),
        flag("enableIdTokenIssuance").unset(Unset::Bool(false)),
    ],
    navigations: &[],
};

static SPA: Type = Type {
    name: "spaApplication",
    is_entity: false,
    is_open: true,
    properties: &[texts("redirectUris")],
    navigations: &[],
};

static PUBLIC_CLIENT: Type = Type {
    name: "publicClientApplication",
    is_entity: false,
    is_open: true,
    properties: &[texts("redirectUris")],
    navigations: &[],
};

pub(in super::super) static TEMPLATE: Type = Type {
    name: "applicationTemplate",
    is_entity: true,
    is_open: false,
    properties: &[
        text("id").always(),
        text("displayName").always(),
        texts("categories").always(),
        text("description").always(),
        text("homePageUrl").always(),
        text("logoUrl").always(),
        text("publisher").always(),
        texts("supportedProvisioningTypes").always(),
        texts("supportedSingleSignOnModes").always(),
    ],
    navigations: &[],
};
