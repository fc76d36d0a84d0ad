//! The token endpoint: which tokens a sign-in gets.
//!
//! Every secret, certificate and password is accepted: the emulator keeps none. What is checked is what a client must not
//! forget (that it sends one, and a scope of the right form), with the texts of the Microsoft identity platform.

use alloc::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use connector_groups::{Tenant, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    authorize,
    codes::Codes,
    form::{Form, Refused, USER, client, unsigned},
    token::{AccessClaims, CODE, DEVICE, Grant, LIFETIME, REFRESH, Signer},
};

/// What a client is granted where nothing else is said: all that the emulated routes may ask for.
const EVERY_PERMISSION: [&str; 3] =
    ["Application.ReadWrite.All", "Directory.ReadWrite.All", "OnPremisesPublishingProfiles.ReadWrite.All"];
/// Scopes that ask for something other than a permission.
const OF_OPEN_ID: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// How long refresh tokens last, in seconds: 90 days, as Entra's do.
const REFRESH_LIFETIME: u64 = 90 * 24 * 60 * 60;
/// How long a device code lasts, in seconds: a quarter of an hour, as Entra's do.
const DEVICE_LIFETIME: u64 = 900;

/// The permissions that clients are granted when they sign in.
#[derive(Debug, Default, Clone)]
pub(crate) struct Grants {
    of_all: Vec<String>,
    of_client: BTreeMap<String, Vec<String>>,
}

impl Grants {
    /// Adds what an option says: `PERMISSION[,PERMISSION…]` for every client, or `CLIENT=PERMISSION[,…]` for one.
    pub(crate) fn add(&mut self, text: &str) {
        let (of, permissions) = match text.split_once('=') {
            None => (&mut self.of_all, text),
            Some((client, permissions)) => {
                (self.of_client.entry(client.to_ascii_lowercase()).or_default(), permissions)
            }
        };
        of.extend(permissions.split(',').map(str::trim).filter(|name| !name.is_empty()).map(String::from));
    }

    /// What this client has; where no option names anything, everything.
    fn of(&self, client: &str) -> Vec<String> {
        match self.of_client.get(&client.to_ascii_lowercase()) {
            Some(own) => own.clone(),
            None if self.of_all.is_empty() && self.of_client.is_empty() => EVERY_PERMISSION.map(String::from).to_vec(),
            None => self.of_all.clone(),
        }
    }
}

/// What the sign-in needs beside the directory.
pub(crate) struct SignIn {
    pub(crate) signer: Signer,
    pub(crate) grants: Grants,
    pub(crate) codes: Codes,
}

/// A sign-in that is to get its tokens.
struct SignedIn<'a> {
    tenant: TenantId,
    client: String,
    /// The name of the client's application, where the tenant has one with this `appId`.
    client_name: String,
    scope: &'a str,
    /// `None` where an application signs in for itself.
    username: Option<&'a str>,
    nonce: Option<&'a str>,
    appidacr: &'static str,
}

impl SignIn {
    /// The answer of the token endpoint.
    pub(crate) fn token(
        &self,
        tenant: Option<&Tenant>,
        id: TenantId,
        form: &Form,
        root: &str,
        is_v1: bool,
    ) -> Result<Value, Refused> {
        let client = client(form)?;
        // The older endpoint names a resource in place of scopes.
        let of_resource = form.get("resource").map(|resource| format!("{}/.default", resource.trim_end_matches('/')));
        let scope = form.get("scope").or(of_resource.as_deref());
        let appidacr = if form.get("client_assertion").is_some() {
            "2"
        } else if form.get("client_secret").is_some() {
            "1"
        } else {
            "0"
        };
        let client_name = tenant.and_then(|tenant| client_name(tenant, &client)).unwrap_or_else(|| client.clone());
        let needed = || scope.map_or_else(|| form.required("scope"), Ok);
        let mut nonce = None;
        let known;
        let (scope, username) = match form.required("grant_type")? {
            "client_credentials" => (for_itself(needed, appidacr)?, None),
            "password" => {
                form.required("password")?;
                (needed()?, Some(form.required("username")?))
            }
            "refresh_token" => {
                known = self.earlier(form.required("refresh_token")?, REFRESH, id, &client)?;
                (scope.unwrap_or(&known.scope), Some(known.username.as_str()))
            }
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
                let code = form.get("device_code").or(form.get("code"));
                known = self.earlier(code.map_or_else(|| form.required("device_code"), Ok)?, DEVICE, id, &client)?;
                self.redeem(&known)?;
                (scope.unwrap_or(&known.scope), Some(known.username.as_str()))
            }
            "authorization_code" => {
                // Before the proof: what the client has to prove stands in the code, and counts only if that is ours.
                known = self.earlier(form.required("code")?, CODE, id, &client)?;
                authorize::prove(known.code.as_ref(), form)?;
                self.redeem(&known)?;
                nonce = known.code.as_ref().and_then(|code| code.nonce.as_deref());
                // The scope of the code: clients may leave it out here, and some name only a part.
                (known.scope.as_str(), Some(known.username.as_str()))
            }
            other => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                return Err(Refused::new("unsupported_grant_type", 70_003, &text));
            }
        };
        let signed_in = SignedIn { tenant: id, client, client_name, scope, username, nonce, appidacr };
        let mut answer = self.tokens(&signed_in, root).ok_or_else(unsigned)?;
        if let (true, Some(members)) = (is_v1, answer.as_object_mut()) {
            // That endpoint writes numbers as texts, and tells the time of the end too.
            members.insert("expires_in".into(), LIFETIME.to_string().into());
            members.insert("expires_on".into(), self.signer.now().saturating_add(LIFETIME).to_string().into());
            members.insert("resource".into(), resource(signed_in.scope).into());
        }
        Ok(answer)
    }

    /// The answer of the device code endpoint. The code counts as confirmed from the start, as nobody is there to do it.
    pub(crate) fn device_code(&self, id: TenantId, form: &Form, root: &str) -> Result<Value, Refused> {
        let of_resource = form.get("resource").map(|resource| format!("{}/.default", resource.trim_end_matches('/')));
        let scope = form.get("scope").map(String::from).or(of_resource);
        let grant = Grant {
            aud: DEVICE.into(),
            exp: self.signer.now().saturating_add(DEVICE_LIFETIME),
            tid: id,
            client_id: client(form)?,
            scope: scope.map_or_else(|| form.required("scope").map(String::from), Ok)?,
            username: USER.into(),
            number: self.codes.number(),
            code: None,
        };
        let page = format!("{root}/devicelogin");
        Ok(json!({
            "device_code": self.signer.sign(&grant).ok_or_else(unsigned)?,
            "user_code": "EMULATED1",
            "verification_uri": page,
            "verification_url": page,
            "expires_in": DEVICE_LIFETIME,
            // The least that clients wait between two questions.
            "interval": 1,
            "message": "The emulator takes this code as confirmed: there is nothing to enter.",
        }))
    }

    /// What was given to this client in this tenant, and has not expired.
    fn earlier(&self, text: &str, audience: &str, id: TenantId, client: &str) -> Result<Grant, Refused> {
        let grant = self.signer.grant(text, audience).filter(|grant| grant.tid == id).ok_or_else(|| {
            let text = "The provided grant has expired, is not of this tenant, or was not given by this run of the \
                        emulator.";
            Refused::new("invalid_grant", 70_008, text)
        })?;
        if grant.client_id.eq_ignore_ascii_case(client) {
            Ok(grant)
        } else {
            Err(Refused::new("invalid_grant", 700_007, "The grant was issued for a different client id."))
        }
    }

    /// The last step before there are tokens: a client that failed to prove itself has not used a code up.
    fn redeem(&self, code: &Grant) -> Result<(), Refused> {
        if self.codes.redeem(code, self.signer.now()) {
            return Ok(());
        }
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
                    refresh token.";
        Err(Refused::new("invalid_grant", 54_005, text))
    }

    fn tokens(&self, signed_in: &SignedIn<'_>, root: &str) -> Option<Value> {
        let (id, client) = (signed_in.tenant, &signed_in.client);
        // Looked up at each sign-in and written into the token: the wire then reads permissions from tokens alone.
        let granted = self.grants.of(client);
        let username = signed_in.username;
        // The same client and the same user have the same object ids in each run.
        let oid = Uuid::new_v5(&Uuid::from_u128(id.as_u128()), username.unwrap_or(client).as_bytes()).to_string();
        let time = self.signer.now();
        let scopes = username.map(|_| delegated(signed_in.scope, &granted));
        let claims = AccessClaims {
            aud: resource(signed_in.scope).into(),
            // Graph's access tokens are of the first version, whatever endpoint gives them. Identity tokens are of the second.
            iss: format!("https://sts.windows.net/{id}/"),
            iat: time,
            nbf: time,
            exp: time.saturating_add(LIFETIME),
            tid: id.to_string(),
            oid: oid.clone(),
            sub: oid.clone(),
            appid: client.clone(),
            appidacr: signed_in.appidacr,
            app_displayname: signed_in.client_name.clone(),
            idtyp: if username.is_some() { "user" } else { "app" },
            roles: username.is_none().then_some(granted),
            scp: scopes.clone(),
            upn: username.map(String::from),
            name: username.map(|_| String::from("Emulated User")),
            ver: "1.0",
        };
        let mut answer = json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self.signer.sign(&claims)?,
        });
        // An application that signs in for itself gets no refresh token (RFC 6749 §4.4.3), and is no account.
        let (Some(username), Some(members)) = (username, answer.as_object_mut()) else { return Some(answer) };
        let refresh = Grant {
            aud: REFRESH.into(),
            exp: time.saturating_add(REFRESH_LIFETIME),
            tid: id,
            client_id: client.clone(),
            scope: signed_in.scope.into(),
            username: username.into(),
            number: 0,
            code: None,
        };
        let identity = json!({
            "aud": client, "iss": format!("{root}/{id}/v2.0"), "iat": time, "nbf": time, "exp": claims.exp,
            "sub": oid, "oid": oid, "tid": id.to_string(), "preferred_username": username, "name": "Emulated User",
            "ver": "2.0", "nonce": signed_in.nonce,
        });
        // MSAL finds an account by this: who, and whose.
        let client_info = json!({"uid": oid, "utid": id.to_string()}).to_string();
        members.insert("scope".into(), scopes.into());
        members.insert("refresh_token".into(), self.signer.sign(&refresh)?.into());
        members.insert("id_token".into(), self.signer.sign(&identity)?.into());
        members.insert("client_info".into(), BASE64_URL_SAFE_NO_PAD.encode(client_info).into());
        Some(answer)
    }
}

/// The scope of an application that signs in for itself, with what it must not forget.
fn for_itself<'a>(
    needed: impl FnOnce() -> Result<&'a str, Refused>,
    appidacr: &'static str,
) -> Result<&'a str, Refused> {
    if appidacr == "0" {
        let text =
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
        return Err(Refused::new("invalid_client", 7_000_216, text));
    }
    let scope = needed()?;
    // MSAL for Go asks for the scopes of OpenID Connect too, and gets its token.
    let mut asked = scope.split(' ').filter(|scope| !OF_OPEN_ID.contains(scope)).peekable();
    if asked.peek().is_some() && asked.all(|scope| scope.ends_with("/.default")) {
        return Ok(scope);
    }
    let text = format!(
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
         /.default suffixed to the resource identifier (application ID URI)."
    );
    Err(Refused::new("invalid_scope", 1_002_012, &text))
}

fn client_name(tenant: &Tenant, client: &str) -> Option<String> {
    let application = tenant.application_by_app_id(client.parse().ok()?)?;
    Some(application.display_name().to_string())
}

/// What a token is for: the part of the first scope before the permission's name, an address or the id of an application.
fn resource(scope: &str) -> &str {
    const GRAPH: &str = "https://graph.microsoft.com";
    let is_named = |text: &str| text.contains("://") || Uuid::try_parse(text.trim_end_matches('/')).is_ok();
    let mut parted = scope.split(' ').filter_map(|scope| scope.rsplit_once('/'));
    let named = parted.find(|(resource, _)| is_named(resource));
    // Two slashes in a row are Azure's: its resource ends in one ("https://management.core.windows.net//.default").
    named.map_or(GRAPH, |(resource, _)| resource.trim_end_matches('/'))
}

/// The delegated permissions: those that were asked for and are granted, or with `.default` all that are granted.
fn delegated(scope: &str, granted: &[String]) -> String {
    let names = || scope.split(' ').map(|scope| scope.rsplit('/').next().unwrap_or_default());
    let asks_for_all = names().any(|name| name == ".default");
    let permissions: Vec<&str> = if asks_for_all {
        granted.iter().map(String::as_str).collect()
    } else {
        names().filter(|name| OF_OPEN_ID.contains(name) || granted.iter().any(|known| known == name)).collect()
    };
    permissions.join(" ")
}
