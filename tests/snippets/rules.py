"""What the code from the lab must hold where it is used: rules.py FRAMEWORK FOLDER [SCALE [TYPE...]]

FRAMEWORK is pytorch, keras or jax; FOLDER has a module for every loss, as `ghm-lab code` prints it, and a folder
`effective` with the class-balanced ones by effective numbers. With SCALE only that many logits are tried, of
TYPE or of float32 and of half precision, against NumPy in float64. Every rule that does not hold is printed.
"""

import importlib.util
import math
import os
import pathlib
import sys
import traceback

import numpy as np

# One row an example: values, the other two logits are made of them. Four and three are valid in the halves.
X = np.array([2, -1.5, 0.3, 4, 0.1, -0.2, 0.7, -3, 0.5, -1], np.float32)
TARGETS = {
    "binary": np.array([1, 0, 1, 0, 1, 1, 0, 0, 0, 1], np.float32),
    "classes": np.array([1, 0, 2, 0, 1, 1, 0, 2, 0, 2], np.int32),
    "regression": np.array([0.5, -1, 0, 3, 1, 0.25, 0.5, -3, 0, 2], np.float32),
}
VALID = np.array([1, 1, 1, 1, 0, 1, 1, 1, 0, 0], np.float32)
IGNORED = VALID == 0
CONVENTIONS = ["corrected", "paper", "mmdetection", "keras", "per-bin"]
CLASSES = {"ghm_c": "GHMC", "ghm_c_softmax": "GHMCSoftmax", "ghm_r": "GHMR"}


def inputs(task, x):
    x = np.array(x, np.float32)
    return np.stack([x, 0.5 - x, 0.25 * x], axis=1) if task == "classes" else x


class Case:
    """A loss under its settings: of what task, in which module, and what is given beside the examples."""

    def __init__(self, task, file, name, folder=".", **settings):
        self.task, self.file, self.name, self.folder, self.settings = task, file, name, folder, settings
        self.counts = [5, 3, 2] if task == "classes" else [5, 3]
        self.arguments = [self.counts] if "class_balanced" in name else []
        self.stateful = name in CLASSES
        options = [folder] * (folder != ".") + [str(value) for value in settings.values()]
        self.label = ", ".join([name, *options])
        # The conventions differ in what becomes of the counts, and not in what is counted.
        self.is_usual = settings.get("convention", "per-bin") == "per-bin"


def average(state):
    """The average in a state, which is start and average by bin, and steps."""
    bins = len(state) // 2
    return state[bins : 2 * bins]


def cases():
    for task, end in [("binary", ""), ("classes", "_softmax")]:
        yield Case(task, f"ce-{task}", f"cross_entropy{end}")
        yield Case(task, f"class-balanced-{task}", f"class_balanced{end}")
        yield Case(task, f"class-balanced-{task}", f"class_balanced{end}", "effective")
        yield Case(task, f"focal-{task}", f"focal{end}")
        yield Case(task, f"focal-{task}", f"focal{end}", gamma=0.5, alpha=None)
        yield Case(task, f"ohem-{task}", f"ohem{end}")
        for convention in CONVENTIONS:
            for counting in [{}, {"counting": "every-entry"}][: 1 + (task == "classes")]:
                yield Case(task, f"ghm-c-{task}", f"ghm_c{end}", convention=convention, **counting)
    for name in ["l1", "smooth_l1", "asl1"]:
        yield Case("regression", f"{name.replace('_', '-')}-regression", name)
    for convention in CONVENTIONS:
        yield Case("regression", "ghm-r-regression", "ghm_r", convention=convention)


class Torch:
    def __init__(self):
        import torch

        self.torch = torch

    def array(self, values, dtype=None):
        return self.torch.tensor(values, dtype=dtype and getattr(self.torch, dtype))

    def values(self, array):
        return array.detach().double().numpy()

    def loss(self, module, case, **settings):
        if not case.stateful:
            return lambda *arguments, **more: getattr(module, case.name)(*arguments, **case.settings, **more)
        return getattr(module, CLASSES[case.name])(**case.settings, **settings)

    def state(self, loss):
        of = loss.density
        return np.concatenate([self.values(of.start), self.values(of.average), [float(of.steps)]])

    def step(self, loss, case, x, targets, dtype, training, **more):
        x = self.array(x, dtype).requires_grad_()
        if case.stateful:
            loss.train(training)
        value = loss(x, targets, *case.arguments, **more)
        value.backward()
        return float(value.detach()), self.values(x.grad)


class Keras:
    def __init__(self):
        import keras

        self.keras, self.ops = keras, keras.ops

    def array(self, values, dtype=None):
        return self.ops.convert_to_tensor(values, dtype=dtype)

    def values(self, array):
        return self.ops.convert_to_numpy(self.ops.cast(array, "float32")).astype(float)

    def loss(self, module, case, **settings):
        if not case.stateful:
            return lambda *arguments, **more: getattr(module, case.name)(*arguments, **case.settings, **more)
        return getattr(module, CLASSES[case.name])(**case.settings, **settings)

    def state(self, loss):
        of = loss.density
        return np.concatenate([self.values(of.start), self.values(of.average), [float(of.steps)]])

    def step(self, loss, case, x, targets, dtype, training, **more):
        x = self.array(x, dtype)
        if case.stateful:
            more["training"] = training
        if self.keras.backend.backend() == "torch":
            x = x.detach().requires_grad_()
            value = loss(targets, x, *case.arguments, **more)
            value.backward()
            return float(value.detach()), self.values(x.grad)
        if self.keras.backend.backend() == "tensorflow":
            import tensorflow

            with tensorflow.GradientTape() as tape:
                tape.watch(x)
                value = loss(targets, x, *case.arguments, **more)
            return float(value), self.values(tape.gradient(value, x))
        import jax

        def call(x):
            if not case.stateful:
                return loss(targets, x, *case.arguments, **more), None
            variables = [v.value for v in loss.non_trainable_variables]
            return loss.stateless_call([], variables, targets, x, **more)

        (value, variables), gradient = jax.value_and_grad(call, has_aux=True)(x)
        for variable, new in zip(loss.non_trainable_variables if case.stateful else [], variables or []):
            variable.assign(new)
        return float(value), self.values(gradient)


class Jax:
    def __init__(self):
        import jax

        self.jax, self.np = jax, jax.numpy

    def array(self, values, dtype=None):
        return self.np.asarray(values, dtype)

    def values(self, array):
        return np.asarray(array.astype("float32"), float)

    def loss(self, module, case, **settings):
        loss = {"call": getattr(module, case.name), "settings": dict(case.settings)}
        if case.stateful:
            init = getattr(module, "init_regression" if case.name == "ghm_r" else "init")
            bins = [settings.pop("bins")] if "bins" in settings else []
            loss["state"] = init(*bins)
        loss["settings"].update(settings)
        return loss

    def state(self, loss):
        of = loss["state"]
        return np.concatenate([self.values(of["start"]), self.values(of["average"]), [float(of["steps"])]])

    def step(self, loss, case, x, targets, dtype, training, **more):
        def call(x):
            if not case.stateful:
                return loss["call"](x, targets, *case.arguments, **loss["settings"], **more), None
            state, value = loss["call"](loss["state"], x, targets, **loss["settings"], **more)
            return value, state

        (value, state), gradient = self.jax.value_and_grad(call, has_aux=True)(self.array(x, dtype))
        if case.stateful and training:
            loss["state"] = state
        return float(value), self.values(gradient)


class Rules:
    def __init__(self, framework, folder):
        self.framework, self.folder = framework, pathlib.Path(folder)
        self.wrong, self.held = [], 0
        self.modules = {}

    def module(self, case):
        path = self.folder / case.folder / f"{case.file}.py"
        if path not in self.modules:
            spec = importlib.util.spec_from_file_location(f"snippet{len(self.modules)}", path)
            self.modules[path] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.modules[path])
        return self.modules[path]

    def loss(self, case, **settings):
        return self.framework.loss(self.module(case), case, **settings)

    def state(self, case, loss):
        return self.framework.state(loss) if case.stateful else np.zeros(0)

    def step(self, case, x=None, targets=None, loss=None, dtype="float32", training=True, valid=VALID, **more):
        """Loss, gradient and state after a mini-batch, of a new loss unless one is given."""
        loss = self.loss(case) if loss is None else loss
        x = inputs(case.task, X) if x is None else x
        targets = self.framework.array(TARGETS[case.task] if targets is None else targets)
        if valid is not None:
            more["valid"] = self.framework.array(valid)
        value, gradient = self.framework.step(loss, case, x, targets, dtype, training, **more)
        return value, gradient, self.state(case, loss)

    def hold(self, name, holds, *seen):
        self.held += 1
        if not holds:
            self.wrong.append(f"{name}: {', '.join(str(of) for of in seen)}")

    def same(self, name, got, want, relative=0.0):
        for got, want in zip(got, want):
            close = np.allclose(got, want, rtol=relative, atol=0, equal_nan=False)
            self.hold(name, close, got, f"not {want}")

    def ignored(self, case):
        """NaN and infinities of what is ignored change neither loss, gradient nor state."""
        want = self.step(case)
        self.hold("a loss", np.isfinite(want[0]) and want[0] > 0, want[0])
        self.hold("no gradient of what is ignored", not want[1][IGNORED].any(), want[1][IGNORED])
        x, targets = inputs(case.task, X), TARGETS[case.task].copy()
        x[IGNORED] = inputs(case.task, [np.nan, np.inf, -np.inf])
        targets[IGNORED] = [np.inf, np.nan, 0] if case.task == "regression" else [-1, -100, 255]
        self.same("NaN and infinities ignored", self.step(case, x, targets, valid=VALID > 0), want)
        if case.task == "regression":
            return
        for label in [-1, -100, 255]:
            targets[IGNORED] = label
            by_index = self.step(case, x, targets, valid=None, ignore_index=label)
            self.same(f"{label} ignored by ignore_index", by_index, want)
        small = self.step(case, x, targets.astype(np.uint8), valid=None, ignore_index=255)
        self.same("targets of one byte", small, want)
        self.same("one byte ignored by valid", self.step(case, x, targets.astype(np.uint8)), want)
        # The first is ignored by its target alone, the second by both, the third by valid alone.
        valid = VALID.copy()
        valid[IGNORED], targets[IGNORED] = [1, 0, 0], [255, 255, 0]
        both = self.step(case, x, targets, valid=valid, ignore_index=255)
        self.same("ignored by ignore_index beside valid", both, want)

    def nan(self, case):
        """NaN in a valid example is NaN, not an error; the state stays finite."""
        x = inputs(case.task, X)
        x[2] = np.nan
        value, _, state = self.step(case, x)
        self.hold("NaN of a valid example", np.isnan(value), value)
        self.hold("state after NaN", np.isfinite(state).all(), state)
        # One of the seven valid examples is in no bin.
        self.same("hits beside NaN", [average(state).sum()], [average(self.step(case)[2]).sum() * 6 / 7], 1e-6)

    def empty(self, case):
        """Without valid examples the loss is 0, with a gradient of 0, and the state stays."""
        loss = self.loss(case)
        for moved in [False, True][: 1 + case.stateful]:
            if moved:
                self.step(case, loss=loss)
            before = self.state(case, loss)
            x = np.full_like(inputs(case.task, X), np.nan)
            value, gradient, state = self.step(case, x, loss=loss, valid=np.zeros_like(VALID))
            self.hold("loss without valid examples", value == 0, value)
            self.hold("gradient without valid examples", not gradient.any(), gradient)
            self.same("state without valid examples", [state], [before])
        value, _, _ = self.step(case, inputs(case.task, X[:0]), TARGETS[case.task][:0], valid=None)
        self.hold("loss without examples", value == 0, value)

    def evaluation(self, case):
        """Evaluation gives the loss that training would, and keeps the state."""
        if not case.stateful:
            return
        loss = self.loss(case)
        for number in range(2):
            before = self.state(case, loss)
            value, gradient, state = self.step(case, loss=loss, training=False)
            self.same("state in evaluation", [state], [before])
            self.same("loss in evaluation", [value, gradient], self.step(case, loss=loss)[:2])

    def half(self, case):
        """Logits of half precision give the loss of the same numbers in float32."""
        if not case.is_usual:
            return
        random = np.random.default_rng(3)
        x = inputs(case.task, random.normal(-2, 2, 70_000))
        targets = TARGETS[case.task][random.integers(0, len(X), 70_000)]
        for dtype in ["float16", "bfloat16"]:
            rounded = self.framework.values(self.framework.array(x, dtype))
            want, _, states = self.step(case, rounded.astype(np.float32), targets, valid=None)
            got, gradient, state = self.step(case, x, targets, dtype=dtype, valid=None)
            self.same(f"70,000 of {dtype}", [got, state], [want, states], 1e-6)
            self.hold(f"gradients of {dtype}", np.isfinite(gradient).all() and gradient.any())

    def steep(self, case):
        """Gradients are finite however sure the network is."""
        sure = np.array([0, 1e-3, 0.1, 1, 5, 20, 60, 90, 1000, 30000], np.float32)
        for x in [sure, -sure]:
            value, gradient, _ = self.step(case, inputs(case.task, x), valid=None)
            self.hold("loss of the sure", np.isfinite(value), value)
            self.hold("gradients of the sure", np.isfinite(gradient).all(), gradient)

    def shapes(self, case):
        """Targets that would be broadcast against each other are refused."""
        column = TARGETS[case.task][:, None]
        x = inputs(case.task, X)
        for of in [x] if case.task == "classes" else [x, np.stack([x, x], axis=1)]:
            try:
                value = self.step(case, of, column, valid=None)[0]
                self.hold(f"targets of another shape than {of.shape}", False, value)
            except ValueError:
                self.held += 1

    def counts(self, case):
        """Hits of a bin are whole numbers; float32 stops at 16,777,216."""
        if case.name != "ghm_c" or case.settings["convention"] != "paper":
            return
        n = 17_000_000
        loss = self.loss(case, momentum=0.0)
        _, _, state = self.step(case, np.full(n, 3, np.float32), np.zeros(n, np.uint8), loss, "float16", valid=None)
        self.hold("17,000,000 in a bin", average(state).max() == n and average(state).sum() == n, state)

    def classes(self, case):
        """A class without examples weighs 0, and the others as without it."""
        if "class_balanced" not in case.name:
            return
        weights = np.asarray(self.module(case).class_weights([4, 2, 0]), float)
        expected = [0.75, 1.5, 0]
        if case.folder == "effective":
            raw = [0.001 / (1 - 0.999**n) for n in (4, 2)]
            mean = (4 * raw[0] + 2 * raw[1]) / 6
            expected = [raw[0] / mean, raw[1] / mean, 0]
        self.same("weights with an empty class", [weights], [np.array(expected)], 1e-5)
        if case.task == "classes":
            case.arguments = [[4, 2, 0]]
            targets = np.array([0, 0, 0, 1, 1, 0], np.int32)
            value = self.step(case, np.zeros((6, 3), np.float32), targets, valid=None)[0]
            self.same("loss with an empty class", [value], [math.log(3)], 1e-5)
            case.arguments = [case.counts]

    def outliers(self, case):
        """Errors whose squares are over the largest number are the hardest."""
        if case.name != "ghm_r":
            return
        x = np.array([1e30, -1e30, 0.1], np.float32)
        value, gradient, state = self.step(case, x, np.zeros(3, np.float32), valid=None)
        self.hold("errors of 1e30", np.isfinite(value) and np.isfinite(gradient).all() and average(state)[-1] > 0, state)

    def kept(self, case):
        """OHEM keeps ceil(keep * N) also of many, and NaN first."""
        if case.name != "ohem":
            return
        for n, keep in [(10, 0.25), (8, 0.25), (300, 1 / 3), (300_000, 0.1875), (5_000_000, 0.3)]:
            loss, valid = np.arange(n, dtype=np.float32), np.ones(n, bool)
            hardest = self.module(case).hardest(self.framework.array(loss), self.framework.array(valid), keep)
            found = int(self.framework.values(hardest).sum())
            self.hold(f"{keep} of {n}", found == math.ceil(keep * n * (1 - 1e-12)), found)


def pytorch(rules):
    """What only PyTorch has: modules that are cast or compiled, automatic casts, saved states."""
    import torch

    for case in (of for of in cases() if of.stateful and of.is_usual):
        # Without a break in the graph; what a backend makes of the graph is its own.
        loss, other = torch.compile(rules.loss(case), fullgraph=True, backend="eager"), rules.loss(case)
        for training in [True, True, False]:
            want = rules.step(case, loss=other, training=training)
            rules.same(f"{case.label}: compiled", rules.step(case, loss=loss, training=training), want, 1e-6)
    for case in (of for of in cases() if of.stateful):
        want = rules.step(case)
        for name, cast in [("half", lambda of: of.half()), ("bfloat16", lambda of: of.to(torch.bfloat16))]:
            loss = rules.loss(case)
            holder = cast(torch.nn.Sequential(torch.nn.Linear(1, 1), loss))
            rules.hold(f"{case.label}: the network is {name}", holder[0].weight.dtype != torch.float32)
            rules.hold(f"{case.label}: state under {name}", loss.density.average.dtype == torch.float32)
            rules.same(f"{case.label}: after {name}", rules.step(case, loss=loss), want)
            before = rules.state(case, loss)
            cast(holder)
            rules.same(f"{case.label}: state after another {name}", [rules.state(case, loss)], [before])
        loss = rules.loss(case).double()
        rules.hold(f"{case.label}: double", loss.density.average.dtype == torch.float64)
        rules.hold(f"{case.label}: moves", rules.loss(case).to("meta").density.average.is_meta)
        # As older copies saved it, also of a network in half precision.
        bins = rules.loss(case).density.bins
        for dtype, shape in [(torch.float32, ()), (torch.float16, ()), (torch.float32, bins)]:
            old = {"density.average": torch.arange(bins).to(dtype), "density.start": torch.full((), 0.5).to(dtype)}
            old["density.start"] = old["density.start"].expand(shape).clone()
            loss = rules.loss(case, warm_up=5)
            rules.hold(f"{case.label}: saved names", set(loss.state_dict()) == {*old, "density.steps"})
            loss.load_state_dict(old)
            rules.same(f"{case.label}: older state", [rules.state(case, loss)], [[0.5] * bins + [*range(bins), 5]])
            rules.hold(f"{case.label}: type of a loaded state", loss.density.average.dtype == torch.float32)
    for case in cases():
        with torch.autocast("cpu", dtype=torch.float16):
            x = torch.nn.functional.linear(torch.randn(70_000, 4), torch.randn(1, 4))[:, 0]
            x = inputs(case.task, x.float().numpy())
            targets = np.resize(TARGETS[case.task], 70_000)
            got = rules.step(case, x, targets, dtype="float16", valid=None)
        rounded = torch.tensor(x).half().float().numpy()
        want = rules.step(case, rounded, targets, valid=None)
        rules.same(f"{case.label}: autocast", [got[0], got[2]], [want[0], want[2]], 1e-6)
    torch.set_default_dtype(torch.bfloat16)
    loss = rules.loss(next(of for of in cases() if of.stateful), momentum=0.0)
    g = torch.full((799,), 0.99)
    loss.density(g, g, torch.ones(799))
    rules.hold("799 of bfloat16", loss.density.average.max() == 799, loss.density.average.max())
    torch.set_default_dtype(torch.float32)


def keras(rules):
    """What only Keras has: dtype policies, fit() and evaluate(), distributions."""
    import keras

    for case in (of for of in cases() if of.is_usual):
        want = rules.step(case)
        for policy in ["mixed_float16", "bfloat16"]:
            keras.config.set_dtype_policy(policy)
            loss = rules.loss(case)
            rules.same(f"{case.label}: {policy}", rules.step(case, loss=loss), want, 1e-6)
            keras.config.set_dtype_policy("float32")
            if case.stateful:
                types = {str(of.dtype) for of in loss.non_trainable_variables}
                rules.hold(f"{case.label}: state under {policy}", types == {"float32"}, types)

    of_kind = {case.name: case for case in cases() if case.stateful and case.is_usual}
    x, y = np.ones((64, 3), np.float32), np.ones((64, 1), np.float32)

    class Model(keras.Model):
        """A network that holds its loss, as people train one."""

        def __init__(self, loss):
            super().__init__()
            self.dense, self.harmonized = keras.layers.Dense(1, kernel_initializer="ones"), loss

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return self.harmonized(y, y_pred, training=training)

    def trained(case):
        """Losses of a training, with the state before and after evaluate()."""
        model = Model(rules.loss(case))
        model.compile("sgd")
        history = model.fit(x, y, batch_size=32, epochs=1, verbose=0)
        state = rules.framework.state(model.harmonized)
        model.evaluate(x, y, verbose=0)
        return history.history["loss"], state, rules.framework.state(model.harmonized)

    for case in of_kind.values():
        # Keras calls the loss of compile() alike in fit() and in evaluate().
        model = keras.Sequential([keras.layers.Dense(3 if case.task == "classes" else 1)])
        model.compile("sgd", loss=rules.loss(case))
        for name, call in [("fit()", model.fit), ("evaluate()", model.evaluate)]:
            try:
                call(x, y[:, 0] if case.task == "classes" else y, verbose=0)
                rules.hold(f"{case.label}: {name} after compile(loss=...)", False, "no error")
            except ValueError as error:
                rules.hold(f"{case.label}: {name} says the cure", "compute_loss" in str(error), error)
    case = of_kind["ghm_c"]
    for policy in ["float32", "mixed_float16"]:
        keras.config.set_dtype_policy(policy)
        losses, before, after = trained(case)
        rules.hold(f"a training with {policy}", np.isfinite(losses).all(), losses)
        rules.hold("training moves the state", before[: len(before) // 2].min() < 1, before)
        rules.same("evaluate() keeps the state", [after], [before])
    keras.config.set_dtype_policy("float32")
    layer = rules.loss(case, warm_up=5).density
    bins = layer.bins
    for start in [np.array(0.5), np.full(bins, 0.5)]:
        layer.load_own_variables({"0": np.arange(bins), "1": start})
        state = np.concatenate([layer.start, layer.average, [layer.steps]])
        rules.same("a state of an older copy", [state], [[0.5] * bins + [*range(bins), 5]])
    if keras.backend.backend() == "jax":
        want = trained(case)
        devices = keras.distribution.list_devices("cpu")
        rules.hold("two devices", len(devices) == 2, devices)
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
        rules.same("two devices as one", trained(case), want, 1e-6)
        keras.distribution.set_distribution(None)


def jax(rules):
    """What only JAX has: axes of devices, states that were cast with everything else."""
    import jax

    for case in (of for of in cases() if of.is_usual):
        want = rules.step(case)
        loss = rules.loss(case)
        first = [loss["state"]] if case.stateful else []
        half = lambda of: of.reshape(2, -1, *of.shape[1:])

        def call(x, targets, valid):
            settings = {**loss["settings"], "axis_name": "devices"}
            return loss["call"](*first, x, targets, *case.arguments, valid=valid, **settings)

        parts = [half(of) for of in (inputs(case.task, X), TARGETS[case.task], VALID)]
        found = jax.vmap(call, axis_name="devices")(*parts)
        rules.same(f"{case.label}: two devices", [(found[1] if first else found).sum()], [want[0]], 1e-6)
        if not first:
            continue
        state = [*found[0]["start"][0], *found[0]["average"][0], found[0]["steps"][0]]
        rules.same(f"{case.label}: state of two devices", [state], [want[2]], 1e-6)
        loss["state"] = jax.tree.map(lambda of: of.astype("bfloat16"), loss["state"])
        rules.same(f"{case.label}: state of bfloat16", rules.step(case, loss=loss), want, 1e-6)
    for case in (of for of in cases() if of.task == "classes"):
        unknown = np.where(IGNORED, -1, TARGETS["classes"])
        value = rules.step(case, targets=unknown, valid=None)[0]
        rules.hold(f"{case.label}: a class of -1", np.isnan(value), value)


def reference(case, x, y):
    """The loss of logits or predictions x of the first mini-batch, in float64."""
    y = y.astype(float)
    if case.task == "regression":
        d = np.abs(x - y)
        if case.name == "l1":
            return d.mean()
        if case.name == "smooth_l1":
            return np.where(d < 1 / 9, d**2 * 4.5, d - 1 / 18).mean()
        losses, bins, g = np.hypot(d, 0.02) - 0.02, 10, d / np.hypot(d, 0.02)
    else:
        z = np.where(y > 0, -x, x)
        losses, bins, g = np.logaddexp(0, z), 30, 1 / (1 + np.exp(-z))
    if "class_balanced" in case.name:
        raw = [0.001 / (1 - 0.999**n) if case.folder == "effective" else 1 / n for n in case.counts]
        mean = sum(of * n for of, n in zip(raw, case.counts)) / sum(case.counts)
        return (np.where(y > 0, raw[1], raw[0]) / mean * losses).mean()
    if "focal" in case.name:
        weight = 1 if "alpha" in case.settings else np.where(y > 0, 0.25, 0.75)
        return (weight * g ** case.settings.get("gamma", 2) * losses).mean()
    if "ohem" in case.name:
        return np.sort(losses)[-math.ceil(0.25 * len(x)) :].sum() / len(x)
    if case.stateful:
        index = np.minimum((g * bins).astype(int), bins - 1)
        hits = np.bincount(index, minlength=bins)
        # Both entries of a softmax of two have the same norm.
        entries = 2 if case.settings.get("counting") else 1
        divisor = {"paper": bins, "keras": 1}.get(case.settings["convention"], (hits > 0).sum())
        rate = 0.3 if case.name == "ghm_r" else 0.25
        rate = 1 if case.settings["convention"] in ("corrected", "per-bin") else rate
        beta = entries * len(x) / (np.maximum(entries * hits, 1) * rate * divisor)
        return (beta[index] * losses).mean()
    return losses.mean()


def scale(rules, n, dtypes):
    """Many logits, most of them easy negatives, against NumPy in float64."""
    random = np.random.default_rng(11)
    for case in cases():
        y = (random.random(n) < 0.01).astype(np.float32)
        x = random.normal(-4, 2, n).astype(np.float32)
        x = random.standard_t(3, n).astype(np.float32) if case.task == "regression" else x
        targets = y.astype(np.int32) if case.task == "classes" else y
        case.counts = [int((y == 0).sum()), int((y == 1).sum())]
        case.arguments = [case.counts] * bool(case.arguments)
        for dtype in (of for of in dtypes if case.is_usual or of == "float32"):
            rounded = rules.framework.values(rules.framework.array(x, dtype))
            logits = np.stack([0 * x, x], axis=1) if case.task == "classes" else x
            value, gradient, state = rules.step(case, logits, targets, dtype=dtype, valid=None)
            want = reference(case, rounded, y)
            off = abs(value / want - 1)
            print(f"{n} of {dtype}, {case.label}: {value:.9g}, {want:.9g} in float64, off by {off:.1e}", flush=True)
            rules.hold(f"{case.label}: {n} of {dtype}", off < 1e-4, value, want)
            rules.hold(f"{case.label}: gradients of {n} of {dtype}", np.isfinite(gradient).all())
            if case.stateful:
                rate = 0.3 if case.name == "ghm_r" else 0.25
                entries = n * 2 if "counting" in case.settings else n
                rules.same(f"{case.label}: counts of {n}", [average(state).sum()], [rate * entries], 1e-6)


def main(name, folder, n=None, *dtypes):
    if name == "keras":
        os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    rules = Rules({"pytorch": Torch, "keras": Keras, "jax": Jax}[name](), folder)
    printed = 0
    if n:
        scale(rules, int(n), dtypes or ["float32", "float16", "bfloat16"])
    else:
        every = [
            Rules.ignored,
            Rules.nan,
            Rules.empty,
            Rules.evaluation,
            Rules.half,
            Rules.steep,
            Rules.shapes,
            Rules.counts,
            Rules.classes,
            Rules.outliers,
            Rules.kept,
        ]
        for case in cases():
            for rule in every:
                before = len(rules.wrong)
                try:
                    rule(rules, case)
                except Exception:
                    rules.wrong.append(traceback.format_exc(limit=-2))
                rules.wrong[before:] = [f"{case.label}: {of}" for of in rules.wrong[before:]]
                print(*rules.wrong[before:], sep="\n", end="\n" * (len(rules.wrong) > before), flush=True)
        printed = len(rules.wrong)
        {"pytorch": pytorch, "keras": keras, "jax": jax}[name](rules)
    for wrong in rules.wrong[printed:]:
        print(wrong)
    print(f"{name}: {rules.held} rules looked at, {len(rules.wrong)} do not hold")
    return 1 if rules.wrong or rules.held < 50 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
