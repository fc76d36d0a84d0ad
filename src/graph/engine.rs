//! The one way to the engine: whatever the wire changes is a command that the directory accepts or refuses.

use alloc::vec::Vec;

use super::{
    call::Call,
    error::{Code, Error},
    route::Version,
    session::Session,
    shown::View,
};
use crate::{Command, Directory, DirectoryCommand, Tenant, command::Transaction};

/// The tenant of a call; there is one, as the token was found to name it.
pub(super) fn tenant<'a>(directory: &'a Directory, call: &Call<'_>) -> Result<&'a Tenant, Error> {
    let absent = || Error::new(Code::InvalidToken, "The access token names no tenant.");
    directory.tenant(call.tenant).ok_or_else(absent)
}

/// A call that may change the directory.
pub(super) struct Writer<'a, 's> {
    pub(super) directory: &'a mut Directory,
    pub(super) call: &'a Call<'a>,
    pub(super) version: Version,
    pub(super) session: &'a mut Session<'s>,
}

impl<'a> Writer<'a, '_> {
    /// Lets the engine do what is asked, or tells what its refusal is on the wire.
    pub(super) fn apply(&mut self, command: Command) -> Result<(), Error> {
        let tenant = self.call.tenant;
        let command = DirectoryCommand::InTenant { tenant, command };
        let result = self.directory.apply(&command);
        // The words of the wire come from both, which the session keeps afterwards.
        let refused = |refusal| Error::refused(refusal, &command, self.directory.tenant(tenant));
        let error = result.as_ref().err().map(refused);
        self.session.record(command, result);
        error.map_or(Ok(()), Err)
    }

    /// The tenant as it stands.
    pub(super) fn tenant(&self) -> Result<&Tenant, Error> {
        tenant(self.directory, self.call)
    }

    /// How its answer shows things.
    pub(super) const fn view(&self) -> View<'a> {
        View { call: self.call, version: self.version }
    }
}

/// Commands of which all are accepted or none.
pub(super) fn together(mut commands: Vec<Command>) -> Command {
    match commands.pop() {
        Some(only) if commands.is_empty() => only,
        last => {
            commands.extend(last);
            Transaction { commands }.into()
        }
    }
}

/// Under the quirk, application proxy is not enabled before the first connector. That holds for the publishing
/// of applications and for their groups too, by whatever path or option they are asked for.
pub(super) fn enabled(tenant: &Tenant, call: &Call<'_>) -> Result<(), Error> {
    let is_asked = call.options.quirks.connectorless_tenant_not_enabled;
    if is_asked && tenant.connectors_count() == 0 { Err(Error::not_enabled()) } else { Ok(()) }
}
