# --- head
import keras
from keras import ops


# --- mean
def mean(loss, valid):
    """Mean of the losses of valid examples."""
    return ops.sum(loss * valid) / ops.maximum(ops.sum(valid), 1)


# --- log-odds
def softplus(z):
    """ln(1 + e^z)."""
    return ops.maximum(z, 0) + ops.log1p(ops.exp(-ops.abs(z)))


def log_odds(logits, targets):
    """Log-odds against the true class [N] of a softmax; its sigmoid is 1 - p_t, its softplus -ln p_t."""
    true = ops.take_along_axis(logits, ops.expand_dims(targets, 1), axis=1)
    labels = ops.one_hot(targets, ops.shape(logits)[1])
    others = ops.where(labels > 0, -float("inf"), logits)
    return ops.logsumexp(others, axis=1) - true[:, 0]


# --- density
class GradientDensity(keras.layers.Layer):
    """Harmonizing weights beta = N / GD(g) by unit regions, with a moving average over mini-batches.

    A layer, so that its weights, the state of the average, are saved with the model that has it as an
    attribute. Conventions: "corrected" (bias-corrected average, divided by the bins that are hit),
    "paper" (from zero, M bins), "mmdetection" (from zero, empty bins keep their value, bins that are hit),
    "keras" (from zero, 1 / average).
    """

    def __init__(self, bins, momentum, convention, **kwargs):
        super().__init__(**kwargs)
        self.bins, self.momentum, self.convention = bins, momentum, convention
        self.average = self.add_weight(shape=(bins,), initializer="zeros", trainable=False)
        self.start = self.add_weight(shape=(), initializer="ones", trainable=False)
        self.built = True

    def call(self, g, counted, valid):
        """Weights [*g.shape] of the norms g; the histogram counts the norms `counted` where `valid` is 1."""
        valid = ops.cast(ops.reshape(valid, (-1,)), self.average.dtype)
        counts = ops.segment_sum(valid, ops.reshape(self.bin(counted), (-1,)), self.bins)
        hit = counts > 0
        before = ops.convert_to_tensor(self.average)
        average = self.momentum * before + (1 - self.momentum) * counts
        if self.convention == "mmdetection":
            average = ops.where(hit, average, before)
        start = self.momentum * self.start
        self.average.assign(average)
        self.start.assign(start)
        density = average
        if self.convention == "corrected":
            density = density / (1 - start)
        if self.convention == "paper":
            density = density * self.bins
        elif self.convention != "keras":
            density = density * ops.cast(ops.sum(ops.cast(hit, "int32")), density.dtype)
        used = density > 1e-30
        beta = ops.where(used, ops.sum(counts) / ops.where(used, density, 1), 0)
        return ops.stop_gradient(ops.take(beta, self.bin(g)))

    def bin(self, g):
        # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
        index = ops.cast(ops.cast(g, self.average.dtype) * self.bins, "int32")
        return ops.minimum(index, self.bins - 1)


# --- ce/binary: mean log-odds
def cross_entropy(targets, logits, valid=None):
    """Cross-entropy. targets (0 or 1) and logits: any shape; valid: 0 where an example is ignored."""
    valid = ops.ones_like(logits) if valid is None else valid
    return mean(softplus(ops.where(targets > 0, -logits, logits)), valid)


# --- ce/classes: mean log-odds
def cross_entropy_softmax(targets, logits, valid=None):
    """Cross-entropy. targets: classes [N]; logits: [N, K]; valid: [N], 0 where an example is ignored."""
    valid = ops.ones_like(logits[:, 0]) if valid is None else valid
    return mean(softplus(log_odds(logits, targets)), valid)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1."""
    weights = [1 / n for n in counts]
    if balance == "effective":
        weights = [(1 - effective_beta) / (1 - effective_beta**n) for n in counts]
    total = sum(weight * n for weight, n in zip(weights, counts))
    return ops.array([weight * sum(counts) / total for weight in weights])


# --- class-balanced/binary: mean log-odds class-weights
def class_balanced(targets, logits, counts, valid=None):
    """Class-balanced cross-entropy. targets (0 or 1) and logits: any shape; counts: examples of class 0
    and class 1 in the training data; valid: 0 where an example is ignored."""
    valid = ops.ones_like(logits) if valid is None else valid
    weights = ops.cast(ops.take(class_weights(counts), ops.cast(targets, "int32")), logits.dtype)
    return mean(weights * softplus(ops.where(targets > 0, -logits, logits)), valid)


# --- class-balanced/classes: mean log-odds class-weights
def class_balanced_softmax(targets, logits, counts, valid=None):
    """Class-balanced cross-entropy. targets: classes [N]; logits: [N, K]; counts: examples of each class
    in the training data [K]; valid: [N], 0 where an example is ignored."""
    valid = ops.ones_like(logits[:, 0]) if valid is None else valid
    weights = ops.cast(ops.take(class_weights(counts), targets), logits.dtype)
    return mean(weights * softplus(log_odds(logits, targets)), valid)


# --- focal/binary: mean log-odds
def focal(targets, logits, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. targets (0 or 1) and logits: any shape; valid: 0 where an
    example is ignored; alpha: factor of positives, None for no factors."""
    valid = ops.ones_like(logits) if valid is None else valid
    z = ops.where(targets > 0, -logits, logits)
    loss = ops.sigmoid(z) ** gamma * softplus(z)
    if alpha is not None:
        loss = loss * ops.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- focal/classes: mean log-odds
def focal_softmax(targets, logits, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. targets: classes [N], class 0 the negative one; logits:
    [N, K]; valid: [N], 0 where an example is ignored; alpha: None for no factors."""
    valid = ops.ones_like(logits[:, 0]) if valid is None else valid
    z = log_odds(logits, targets)
    loss = ops.sigmoid(z) ** gamma * softplus(z)
    if alpha is not None:
        loss = loss * ops.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """1 for the ceil(keep * N) valid examples of highest loss, 0 for the others."""
    flat = ops.reshape(valid, (-1,))
    order = ops.argsort(ops.where(flat > 0, -ops.reshape(loss, (-1,)), float("inf")))
    rank = ops.argsort(order)
    kept = ops.maximum(ops.ceil(keep * (1 - 1e-6) * ops.sum(flat)), 1)
    chosen = ops.cast(ops.cast(rank, kept.dtype) < kept, flat.dtype)
    return ops.stop_gradient(ops.reshape(chosen * flat, ops.shape(valid)))


# --- ohem/binary: mean log-odds hardest
def ohem(targets, logits, valid=None):
    """Cross-entropy of the hardest examples, divided by all. targets (0 or 1) and logits: any shape;
    valid: 0 where an example is ignored."""
    valid = ops.ones_like(logits) if valid is None else valid
    loss = softplus(ops.where(targets > 0, -logits, logits))
    return mean(hardest(loss, valid) * loss, valid)


# --- ohem/classes: mean log-odds hardest
def ohem_softmax(targets, logits, valid=None):
    """Cross-entropy of the hardest examples, divided by all. targets: classes [N]; logits: [N, K];
    valid: [N], 0 where an example is ignored."""
    valid = ops.ones_like(logits[:, 0]) if valid is None else valid
    loss = softplus(log_odds(logits, targets))
    return mean(hardest(loss, valid) * loss, valid)


# --- ghm-c/binary: mean log-odds density
class GHMC(keras.layers.Layer):
    """GHM-C. targets (0 or 1) and logits: any shape, every entry an example; valid: 0 where ignored."""

    def __init__(self, bins=30, momentum=0.75, convention="corrected", **kwargs):
        super().__init__(**kwargs)
        self.density = GradientDensity(bins, momentum, convention, dtype=self.dtype)
        self.built = True

    def call(self, targets, logits, valid=None):
        valid = ops.ones_like(logits) if valid is None else valid
        z = ops.where(targets > 0, -logits, logits)
        g = ops.sigmoid(z)
        beta = ops.cast(self.density(g, g, valid), logits.dtype)
        return mean(beta * softplus(z), valid)


# --- ghm-c/classes: mean log-odds density
class GHMCSoftmax(keras.layers.Layer):
    """GHM-C over a softmax. targets: classes [N]; logits: [N, K]; valid: [N], 0 where ignored.

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|.
    """

    def __init__(
        self, bins=30, momentum=0.75, convention="corrected", counting="true-class", **kwargs
    ):
        super().__init__(**kwargs)
        self.density = GradientDensity(bins, momentum, convention, dtype=self.dtype)
        self.built = True
        self.counting = counting

    def call(self, targets, logits, valid=None):
        valid = ops.ones_like(logits[:, 0]) if valid is None else valid
        z = log_odds(logits, targets)
        g = ops.sigmoid(z)
        counted, counts = g, valid
        if self.counting == "every-entry":
            labels = ops.one_hot(targets, ops.shape(logits)[1], dtype=logits.dtype)
            counted = ops.abs(ops.softmax(logits, axis=1) - labels)
            counts = ops.broadcast_to(ops.expand_dims(valid, 1), ops.shape(counted))
        beta = ops.cast(self.density(g, counted, counts), logits.dtype)
        return mean(beta * softplus(z), valid)


# --- l1/regression: mean
def l1(targets, predictions, valid=None):
    """Mean absolute error. targets and predictions: any shape; valid: 0 where an example is ignored."""
    valid = ops.ones_like(predictions) if valid is None else valid
    return mean(ops.abs(predictions - targets), valid)


# --- smooth-l1/regression: mean
def smooth_l1(targets, predictions, valid=None, delta=0.1111111111111111):
    """Smooth L1. targets and predictions: any shape; valid: 0 where an example is ignored."""
    valid = ops.ones_like(predictions) if valid is None else valid
    size = ops.abs(predictions - targets)
    return mean(ops.where(size < delta, size**2 / (2 * delta), size - delta / 2), valid)


# --- asl1/regression: mean
def asl1(targets, predictions, valid=None, mu=0.02):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. targets and predictions: any shape; valid: 0 where an
    example is ignored."""
    valid = ops.ones_like(predictions) if valid is None else valid
    return mean(ops.sqrt((predictions - targets) ** 2 + mu**2) - mu, valid)


# --- ghm-r/regression: mean density
class GHMR(keras.layers.Layer):
    """GHM-R. targets and predictions: any shape, every entry an example; valid: 0 where ignored."""

    def __init__(self, mu=0.02, bins=10, momentum=0.7, convention="corrected", **kwargs):
        super().__init__(**kwargs)
        self.density = GradientDensity(bins, momentum, convention, dtype=self.dtype)
        self.built = True
        self.mu = mu

    def call(self, targets, predictions, valid=None):
        valid = ops.ones_like(predictions) if valid is None else valid
        d = predictions - targets
        root = ops.sqrt(d**2 + self.mu**2)
        g = ops.abs(d) / root
        beta = ops.cast(self.density(g, g, valid), predictions.dtype)
        return mean(beta * (root - self.mu), valid)
