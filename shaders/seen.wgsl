// What a loss looks at, from the arrays of the mini-batch; needs `targets`, `errors`,
// `gradient_norms` and `statistics` with the selection.

fn look(k: u32) -> Seen {
    let label = select(u32(targets[k]), 0u, batch.task == REGRESSION);
    let entry = select(0u, label, batch.entries > 1u);
    let g = gradient_norms[entry * batch.examples + k];
    let error = errors[k];
    let key = hardness(error);
    let last = statistics.last_kept;
    let kept = key > statistics.threshold || (key == statistics.threshold && k <= last);
    return Seen(error, label, g, statistics.beta[bin(g, batch.bins)], kept);
}
