#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    _ = connector_groups_fuzz::request(bytes);
});
