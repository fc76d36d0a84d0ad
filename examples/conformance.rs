//! Another implementation held against the engine: an emulator, a mock, a bridge to the service.
//!
//! Run it with `cargo run --features workload --example conformance`.

use connector_groups::{
    Directory, DirectoryCommand,
    directory::Answer,
    workload::{Comparison, Conformance, Difference},
};

/// The implementation in question: it answers each line with a line. This one is the engine, but where `cascades`, it forgets
/// that a group is deleted only while it is empty.
fn mock(cascades: bool) -> impl FnMut(&str) -> String {
    let mut directory = Directory::default();
    move |line| {
        let answer = match serde_json::from_str::<DirectoryCommand>(line) {
            Ok(command) => Answer::from(directory.apply(&command)),
            Err(error) => Answer::Invalid(error.to_string().into()),
        };
        match &answer {
            Answer::Refused(refusal) if cascades && refusal.code() == "groupNotEmpty" => {
                String::from(r#"{"accepted":[]}"#)
            }
            _ => serde_json::to_string(&answer).unwrap_or_default(),
        }
    }
}

fn main() -> Result<(), Difference> {
    // Each trace begins with a fresh implementation. The codes of refusals count here, and not their other fields.
    let conformance = Conformance { comparison: Comparison::Code, ..Conformance::default() };

    let coverage = conformance.run(|| mock(false))?;
    assert!(coverage.refusals.contains_key("groupNotEmpty"));

    // The mistake is found, and shown by as few commands as can be.
    let difference = conformance.run(|| mock(true)).err();
    println!("{}", difference.as_ref().map(ToString::to_string).unwrap_or_default());
    assert!(difference.is_some_and(|one| one.trace.len() <= 7 && one.expected.contains("groupNotEmpty")));
    Ok(())
}
