//! Which permission a request needs, where a server checks permissions at all.
//!
//! Sources: the permission tables of Microsoft Graph's reference pages for connector groups, connectors and applications.
//! Those pages ask for `Directory.ReadWrite.All` for every call of application proxy, reads included.

use http::Method;

use super::{
    call::Call,
    caller::Caller,
    error::{Code, Error},
    options::{Options, Profile},
    query::{OF_ONE, Query},
    route::{self, Holder, List, Target},
};

const OF_APPLICATION_PROXY: &[&str] = &["Directory.ReadWrite.All"];
const READS_APPLICATIONS: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const WRITES_APPLICATIONS: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];

/// Those of the page `organization-list`, but for `User.Read`, with which most of it is null.
const READS_ORGANIZATION: &[&str] =
    &["Organization.Read.All", "Directory.Read.All", "Organization.ReadWrite.All", "Directory.ReadWrite.All"];

/// The first is the least. `microsoft/Migrate2GSA` signs in with the second and no other for it, and assigns.
const ASSIGNS_ROLES: &[&str] = &["AppRoleAssignment.ReadWrite.All", "Directory.ReadWrite.All"];

const fn of_applications(method: &Method) -> &'static [&'static str] {
    if matches!(*method, Method::GET) { READS_APPLICATIONS } else { WRITES_APPLICATIONS }
}

/// Each of these is enough; the first is the least.
fn sufficient(target: &Target, method: &Method) -> &'static [&'static str] {
    match target {
        // The requests of a batch are checked one by one.
        Target::Batch => &[],
        Target::Instantiate(_) => WRITES_APPLICATIONS,
        Target::Publishing(_) => of_applications(method),
        // Segments of a publishing are application proxy's, as are the groups.
        Target::List(list)
        | Target::Count(list)
        | Target::Item(list, _)
        | Target::Property(list, ..)
        | Target::References(list)
        | Target::Reference(list, _) => match list {
            List::Kept(Holder::Principal(_), "appRoleAssignedTo" | "appRoleAssignments") if *method != Method::GET => {
                ASSIGNS_ROLES
            }
            List::Organizations => READS_ORGANIZATION,
            List::Applications | List::ServicePrincipals | List::Templates | List::Kept(..) => of_applications(method),
            _ => OF_APPLICATION_PROXY,
        },
        _ => OF_APPLICATION_PROXY,
    }
}

/// The least permission that a request needs: `None` for a batch, whose requests need their own, and for a path that is
/// unknown.
#[must_use]
pub fn least_permission(method: &Method, path: &str) -> Option<&'static str> {
    let (_, target) = route::target(path, None).ok()?;
    sufficient(&target, method).first().copied()
}

/// Refuses a caller that has none of the permissions that suffice.
pub(super) fn check(caller: Option<&Caller>, call: &Call<'_>, target: &Target) -> Result<(), Error> {
    let Some(caller) = caller else { return Ok(()) };
    allow(caller, call, sufficient(target, &call.method))?;
    // A group that is shown with its application is read as it is by its own path.
    let is_shown = Query::read(call, OF_ONE).is_ok_and(|query| query.names("expand", "connectorGroup"));
    if is_shown { allow(caller, call, OF_APPLICATION_PROXY) } else { Ok(()) }
}

fn allow(caller: &Caller, call: &Call<'_>, sufficient: &[&str]) -> Result<(), Error> {
    let is_granted = sufficient.iter().any(|permission| caller.permissions.contains(*permission));
    let is_of_proxy = sufficient == OF_APPLICATION_PROXY;
    if is_granted && !(is_of_proxy && is_refused_to_applications(caller, call.options)) {
        return Ok(());
    }
    Err(if is_of_proxy {
        Error::new(Code::UnauthorizedAccess, "Unauthorized Access.")
    } else {
        Error::new(Code::RequestDenied, "Insufficient privileges to complete the operation.")
    })
}

/// The reference pages say "not supported" of application permissions for application proxy; public tools have used them
/// against the live service all the same.
fn is_refused_to_applications(caller: &Caller, options: &Options) -> bool {
    caller.is_application && options.profile == Profile::Documented
}
