// The losses, in the one shape that all of them share: an effective weight for each example.
// `ghm::loss` explains the formulas.

const CROSS_ENTROPY: u32 = 0u;
const CLASS_BALANCED: u32 = 1u;
const FOCAL: u32 = 2u;
const OHEM: u32 = 3u;
const GHM_C: u32 = 4u;
const LOSSES: u32 = 5u;

// What a loss looks at in an example: log-odds against its true class, the class, the harmonizing
// weight of its bin, and whether it is among the hardest.
struct Seen {
    z: f32,
    is_positive: bool,
    beta: f32,
    kept: bool,
}

// Order of the log-odds as whole numbers; a NaN comes last.
fn hardness(z: f32) -> u32 {
    let bits = bitcast<u32>(z);
    return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

// (1 - p_t)^gamma = g^gamma.
fn modulator(z: f32) -> f32 {
    return exp(-(batch.gamma * softplus(-z)));
}

fn focal_weight(z: f32) -> f32 {
    let g = sigmoid(z);
    var ratio = 1.0;
    if g > 0.0 {
        ratio = softplus(z) / g;
    }
    return modulator(z) * (1.0 + batch.gamma * sigmoid(-z) * ratio);
}

fn focal_alpha(is_positive: bool) -> f32 {
    return select(batch.alpha0, batch.alpha1, is_positive);
}

// Effective weight of an example.
fn weight(loss: u32, seen: Seen) -> f32 {
    switch loss {
        case CLASS_BALANCED: {
            return select(batch.class_weight0, batch.class_weight1, seen.is_positive);
        }
        case FOCAL: { return focal_alpha(seen.is_positive) * focal_weight(seen.z); }
        case OHEM: { return select(0.0, 1.0, seen.kept); }
        case GHM_C: { return seen.beta; }
        default: { return 1.0; }
    }
}

// The loss of an example with that weight.
fn loss_value(loss: u32, seen: Seen, w: f32) -> f32 {
    if loss == FOCAL {
        return focal_alpha(seen.is_positive) * modulator(seen.z) * softplus(seen.z);
    }
    return w * softplus(seen.z);
}
