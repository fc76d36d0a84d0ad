//! What administrators ask for.
