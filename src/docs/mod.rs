//! The documents of record: what the engine promises, where its rules come from, and how both are proved.

pub mod architecture {
    #![doc = include_str!("architecture.md")]
}

pub mod conformance {
    #![doc = include_str!("conformance.md")]
}

pub mod contributing {
    #![doc = include_str!("contributing.md")]
}

pub mod emulator {
    #![doc = include_str!("emulator.md")]
}

pub mod evidence {
    #![doc = include_str!("evidence.md")]
}

pub mod glossary {
    #![doc = include_str!("glossary.md")]
}

pub mod performance {
    #![doc = include_str!("performance.md")]
}

pub mod planning {
    #![doc = include_str!("planning.md")]
}

pub mod reference {
    #![doc = include_str!("reference.md")]
}

pub mod replication {
    #![doc = include_str!("replication.md")]
}

pub mod rules {
    #![doc = include_str!("rules.md")]
}

pub mod wire {
    #![doc = include_str!("wire.md")]
}
