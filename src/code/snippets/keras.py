# --- head
import fractions

import keras
from keras import ops


# --- mean
def exact(dtype):
    """The type, or float32 if it is smaller."""
    return keras.backend.result_type(dtype, "float32")


def select(x, targets, valid, ignore_index=None, classes=False):
    """Logits or predictions x in float32 at least, targets, and which examples are valid [*targets.shape].

    What is ignored becomes 0 before anything is computed from it: a mask that multiplies keeps NaN.
    """
    x, targets = ops.convert_to_tensor(x), ops.convert_to_tensor(targets)
    shape = tuple(x.shape[:1]) if classes else tuple(x.shape)
    differ = [a != b and None not in (a, b) for a, b in zip(targets.shape, shape)]
    if len(targets.shape) != len(shape) or any(differ):
        raise ValueError(f"targets of shape {shape} expected, not {tuple(targets.shape)}")
    x = ops.cast(x, exact(x.dtype))
    targets = ops.cast(targets, "int32" if classes else x.dtype)
    used = ops.ones_like(targets, dtype="bool") if ignore_index is None else targets != ignore_index
    if valid is not None:
        used = ops.logical_and(used, ops.broadcast_to(ops.cast(valid, "bool"), ops.shape(targets)))
    of_x = ops.expand_dims(used, 1) if classes else used
    return ops.where(of_x, x, ops.zeros_like(x)), ops.where(used, targets, ops.zeros_like(targets)), used


def over_replicas(x):
    """Sum of whole numbers over the replicas of tf.distribute or the ranks of torch.distributed.

    With JAX a program sees the mini-batch of all devices (jit, keras.distribution); pmap and shard_map of one's
    own are not looked through.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        replica = tf.distribute.get_replica_context()
        if replica is not None and replica.num_replicas_in_sync > 1:
            # tf.function cannot capture the int32 of a replica.
            return replica.all_reduce("SUM", ops.cast(x, "int64"))
    if keras.backend.backend() == "torch":
        import torch.distributed as dist

        if dist.is_available() and dist.is_initialized():
            x = x.clone()
            dist.all_reduce(x)
    return x


def mean(loss, valid):
    """Mean of the losses of valid examples over all replicas; 0 where there are none.

    tf.distribute adds gradients up, hence a replica has its part of the mean (not for add_loss, which divides
    by the replicas); DistributedDataParallel averages them, hence its part times their number.
    """
    n = ops.sum(ops.cast(valid, "int32"))
    ranks = over_replicas(ops.ones_like(n)) if keras.backend.backend() == "torch" else 1
    total = ops.sum(ops.where(valid, loss, ops.zeros_like(loss)))
    return ranks * total / ops.cast(ops.maximum(over_replicas(n), 1), loss.dtype)


# --- log-odds
def log_odds(logits, targets):
    """Log-odds against the true class [N] of a softmax; its sigmoid is 1 - p_t, its softplus -ln p_t. NaN
    where the target is no class."""
    known = ops.clip(targets, 0, ops.shape(logits)[1] - 1)
    true = ops.take_along_axis(logits, ops.expand_dims(known, 1), axis=1)[:, 0]
    labels = ops.one_hot(known, ops.shape(logits)[1])
    others = ops.where(labels > 0, -float("inf"), logits)
    return ops.where(known == targets, ops.logsumexp(others, axis=1) - true, float("nan"))


# --- density
class GradientDensity(keras.layers.Layer):
    """Harmonizing weights beta = N / GD(g) by unit regions, with a moving average over mini-batches.

    A layer, so that its weights, the state of the average, are saved with the model that has it as an
    attribute. They are of float32 at least under every dtype policy, and are not moved when training is
    False, where the average takes a mini-batch in only for its own weights. Conventions: "corrected"
    (bias-corrected average, divided by the bins that are hit), "paper" (from zero, M bins), "mmdetection"
    (from zero, empty bins keep their value, bins that are hit), "keras" (from zero, 1 / average), "per-bin" (as
    mmdetection, bias-corrected for each bin by itself). During the first `warm_up` mini-batches of a training all
    weights are 1, and the average goes on already.
    """

    def __init__(self, bins, momentum, convention, warm_up, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.bins, self.momentum, self.convention, self.warm_up = bins, momentum, convention, warm_up
        kind = {"dtype": exact(self.variable_dtype), "trainable": False, "autocast": False}
        # All replicas come to the same state.
        kind["aggregation"] = "only_first_replica"
        self.average = self.add_weight(shape=(bins,), initializer="zeros", **kind)
        self.start = self.add_weight(shape=(bins,), initializer="ones", **kind)
        self.steps = self.add_weight(shape=(), initializer="zeros", **kind)
        self.built = True

    def load_own_variables(self, store):
        self.average.assign(store["0"])
        # An older copy saved one start for all bins, and had no warm-up.
        self.start.assign(ops.broadcast_to(store["1"], (self.bins,)))
        self.steps.assign(store["2"] if "2" in store.keys() else self.warm_up)

    def call(self, g, counted, valid, training=None):
        """Weights [*g.shape] of the norms g; the histogram counts the norms `counted` where `valid`, over all
        replicas."""
        if training is None:
            raise ValueError(
                "training or evaluation? compile(loss=...) does not say it: call this loss in the model's "
                "compute_loss and pass on its `training`, or in a loop of your own with training=True"
            )
        # Read before the replicas wait for each other: one of them may move the state of all.
        before, start, steps = (ops.copy(of) for of in (self.average, self.start, self.steps))
        counts = over_replicas(self.count(counted, valid))
        n, hit = ops.sum(counts), counts > 0
        average = self.momentum * before + (1 - self.momentum) * ops.cast(counts, before.dtype)
        # A mini-batch without valid examples says nothing about the density.
        moves = hit if self.convention in ("mmdetection", "per-bin") else n > 0
        average = ops.where(moves, average, before)
        start = ops.where(moves, self.momentum * start, start)
        if training:
            self.average.assign(average)
            self.start.assign(start)
            self.steps.assign(ops.minimum(steps + 1, self.warm_up))
        density = average
        if self.convention in ("corrected", "per-bin"):
            density = density / ops.where(start < 1, 1 - start, 1)
        if self.convention == "paper":
            density = density * self.bins
        elif self.convention != "keras":
            density = density * ops.cast(ops.sum(ops.cast(hit, "int32")), density.dtype)
        used = density > 1e-30
        beta = ops.where(used, ops.cast(n, density.dtype) / ops.where(used, density, 1), 0)
        beta = ops.where(steps < self.warm_up, ops.ones_like(beta), beta)
        return ops.stop_gradient(ops.take(beta, self.bin(g)))

    def count(self, counted, valid):
        """Number of norms in each bin, exact up to 2^31 in a mini-batch on every backend.

        By sorting, since sums stop at 16,777,216 in float32, in which PyTorch's segment_sum adds up. A NaN
        is in no bin.
        """
        some = ops.logical_and(ops.cast(valid, "bool"), counted == counted)
        of_bin = ops.where(some, self.bin(counted), self.bins)
        ends = ops.searchsorted(ops.sort(ops.reshape(of_bin, (-1,))), ops.arange(self.bins + 1, dtype="int32"))
        return ops.cast(ends[1:] - ends[:-1], "int32")

    def bin(self, g):
        # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
        index = ops.cast(ops.cast(g, exact(g.dtype)) * self.bins, "int32")
        return ops.clip(index, 0, self.bins - 1)


# --- ce/binary: mean
def cross_entropy(targets, logits, valid=None, ignore_index=-100):
    """Cross-entropy. targets (0 or 1) and logits: any shape; valid: 0 where an example is ignored, beside those
    whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    return mean(ops.softplus(ops.where(targets > 0, -logits, logits)), valid)


# --- ce/classes: mean log-odds
def cross_entropy_softmax(targets, logits, valid=None, ignore_index=-100):
    """Cross-entropy. targets: classes [N]; logits: [N, K]; valid: [N], 0 where an example is ignored, beside
    those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    return mean(ops.softplus(log_odds(logits, targets)), valid)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1. A class without examples weighs 0."""
    weights = [1 / n if n > 0 else 0 for n in counts]
    if balance == "effective":
        weights = [(1 - effective_beta) / (1 - effective_beta**n) if n > 0 else 0 for n in counts]
    total = sum(weight * n for weight, n in zip(weights, counts))
    weights = [weight * sum(counts) / total if weight else 0 for weight in weights]
    return ops.convert_to_tensor(weights, dtype=exact(keras.config.floatx()))


# --- class-balanced/binary: mean class-weights
def class_balanced(targets, logits, counts, valid=None, ignore_index=-100):
    """Class-balanced cross-entropy. targets (0 or 1) and logits: any shape; counts: examples of class 0
    and class 1 in the training data; valid: 0 where an example is ignored, beside those whose target is
    ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    of_class = ops.cast(class_weights(counts), logits.dtype)
    loss = ops.softplus(ops.where(targets > 0, -logits, logits))
    return mean(ops.take(of_class, ops.cast(targets, "int32")) * loss, valid)


# --- class-balanced/classes: mean log-odds class-weights
def class_balanced_softmax(targets, logits, counts, valid=None, ignore_index=-100):
    """Class-balanced cross-entropy. targets: classes [N]; logits: [N, K]; counts: examples of each class
    in the training data [K]; valid: [N], 0 where an example is ignored, beside those whose target is
    ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    of_class = ops.cast(class_weights(counts), logits.dtype)
    known = ops.clip(targets, 0, len(counts) - 1)
    return mean(ops.take(of_class, known) * ops.softplus(log_odds(logits, targets)), valid)


# --- focal-terms
def focal_terms(z, positive, gamma=2, alpha=0.25):
    """Focal losses by the log-odds z against the true class; positive: where alpha is the factor."""
    # As a power of 1 - p_t, gamma below 1 would have infinite gradients where that is 0.
    loss = ops.exp(-gamma * ops.softplus(-z)) * ops.softplus(z)
    return loss if alpha is None else ops.where(positive, alpha * loss, (1 - alpha) * loss)


# --- focal/binary: mean focal-terms
def focal(targets, logits, valid=None, gamma=2, alpha=0.25, ignore_index=-100):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. targets (0 or 1) and logits: any shape; valid: 0 where an
    example is ignored, beside those whose target is ignore_index; alpha: factor of positives, None for no
    factors."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    z = ops.where(targets > 0, -logits, logits)
    return mean(focal_terms(z, targets > 0, gamma, alpha), valid)


# --- focal/classes: mean log-odds focal-terms
def focal_softmax(targets, logits, valid=None, gamma=2, alpha=0.25, ignore_index=-100):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. targets: classes [N], class 0 the negative one; logits:
    [N, K]; valid: [N], 0 where an example is ignored, beside those whose target is ignore_index; alpha: None
    for no factors."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    return mean(focal_terms(log_odds(logits, targets), targets > 0, gamma, alpha), valid)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """Which are the ceil(keep * N) valid examples of highest loss of this replica; NaN is the highest."""
    # In whole numbers, which also 32 bits hold: float32 would be off by some of many millions.
    share = fractions.Fraction(keep).limit_denominator(30_000)
    n = ops.sum(ops.cast(valid, "int32"))
    part = n % share.denominator * share.numerator
    kept = n // share.denominator * share.numerator + (part + share.denominator - 1) // share.denominator
    ease = ops.where(valid, ops.where(loss == loss, -loss, -float("inf")), float("inf"))
    rank = ops.argsort(ops.argsort(ops.reshape(ease, (-1,))))
    chosen = ops.reshape(ops.cast(rank, "int32") < ops.maximum(kept, 1), ops.shape(valid))
    return ops.logical_and(chosen, valid)


# --- ohem/binary: mean hardest
def ohem(targets, logits, valid=None, ignore_index=-100):
    """Cross-entropy of the hardest examples, divided by all. targets (0 or 1) and logits: any shape;
    valid: 0 where an example is ignored, beside those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    loss = ops.softplus(ops.where(targets > 0, -logits, logits))
    return mean(ops.where(hardest(loss, valid), loss, ops.zeros_like(loss)), valid)


# --- ohem/classes: mean log-odds hardest
def ohem_softmax(targets, logits, valid=None, ignore_index=-100):
    """Cross-entropy of the hardest examples, divided by all. targets: classes [N]; logits: [N, K];
    valid: [N], 0 where an example is ignored, beside those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    loss = ops.softplus(log_odds(logits, targets))
    return mean(ops.where(hardest(loss, valid), loss, ops.zeros_like(loss)), valid)


# --- ghm-c/binary: mean density
class GHMC(keras.layers.Layer):
    """GHM-C. targets (0 or 1) and logits: any shape, every entry an example; valid: 0 where ignored, beside
    those whose target is ignore_index; training: False where the state must not move. Not for compile(loss=...),
    which does not say it: make it an attribute of the model, self.ghm_c = GHMC(), with

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return self.ghm_c(y, y_pred, training=training)
    """

    def __init__(self, bins=30, momentum=0.75, convention="per-bin", warm_up=0, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.density = GradientDensity(bins, momentum, convention, warm_up, dtype=self.variable_dtype)
        self.built = True

    def call(self, targets, logits, valid=None, ignore_index=-100, training=None):
        logits, targets, valid = select(logits, targets, valid, ignore_index)
        z = ops.where(targets > 0, -logits, logits)
        g = ops.sigmoid(z)
        beta = ops.cast(self.density(g, g, valid, training=training), logits.dtype)
        return mean(beta * ops.softplus(z), valid)


# --- ghm-c/classes: mean log-odds density
class GHMCSoftmax(keras.layers.Layer):
    """GHM-C over a softmax. targets: classes [N]; logits: [N, K]; valid: [N], 0 where ignored, beside those
    whose target is ignore_index; training: False where the state must not move. Not for compile(loss=...), which
    does not say it: make it an attribute of the model, self.ghm_c = GHMCSoftmax(), with

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return self.ghm_c(y, y_pred, training=training)

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|.
    """

    def __init__(
        self, bins=30, momentum=0.75, convention="per-bin", counting="true-class", warm_up=0, **kwargs
    ):
        super().__init__(autocast=False, **kwargs)
        self.density = GradientDensity(bins, momentum, convention, warm_up, dtype=self.variable_dtype)
        self.built = True
        self.counting = counting

    def call(self, targets, logits, valid=None, ignore_index=-100, training=None):
        logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
        z = log_odds(logits, targets)
        g = ops.sigmoid(z)
        counted, of_counted = g, valid
        if self.counting == "every-entry":
            labels = ops.one_hot(targets, ops.shape(logits)[1], dtype=logits.dtype)
            counted = ops.abs(ops.softmax(logits, axis=1) - labels)
            of_counted = ops.broadcast_to(ops.expand_dims(valid, 1), ops.shape(counted))
        beta = ops.cast(self.density(g, counted, of_counted, training=training), logits.dtype)
        return mean(beta * ops.softplus(z), valid)


# --- root
def root(d, mu):
    """sqrt(d^2 + mu^2), also where d^2 is over the largest number."""
    size = ops.maximum(ops.abs(d), mu)
    return size * ops.sqrt((d / size) ** 2 + (mu / size) ** 2)


# --- l1/regression: mean
def l1(targets, predictions, valid=None):
    """Mean absolute error. targets and predictions: any shape; valid: 0 where an example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean(ops.abs(predictions - targets), valid)


# --- smooth-l1/regression: mean
def smooth_l1(targets, predictions, valid=None, delta=0.1111111111111111):
    """Smooth L1. targets and predictions: any shape; valid: 0 where an example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    size = ops.abs(predictions - targets)
    return mean(ops.where(size < delta, size**2 / (2 * delta), size - delta / 2), valid)


# --- asl1/regression: mean root
def asl1(targets, predictions, valid=None, mu=0.02):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. targets and predictions: any shape; valid: 0 where an
    example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean(root(predictions - targets, mu) - mu, valid)


# --- ghm-r/regression: mean density root
class GHMR(keras.layers.Layer):
    """GHM-R. targets and predictions: any shape, every entry an example; valid: 0 where ignored; training:
    False where the state must not move. Not for compile(loss=...), which does not say it: make it an attribute
    of the model, self.ghm_r = GHMR(), with

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return self.ghm_r(y, y_pred, training=training)
    """

    def __init__(self, mu=0.02, bins=10, momentum=0.7, convention="per-bin", warm_up=0, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.density = GradientDensity(bins, momentum, convention, warm_up, dtype=self.variable_dtype)
        self.built = True
        self.mu = mu

    def call(self, targets, predictions, valid=None, training=None):
        predictions, targets, valid = select(predictions, targets, valid)
        d = predictions - targets
        size = root(d, self.mu)
        g = ops.abs(d) / size
        beta = ops.cast(self.density(g, g, valid, training=training), predictions.dtype)
        return mean(beta * (size - self.mu), valid)
