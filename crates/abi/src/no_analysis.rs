//! In place of `analysis` where it is not built in: the functions are there, and say so.

use alloc::vec::Vec;

use connector_groups::Directory;

use crate::status::Failure;

fn absent() -> Result<Vec<u8>, Failure> {
    Err(Failure::input("built without the feature `analysis`"))
}

/// Not built in.
///
/// # Errors
/// Always.
pub fn impact(_: &Directory, _: &[u8]) -> Result<Vec<u8>, Failure> {
    absent()
}

/// Not built in.
///
/// # Errors
/// Always.
pub fn plan(_: &Directory, _: &[u8]) -> Result<Vec<u8>, Failure> {
    absent()
}

/// Not built in.
///
/// # Errors
/// Always.
pub fn diff(_: &Directory, _: &Directory, _: &[u8]) -> Result<Vec<u8>, Failure> {
    absent()
}
