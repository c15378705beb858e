#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ghm_lab_fuzz::safetensors(bytes));
