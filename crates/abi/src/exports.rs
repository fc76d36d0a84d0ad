//! The functions that other languages call. All `unsafe` of this project is here.
//!
//! What a pointer points to is the caller's word: a C library cannot check it. All else is checked: handles, null, alignment,
//! lengths beyond any memory, and in WebAssembly, where the memory's size is known, that the bytes lie within.

#![allow(unsafe_code, reason = "functions for other languages take pointers, and keep their names")]

use alloc::vec::Vec;
use core::panic::AssertUnwindSafe;
use core::{ptr, slice};
use std::panic::catch_unwind;

use crate::{
    engine,
    handles::{self, Given, Question},
    status::{Failure, Status},
};

/// What a call gave.
///
/// Where `handle` is not 0, `cg_drop` lets it go. For a new directory or snapshot it is that directory, and `data` is null.
/// Else it keeps `data` alive: the answer, or what to say about the failure.
#[repr(C)]
#[derive(Debug)]
pub struct Answer {
    /// What is to be dropped; 0 where there is nothing.
    pub handle: u32,
    /// The bytes; null where there are none.
    pub data: *const u8,
    /// How many bytes there are.
    pub length: usize,
}

/// The version of this interface. It changes where a function or an answer changes in a way that callers must know of.
pub const VERSION: u32 = 1;

/// The version of this interface: that of the header, where the library fits it.
#[unsafe(no_mangle)] // The name is this project's own: nothing else in a process has it.
pub extern "C" fn cg_version() -> u32 {
    VERSION
}

/// A buffer that the caller may write to: how a host of the WebAssembly, which shares no memory with it, hands bytes over.
/// 0 where there is no room.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn cg_buffer(length: usize) -> u32 {
    handles::buffer(length).unwrap_or(0)
}

/// Where a buffer's bytes are; null where the handle names no buffer. They stay there until it is dropped.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn cg_buffer_data(buffer: u32) -> *mut u8 {
    handles::handles().bytes(buffer).map_or(ptr::null_mut(), Vec::as_mut_ptr)
}

/// Lets a directory, a snapshot, a buffer or an answer go. A second time is an error and nothing more.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn cg_drop(handle: u32) -> Status {
    // What is dropped may be a directory of a million things: not while others wait for the table.
    match handles::handles().take(handle) {
        Some(thing) => {
            drop(thing);
            Status::Ok
        }
        None => Status::Handle,
    }
}

/// A new directory that finds ids with this hash seed; take a random one where ids come from strangers. `data` may be null
/// with a length of 0 for a directory without tenants, else it is the document of a directory or of a tenant.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_directory(hash_seed: u64, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| engine::directory(bytes, hash_seed).map(Given::Directory)) }
}

/// Applies commands, lines of the replay format, and gives a line of answer for each line that is not blank.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_apply(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Apply, directory, bytes)) }
}

/// What each line would do to the directory as it stands, without doing it.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_decide(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Decide, directory, bytes)) }
}

/// The response to a request of Microsoft Graph, both laid out as HTTP/1.1 does.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_respond(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Respond, directory, bytes)) }
}

/// The whole directory as JSON; no bytes are asked for.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_document(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Document, directory, bytes)) }
}

/// What a command, or `{"tenant":…,"loss":{…}}`, would change for availability.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_impact(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Impact, directory, bytes)) }
}

/// The commands that lead to a desired state: `{"tenant":…,"desired":{…},"options":{…},"newIds":[…]}`.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_plan(directory: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::ask(Question::Plan, directory, bytes)) }
}

/// A copy of a directory under a handle of its own.
///
/// # Safety
/// `answer` points to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_snapshot(directory: u32, answer: *mut Answer) -> Status {
    // SAFETY: no bytes are read; the rest is what this function asks of its caller.
    unsafe { answered(ptr::null(), 0, answer, |_| handles::snapshot(directory)) }
}

/// Makes a directory what a snapshot is, or any other directory.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn cg_restore(directory: u32, snapshot: u32) -> Status {
    let restored = guarded(|| handles::restore(directory, snapshot));
    restored.map_or_else(|failure| failure.status, |_| Status::Ok)
}

/// What sets a tenant apart in two directories, and the commands that lead from the one to the other: `{"tenant":…}`.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_diff(from: u32, to: u32, data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| handles::diff(from, to, bytes)) }
}

/// All that is wrong with a document, of a directory or of a tenant: `{"violations":[…]}`.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
#[unsafe(no_mangle)] // As above.
pub unsafe extern "C" fn cg_audit(data: *const u8, length: usize, answer: *mut Answer) -> Status {
    // SAFETY: what this function asks of its caller is what that one asks.
    unsafe { answered(data, length, answer, |bytes| engine::audit(bytes).map(Given::Bytes)) }
}

/// Reads the bytes, asks, and writes the answer.
///
/// # Safety
/// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
unsafe fn answered(
    data: *const u8,
    length: usize,
    answer: *mut Answer,
    ask: impl FnOnce(&[u8]) -> Result<Given, Failure>,
) -> Status {
    if !is_within(answer.cast(), size_of::<Answer>()) || !answer.is_aligned() {
        return Status::Pointer;
    }
    let given = if length == 0 {
        guarded(|| ask(&[]))
    } else if is_within(data, length) {
        // SAFETY: not null, no longer than any memory, and the caller's word for the rest.
        let bytes = unsafe { slice::from_raw_parts(data, length) };
        guarded(|| ask(bytes))
    } else {
        Err(Failure::new(Status::Pointer, format_args!("there are no {length} bytes there")))
    };
    let (status, written) = kept(given);
    // SAFETY: not null and aligned, and the caller's word that it may be written.
    unsafe { answer.write(written) };
    status
}

/// Gives what was given a handle.
fn kept(given: Result<Given, Failure>) -> (Status, Answer) {
    let (status, given) = match given {
        Ok(given) => (Status::Ok, given),
        Err(failure) => (failure.status, Given::Bytes(failure.text)),
    };
    let is_nothing = matches!(&given, Given::Nothing) || matches!(&given, Given::Bytes(bytes) if bytes.is_empty());
    let mut handles = handles::handles();
    let Some(handle) = handles.keep(given) else {
        let status = if is_nothing { status } else { Status::Memory };
        return (status, Answer { handle: 0, data: ptr::null(), length: 0 });
    };
    let (data, length) = handles.bytes(handle).map_or((ptr::null(), 0), |bytes| (bytes.as_ptr(), bytes.len()));
    (status, Answer { handle, data, length })
}

/// A panic, which only a bug can cause, stops here: it must not reach a caller that knows nothing of it.
fn guarded(ask: impl FnOnce() -> Result<Given, Failure>) -> Result<Given, Failure> {
    let panicked = |_| Err(Failure::new(Status::Panic, "the engine has panicked, which is a bug"));
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(panicked)
}

/// Whether so many bytes can be there.
#[cfg(not(target_family = "wasm"))]
fn is_within(data: *const u8, length: usize) -> bool {
    // More than that no allocation has, and no slice may have.
    !data.is_null() && isize::try_from(length).is_ok()
}

/// Whether so many bytes are there: the memory begins at 0 and its size is known.
#[cfg(target_family = "wasm")]
fn is_within(data: *const u8, length: usize) -> bool {
    const PAGE_BYTES: usize = 65_536;
    let end = data.addr().checked_add(length);
    let memory = core::arch::wasm32::memory_size(0).saturating_mul(PAGE_BYTES);
    !data.is_null() && isize::try_from(length).is_ok() && end.is_some_and(|end| end <= memory)
}
