//! What clients ask before they call Graph: where to sign in, with which keys tokens are signed, which clouds there are.
//!
//! The shapes are those of `OpenID` Connect Discovery 1.0, of the Microsoft identity platform's pages, and of Azure's
//! `/metadata/endpoints`. Tokens themselves are made in [`grants`].

mod authorize;
pub(crate) mod codes;
mod form;
pub(crate) mod grants;
pub(crate) mod identity;
pub(crate) mod token;

use connector_groups::{Directory, TenantId};
use hyper::{
    Method, Request, Response, StatusCode,
    header::{HeaderValue, WWW_AUTHENTICATE},
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use self::{
    authorize::{By, authorize},
    form::{Form, Refused},
    grants::SignIn,
};
use crate::emulate::http::{
    answer::{JSON, error, other_method, response},
    host,
};

/// Bodies of this part are forms with a token or two.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// A route of this part; the text is the tenant as the path names it.
enum Route<'a> {
    Discovery,
    OpenId(&'a str),
    Keys,
    Authorize(&'a str),
    Token(&'a str),
    DeviceCode(&'a str),
    DeviceLogin,
    UserRealm,
    Clouds,
    Subscriptions,
    Tenants,
}

/// What routes of more than one part have behind the first.
const SECOND_PARTS: [&str; 6] = ["discovery", "v2.0", ".well-known", "oauth2", "userrealm", "endpoints"];

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Option<(Self, Method)> {
        // Every request asks for this, most of them for Graph: without a list on the heap, and no further than routes are
        // long. Empty parts are passed over, as on Graph's routes.
        let mut parts = [""; 6];
        let mut count = 0_usize;
        for part in path.split('/').skip(1).filter(|part| !part.is_empty()) {
            // Graph's routes are told by their second part.
            if count == 1 && !SECOND_PARTS.contains(&part) {
                return None;
            }
            *parts.get_mut(count)? = part;
            count = count.saturating_add(1);
        }
        Some(match *parts.get(..count)? {
            [_, "discovery", "instance"] => (Self::Discovery, Method::GET),
            [tenant, "v2.0", ".well-known", "openid-configuration"]
            | [tenant, ".well-known", "openid-configuration"] => (Self::OpenId(tenant), Method::GET),
            [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => (Self::Keys, Method::GET),
            [tenant, "oauth2", "v2.0", "authorize"] | [tenant, "oauth2", "authorize"] => {
                (Self::Authorize(tenant), Method::GET)
            }
            [tenant, "oauth2", "v2.0", "token"] | [tenant, "oauth2", "token"] => (Self::Token(tenant), Method::POST),
            [tenant, "oauth2", "v2.0", "devicecode"] | [tenant, "oauth2", "devicecode"] => {
                (Self::DeviceCode(tenant), Method::POST)
            }
            ["devicelogin"] => (Self::DeviceLogin, Method::GET),
            ["common", "userrealm", _] => (Self::UserRealm, Method::GET),
            ["metadata", "endpoints"] => (Self::Clouds, Method::GET),
            ["subscriptions"] => (Self::Subscriptions, Method::GET),
            ["tenants"] => (Self::Tenants, Method::GET),
            _ => return None,
        })
    }
}

/// Whether a path belongs to this part.
pub(crate) fn is_at(path: &str) -> bool {
    Route::of(path).is_some()
}

impl SignIn {
    /// The answer to a request of this part. The root is scheme and host of the request, without a slash behind them;
    /// `caller` is the tenant that the request's token names.
    pub(crate) fn answer(
        &self,
        directory: &Directory,
        request: &Request<Vec<u8>>,
        root: &str,
        caller: Option<TenantId>,
    ) -> Response<Vec<u8>> {
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
        let Some((route, method)) = Route::of(&path) else {
            return error(StatusCode::NOT_FOUND, "there is no such route");
        };
        // The server sends no body after HEAD.
        let is_read = method == Method::GET && *request.method() == Method::HEAD;
        if *request.method() != method && !is_read {
            return other_method(if method == Method::GET { "GET, HEAD" } else { "POST" });
        }
        // The server has read a little more than is allowed, which tells a body that is too long.
        if request.body().len() > BODY_BYTES_MAX {
            return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
        }
        let query = request.uri().query().unwrap_or_default();
        let is_v1 = path.ends_with("/oauth2/token");
        let form = || Form::read(request.body()).with_basic(request.headers());
        let result = match route {
            Route::Discovery => Ok(discovery(root, &Form::read(query.as_bytes()))),
            Route::OpenId(name) => tenant(directory, name).map(|id| open_id(root, name, id)),
            Route::Keys => Ok(json!(self.signer.key_set())),
            Route::Authorize(name) => {
                let query = Form::read(query.as_bytes());
                let by = By { signer: &self.signer, codes: &self.codes };
                match tenant(directory, name).and_then(|id| authorize(by, id, &query)) {
                    Ok(response) => return response,
                    Err(refused) => Err(refused),
                }
            }
            Route::Token(name) => {
                tenant(directory, name).and_then(|id| self.token(directory.tenant(id), id, &form()?, root, is_v1))
            }
            Route::DeviceCode(name) => tenant(directory, name).and_then(|id| self.device_code(id, &form()?, root)),
            Route::DeviceLogin => {
                let text = "There is nothing to enter: the emulator takes every device code as confirmed.\n";
                return response(StatusCode::OK, "text/plain; charset=utf-8", text.into());
            }
            // MSAL asks before it sends a password, which it would take to another server for a federated user.
            Route::UserRealm => Ok(json!({
                "ver": "1.0", "account_type": "Managed", "domain_name": "emulator.invalid",
                "cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline",
            })),
            Route::Clouds => Ok(clouds(root, &Form::read(query.as_bytes()))),
            // `az login` asks for both, and ends in an error where it finds no subscription.
            Route::Subscriptions => caller.ok_or_else(unauthorized).map(|id| json!({"value": [subscription(id)]})),
            Route::Tenants => caller.ok_or_else(unauthorized).map(|id| {
                json!({"value": [{
                    "id": format!("/tenants/{id}"), "tenantId": id.to_string(), "displayName": "Emulated tenant",
                    "defaultDomain": "emulator.invalid", "tenantCategory": "Home",
                }]})
            }),
        };
        match result {
            Ok(body) => response(StatusCode::OK, JSON, body.to_string().into_bytes()),
            Err(refused) => {
                let mut answer = response(refused.status(), JSON, refused.body().to_string().into_bytes());
                // RFC 9110 wants it with every 401, and RFC 6749 §5.2 the scheme that clients authenticate by.
                if refused.status() == StatusCode::UNAUTHORIZED {
                    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"\""));
                }
                answer
            }
        }
    }
}

fn unauthorized() -> Refused {
    Refused::new("invalid_token", 500_011, "The request has no token of a tenant that this emulator has.")
}

/// The tenant of a path: by its id, or the only one there is where the path has a domain name, `common`, `organizations`
/// and the like, as the emulator knows no names of tenants.
pub(crate) fn tenant(directory: &Directory, name: &str) -> Result<TenantId, Refused> {
    if let Ok(id) = name.parse::<TenantId>() {
        return if directory.tenant(id).is_some() {
            Ok(id)
        } else {
            let text = format!("Tenant '{name}' not found. The emulator has no tenant with this id: make it first.");
            Err(Refused::new("invalid_request", 90_002, &text))
        };
    }
    let mut tenants = directory.tenants();
    match (tenants.next(), tenants.next()) {
        (Some(tenant), None) => Ok(tenant.id()),
        (None, _) => Err(Refused::new("invalid_request", 90_002, "The emulator has no tenant: make one first.")),
        (Some(_), Some(_)) => {
            let text = format!(
                "Tenant '{name}' not found. A name stands for the only tenant, and the emulator has {}: use an id.",
                directory.tenants_count()
            );
            Err(Refused::new("invalid_request", 90_002, &text))
        }
    }
}

/// Asked by MSAL before it trusts a host that it does not know, and for the aliases of those that it knows.
fn discovery(root: &str, query: &Form) -> Value {
    let host = root.split_once("://").map_or(root, |(_, host)| host);
    // The fourth part of `https://HOST/TENANT/oauth2/…`.
    let asked = query.get("authorization_endpoint").and_then(|url| url.split('/').nth(3)).unwrap_or("common");
    let aliases: Vec<&str> = match host {
        "login.microsoftonline.com" | "login.microsoft.com" | "login.windows.net" => {
            vec!["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        }
        host => vec![host],
    };
    json!({
        "tenant_discovery_endpoint": format!("{root}/{asked}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": aliases}],
    })
}

fn open_id(root: &str, name: &str, id: TenantId) -> Value {
    json!({
        "issuer": format!("{root}/{id}/v2.0"),
        "authorization_endpoint": format!("{root}/{name}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{root}/{name}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{root}/{name}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{root}/{name}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
        "tenant_region_scope": null,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": root.split_once("://").map_or(root, |(_, host)| graph_host(host)),
        "rbac_url": "https://pas.windows.net",
    })
}

/// The host of Graph beside this host of the sign-in: in the same cloud, or this server itself.
fn graph_host(host: &str) -> &str {
    match host {
        "login.microsoftonline.com" | "login.microsoft.com" | "login.windows.net" | "management.azure.com" => {
            "graph.microsoft.com"
        }
        "login.microsoftonline.us" | "management.usgovcloudapi.net" => "graph.microsoft.us",
        "login.partner.microsoftonline.cn" | "login.chinacloudapi.cn" | "management.chinacloudapi.cn" => {
            "microsoftgraph.chinacloudapi.cn"
        }
        host => host,
    }
}

/// Azure's own description of a cloud. One object since the version of 2022, a list of one before.
fn clouds(root: &str, query: &Form) -> Value {
    let host = root.split_once("://").map_or(root, |(_, host)| host);
    let (login, management, name) = match host {
        "management.usgovcloudapi.net" => {
            ("https://login.microsoftonline.us", "https://management.usgovcloudapi.net", "AzureUSGovernment")
        }
        "management.chinacloudapi.cn" => {
            ("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn", "AzureChinaCloud")
        }
        host if host::services().any(|service| service == host) => {
            ("https://login.microsoftonline.com", "https://management.azure.com", "AzureCloud")
        }
        _ => (root, root, "connector-groups"),
    };
    let scheme = root.split_once("://").map_or("https", |(scheme, _)| scheme);
    let graph = format!("{scheme}://{}", graph_host(host));
    let cloud = json!({
        "name": name,
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": login,
            "audiences": [management, "https://management.core.windows.net/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": graph,
        "graphAudience": graph,
        "microsoftGraphResourceId": graph,
        "resourceManager": format!("{management}/"),
        "suffixes": {},
    });
    // Versions are dates, which sort as texts do.
    let is_list = query.get("api-version").is_none_or(|version| version < "2022");
    if is_list { json!([cloud]) } else { cloud }
}

/// A subscription for clients that want one (`az login`); it has the id of its tenant.
fn subscription(id: TenantId) -> Value {
    json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id.to_string(),
        "tenantId": id.to_string(),
        "displayName": "Emulated subscription",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {"quotaId": "Emulated", "spendingLimit": "Off"},
    })
}
