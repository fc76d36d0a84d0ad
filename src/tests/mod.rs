//! Tests of the whole engine that look inside.

mod counted_work;
