//! The types of the directory: applications, service principals and templates, as the reference pages of
//! `microsoftgraph/microsoft-graph-docs-contrib` describe them.
//!
//! The engine knows few of their properties. All others are kept as a tool writes them, and have Graph's default before.

use super::{Kind, Type, Unset, date, flag, guid, list, open, property, relation, text, texts};

/// What owns or is assigned: only its id is known here.
pub(in super::super) static DIRECTORY_OBJECT: Type = Type {
    name: "directoryObject",
    is_entity: true,
    is_open: true,
    properties: &[text("id").always(), date("deletedDateTime")],
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
        date("createdDateTime").read_only().with_default(),
        texts("identifierUris").with_default(),
        text("signInAudience").unset(Unset::Text("AzureADMyOrg")).with_default(),
        texts("tags").with_default(),
        list("addIns", "addIn"),
        open("api", "apiApplication"),
        list("appRoles", "appRole"),
        text("applicationTemplateId").read_only(),
        open("authenticationBehaviors", "authenticationBehaviors"),
        open("certification", "certification"),
        text("createdByAppId").read_only(),
        text("defaultRedirectUri"),
        date("deletedDateTime").read_only(),
        text("description"),
        text("disabledByMicrosoftStatus").read_only(),
        text("groupMembershipClaims"),
        open("info", "informationalUrl"),
        flag("isDeviceOnlyAuthSupported"),
        flag("isDisabled"),
        flag("isFallbackPublicClient"),
        list("keyCredentials", "keyCredential"),
        texts("managerApplications"),
        flag("nativeAuthenticationApisEnabled"),
        text("notes"),
        flag("oauth2RequirePostResponse").unset(Unset::Bool(false)),
        property("onPremisesPublishing", Kind::Object(&super::PUBLISHING)).of_one().beta(),
        open("optionalClaims", "optionalClaims"),
        open("parentalControlSettings", "parentalControlSettings"),
        list("passwordCredentials", "passwordCredential"),
        property("publicClient", Kind::Object(&PUBLIC_CLIENT)).unset(Unset::Object),
        text("publisherDomain").read_only(),
        open("requestSignatureVerification", "requestSignatureVerification"),
        list("requiredResourceAccess", "requiredResourceAccess"),
        text("samlMetadataUrl"),
        text("serviceManagementReference"),
        open("servicePrincipalLockConfiguration", "servicePrincipalLockConfiguration"),
        open("signInAudienceRestrictions", "signInAudienceRestrictionsBase").beta(),
        property("spa", Kind::Object(&SPA)).unset(Unset::Object),
        guid("tokenEncryptionKeyId"),
        text("uniqueName"),
        open("verifiedPublisher", "verifiedPublisher"),
        property("web", Kind::Object(&WEB)).unset(Unset::Object),
        open("windows", "windowsApplication").beta(),
    ],
    navigations: &[
        relation("connectorGroup", &super::GROUP).one_of_one().beta(),
        relation("owners", &DIRECTORY_OBJECT),
    ],
};

static WEB: Type = Type {
    name: "webApplication",
    is_entity: false,
    is_open: false,
    properties: &[
        text("homePageUrl"),
        property("implicitGrantSettings", Kind::Object(&IMPLICIT_GRANT)).unset(Unset::Object),
        text("logoutUrl"),
        flag("oauth2AllowImplicitFlow").beta(),
        list("redirectUriSettings", "redirectUriSettings"),
        texts("redirectUris"),
    ],
    navigations: &[],
};

static IMPLICIT_GRANT: Type = Type {
    name: "implicitGrantSettings",
    is_entity: false,
    is_open: false,
    properties: &[
        flag("enableAccessTokenIssuance").unset(Unset::Bool(false)),
        flag("enableIdTokenIssuance").unset(Unset::Bool(false)),
    ],
    navigations: &[],
};

static SPA: Type = Type {
    name: "spaApplication",
    is_entity: false,
    is_open: false,
    properties: &[texts("redirectUris")],
    navigations: &[],
};

static PUBLIC_CLIENT: Type = Type {
    name: "publicClientApplication",
    is_entity: false,
    is_open: false,
    properties: &[texts("redirectUris")],
    navigations: &[],
};

pub(in super::super) static SERVICE_PRINCIPAL: Type = Type {
    name: "servicePrincipal",
    is_entity: true,
    is_open: true,
    properties: &[
        text("id").always(),
        text("appId").always(),
        text("displayName").always(),
        flag("accountEnabled").unset(Unset::Bool(true)).with_default(),
        flag("appRoleAssignmentRequired").unset(Unset::Bool(false)).with_default(),
        date("createdDateTime").read_only().with_default(),
        texts("replyUrls").with_default(),
        text("servicePrincipalType").unset(Unset::Text("Application")).read_only().with_default(),
        text("signInAudience").unset(Unset::Text("AzureADMyOrg")).read_only().with_default(),
        texts("tags").with_default(),
        list("addIns", "addIn"),
        texts("alternativeNames"),
        text("appDescription"),
        text("appDisplayName").read_only(),
        guid("appOwnerOrganizationId").read_only(),
        list("appRoles", "appRole"),
        text("applicationTemplateId").read_only(),
        text("createdByAppId").read_only(),
        open("customSecurityAttributes", "customSecurityAttributeValue"),
        date("deletedDateTime").read_only(),
        text("description"),
        text("disabledByMicrosoftStatus").read_only(),
        text("errorUrl").beta(),
        text("homepage"),
        open("info", "informationalUrl"),
        flag("isDisabled"),
        list("keyCredentials", "keyCredential"),
        open("lifecycle", "identityLifecycle").beta(),
        text("loginUrl"),
        text("logoutUrl"),
        text("notes"),
        texts("notificationEmailAddresses"),
        list("oauth2PermissionScopes", "permissionScope"),
        list("passwordCredentials", "passwordCredential"),
        open("passwordSingleSignOnSettings", "passwordSingleSignOnSettings").beta(),
        text("preferredSingleSignOnMode"),
        date("preferredTokenSigningKeyEndDateTime").beta(),
        text("preferredTokenSigningKeyThumbprint"),
        list("publishedPermissionScopes", "permissionScope").beta(),
        text("publisherName").beta(),
        list("resourceSpecificApplicationPermissions", "resourceSpecificPermission").read_only(),
        text("samlMetadataUrl").beta(),
        open("samlSingleSignOnSettings", "samlSingleSignOnSettings"),
        texts("servicePrincipalNames"),
        guid("tokenEncryptionKeyId"),
        open("verifiedPublisher", "verifiedPublisher"),
    ],
    navigations: &[
        relation("appRoleAssignedTo", &ROLE_ASSIGNMENT).contained(),
        relation("appRoleAssignments", &ROLE_ASSIGNMENT).contained(),
        relation("owners", &DIRECTORY_OBJECT),
    ],
};

pub(in super::super) static ROLE_ASSIGNMENT: Type = Type {
    name: "appRoleAssignment",
    is_entity: true,
    is_open: true,
    properties: &[
        text("id").always(),
        guid("appRoleId").always(),
        guid("principalId").always(),
        guid("resourceId").always(),
        date("createdDateTime"),
        // The name that beta has for it.
        date("creationTimestamp").beta(),
        text("principalDisplayName"),
        text("principalType"),
        text("resourceDisplayName"),
    ],
    navigations: &[],
};

/// Read-only here.
pub(in super::super) static ORGANIZATION: Type = Type {
    name: "organization",
    is_entity: true,
    is_open: false,
    properties: &[
        text("id").always(),
        text("displayName").always(),
        text("tenantType").always().unset(Unset::Text("AAD")),
        list("verifiedDomains", "verifiedDomain").always(),
    ],
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
        list("configurationUris", "configurationUri").beta(),
        date("deprecationDate"),
        texts("endpoints"),
        open("informationalUrls", "informationalUrls").beta(),
        flag("isEntraIntegrated"),
        date("lastModifiedDateTime"),
        open("riskFactors", "applicationRiskFactors"),
        open("riskScore", "applicationRiskScore"),
        open("supportedClaimConfiguration", "supportedClaimConfiguration").beta(),
    ],
    navigations: &[],
};
