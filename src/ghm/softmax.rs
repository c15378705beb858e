//! Softmax cross-entropy in the terms that all losses of classification share.

use super::{Real, sigmoid};

/// Log-odds against the true class, `ln((1 - p_t) / p_t) = ln(sum_{k != t} e^{x_k}) - x_t`, of one
/// example with at least two logits. From it follow the gradient norm `1 - p_t` and the
/// cross-entropy, precisely on both tails. A logit of -inf is a class of probability 0: the log-odds are
/// infinite where that is the true one, or where all others are; not all may be.
pub fn softmax_log_odds<T: Real>(logits: &[T], class: usize) -> T {
    let others = || {
        let all = logits.iter().enumerate();
        all.filter(move |&(k, _)| k != class).map(|(_, &x)| x)
    };
    let most = others().reduce(Real::max).unwrap_or(T::ZERO);
    if most == T::of(f64::NEG_INFINITY) {
        // Its difference from itself is NaN.
        return most - logits[class];
    }
    let mut sum = T::ZERO;
    for x in others() {
        sum += (x - most).exp();
    }
    most + sum.ln() - logits[class]
}

/// Probabilities of one example, written over `probabilities`.
pub fn softmax<T: Real>(logits: &[T], probabilities: &mut [T]) {
    let most = logits.iter().copied().reduce(Real::max).unwrap_or(T::ZERO);
    let mut sum = T::ZERO;
    for (p, &x) in probabilities.iter_mut().zip(logits) {
        *p = (x - most).exp();
        sum += *p;
    }
    for p in probabilities {
        *p = *p / sum;
    }
}

/// Gradient norm `|p_k - y_k|` of every entry of one example, written over `norms`: `1 - p_t` at the
/// true class and `p_k` elsewhere.
pub fn entry_norms<T: Real>(logits: &[T], class: usize, norms: &mut [T]) {
    softmax(logits, norms);
    norms[class] = sigmoid(softmax_log_odds(logits, class));
}
