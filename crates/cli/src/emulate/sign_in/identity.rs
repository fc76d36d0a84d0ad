//! Who sends a request, found once, before faults, the journal and the wire look at it.

use connector_groups::TenantId;
use hyper::{
    Request,
    header::{AUTHORIZATION, HeaderValue},
};

use super::token::{Presented, Signer};

pub(crate) struct Identity {
    /// What the request's JSON Web Token says, or why it is not taken; `None` for the bare id of a tenant, or no token.
    pub(crate) presented: Result<Option<Presented>, &'static str>,
    /// The tenant that the request is about, as far as its token tells, or else the anonymous one.
    pub(crate) tenant: Option<TenantId>,
}

impl Identity {
    /// Reads the request's token. The wire knows tenants and no signatures, so that a JSON Web Token makes way for the id of
    /// its tenant here, and nobody behind this verifies it again: that is the dearest step of a small request.
    pub(crate) fn take<B>(request: &mut Request<B>, signer: &Signer, anonymous: Option<TenantId>) -> Self {
        let presented = signer.caller(request.headers());
        let tenant = match &presented {
            Ok(Some(presented)) => Some(presented.tid),
            Ok(None) => {
                let text = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
                text.and_then(|text| text.split_once(' ')?.1.trim().parse().ok()).or(anonymous)
            }
            // A request that is refused for its token is nobody's.
            Err(_) => None,
        };
        if let Ok(Some(presented)) = &presented {
            // An id is visible ASCII, which every header takes. The former value goes: one more beside it is not seen.
            if let Ok(token) = HeaderValue::from_str(&format!("Bearer {}", presented.tid)) {
                request.headers_mut().insert(AUTHORIZATION, token);
            }
        }
        Self { presented, tenant }
    }

    /// The id of the application that has signed in, for what Graph limits by application.
    pub(crate) fn application(&self) -> Option<&str> {
        self.presented.as_ref().ok()?.as_ref()?.application()
    }
}
