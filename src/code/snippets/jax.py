# --- head
import fractions

import jax
import jax.numpy as jnp


# --- mean
def select(x, targets, valid, ignore_index=None, classes=False):
    """Logits or predictions x in float32 at least, targets, and which examples are valid [*targets.shape].

    What is ignored becomes 0 before anything is computed from it: a mask that multiplies keeps NaN.
    """
    x, targets = jnp.asarray(x), jnp.asarray(targets)
    shape = x.shape[:1] if classes else x.shape
    if targets.shape != shape:
        raise ValueError(f"targets of shape {shape} expected, not {targets.shape}")
    x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    targets = targets.astype(int if classes else x.dtype)
    used = jnp.ones(shape, bool) if ignore_index is None else targets != ignore_index
    if valid is not None:
        used = used & jnp.broadcast_to(jnp.asarray(valid) != 0, shape)
    of_x = used[:, None] if classes else used
    return jnp.where(of_x, x, 0), jnp.where(used, targets, 0), used


def mean(loss, valid, axis_name=None):
    """Mean of the losses of valid examples; 0 where there are none.

    Under pmap or shard_map over `axis_name`, this device's part of the mean over all devices: add up losses
    and gradients with lax.psum.
    """
    n = valid.sum()
    if axis_name is not None:
        n = jax.lax.psum(n, axis_name)
    return jnp.where(valid, loss, 0).sum() / jnp.maximum(n, 1)


# --- log-odds
def log_odds(logits, targets):
    """Log-odds against the true class [N] of a softmax; its sigmoid is 1 - p_t, its softplus -ln p_t. NaN
    where the target is no class."""
    classes = logits.shape[1]
    true = jnp.take_along_axis(logits, jnp.clip(targets, 0, classes - 1)[:, None], axis=1)
    others = jnp.where(targets[:, None] == jnp.arange(classes), -jnp.inf, logits)
    z = jax.nn.logsumexp(others, axis=1) - true[:, 0]
    return jnp.where((targets >= 0) & (targets < classes), z, jnp.nan)


# --- state
def init(bins=30, dtype=jnp.float32):
    """The state of the moving average: pass it through your training step and save it with the model. In
    evaluation, drop the new state."""
    return {"average": jnp.zeros(bins, dtype), "start": jnp.ones(bins, dtype), "steps": jnp.zeros((), dtype)}


# --- state-regression
def init_regression(bins=10, dtype=jnp.float32):
    """The state of the moving average: pass it through your training step and save it with the model. In
    evaluation, drop the new state."""
    return {"average": jnp.zeros(bins, dtype), "start": jnp.ones(bins, dtype), "steps": jnp.zeros((), dtype)}


# --- density
def harmonize(state, g, counted, valid, momentum, convention, axis_name, warm_up):
    """New state, in float32 at least, and weights beta = N / GD(g) [*g.shape] by unit regions.

    The histogram counts the norms `counted` where `valid`, over all devices of `axis_name`; exact up to 2^31
    in a mini-batch. Conventions: "corrected" (bias-corrected average, divided by the bins that are hit),
    "paper" (from zero, M bins), "mmdetection" (from zero, empty bins keep their value, bins that are hit),
    "keras" (from zero, 1 / average), "per-bin" (as mmdetection, bias-corrected for each bin by itself). During
    the first `warm_up` mini-batches all weights are 1, and the average goes on already.
    """
    dtype = jnp.promote_types(state["average"].dtype, jnp.float32)
    before = state["average"].astype(dtype)
    # The state of an older copy has one start for all bins, and no steps: it had no warm-up.
    start = jnp.broadcast_to(state["start"].astype(dtype), before.shape)
    steps = jnp.asarray(state.get("steps", warm_up), dtype)
    bins = before.shape[0]
    # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
    bin_of = lambda g: jnp.clip((g.astype(dtype) * bins).astype(int), 0, bins - 1)
    # Whole numbers: float32 stops counting at 16,777,216. A NaN is in no bin.
    valid = (valid.astype(bool) & ~jnp.isnan(counted)).ravel()
    counts = jnp.zeros(bins, int).at[bin_of(counted).ravel()].add(valid.astype(int))
    if axis_name is not None:
        counts = jax.lax.psum(counts, axis_name)
    n, hit = counts.sum(), counts > 0
    average = momentum * before + (1 - momentum) * counts.astype(dtype)
    # A mini-batch without valid examples says nothing about the density.
    moves = hit if convention in ("mmdetection", "per-bin") else n > 0
    average = jnp.where(moves, average, before)
    start = jnp.where(moves, momentum * start, start)
    density = average
    if convention in ("corrected", "per-bin"):
        density = density / jnp.where(start < 1, 1 - start, 1)
    if convention == "paper":
        density = density * bins
    elif convention != "keras":
        density = density * hit.sum()
    used = density > 1e-30
    beta = jnp.where(used, n / jnp.where(used, density, 1), 0)
    beta = jnp.where(steps < warm_up, 1, beta)
    state = {"average": average, "start": start, "steps": jnp.minimum(steps + 1, warm_up)}
    return state, jax.lax.stop_gradient(beta[bin_of(g)])


# --- ce/binary: mean
def cross_entropy(logits, targets, valid=None, ignore_index=-100, axis_name=None):
    """Cross-entropy. logits and targets (0 or 1): any shape; valid: 0 where an example is ignored, beside those
    whose target is ignore_index; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    return mean(jax.nn.softplus(jnp.where(targets > 0, -logits, logits)), valid, axis_name)


# --- ce/classes: mean log-odds
def cross_entropy_softmax(logits, targets, valid=None, ignore_index=-100, axis_name=None):
    """Cross-entropy. logits: [N, K]; targets: classes [N]; valid: [N], 0 where an example is ignored, beside
    those whose target is ignore_index; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    return mean(jax.nn.softplus(log_odds(logits, targets)), valid, axis_name)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1. A class without examples weighs 0."""
    counts = jnp.asarray(counts, float)
    some = jnp.maximum(counts, 1)
    weights = 1 / some
    if balance == "effective":
        # 1 - b^n without cancellation where b is near 1.
        weights = (1 - effective_beta) / -jnp.expm1(some * jnp.log1p(effective_beta - 1))
    weights = jnp.where(counts > 0, weights, 0)
    total = (weights * counts).sum()
    return weights * (counts.sum() / jnp.where(total > 0, total, 1))


# --- class-balanced/binary: mean class-weights
def class_balanced(logits, targets, counts, valid=None, ignore_index=-100, axis_name=None):
    """Class-balanced cross-entropy. logits and targets (0 or 1): any shape; counts: examples of class 0 and
    class 1 in the training data; valid: 0 where an example is ignored, beside those whose target is
    ignore_index; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    loss = jax.nn.softplus(jnp.where(targets > 0, -logits, logits))
    return mean(class_weights(counts)[targets.astype(int)] * loss, valid, axis_name)


# --- class-balanced/classes: mean log-odds class-weights
def class_balanced_softmax(logits, targets, counts, valid=None, ignore_index=-100, axis_name=None):
    """Class-balanced cross-entropy. logits: [N, K]; targets: classes [N]; counts: examples of each class in the
    training data [K]; valid: [N], 0 where an example is ignored, beside those whose target is ignore_index;
    axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    loss = jax.nn.softplus(log_odds(logits, targets))
    return mean(class_weights(counts)[targets] * loss, valid, axis_name)


# --- focal-terms
def focal_terms(z, positive, gamma=2, alpha=0.25):
    """Focal losses by the log-odds z against the true class; positive: where alpha is the factor."""
    # As a power of 1 - p_t, gamma below 1 would have infinite gradients where that is 0.
    loss = jnp.exp(gamma * jax.nn.log_sigmoid(z)) * jax.nn.softplus(z)
    return loss if alpha is None else jnp.where(positive, alpha, 1 - alpha) * loss


# --- focal/binary: mean focal-terms
def focal(logits, targets, valid=None, gamma=2, alpha=0.25, ignore_index=-100, axis_name=None):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits and targets (0 or 1): any shape; valid: 0 where an
    example is ignored, beside those whose target is ignore_index; alpha: factor of positives, None for no
    factors; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    z = jnp.where(targets > 0, -logits, logits)
    return mean(focal_terms(z, targets > 0, gamma, alpha), valid, axis_name)


# --- focal/classes: mean log-odds focal-terms
def focal_softmax(logits, targets, valid=None, gamma=2, alpha=0.25, ignore_index=-100, axis_name=None):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits: [N, K]; targets: classes [N], class 0 the negative
    one; valid: [N], 0 where an example is ignored, beside those whose target is ignore_index; alpha: None for
    no factors; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    return mean(focal_terms(log_odds(logits, targets), targets > 0, gamma, alpha), valid, axis_name)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """Which are the ceil(keep * N) valid examples of highest loss of this device; NaN is the highest."""
    # In whole numbers, which also 32 bits hold: float32 would be off by some of many millions.
    share = fractions.Fraction(keep).limit_denominator(30_000)
    whole, part = jnp.divmod(valid.sum(), share.denominator)
    kept = whole * share.numerator + -(-part * share.numerator // share.denominator)
    ease = jnp.where(valid, jnp.where(jnp.isnan(loss), -jnp.inf, -loss), jnp.inf).ravel()
    first = jnp.arange(ease.shape[0]) < jnp.maximum(kept, 1)
    chosen = jnp.zeros(ease.shape, bool).at[jnp.argsort(ease, stable=True)].set(first)
    return chosen.reshape(valid.shape) & valid


# --- ohem/binary: mean hardest
def ohem(logits, targets, valid=None, ignore_index=-100, axis_name=None):
    """Cross-entropy of the hardest examples, divided by all. logits and targets (0 or 1): any shape; valid: 0
    where an example is ignored, beside those whose target is ignore_index; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    loss = jax.nn.softplus(jnp.where(targets > 0, -logits, logits))
    return mean(jnp.where(hardest(loss, valid), loss, 0), valid, axis_name)


# --- ohem/classes: mean log-odds hardest
def ohem_softmax(logits, targets, valid=None, ignore_index=-100, axis_name=None):
    """Cross-entropy of the hardest examples, divided by all. logits: [N, K]; targets: classes [N]; valid: [N],
    0 where an example is ignored, beside those whose target is ignore_index; axis_name: as in `mean`."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    loss = jax.nn.softplus(log_odds(logits, targets))
    return mean(jnp.where(hardest(loss, valid), loss, 0), valid, axis_name)


# --- ghm-c/binary: mean state density
def ghm_c(
    state,
    logits,
    targets,
    valid=None,
    momentum=0.75,
    convention="per-bin",
    ignore_index=-100,
    axis_name=None,
    warm_up=0,
):
    """New state and the GHM-C loss. logits and targets (0 or 1): any shape, every entry an example; valid: 0
    where ignored, beside those whose target is ignore_index; axis_name: as in `mean`. Differentiate with
    has_aux: return the loss first and the state as the auxiliary."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    z = jnp.where(targets > 0, -logits, logits)
    g = jax.nn.sigmoid(z)
    state, beta = harmonize(state, g, g, valid, momentum, convention, axis_name, warm_up)
    return state, mean(beta * jax.nn.softplus(z), valid, axis_name)


# --- ghm-c/classes: mean log-odds state density
def ghm_c_softmax(
    state,
    logits,
    targets,
    valid=None,
    momentum=0.75,
    convention="per-bin",
    counting="true-class",
    ignore_index=-100,
    axis_name=None,
    warm_up=0,
):
    """New state and the GHM-C loss. logits: [N, K]; targets: classes [N]; valid: [N], 0 where ignored, beside
    those whose target is ignore_index; axis_name: as in `mean`.

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|. Differentiate with
    has_aux: return the loss first and the state as the auxiliary.
    """
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    z = log_odds(logits, targets)
    g = jax.nn.sigmoid(z)
    counted, of_counted = g, valid
    if counting == "every-entry":
        labels = jax.nn.one_hot(targets, logits.shape[1], dtype=logits.dtype)
        counted = jnp.abs(jax.nn.softmax(logits, axis=1) - labels)
        of_counted = jnp.broadcast_to(valid[:, None], counted.shape)
    state, beta = harmonize(state, g, counted, of_counted, momentum, convention, axis_name, warm_up)
    return state, mean(beta * jax.nn.softplus(z), valid, axis_name)


# --- l1/regression: mean
def l1(predictions, targets, valid=None, axis_name=None):
    """Mean absolute error. predictions and targets: any shape; valid: 0 where an example is ignored; axis_name:
    as in `mean`."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean(jnp.abs(predictions - targets), valid, axis_name)


# --- smooth-l1/regression: mean
def smooth_l1(predictions, targets, valid=None, delta=0.1111111111111111, axis_name=None):
    """Smooth L1. predictions and targets: any shape; valid: 0 where an example is ignored; axis_name: as in
    `mean`."""
    predictions, targets, valid = select(predictions, targets, valid)
    size = jnp.abs(predictions - targets)
    return mean(jnp.where(size < delta, size**2 / (2 * delta), size - delta / 2), valid, axis_name)


# --- asl1/regression: mean
def asl1(predictions, targets, valid=None, mu=0.02, axis_name=None):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. predictions and targets: any shape; valid: 0 where an example
    is ignored; axis_name: as in `mean`."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean(jnp.hypot(predictions - targets, mu) - mu, valid, axis_name)


# --- ghm-r/regression: mean state-regression density
def ghm_r(
    state,
    predictions,
    targets,
    valid=None,
    mu=0.02,
    momentum=0.7,
    convention="per-bin",
    axis_name=None,
    warm_up=0,
):
    """New state and the GHM-R loss. predictions and targets: any shape, every entry an example; valid: 0
    where ignored; axis_name: as in `mean`. Differentiate with has_aux: return the loss first and the state as
    the auxiliary."""
    predictions, targets, valid = select(predictions, targets, valid)
    d = predictions - targets
    root = jnp.hypot(d, mu)
    g = jnp.abs(d) / root
    state, beta = harmonize(state, g, g, valid, momentum, convention, axis_name, warm_up)
    return state, mean(beta * (root - mu), valid, axis_name)
