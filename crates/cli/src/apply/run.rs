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
                if service.is_stopped() {
                    return stopped(journal);
                }
                Happened::Waited
            }
            Action::Write(record) => {
                // What is asked is sent and looked at first: then nothing is open where the run goes on.
                let is_between = matches!(record, Record::Settled { .. } | Record::Turned { .. });
                journal.write(&record)?;
                tell(machine);
                if is_between && service.is_stopped() {
                    return stopped(journal);
                }
                Happened::Written
            }
            Action::End(end) => return Ok(end),
        };
    }
}

/// Ends a run that somebody wants to stop.
fn stopped(journal: &mut dyn Journal) -> Result<End, String> {
    let why = String::from("stopped by a signal, such as Ctrl-C");
    journal.write(&Record::Stopped { why: why.clone() })?;
    Ok(End::Stopped(why))
}
