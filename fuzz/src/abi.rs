//! The interface for other languages under calls that no caller would make.

use std::{ptr, slice};

use connector_groups_abi::{Status, exports::*};

/// Calls, each a byte for the function, one for the handle, one for a second handle and one for a length, then bytes of that
/// length. Handles are small numbers, so that most of them name something, or did. No call may crash, and an answer that is
/// said to be there can be read and dropped once.
pub fn abi(bytes: &[u8]) {
    let mut rest = bytes;
    // Handles count up for the whole process: those of this run begin here.
    let first = cg_buffer(1);
    cg_drop(first);
    let mut given = Vec::new();
    while let [function, handle, other, length, tail @ ..] = rest {
        let (data, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        let (handle, other) = (first + u32::from(*handle), first + u32::from(*other));
        let mut answer = Answer { handle: 0, data: ptr::null(), length: 0 };
        let (from, count, to) = (data.as_ptr(), data.len(), &raw mut answer);
        // SAFETY: the bytes are a slice's, the answer is a variable's.
        let status = unsafe {
            match function % 14 {
                0 => cg_directory(0, from, count, to),
                1 => cg_apply(handle, from, count, to),
                2 => cg_decide(handle, from, count, to),
                3 => cg_respond(handle, from, count, to),
                4 => cg_document(handle, from, count, to),
                5 => cg_impact(handle, from, count, to),
                6 => cg_plan(handle, from, count, to),
                7 => cg_snapshot(handle, to),
                8 => cg_restore(handle, other),
                9 => cg_diff(handle, other, from, count, to),
                10 => cg_audit(from, count, to),
                11 => cg_drop(handle),
                12 => cg_apply(handle, ptr::null(), usize::MAX, to),
                _ => {
                    let buffer = cg_buffer(count);
                    let room = cg_buffer_data(buffer);
                    if !room.is_null() {
                        ptr::copy_nonoverlapping(from, room, count);
                    }
                    given.push(buffer);
                    cg_apply(handle, room, count, to)
                }
            }
        };
        assert_ne!(status, Status::Panic);
        if answer.data.is_null() {
            given.push(answer.handle);
        } else {
            // SAFETY: it was just given, and nobody else drops it.
            let text = unsafe { slice::from_raw_parts(answer.data, answer.length) };
            assert!(matches!(function % 14, 3) || std::str::from_utf8(text).is_ok());
            assert_eq!(cg_drop(answer.handle), Status::Ok);
            assert_eq!(cg_drop(answer.handle), Status::Handle);
        }
    }
    for handle in given {
        cg_drop(handle);
    }
}
