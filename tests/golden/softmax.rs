//! GHM-C over several classes, against the keras port.

use ghm_lab::ghm::{
    Average, Convention, DensityRule, bin, density, entry_norms, histogram, sigmoid, softmax,
    softmax_log_odds, softplus,
};
use serde_json::{Value, json};

use crate::support::rows::Rows;
use crate::{cases, compare, integer, keep, numbers};

/// Feeds the batches of a softmax case through the keras convention.
fn compare_softmax(case: &Value) -> Rows {
    let mut rows = Rows::default();
    let (bins, classes) = (integer(&case["bins"]), integer(&case["classes"]));
    let momentum = case["momentum"].as_f64().expect("momentum");
    let every_entry = case["counts_over"] == "every class entry";
    let rule = DensityRule::of(Convention::Keras, momentum);
    let (mut counts, mut average) = (vec![0; bins], Average::new(bins));
    let (mut gd, mut beta) = (vec![0.0; bins], vec![0.0; bins]);
    for (b, batch) in case["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .enumerate()
    {
        let name = |field: &str| format!("{}, batch {b}, {field}", case["name"]);
        // What is ignored enters neither the histogram nor the sum.
        let valid = numbers(&batch["valid"]);
        let wanted = |field: &str| keep(&numbers(&batch[field]), &valid);
        let of_entries: Vec<f64> = (valid.iter())
            .flat_map(|&valid| std::iter::repeat_n(valid, classes))
            .collect();
        let logits = keep(&numbers(&batch["logits"]), &of_entries);
        let targets: Vec<usize> = wanted("targets").iter().map(|&t| t as usize).collect();
        let rows_of = || logits.chunks_exact(classes).zip(&targets);
        let z: Vec<f64> = rows_of().map(|(x, &t)| softmax_log_odds(x, t)).collect();
        let g: Vec<f64> = z.iter().map(|&z| sigmoid(z)).collect();
        compare(
            &mut rows,
            &name("g_true_class"),
            &g,
            &wanted("g_true_class"),
            1e-9,
        );
        let mut entries = vec![0.0; logits.len()];
        for ((x, &t), norms) in rows_of().zip(entries.chunks_exact_mut(classes)) {
            entry_norms(x, t, norms);
        }
        histogram(if every_entry { &entries } else { &g }, &mut counts);
        let as_numbers: Vec<f64> = counts.iter().map(|&c| f64::from(c)).collect();
        rows.equal(name("counts"), as_numbers, numbers(&batch["counts"]));
        density(&counts, &rule, &mut average, &mut gd, &mut beta);
        compare(
            &mut rows,
            &name("acc_sum"),
            &average.ema,
            &numbers(&batch["acc_sum"]),
            1e-9,
        );
        let densities: Vec<f64> = g.iter().map(|&g| gd[bin(g, bins)]).collect();
        compare(
            &mut rows,
            &name("density"),
            &densities,
            &wanted("density"),
            1e-9,
        );
        let losses: Vec<f64> = z
            .iter()
            .zip(&densities)
            .map(|(&z, d)| softplus(z) / d)
            .collect();
        // The reference clips p to [1e-7, 1 - 1e-7].
        for (i, (&got, want)) in losses.iter().zip(wanted("loss")).enumerate() {
            rows.within(
                name(&format!("loss[{i}]")),
                got,
                want,
                1e-6 * want.abs() + 1e-7,
            );
        }
        let gradient = keep(&numbers(&batch["dsum_dlogit"]), &of_entries);
        for (i, (x, &t)) in rows_of().enumerate() {
            let mut p = vec![0.0; classes];
            softmax(x, &mut p);
            for (k, p) in p.iter().enumerate() {
                let got = (p - f64::from(u8::from(k == t))) / densities[i];
                let want = gradient[i * classes + k];
                rows.within(name("dsum_dlogit"), got, want, 1e-6 * want.abs() + 1e-7);
            }
        }
    }
    rows
}

#[test]
fn ghm_c_over_softmax_agrees_with_keras() {
    for case in cases(include_str!("ghm_c_softmax.json")) {
        compare_softmax(&case).assert_none();
        for field in ["g_true_class", "density", "loss", "dsum_dlogit"] {
            let mut changed = case.clone();
            let valid = numbers(&case["batches"][0]["valid"]);
            let first = valid.iter().position(|&v| v == 1.0).expect("an example");
            let entries = match field {
                "dsum_dlogit" => integer(&case["classes"]),
                _ => 1,
            };
            let value = &mut changed["batches"][0][field][first * entries];
            *value = json!(value.as_f64().expect("a number") * 1.001 + 1e-5);
            assert_eq!(compare_softmax(&changed).failures().len(), 1, "{field}");
        }
    }
}
