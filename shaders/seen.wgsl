// What a loss looks at, from the arrays of the mini-batch; needs `statistics` with the selection.

fn look(logit: f32, label: f32, beta: f32, k: u32) -> Seen {
    let z = logit * direction(label);
    let key = hardness(z);
    let last = statistics.last_kept;
    let kept = key > statistics.threshold || (key == statistics.threshold && k <= last);
    return Seen(z, label > 0.5, beta, kept);
}
