//! Does what the machine says, in the world.

use super::{
    action::{Action, End, Happened},
    machine::Machine,
    record::Record,
    service::{self, Exchange},
};

/// Where records go. One that was written is on disk.
pub(crate) trait Journal {
    fn write(&mut self, record: &Record) -> Result<(), String>;
}

/// Runs until the end, or until nothing further can be sent or kept. Whatever happens, the journal leads on from here.
///
/// # Errors
/// Why the run was cut off.
pub(crate) fn run(
    machine: &mut Machine,
    service: &mut dyn Exchange,
    journal: &mut dyn Journal,
    tell: &mut dyn FnMut(&Machine),
) -> Result<End, String> {
    let mut happened = Happened::Began;
    loop {
        happened = match machine.next(happened) {
            Action::Read(reads) => Happened::Read(service::read(service, &reads)?),
            Action::Send(requests) => Happened::Sent(service::send(service, &requests)?),
            Action::Wait(pause, why) => {
                service.wait(pause, &why);
                Happened::Waited
            }
            Action::Write(record) => {
                journal.write(&record)?;
                tell(machine);
                Happened::Written
            }
            Action::End(end) => return Ok(end),
        };
    }
}
