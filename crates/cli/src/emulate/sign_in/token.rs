//! Tokens: JSON Web Tokens (RFC 7519), signed with an RSA key that is made at each start.

use alloc::sync::Arc;
use core::error::Error;

use connector_groups::{TenantId, graph::Caller};
use hyper::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    dangerous::insecure_decode_claims,
    decode_header,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde::{Deserialize, Serialize};

use crate::emulate::clock::Clock;

/// How long an access token lasts, in seconds; Entra's last between 60 and 90 minutes.
pub(crate) const LIFETIME: u64 = 3599;

/// What an access token says, with the names that clients look for.
#[derive(Debug, Default, Serialize)]
pub(crate) struct AccessClaims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    pub(crate) tid: String,
    pub(crate) oid: String,
    pub(crate) sub: String,
    pub(crate) appid: String,
    /// How the client has proved who it is: nothing (0), a secret (1), a certificate (2).
    pub(crate) appidacr: &'static str,
    pub(crate) app_displayname: String,
    /// `app` where an application has signed in for itself, `user` otherwise.
    pub(crate) idtyp: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) ver: &'static str,
}

/// What is read of a token that a request presents.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Presented {
    pub(crate) tid: TenantId,
    #[serde(default)]
    exp: Option<u64>,
    #[serde(default)]
    aud: Option<String>,
    #[serde(default)]
    appid: Option<String>,
    /// What tokens of the second version call it.
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scp: Option<String>,
    /// Whether this run has signed it.
    #[serde(skip)]
    is_ours: bool,
}

impl Presented {
    /// Whether it may be for this audience: one of this run says what it is for, and every other is believed.
    pub(crate) fn may_be_for(&self, is_meant: impl FnOnce(&str) -> bool) -> bool {
        !self.is_ours || self.aud.as_deref().is_some_and(is_meant)
    }

    /// The application that the token was given to.
    pub(crate) fn application(&self) -> Option<&str> {
        self.appid.as_deref().or(self.azp.as_deref())
    }
}

impl From<&Presented> for Caller {
    /// Delegated where there are scopes: a token for an application alone has none.
    fn from(token: &Presented) -> Self {
        let scopes = token.scp.as_deref().unwrap_or_default().split_whitespace().map(String::from);
        let is_application = token.scp.is_none();
        Self { is_application, permissions: scopes.chain(token.roles.iter().cloned()).collect() }
    }
}

/// A refresh token, a device code or an authorization code: each stands for a sign-in that has happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) aud: String,
    pub(crate) exp: u64,
    pub(crate) tid: TenantId,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) username: String,
    /// Of a code, which is good once; a refresh token may be used again.
    #[serde(default)]
    pub(crate) number: u64,
    /// What the client asked for an authorization code with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<CodeRequest>,
}

/// What the client must repeat, or prove, when it brings an authorization code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CodeRequest {
    pub(crate) redirect_uri: String,
    /// The challenge of RFC 7636, and whether it is a hash (`S256`) or the verifier itself (`plain`).
    pub(crate) challenge: Option<String>,
    pub(crate) is_hash: bool,
    /// What the identity token has to repeat.
    pub(crate) nonce: Option<String>,
}

/// The audience of refresh tokens, which the wire does not accept.
pub(crate) const REFRESH: &str = "urn:connector-groups:refresh";
/// The audience of device codes, which the wire does not accept.
pub(crate) const DEVICE: &str = "urn:connector-groups:device";
/// The audience of authorization codes, which the wire does not accept.
pub(crate) const CODE: &str = "urn:connector-groups:code";
/// What all audiences begin with that are no access tokens.
const OURS: &str = "urn:connector-groups:";

/// The key of this run.
pub(crate) struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    public: Jwk,
    key_id: String,
    clock: Arc<Clock>,
}

impl Signer {
    /// Makes a key of 2048 bits, which takes some tenths of a second.
    pub(crate) fn new(clock: Arc<Clock>) -> Result<Self, Box<dyn Error>> {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
        let encoding = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())?;
        let mut public = Jwk::from_encoding_key(&encoding, Algorithm::RS256)?;
        // Another run's key has another thumbprint, so that its tokens are known for tokens of another.
        let key_id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(key_id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let decoding = DecodingKey::from_jwk(&public)?;
        Ok(Self { encoding, decoding, public, key_id, clock })
    }

    /// Seconds since 1970, by the emulator's clock.
    pub(crate) fn now(&self) -> u64 {
        self.clock.seconds()
    }

    /// The public key, as `/{tenant}/discovery/v2.0/keys` answers it (RFC 7517).
    pub(crate) fn key_set(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// These claims, signed. `None` where they cannot be written as JSON, which these types always can.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Option<String> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.encoding).ok()
    }

    /// Who sends a request, by the token in its head: `None` where there is none, or one that is the bare id of a tenant.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Option<Presented>, &'static str> {
        let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, token)) = value.and_then(|value| value.split_once(' ')) else { return Ok(None) };
        let token = token.trim();
        if scheme.eq_ignore_ascii_case("bearer") && is_jwt(token) { self.read(token).map(Some) } else { Ok(None) }
    }

    /// What an access token says.
    ///
    /// The signature of a token that names this run's key is checked. Any other token is believed, signed or not: tests
    /// make such tokens by hand, and no signature of Entra's can be checked without the network. A token that has expired is
    /// refused, whoever made it.
    fn read(&self, token: &str) -> Result<Presented, &'static str> {
        let is_ours = self.is_ours(token);
        let mut presented: Presented = if is_ours {
            self.verified(token).ok_or("The access token's signature is not valid.")?
        } else {
            insecure_decode_claims(token).map_err(|_| "The access token is malformed, or has no claim 'tid'.")?
        };
        presented.is_ours = is_ours;
        if presented.aud.as_ref().is_some_and(|audience| audience.starts_with(OURS)) {
            return Err("The token is a refresh token or a device code, not an access token.");
        }
        // One that a test has made without an end has none.
        if presented.exp.is_some_and(|end| end <= self.now()) {
            return Err("Lifetime validation failed, the token is expired.");
        }
        Ok(presented)
    }

    /// What a refresh token or a device code of this run stands for, until it expires.
    pub(crate) fn grant(&self, text: &str, audience: &str) -> Option<Grant> {
        let grant: Grant = self.verified(text)?;
        (grant.aud == audience && grant.exp > self.now()).then_some(grant)
    }

    fn is_ours(&self, token: &str) -> bool {
        decode_header(token).is_ok_and(|header| header.kid.as_ref() == Some(&self.key_id))
    }

    fn verified<T: serde::de::DeserializeOwned>(&self, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::RS256);
        // Audience and time are looked at by the callers, which tell what is wrong with them.
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(token, &self.decoding, &validation).ok().map(|token| token.claims)
    }
}

/// Whether a bearer token has the form of a JSON Web Token; the id of a tenant has not.
fn is_jwt(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use serde_json::json;

    use super::*;

    const TENANT: &str = "7e000000-0000-4000-8000-000000000001";

    fn signer() -> Signer {
        Signer::new(Arc::new(Clock::new(None))).unwrap()
    }

    #[test]
    fn a_token_of_this_run_is_read_until_it_is_changed() {
        let signer = signer();
        let token = signer.sign(&json!({"tid": TENANT, "exp": signer.now() + 60, "roles": ["A"]})).unwrap();
        assert_eq!(signer.read(&token).unwrap().roles, ["A"]);
        let parts: Vec<&str> = token.split('.').collect();
        let other = signer.sign(&json!({"tid": TENANT, "exp": signer.now() + 60, "roles": ["B"]})).unwrap();
        let forged = format!("{}.{}.{}", parts[0], other.split('.').nth(1).unwrap(), parts[2]);
        assert_eq!(signer.read(&forged).unwrap_err(), "The access token's signature is not valid.");
    }

    #[test]
    fn a_token_of_another_key_is_believed_until_it_expires() {
        let (signer, stranger) = (signer(), signer());
        let token = stranger.sign(&json!({"tid": TENANT})).unwrap();
        assert_eq!(signer.read(&token).unwrap().tid.to_string(), TENANT);
        let token = stranger.sign(&json!({"tid": TENANT, "exp": signer.now() - 1})).unwrap();
        assert!(signer.read(&token).unwrap_err().contains("expired"));
        // {"alg":"none"}.{"tid":…}. as tests write it by hand.
        let unsigned = "eyJhbGciOiJub25lIn0.eyJ0aWQiOiI3ZTAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ.";
        assert_eq!(signer.read(unsigned).unwrap().tid.to_string(), TENANT);
        assert!(signer.read("a.b.c").is_err());
    }

    #[test]
    fn a_refresh_token_is_no_access_token() {
        let signer = signer();
        let grant = Grant {
            aud: REFRESH.into(),
            exp: signer.now() + 60,
            tid: TENANT.parse().unwrap(),
            client_id: "client".into(),
            scope: "s".into(),
            username: "u".into(),
            number: 0,
            code: None,
        };
        let token = signer.sign(&grant).unwrap();
        assert!(signer.read(&token).is_err());
        assert_eq!(signer.grant(&token, REFRESH).unwrap().client_id, "client");
        assert!(signer.grant(&token, DEVICE).is_none());
    }
}
