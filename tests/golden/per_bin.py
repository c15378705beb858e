"""Writes ghm_c_per_bin.json: GHM-C under the convention per-bin, in float64, by its definition.

The average of a bin is corrected by how many mini-batches have hit it, S_j / (1 - momentum^t_j). Examples of some
mini-batches are easy alone, so that bins are hit late, rarely or never. python tests/golden/per_bin.py
"""

import json
import pathlib

import numpy as np


def case(name, bins, momentum, batches):
    random = np.random.default_rng(len(name))
    average, updates = np.zeros(bins), np.zeros(bins, int)
    found = []
    for batch in range(batches):
        n = 120
        # Of the mini-batches every third has hard examples, too.
        spread = 6.0 if batch % 3 == 2 else 1.0
        logits = random.normal(-3.0, 1.0, n) + spread * np.abs(random.normal(0.0, 0.5, n))
        logits = logits.astype(np.float32).astype(float)
        targets = (random.random(n) < 0.05).astype(float)
        valid = (random.random(n) < 0.9).astype(int)
        p = 1 / (1 + np.exp(-logits))
        g = np.abs(p - targets)
        place = np.minimum((g * bins).astype(int), bins - 1)
        counts = np.array([np.sum((place == j) & (valid == 1)) for j in range(bins)])
        hit = counts > 0
        for j in range(bins):
            if hit[j]:
                average[j] = momentum * average[j] + (1 - momentum) * counts[j]
                updates[j] += 1
        total = valid.sum()
        density = np.array(
            [average[j] / (1 - momentum ** updates[j]) * hit.sum() if updates[j] else 0.0 for j in range(bins)]
        )
        weights = np.where(valid == 1, total / np.where(density > 0, density, 1)[place], 0.0)
        ce = np.log1p(np.exp(-np.abs(logits))) + np.maximum(logits, 0) - logits * targets
        found.append(
            {
                "logits": logits.tolist(),
                "targets": targets.tolist(),
                "valid": valid.tolist(),
                "g": g.tolist(),
                "counts": counts.tolist(),
                "acc_sum": average.tolist(),
                "valid_bins": int(hit.sum()),
                "weights": weights.tolist(),
                "loss": float(np.sum(weights * ce) / total),
                "dloss_dlogit": (weights * (p - targets) / total).tolist(),
            }
        )
    reference = "definition, NumPy, float64"
    common = {"name": name, "reference": reference, "convention": "per-bin", "bins": bins, "momentum": momentum}
    return {**common, "classes": 1, "batches": found}


cases = [
    case("momentum 0.75, 30 bins", 30, 0.75, 7),
    case("momentum 0.99, 10 bins", 10, 0.99, 7),
    case("no momentum, 256 bins", 256, 0.0, 3),
]
here = pathlib.Path(__file__).parent
(here / "ghm_c_per_bin.json").write_text(json.dumps({"cases": cases}) + "\n")
