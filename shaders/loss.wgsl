// The losses, in the one shape that all of them share: an effective weight for each example.

const CROSS_ENTROPY: u32 = 0u;
const GHM_C: u32 = 1u;
const LOSSES: u32 = 2u;

// Effective weight of an example in a bin with the harmonizing weight `beta`.
fn weight(loss: u32, beta: f32) -> f32 {
    switch loss {
        case GHM_C: { return beta; }
        default: { return 1.0; }
    }
}
