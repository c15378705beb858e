//! What several of the test programs share.

#![allow(
    dead_code,
    reason = "every test program compiles this and uses a part of it"
)]

pub mod bomb;
pub mod checksum;
pub mod formulas;
pub mod rows;
pub mod runs;
pub mod source;
pub mod twins;
