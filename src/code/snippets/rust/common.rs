// --- log-odds
/// Logistic function.
fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// `ln(1 + e^z)`: the cross-entropy by the log-odds against the true class.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

// --- softmax
/// Log-odds against the true class and the gradient `p_k - y_k` of its cross-entropy.
fn softmax(logits: &[f64], target: usize) -> (f64, Vec<f64>) {
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = logits.iter().map(|x| (x - largest).exp()).collect();
    let all: f64 = powers.iter().sum();
    let others: f64 = (powers.iter().enumerate())
        .filter(|(k, _)| *k != target)
        .map(|(_, power)| power)
        .sum();
    let z = others.ln() + largest - logits[target];
    let gradient = powers.iter().enumerate();
    let gradient = gradient.map(|(k, power)| match k == target {
        true => -sigmoid(z),
        false => power / all,
    });
    (z, gradient.collect())
}

// --- density
/// Harmonizing weights beta = N / GD(g) by unit regions, with a moving average over mini-batches. It is
/// the state to save with the model.
///
/// Conventions: "corrected" (bias-corrected average, divided by the bins that are hit), "paper" (from zero,
/// M bins), "mmdetection" (from zero, empty bins keep their value, bins that are hit), "keras" (from zero,
/// 1 / average), "per-bin" (as mmdetection, bias-corrected for each bin by itself). During the first `warm_up`
/// mini-batches all weights are 1, and the average goes on already.
#[derive(Clone, Debug)]
pub struct GradientDensity {
    pub momentum: f64,
    pub convention: &'static str,
    pub average: Vec<f64>,
    /// Weight that the zero start still has in each bin.
    pub start: Vec<f64>,
    pub warm_up: u64,
    /// Mini-batches so far, up to `warm_up`.
    pub steps: u64,
}

impl GradientDensity {
    pub fn new(bins: usize, momentum: f64, convention: &'static str, warm_up: u64) -> Self {
        Self {
            momentum,
            convention,
            average: vec![0.0; bins],
            start: vec![1.0; bins],
            warm_up,
            steps: 0,
        }
    }

    /// Takes in the norms of a mini-batch, without those of ignored examples; the weight of every bin. A NaN
    /// is in no bin, and a mini-batch without norms says nothing about the density.
    pub fn update(&mut self, norms: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut counts = vec![0_u64; self.average.len()];
        for g in norms.filter(|g| !g.is_nan()) {
            counts[self.bin(g)] += 1;
        }
        let is_warm = self.steps < self.warm_up;
        self.steps = (self.steps + 1).min(self.warm_up);
        let total = counts.iter().sum::<u64>() as f64;
        if total == 0.0 {
            return vec![0.0; counts.len()];
        }
        let hit = counts.iter().filter(|&&count| count > 0).count() as f64;
        let factor = match self.convention {
            "paper" => counts.len() as f64,
            "keras" => 1.0,
            _ => hit,
        };
        let corrects = matches!(self.convention, "corrected" | "per-bin");
        let holds = matches!(self.convention, "mmdetection" | "per-bin");
        let weight = |((average, start), count): ((&mut f64, &mut f64), u64)| {
            if count > 0 || !holds {
                *average = self.momentum * *average + (1.0 - self.momentum) * count as f64;
                *start *= self.momentum;
            }
            let filled = if corrects && *start < 1.0 { 1.0 - *start } else { 1.0 };
            let density = *average / filled * factor;
            if is_warm {
                1.0
            } else if density > 1e-30 {
                total / density
            } else {
                0.0
            }
        };
        let bins = self.average.iter_mut().zip(&mut self.start);
        bins.zip(counts).map(weight).collect()
    }

    pub fn bin(&self, g: f64) -> usize {
        ((g * self.average.len() as f64) as usize).min(self.average.len() - 1)
    }
}

// --- mean
/// Mean of the weighted losses of valid examples, and what each gradient is multiplied by.
fn mean(losses: &[f64], weights: &[f64], valid: &[bool]) -> (f64, Vec<f64>) {
    let n = valid.iter().filter(|&&valid| valid).count().max(1) as f64;
    let of_valid = losses.iter().zip(valid).filter(|(_, valid)| **valid);
    let loss = of_valid.map(|(loss, _)| loss).sum::<f64>() / n;
    let factor = |(weight, valid): (&f64, &bool)| if *valid { weight / n } else { 0.0 };
    (loss, weights.iter().zip(valid).map(factor).collect())
}

// --- scaled
/// Each gradient times its factor.
fn scaled(gradient: impl IntoIterator<Item = f64>, factors: &[f64]) -> Vec<f64> {
    let each = gradient.into_iter().zip(factors);
    each.map(|(of, factor)| of * factor).collect()
}

// --- weighted: log-odds mean
/// The weighted cross-entropy by log-odds, and what each gradient is multiplied by.
fn weighted(z: &[f64], weights: &[f64], valid: &[bool]) -> (f64, Vec<f64>) {
    let losses: Vec<f64> = z
        .iter()
        .zip(weights)
        .map(|(&z, weight)| weight * softplus(z))
        .collect();
    mean(&losses, weights, valid)
}

// --- class-weights
/// Weights of classes with so many examples, N / (K n_k), or by the effective number of examples
/// (1 - b^n_k) / (1 - b); the mean over the examples is 1. A class without examples weighs 0.
pub fn class_weights(counts: &[usize]) -> Vec<f64> {
    let balance = "inverse";
    let effective_beta: f64 = 0.999;
    let raw = |&n: &usize| match balance {
        _ if n == 0 => 0.0,
        "effective" => (1.0 - effective_beta) / (1.0 - effective_beta.powf(n as f64)),
        _ => 1.0 / n as f64,
    };
    let raw: Vec<f64> = counts.iter().map(raw).collect();
    let all: usize = counts.iter().sum();
    let of_all = raw.iter().zip(counts).map(|(weight, &n)| weight * n as f64);
    let total = of_all.sum::<f64>().max(f64::MIN_POSITIVE);
    raw.iter()
        .map(|weight| weight * all as f64 / total)
        .collect()
}

// --- focal-weight: log-odds
/// Value and effective weight of the focal loss -(1 - p_t)^gamma ln p_t by the log-odds z: its gradient is
/// that of the cross-entropy times the weight.
fn focal_weight(z: f64, gamma: f64) -> (f64, f64) {
    let g = sigmoid(z);
    let modulator = g.powf(gamma);
    let ratio = if g > 0.0 { softplus(z) / g } else { 1.0 };
    (
        modulator * softplus(z),
        modulator * (1.0 + gamma * sigmoid(-z) * ratio),
    )
}

// --- hardest
/// 1 for the ceil(keep * N) valid examples of highest error, 0 for the others; NaN is the highest.
fn hardest(errors: &[f64], valid: &[bool]) -> Vec<f64> {
    let keep = 0.25;
    let mut order: Vec<usize> = (0..errors.len()).filter(|&i| valid[i]).collect();
    let error = |i: usize| match errors[i].is_nan() {
        true => f64::INFINITY,
        false => errors[i],
    };
    order.sort_by(|&a, &b| error(b).total_cmp(&error(a)));
    let kept = (keep * order.len() as f64 * (1.0 - 1e-12)).ceil().max(1.0) as usize;
    let mut weights = vec![0.0; errors.len()];
    for &i in order.iter().take(kept) {
        weights[i] = 1.0;
    }
    weights
}

// --- new
/// The state before the first mini-batch.
pub fn density() -> GradientDensity {
    let bins = 30;
    let momentum = 0.75;
    let convention = "per-bin";
    let warm_up = 0;
    GradientDensity::new(bins, momentum, convention, warm_up)
}
