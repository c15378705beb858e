// Softmax of the outputs of example k, `[K, n]`, in the terms that all losses share; needs `outputs`.

// ln(sum of e^x_j over j != label) - x_label, precise on both tails.
fn softmax_log_odds(k: u32, label: u32) -> f32 {
    let n = batch.examples;
    var most = LEAST_ERROR;
    var largest = 0u;
    for (var j = 0u; j < batch.classes; j++) {
        let x = outputs[j * n + k];
        if j != label && x > most {
            most = x;
            largest = j;
        }
    }
    // The largest is e^0; the others are at most three more.
    var rest = 0.0;
    for (var j = 0u; j < batch.classes; j++) {
        if j != label && j != largest {
            rest += exp(outputs[j * n + k] - most);
        }
    }
    var log_sum = 0.0;
    if rest > 1.0 {
        log_sum = 0.6931471805599453 + ln_1p(0.5 * (rest - 1.0));
    } else {
        log_sum = ln_1p(rest);
    }
    return most + log_sum - outputs[label * n + k];
}

// The largest output, and the sum of the exponentials relative to it.
fn softmax_scale(k: u32) -> vec2<f32> {
    let n = batch.examples;
    var most = outputs[k];
    for (var j = 1u; j < batch.classes; j++) {
        let x = outputs[j * n + k];
        most = select(most, x, x > most);
    }
    var sum = 0.0;
    for (var j = 0u; j < batch.classes; j++) {
        sum += exp(outputs[j * n + k] - most);
    }
    return vec2<f32>(most, sum);
}

fn probability(k: u32, label: u32, scale: vec2<f32>) -> f32 {
    return exp(outputs[label * batch.examples + k] - scale.x) / scale.y;
}
