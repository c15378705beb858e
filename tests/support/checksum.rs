//! Checksums of all that is drawn from seeds, to pin it on every platform: functions and values.

use ghm_lab::data::{Dataset, Examples, Recipe, Shape, Split};

/// The recipe of [`CHECKSUMS`].
pub const RECIPE: Recipe = Recipe {
    kind: Examples::Binary {
        shape: Shape::Moons,
        positive_fraction: 0.05,
    },
    examples: 2000,
    noise: 0.12,
    flipped: 0.01,
    ignored: 0.0,
    test_share: 0.25,
    seed: 7,
};

/// What every platform must generate from [`RECIPE`] with each shape. A change here changes what
/// links show: raise the version in `Random::named` with it.
pub const CHECKSUMS: [(&str, u64); 6] = [
    ("moons", 0x2eb0_daeb_6fa8_7a95),
    ("blobs", 0xdf14_f4e3_d68b_6381),
    ("rings", 0xe1d7_cf1e_cffc_3623),
    ("spiral", 0xfb9d_b560_4ea2_dbaf),
    ("xor", 0xd037_d800_ff0f_c9bb),
    ("overlap", 0xc75b_a4b5_3cc3_a5db),
];

/// Uniform, Gaussian and integer numbers of the stream "data" of seed 7, in this order.
pub const STREAMS: [u64; 3] = [
    0x572b_e0a5_4801_27b1,
    0x519d_e625_936e_76e4,
    0x2780_b24a_eff0_f55e,
];

/// Of the first 40 mini-batches of 64 out of 1,000 examples, seed 7.
pub const ORDER: u64 = 0x0daa_aafa_71a5_7467;

/// Of the initial parameters of the default settings, seed 7.
pub const INITIAL: u64 = 0x1f32_a6b8_3c9b_51b4;

/// FNV-1a, 64 bits.
pub fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Of the bits of float32 values.
pub fn of_values(values: &[f32]) -> u64 {
    fnv1a(values.iter().flat_map(|value| value.to_le_bytes()))
}

/// Of the bits of a split's points, then one byte an example: bits 1 and 2 flipped and ignored, the class
/// in the others.
fn split_bytes(split: &Split) -> impl Iterator<Item = u8> {
    let points = split.points.iter().flatten();
    let marks = (0..split.len()).map(|i| {
        let class = split.targets[i] as u8;
        class & 1
            | u8::from(split.flipped[i]) << 1
            | u8::from(split.ignored[i]) << 2
            | class >> 1 << 3
    });
    points.flat_map(|value| value.to_le_bytes()).chain(marks)
}

/// Of the training examples, then the test examples.
pub fn of_dataset(data: &Dataset) -> u64 {
    fnv1a(split_bytes(&data.train).chain(split_bytes(&data.test)))
}
