//! Every reader of foreign input as a function of bytes, which panics where the reader breaks a promise:
//! what was read writes back and reads again to the same, what cannot be read is one sentence that names
//! the place, and memory goes with the size of the file and not with what it claims.

mod histogram;
mod lab;
pub mod memory;
mod predictions;
pub mod sentence;
mod settings;
mod written;

pub use histogram::histogram;
pub use lab::{experiment, race};
pub use predictions::{arrow, delimited, json, npy, npz, parquet, safetensors};
pub use settings::{link, scripting};

/// Its name, and what it does with bytes.
pub type Reader = (&'static str, fn(&[u8]));

/// A reader by the name of its folder in `corpus/`.
pub const READERS: [Reader; 12] = [
    ("link", link),
    ("scripting", scripting),
    ("race", race),
    ("experiment", experiment),
    ("delimited", delimited),
    ("json", json),
    ("npy", npy),
    ("npz", npz),
    ("parquet", parquet),
    ("arrow", arrow),
    ("safetensors", safetensors),
    ("histogram", histogram),
];
