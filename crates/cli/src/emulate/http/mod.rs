//! HTTP, with or without TLS or through a proxy: connections, whose hosts are answered for, and the form of answers.
//! Nothing here knows what the emulator emulates.

pub(crate) mod answer;
pub(crate) mod connection;
pub(crate) mod host;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod tls;
