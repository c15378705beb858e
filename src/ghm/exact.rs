//! Gradient density by its definition (paper, section 3.1), to hold beside the unit regions.

/// `GD(g_i) = #{k : g_i - eps/2 <= g_k < g_i + eps/2} / l(g_i)` of every example, with the valid
/// length `l(g) = min(g + eps/2, 1) - max(g - eps/2, 0)`.
///
/// `gradient_norms` are `[n]` in [0, 1], `eps` in (0, 1]; `1 / eps` stands for the number of bins. By
/// sorting, O(n log n). A norm of exactly 1 counts as just below, in its own window.
pub fn exact_density(gradient_norms: &[f64], eps: f64) -> Vec<f64> {
    let mut order: Vec<u32> = (0..gradient_norms.len() as u32).collect();
    let norm = |i: u32| gradient_norms[i as usize];
    order.sort_unstable_by(|&a, &b| norm(a).total_cmp(&norm(b)));
    let ascending = |place: usize| order.get(place).map(|&i| norm(i));
    let mut window = Window::new(eps);
    let mut densities = vec![0.0; gradient_norms.len()];
    for &i in &order {
        densities[i as usize] = window.density(norm(i), ascending);
    }
    densities
}

/// The window around one gradient norm after the other, in ascending order.
pub struct Window {
    eps: f64,
    low: usize,
    high: usize,
}

impl Window {
    /// Before the first one.
    pub fn new(eps: f64) -> Self {
        Self {
            eps,
            low: 0,
            high: 0,
        }
    }

    /// The density at `g`, which is not below the one before; `ascending` are all gradient norms by their place.
    pub fn density(&mut self, g: f64, ascending: impl Fn(usize) -> Option<f64>) -> f64 {
        let half = self.eps / 2.0;
        while ascending(self.low).is_some_and(|norm| norm < g - half) {
            self.low += 1;
        }
        while ascending(self.high).is_some_and(|norm| norm < g + half) {
            self.high += 1;
        }
        let length = (g + half).min(1.0) - (g - half).max(0.0);
        (self.high - self.low) as f64 / length
    }
}
