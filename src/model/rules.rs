//! The switches: choices that the sources leave open, each named, each off unless a tenant turns it on.

objects! {
    /// The switches of a tenant. Both are off by default: nothing is refused that no source refuses.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct Rules {
        /// No two `applicationProxy` groups share a name, trimmed and lower-cased (I8, R-46).
        pub unique_names: bool,
        /// A connector leaves a group outside the tenant's default region only for the default group.
        pub regional_connector_moves: bool,
        ..default
    }
}
