// The losses, in the one shape that all of them share: a reformulated gradient norm for each example.
// `ghm::loss` explains the formulas.

const CLASS_BALANCED: u32 = 1u;
const FOCAL: u32 = 2u;
const OHEM: u32 = 3u;
const GHM_C: u32 = 4u;
const L1: u32 = 5u;
const SMOOTH_L1: u32 = 6u;
const ASL1: u32 = 7u;
const GHM_R: u32 = 8u;
// Losses that a task has at most, and those of the tasks of classification.
const LOSSES: u32 = 5u;
const MAX_CLASSES: u32 = 5u;

// What a loss looks at in an example: log-odds against its true class or difference from the target,
// the class, its gradient norm, the harmonizing weight of its bin, and whether it is among the
// hardest.
struct Seen {
    error: f32,
    label: u32,
    g: f32,
    beta: f32,
    kept: bool,
}

// Order of the log-odds as whole numbers; a NaN comes last.
fn hardness(error: f32) -> u32 {
    let bits = bitcast<u32>(error);
    return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn class_weight(label: u32) -> f32 {
    switch label {
        case 0u: { return batch.class_weight0; }
        case 1u: { return batch.class_weight1; }
        case 2u: { return batch.class_weight2; }
        case 3u: { return batch.class_weight3; }
        default: { return batch.class_weight4; }
    }
}

fn focal_alpha(label: u32) -> f32 {
    return select(batch.alpha1, batch.alpha0, label == 0u);
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

// Effective weight of an example under a loss of classification.
fn weight(loss: u32, seen: Seen) -> f32 {
    switch loss {
        case CLASS_BALANCED: { return class_weight(seen.label); }
        case FOCAL: { return focal_alpha(seen.label) * focal_weight(seen.error); }
        case OHEM: { return select(0.0, 1.0, seen.kept); }
        case GHM_C, GHM_R: { return seen.beta; }
        default: { return 1.0; }
    }
}

// Reformulated gradient norm.
fn norm(loss: u32, seen: Seen) -> f32 {
    let size = abs(seen.error);
    switch loss {
        case L1: { return select(0.0, 1.0, size > 0.0); }
        case SMOOTH_L1: { return select(size / batch.delta, 1.0, size > batch.delta); }
        default: { return weight(loss, seen) * seen.g; }
    }
}

// The loss of an example.
fn loss_value(loss: u32, seen: Seen) -> f32 {
    let error = seen.error;
    switch loss {
        case L1: { return abs(error); }
        case SMOOTH_L1: { return smooth_l1(error); }
        case ASL1: { return asl1(error); }
        case GHM_R: { return seen.beta * asl1(error); }
        case FOCAL: { return focal_alpha(seen.label) * modulator(error) * softplus(error); }
        default: { return weight(loss, seen) * softplus(error); }
    }
}
