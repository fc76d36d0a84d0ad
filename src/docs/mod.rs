//! The documents of record: what the engine promises, where its rules come from, and how both are proved.

/// A page. Where it links to another one, the file names a file, as a reader of the repository needs it; here that is a module:
/// of two definitions of a link the first counts.
macro_rules! page {
    ($name:ident) => {
        pub mod $name {
            #![doc = include_str!("links.txt")]
            #![doc = include_str!(concat!(stringify!($name), ".md"))]
        }
    };
}

page!(administration);
page!(architecture);
page!(bindings);
page!(conformance);
page!(contributing);
page!(emulator);
page!(emulator_control);
page!(evidence);
page!(glossary);
page!(performance);
page!(planning);
page!(reference);
page!(replication);
page!(rules);
page!(wire);
