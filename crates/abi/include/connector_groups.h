// The engine of connector-groups as a C library: handles and bytes. Made by cbindgen from crates/abi; do not edit:
//     UPDATE=1 cargo test -p connector-groups-abi --test header

#pragma once

#include <stddef.h>
#include <stdint.h>

// How a call ended. The numbers are part of the interface: none changes, new ones come at the end.
typedef enum CgStatus {
  // It is done, and the answer holds what it gave.
  CG_STATUS_OK = 0,
  // The handle was never given out, or is dropped, or names another kind of thing.
  CG_STATUS_HANDLE = 1,
  // A pointer is null, not aligned or outside the memory, or a length is greater than any memory.
  CG_STATUS_POINTER = 2,
  // The bytes are not what they should be; the answer holds the reason.
  CG_STATUS_INPUT = 3,
  // The document breaks rules; the answer holds all violations.
  CG_STATUS_VIOLATIONS = 4,
  // There is no memory for a buffer of this length, or no handle is left.
  CG_STATUS_MEMORY = 5,
  // The engine has panicked, which only a bug can cause. Drop the directory: it may be half changed.
  CG_STATUS_PANIC = 6,
} CgStatus;

// What a call gave.
//
// Where `handle` is not 0, `cg_drop` lets it go. For a new directory or snapshot it is that directory, and `data` is null.
// Else it keeps `data` alive: the answer, or what to say about the failure.
typedef struct CgAnswer {
  // What is to be dropped; 0 where there is nothing.
  uint32_t handle;
  // The bytes; null where there are none.
  const uint8_t *data;
  // How many bytes there are.
  size_t length;
} CgAnswer;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this interface: that of the header, where the library fits it.
uint32_t cg_version(void);

// A buffer that the caller may write to: how a host of the WebAssembly, which shares no memory with it, hands bytes over.
// 0 where there is no room.
uint32_t cg_buffer(size_t length);

// Where a buffer's bytes are; null where the handle names no buffer. They stay there until it is dropped.
uint8_t *cg_buffer_data(uint32_t buffer);

// Lets a directory, a snapshot, a buffer or an answer go. A second time is an error and nothing more.
enum CgStatus cg_drop(uint32_t handle);

// A new directory that finds ids with this hash seed; take a random one where ids come from strangers. `data` may be null
// with a length of 0 for a directory without tenants, else it is the document of a directory or of a tenant.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_directory(uint64_t hash_seed,
                           const uint8_t *data,
                           size_t length,
                           struct CgAnswer *answer);

// Applies commands, lines of the replay format, and gives a line of answer for each line that is not blank.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_apply(uint32_t directory,
                       const uint8_t *data,
                       size_t length,
                       struct CgAnswer *answer);

// What each line would do to the directory as it stands, without doing it.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_decide(uint32_t directory,
                        const uint8_t *data,
                        size_t length,
                        struct CgAnswer *answer);

// The response to a request of Microsoft Graph, both laid out as HTTP/1.1 does.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_respond(uint32_t directory,
                         const uint8_t *data,
                         size_t length,
                         struct CgAnswer *answer);

// The whole directory as JSON; no bytes are asked for.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_document(uint32_t directory,
                          const uint8_t *data,
                          size_t length,
                          struct CgAnswer *answer);

// What a command, or `{"tenant":…,"loss":{…}}`, would change for availability.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_impact(uint32_t directory,
                        const uint8_t *data,
                        size_t length,
                        struct CgAnswer *answer);

// The commands that lead to a desired state: `{"tenant":…,"desired":{…},"options":{…},"newIds":[…]}`.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_plan(uint32_t directory,
                      const uint8_t *data,
                      size_t length,
                      struct CgAnswer *answer);

// A copy of a directory under a handle of its own.
//
// # Safety
// `answer` points to an [`Answer`] that may be written.
enum CgStatus cg_snapshot(uint32_t directory, struct CgAnswer *answer);

// Makes a directory what a snapshot is, or any other directory.
enum CgStatus cg_restore(uint32_t directory, uint32_t snapshot);

// What sets a tenant apart in two directories, and the commands that lead from the one to the other: `{"tenant":…}`.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_diff(uint32_t from,
                      uint32_t to,
                      const uint8_t *data,
                      size_t length,
                      struct CgAnswer *answer);

// All that is wrong with a document, of a directory or of a tenant: `{"violations":[…]}`.
//
// # Safety
// `data` points to `length` bytes that nobody changes meanwhile; `answer` to an [`Answer`] that may be written.
enum CgStatus cg_audit(const uint8_t *data,
                       size_t length,
                       struct CgAnswer *answer);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
