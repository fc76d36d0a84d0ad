//! What can be done with a directory: bytes in, bytes out, without handles.

use alloc::{string::String, string::ToString, vec::Vec};

use connector_groups::{
    Directory, TenantId,
    audit::audit as audit_tenant,
    directory::Answer,
    document::{DirectoryDocument, Document},
};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{
    line,
    status::{Failure, Status},
};

/// The answer to each line that is not blank, a line each. What is invalid names the line by its number in these bytes.
///
/// # Errors
/// Never: what is wrong with a line is its answer.
pub fn apply(directory: &mut Directory, lines: &[u8]) -> Result<Vec<u8>, Failure> {
    each_line(lines, |line, number| line::answer(directory, line, number))
}

/// As [`apply`], but each line is judged on the directory as it stands, and nothing changes: dry runs.
///
/// # Errors
/// Never: what is wrong with a line is its answer.
pub fn decide(directory: &Directory, lines: &[u8]) -> Result<Vec<u8>, Failure> {
    // A copy costs two reference counts a list, and the line that has changed it pays for what it has changed.
    each_line(lines, |line, number| line::answer(&mut directory.clone(), line, number))
}

fn each_line(lines: &[u8], mut answer: impl FnMut(&[u8], u64) -> Answer) -> Result<Vec<u8>, Failure> {
    let mut answers = Vec::new();
    for (line, number) in lines.split(|byte| *byte == b'\n').zip(1..) {
        if !line.trim_ascii().is_empty() {
            serde_json::to_writer(&mut answers, &answer(line, number)).map_err(Failure::input)?;
            answers.push(b'\n');
        }
    }
    Ok(answers)
}

/// The whole directory as JSON.
///
/// # Errors
/// Never for a directory that the engine made.
pub fn document(directory: &Directory) -> Result<Vec<u8>, Failure> {
    written(directory)
}

/// The directory that a document tells of, found with this hash seed: that of a directory, that of a tenant, or no bytes at
/// all for a directory without tenants.
///
/// # Errors
/// [`Status::Input`] where it is no document, [`Status::Violations`] where the document breaks rules.
pub fn directory(bytes: &[u8], hash_seed: u64) -> Result<Directory, Failure> {
    if bytes.is_empty() {
        return Ok(Directory::with_hash_seed(hash_seed));
    }
    let document = directory_document(bytes)?;
    let violations = Violations::of(&document);
    if !violations.violations.is_empty() {
        return Err(Failure { status: Status::Violations, text: written(&violations)? });
    }
    let wrong = |violations| Failure::new(Status::Violations, violations);
    Directory::from_document(document, hash_seed).map_err(wrong)
}

/// All that is wrong with a document, as `{"violations":[{"tenant":…,"violation":…}]}`.
///
/// # Errors
/// [`Status::Input`] where it is no document.
pub fn audit(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    written(&Violations::of(&directory_document(bytes)?))
}

#[derive(Serialize)]
struct Violations {
    violations: Vec<Violation>,
}

#[derive(Serialize)]
struct Violation {
    tenant: TenantId,
    violation: String,
}

impl Violations {
    fn of(document: &DirectoryDocument) -> Self {
        let mut seen = alloc::collections::BTreeSet::new();
        let mut violations = Vec::new();
        for tenant in &document.tenants {
            let id = tenant.id;
            if !seen.insert(id) {
                violations.push(Violation { tenant: id, violation: "an earlier tenant has this id (I4)".into() });
            }
            let found = audit_tenant(tenant).into_iter();
            violations.extend(found.map(|violation| Violation { tenant: id, violation: violation.to_string() }));
        }
        Self { violations }
    }
}

fn directory_document(bytes: &[u8]) -> Result<DirectoryDocument, Failure> {
    #[derive(Deserialize)]
    struct Kind {
        tenants: Option<IgnoredAny>,
    }
    // Which of the two it is, its fields tell; then what is wrong with it is said of that one.
    if read::<Kind>(bytes)?.tenants.is_some() {
        return read(bytes);
    }
    let tenant: Document = read(bytes)?;
    Ok(DirectoryDocument { tenants: Vec::from([tenant]) })
}

/// JSON to a value.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(Failure::input)
}

/// A value to JSON.
pub(crate) fn written<T: Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(Failure::input)
}
