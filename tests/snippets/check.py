"""Compares code from the lab with the golden vectors: check.py FRAMEWORK FOLDER GOLDEN-FOLDER

FRAMEWORK is pytorch, keras or jax; FOLDER has a module for every loss, as `ghm-lab code` prints it. Every row that
is off by more than 1e-6 is printed; a wrong expectation must be caught, or the check itself is broken.
"""

import importlib.util
import json
import pathlib
import sys
import types

import numpy as np

TOLERANCE = 1e-6


class Torch:
    def __init__(self, module):
        import torch

        self.torch, self.module = torch, module
        torch.set_default_dtype(torch.float64)

    def array(self, values, whole=False):
        return self.torch.tensor(np.asarray(values), dtype=self.torch.int64 if whole else None)

    def function(self, name, *arguments, **settings):
        """Loss and gradient with respect to the first of the arguments."""
        x = self.array(arguments[0]).requires_grad_()
        loss = getattr(self.module, name)(x, *arguments[1:], **settings)
        loss.backward()
        return float(loss.detach()), x.grad.numpy()

    def stateful(self, name, **settings):
        part = {"ghm_c": "GHMC", "ghm_c_softmax": "GHMCSoftmax", "ghm_r": "GHMR"}[name]
        loss = getattr(self.module, part)(**settings)

        def call(x, targets, valid):
            x = self.array(x).requires_grad_()
            value = loss(x, targets, valid)
            value.backward()
            return float(value.detach()), x.grad.numpy(), loss.density.average.numpy().copy()

        return call


class Keras:
    def __init__(self, module):
        import jax
        import keras

        self.jax, self.module = jax, module
        keras.config.set_floatx("float64")

    def array(self, values, whole=False):
        return self.jax.numpy.asarray(values, dtype="int32" if whole else "float64")

    def function(self, name, x, targets, *rest, **settings):
        loss = lambda x: getattr(self.module, name)(targets, x, *rest, **settings)
        value, gradient = self.jax.value_and_grad(loss)(self.array(x))
        return float(value), np.asarray(gradient)

    def stateful(self, name, **settings):
        part = {"ghm_c": "GHMC", "ghm_c_softmax": "GHMCSoftmax", "ghm_r": "GHMR"}[name]
        loss = getattr(self.module, part)(**settings)

        def call(x, targets, valid):
            before = [np.asarray(v) for v in (loss.density.average, loss.density.start)]

            def stateless(x):
                # The state must not be changed by what jax only traces.
                variables = [v.value for v in loss.non_trainable_variables]
                value, _ = loss.stateless_call([], variables, targets, x, valid, training=True)
                return value

            gradient = self.jax.grad(stateless)(self.array(x))
            assert all(np.array_equal(a, b) for a, b in zip(before, [loss.density.average, loss.density.start]))
            value = loss(targets, self.array(x), valid, training=True)
            return float(value), np.asarray(gradient), np.asarray(loss.density.average)

        return call


class Jax:
    def __init__(self, module):
        import jax

        self.jax, self.module = jax, module

    def array(self, values, whole=False):
        return self.jax.numpy.asarray(values, dtype="int32" if whole else "float64")

    def function(self, name, x, *rest, **settings):
        loss = lambda x: getattr(self.module, name)(x, *rest, **settings)
        value, gradient = self.jax.jit(self.jax.value_and_grad(loss))(self.array(x))
        return float(value), np.asarray(gradient)

    def stateful(self, name, bins, **settings):
        state = self.module.init(bins, "float64")

        def both(x, state, targets, valid):
            state, value = getattr(self.module, name)(state, x, targets, valid, **settings)
            return value, state

        step = self.jax.jit(self.jax.value_and_grad(both, has_aux=True))

        def call(x, targets, valid):
            nonlocal state
            (value, state), gradient = step(self.array(x), state, targets, valid)
            return float(value), np.asarray(gradient), np.asarray(state["average"])

        return call


class Rows:
    """What is compared: name, what was found, what is expected, and how far it may be off beside 1e-6."""

    def __init__(self):
        self.rows = []

    def compare(self, name, got, want, absolute=1e-9):
        got, want = np.asarray(got, float).ravel(), np.asarray(want, float).ravel()
        self.rows.append((name, got, want, absolute))

    def failures(self):
        for name, got, want, absolute in self.rows:
            if got.shape != want.shape:
                yield f"{name}: {got.shape} values, {want.shape} expected"
                continue
            for index in np.flatnonzero(off(got, want, absolute))[:5]:
                yield f"{name}[{index}]: {got[index]!r}, {want[index]!r} expected"

    def missed(self):
        """Comparisons that would not catch a wrong expectation."""
        for name, got, want, absolute in self.rows:
            wrong = want.copy()
            wrong[np.argmax(np.abs(want))] *= 1.0001
            if not off(got, wrong, absolute).any():
                yield name


def off(got, want, absolute):
    return ~(np.abs(got - want) <= TOLERANCE * np.abs(want) + absolute)


def cases(folder, name):
    return json.loads((folder / f"{name}.json").read_text())["cases"]


def check(framework, folder):
    rows = Rows()
    array = framework.array
    for case in cases(folder, "cross_entropy"):
        logits, targets = np.asarray(case["logits"]), np.asarray(case["targets"])
        gradient = case["dmean_dlogit"]
        kind = case["kind"]
        if kind == "sigmoid":
            loss, found = framework.function("cross_entropy", logits, array(targets))
        else:
            logits = logits.reshape(len(targets), -1)
            targets = targets.astype(int)
            if "balanced" in kind:
                counts = np.bincount(targets, minlength=logits.shape[1]).tolist()
                arguments = [array(targets, True), counts]
                loss, found = framework.function("class_balanced_softmax", logits, *arguments)
            else:
                loss, found = framework.function("cross_entropy_softmax", logits, array(targets, True))
        rows.compare(f"cross_entropy {kind}, loss", loss, case["mean_loss"])
        rows.compare(f"cross_entropy {kind}, gradient", found, gradient)
    for case in cases(folder, "focal_sigmoid"):
        settings = {"gamma": case["gamma"], "alpha": case["alpha"]}
        loss, found = framework.function("focal", np.asarray(case["logits"]), array(case["targets"]), **settings)
        rows.compare(f"focal {settings}, loss", loss, case["mean_loss"])
        rows.compare(f"focal {settings}, gradient", found, case["dmean_dlogit"])
    for case in cases(folder, "ghm_c_sigmoid"):
        step = framework.stateful(
            "ghm_c", bins=case["bins"], momentum=case["momentum"], convention="mmdetection"
        )
        for number, batch in enumerate(case["batches"]):
            name = f"{case['name']}, batch {number}"
            loss, found, average = step(batch["logits"], array(batch["targets"]), array(batch["valid"]))
            rows.compare(f"{name}, loss", loss, batch["loss"])
            rows.compare(f"{name}, gradient", found, batch["dloss_dlogit"])
            if batch["acc_sum"] is not None:
                rows.compare(f"{name}, average", average, batch["acc_sum"])
    for case in cases(folder, "ghm_c_softmax"):
        counting = "true-class" if "true" in case["counts_over"] else "every-entry"
        step = framework.stateful(
            "ghm_c_softmax",
            bins=case["bins"],
            momentum=case["momentum"],
            convention="keras",
            counting=counting,
        )
        for number, batch in enumerate(case["batches"]):
            name = f"{case['name']}, batch {number}"
            logits = np.asarray(batch["logits"]).reshape(-1, case["classes"])
            targets = array(np.asarray(batch["targets"]).astype(int), True)
            loss, found, average = step(logits, targets, array(batch["valid"]))
            # The reference sums CE / S; here it is the mean of N / S, N being what the histogram counts.
            scale = sum(batch["counts"]) / sum(batch["valid"])
            # It clips p to [1e-7, 1 - 1e-7].
            clipped = 1e-7 * scale
            rows.compare(f"{name}, loss", loss, batch["sum_loss"] * scale, clipped * len(targets))
            rows.compare(f"{name}, gradient", found, np.asarray(batch["dsum_dlogit"]) * scale, clipped)
            rows.compare(f"{name}, average", average, batch["acc_sum"])
    for case in cases(folder, "ghm_r_asl1"):
        settings = {"mu": case["mu"], "bins": case["bins"], "momentum": case["momentum"]}
        step = framework.stateful("ghm_r", convention="mmdetection", **settings)
        for number, batch in enumerate(case["batches"]):
            name = f"{case['name']}, batch {number}"
            loss, found, average = step(batch["pred"], array(batch["target"]), array(batch["valid"]))
            rows.compare(f"{name}, loss", loss, batch["loss"])
            rows.compare(f"{name}, gradient", found, batch["dloss_dpred"])
            if batch["acc_sum"] is not None:
                rows.compare(f"{name}, average", average, batch["acc_sum"])
            valid = np.asarray(batch["valid"])
            wanted = (np.asarray(batch["asl1"]) * valid).sum() / valid.sum()
            loss, _ = framework.function(
                "asl1", batch["pred"], array(batch["target"]), array(batch["valid"]), mu=case["mu"]
            )
            rows.compare(f"{name}, asl1", loss, wanted)
    others(framework, rows)
    return rows


def others(framework, rows):
    """What the vectors do not hold, against the formulas in NumPy."""
    array = framework.array
    random = np.random.default_rng(5)
    x, y = random.normal(0, 3, 40), (random.random(40) < 0.3) * 1.0
    valid = (random.random(40) < 0.8) * 1.0
    z = np.where(y > 0, -x, x)
    ce, g = np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0), 1 / (1 + np.exp(-z))
    n = valid.sum()
    sign = np.where(y > 0, -1, 1)

    order = np.argsort(np.where(valid > 0, -ce, np.inf), kind="stable")
    kept = np.zeros(40)
    kept[order[: int(np.ceil(0.25 * n))]] = 1
    loss, found = framework.function("ohem", x, array(y), array(valid))
    rows.compare("ohem, loss", loss, (kept * ce).sum() / n)
    rows.compare("ohem, gradient", found, kept * sign * g / n)

    counts = [int((y == 0).sum()), int((y == 1).sum())]
    weight = np.where(y > 0, 40 / (2 * counts[1]), 40 / (2 * counts[0]))
    loss, found = framework.function("class_balanced", x, array(y), counts, array(valid))
    rows.compare("class-balanced, loss", loss, (weight * ce * valid).sum() / n)
    rows.compare("class-balanced, gradient", found, weight * valid * sign * g / n)

    d = x - y
    loss, found = framework.function("l1", x, array(y), array(valid))
    rows.compare("l1, loss", loss, (np.abs(d) * valid).sum() / n)
    loss, found = framework.function("smooth_l1", x, array(y), array(valid), delta=0.5)
    size = np.abs(d)
    rows.compare("smooth l1, loss", loss, (np.where(size < 0.5, size**2, size - 0.25) * valid).sum() / n)
    rows.compare("smooth l1, gradient", found, np.clip(d / 0.5, -1, 1) * valid / n)

    # Softmax of two logits 0 and x is the sigmoid of x.
    two, classes = np.stack([0 * x, x], axis=1), array(y.astype(int), True)
    for name in ["focal", "ohem"]:
        one, _ = framework.function(name, x, array(y), array(valid))
        other, _ = framework.function(f"{name}_softmax", two, classes, array(valid))
        rows.compare(f"{name}, softmax", other, one)
    for convention in ["corrected", "paper", "mmdetection", "keras", "per-bin"]:
        warm_up = 1 if convention == "per-bin" else 0
        settings = {"bins": 7, "momentum": 0.6, "convention": convention, "warm_up": warm_up}
        binary = framework.stateful("ghm_c", **settings)
        softmax = framework.stateful("ghm_c_softmax", counting="true-class", **settings)
        average, start = np.zeros(7), np.ones(7)
        for batch in range(3):
            moved = x * (1 + batch)
            z = np.where(y > 0, -moved, moved)
            g = 1 / (1 + np.exp(-z))
            bins = np.minimum((g * 7).astype(int), 6)
            counts = np.bincount(bins, valid, 7)
            updated = 0.6 * average + 0.4 * counts
            moves = counts > 0 if convention in ("mmdetection", "per-bin") else counts >= 0
            average, start = np.where(moves, updated, average), np.where(moves, 0.6 * start, start)
            factor = {"paper": 7, "keras": 1}.get(convention, (counts > 0).sum())
            corrected = convention in ("corrected", "per-bin")
            density = average * factor / (np.where(start < 1, 1 - start, 1) if corrected else 1)
            beta = np.divide(n, density, out=np.zeros(7), where=density > 0)[bins]
            if batch < warm_up:
                beta = np.ones_like(beta)
            ce = np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)
            wanted = (beta * ce * valid).sum() / n
            loss, found, kept = binary(moved, array(y), array(valid))
            rows.compare(f"{convention}, batch {batch}, loss", loss, wanted)
            rows.compare(f"{convention}, batch {batch}, gradient", found, beta * sign * g * valid / n)
            rows.compare(f"{convention}, batch {batch}, average", kept, average)
            loss, _, _ = softmax(np.stack([0 * moved, moved], axis=1), classes, array(valid))
            rows.compare(f"{convention}, batch {batch}, softmax", loss, wanted)


def main(name, path, folder):
    if name == "keras":
        import os

        os.environ["KERAS_BACKEND"] = "jax"
    if name in ("keras", "jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_platforms", "cpu")
    module = types.SimpleNamespace()
    for file in sorted(pathlib.Path(path).glob("*.py")):
        spec = importlib.util.spec_from_file_location(file.stem.replace("-", "_"), file)
        one = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(one)
        vars(module).update(vars(one))
    framework = {"pytorch": Torch, "keras": Keras, "jax": Jax}[name](module)
    folder = pathlib.Path(folder)
    rows = check(framework, folder)
    failures, missed = list(rows.failures()), list(rows.missed())
    for failure in failures:
        print(failure)
    for name in missed:
        print(f"{name}: a wrong expectation is not caught")
    print(f"{name}: {len(rows.rows)} comparisons, {len(failures)} failures")
    return 1 if failures or missed or len(rows.rows) < 100 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
