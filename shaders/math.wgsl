// Functions that keep their precision on both tails, written as `ghm::gradient` writes them.

fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(e / (1.0 + e), 1.0 / (1.0 + e), x >= 0.0);
}

// As a quotient of polynomials in x^2, the best of these degrees in the relative error, which is 2e-9 before
// rounding. The builtin overflows to NaN on some devices, and (1 - e) / (1 + e) loses bits near 0.
fn stable_tanh(given: f32) -> f32 {
    let clamped = select(given, 7.9, given > 7.9);
    let x = select(clamped, -7.9, clamped < -7.9);
    let q = x * x;
    var above = -1.1923856e-13;
    above = above * q + 6.482619e-11;
    above = above * q - 2.2525072e-8;
    above = above * q + 1.1689426e-5;
    above = above * q + 3.1536387e-3;
    above = above * q + 0.13128124;
    above = above * q + 1.0;
    var below = 2.6193183e-4;
    below = below * q + 2.469185e-2;
    below = below * q + 0.46461455;
    below = below * q + 1.0;
    return x * above / below;
}

// ln(1 + e) for e in [0, 1] as 2 atanh(e / (2 + e)), whose series is within 2e-9 after eight terms.
// The builtin log is only promised to 2^-21 near 1, and tricks with (1 + e) - 1 do not survive
// compilers that reassociate.
fn ln_1p(e: f32) -> f32 {
    let s = e / (2.0 + e);
    let q = s * s;
    var series = 1.0 / 15.0;
    series = series * q + 1.0 / 13.0;
    series = series * q + 1.0 / 11.0;
    series = series * q + 1.0 / 9.0;
    series = series * q + 1.0 / 7.0;
    series = series * q + 1.0 / 5.0;
    series = series * q + 1.0 / 3.0;
    series = series * q + 1.0;
    return 2.0 * s * series;
}

// Stands for the gradient norm of an ignored example, and for its error.
const IGNORED: f32 = -1.0;
const LEAST_ERROR: f32 = -3.4028234e38;

fn is_ignored(g: f32) -> bool {
    return g < 0.0;
}

// +1 for a negative, -1 for a positive.
fn direction(label: f32) -> f32 {
    return 1.0 - label - label;
}

// ln(1 + e^z): the cross-entropy over the log-odds against the true class.
fn softplus(z: f32) -> f32 {
    return select(0.0, z, z > 0.0) + ln_1p(exp(-abs(z)));
}

// Index of the unit region that g lies in.
fn bin(g: f32, bins: u32) -> u32 {
    return min(u32(g * f32(bins)), bins - 1u);
}
