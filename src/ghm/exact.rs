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
    let mut densities = vec![0.0; gradient_norms.len()];
    let (mut low, mut high) = (0, 0);
    for &i in &order {
        let g = norm(i);
        while norm(order[low]) < g - eps / 2.0 {
            low += 1;
        }
        while high < order.len() && norm(order[high]) < g + eps / 2.0 {
            high += 1;
        }
        let length = (g + eps / 2.0).min(1.0) - (g - eps / 2.0).max(0.0);
        densities[i as usize] = (high - low) as f64 / length;
    }
    densities
}
