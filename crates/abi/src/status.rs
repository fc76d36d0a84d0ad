//! How a call ended.

use alloc::vec::Vec;

/// How a call ended. The numbers are part of the interface: none changes, new ones come at the end.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is done, and the answer holds what it gave.
    Ok = 0,
    /// The handle was never given out, or is dropped, or names another kind of thing.
    Handle = 1,
    /// A pointer is null, not aligned or outside the memory, or a length is greater than any memory.
    Pointer = 2,
    /// The bytes are not what they should be; the answer holds the reason.
    Input = 3,
    /// The document breaks rules; the answer holds all violations.
    Violations = 4,
    /// There is no memory for a buffer of this length, or no handle is left.
    Memory = 5,
    /// The engine has panicked, which only a bug can cause. Drop the directory: it may be half changed.
    Panic = 6,
}

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is; never [`Status::Ok`].
    pub status: Status,
    /// What to say about it: a text, or JSON under [`Status::Violations`].
    pub text: Vec<u8>,
}

impl Failure {
    pub(crate) fn new(status: Status, text: impl core::fmt::Display) -> Self {
        Self { status, text: alloc::format!("{text}").into_bytes() }
    }

    pub(crate) fn input(text: impl core::fmt::Display) -> Self {
        Self::new(Status::Input, text)
    }

    pub(crate) fn handle(handle: u32, kind: &str) -> Self {
        Self::new(Status::Handle, format_args!("{handle} is not the handle of {kind}"))
    }
}
