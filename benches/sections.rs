//! Every section under criterion, which tells how sure a figure is; `compare` measures the same side by side.
//!
//! ```text
//! cargo bench --bench sections [-- --quick] [FILTER]
//! ```
//!
//! A filter begins with a section: `bulk`, `snapshot`, `single`, `load`, `impact` or `reads`.

fn main() {
    connector_groups_benches::cases::criterion::main();
}
