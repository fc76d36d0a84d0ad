//! The documents of record: what the engine promises, where its rules come from, and how both are proved.

pub mod reference {
    #![doc = include_str!("reference.md")]
}

pub mod rules {
    #![doc = include_str!("rules.md")]
}

pub mod evidence {
    #![doc = include_str!("evidence.md")]
}
