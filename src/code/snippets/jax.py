# --- head
import jax
import jax.numpy as jnp


# --- mean
def mean(loss, valid):
    """Mean of the losses of valid examples. Under pmap or shard_map, sum both with lax.psum."""
    return (loss * valid).sum() / jnp.maximum(valid.sum(), 1)


# --- log-odds
def softplus(z):
    """ln(1 + e^z)."""
    return jnp.maximum(z, 0) + jnp.log1p(jnp.exp(-jnp.abs(z)))


def log_odds(logits, targets):
    """Log-odds against the true class [N] of a softmax; its sigmoid is 1 - p_t, its softplus -ln p_t."""
    true = jnp.take_along_axis(logits, targets[:, None], axis=1)
    others = jnp.where(jax.nn.one_hot(targets, logits.shape[1]) > 0, -jnp.inf, logits)
    return jax.nn.logsumexp(others, axis=1) - true[:, 0]


# --- state
def init(bins=30, dtype=jnp.float32):
    """The state of the moving average: pass it through your training step and save it with the model."""
    return {"average": jnp.zeros(bins, dtype), "start": jnp.ones((), dtype)}


# --- state-regression
def init_regression(bins=10, dtype=jnp.float32):
    """The state of the moving average: pass it through your training step and save it with the model."""
    return {"average": jnp.zeros(bins, dtype), "start": jnp.ones((), dtype)}


# --- density
def harmonize(state, g, counted, valid, momentum, convention, axis_name=None):
    """New state, and weights beta = N / GD(g) [*g.shape] by unit regions.

    The histogram counts the norms `counted` where `valid` is 1, over all devices of `axis_name`.
    Conventions: "corrected" (bias-corrected average, divided by the bins that are hit), "paper" (from
    zero, M bins), "mmdetection" (from zero, empty bins keep their value, bins that are hit), "keras" (from
    zero, 1 / average).
    """
    bins = state["average"].shape[0]
    dtype = state["average"].dtype
    # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
    bin_of = lambda g: jnp.minimum((g.astype(dtype) * bins).astype(jnp.int32), bins - 1)
    counts = jnp.zeros(bins, dtype).at[bin_of(counted).ravel()].add(valid.ravel().astype(dtype))
    if axis_name is not None:
        counts = jax.lax.psum(counts, axis_name)
    hit = counts > 0
    average = momentum * state["average"] + (1 - momentum) * counts
    if convention == "mmdetection":
        average = jnp.where(hit, average, state["average"])
    start = momentum * state["start"]
    density = average
    if convention == "corrected":
        density = density / (1 - start)
    if convention == "paper":
        density = density * bins
    elif convention != "keras":
        density = density * hit.sum()
    used = density > 1e-30
    beta = jnp.where(used, counts.sum() / jnp.where(used, density, 1), 0)
    return {"average": average, "start": start}, jax.lax.stop_gradient(beta[bin_of(g)])


# --- ce/binary: mean log-odds
def cross_entropy(logits, targets, valid=None):
    """Cross-entropy. logits and targets (0 or 1): any shape; valid: 0 where an example is ignored."""
    valid = jnp.ones_like(logits) if valid is None else valid
    return mean(softplus(jnp.where(targets > 0, -logits, logits)), valid)


# --- ce/classes: mean log-odds
def cross_entropy_softmax(logits, targets, valid=None):
    """Cross-entropy. logits: [N, K]; targets: classes [N]; valid: [N], 0 where an example is ignored."""
    valid = jnp.ones_like(logits[:, 0]) if valid is None else valid
    return mean(softplus(log_odds(logits, targets)), valid)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1."""
    counts = jnp.asarray(counts, float)
    weights = 1 / counts
    if balance == "effective":
        weights = (1 - effective_beta) / (1 - effective_beta**counts)
    return weights * counts.sum() / (weights * counts).sum()


# --- class-balanced/binary: mean log-odds class-weights
def class_balanced(logits, targets, counts, valid=None):
    """Class-balanced cross-entropy. logits and targets (0 or 1): any shape; counts: examples of class 0
    and class 1 in the training data; valid: 0 where an example is ignored."""
    valid = jnp.ones_like(logits) if valid is None else valid
    loss = softplus(jnp.where(targets > 0, -logits, logits))
    return mean(class_weights(counts)[targets.astype(jnp.int32)] * loss, valid)


# --- class-balanced/classes: mean log-odds class-weights
def class_balanced_softmax(logits, targets, counts, valid=None):
    """Class-balanced cross-entropy. logits: [N, K]; targets: classes [N]; counts: examples of each class
    in the training data [K]; valid: [N], 0 where an example is ignored."""
    valid = jnp.ones_like(logits[:, 0]) if valid is None else valid
    return mean(class_weights(counts)[targets] * softplus(log_odds(logits, targets)), valid)


# --- focal/binary: mean log-odds
def focal(logits, targets, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits and targets (0 or 1): any shape; valid: 0 where an
    example is ignored; alpha: factor of positives, None for no factors."""
    valid = jnp.ones_like(logits) if valid is None else valid
    z = jnp.where(targets > 0, -logits, logits)
    loss = jax.nn.sigmoid(z) ** gamma * softplus(z)
    if alpha is not None:
        loss = loss * jnp.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- focal/classes: mean log-odds
def focal_softmax(logits, targets, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits: [N, K]; targets: classes [N], class 0 the
    negative one; valid: [N], 0 where an example is ignored; alpha: None for no factors."""
    valid = jnp.ones_like(logits[:, 0]) if valid is None else valid
    z = log_odds(logits, targets)
    loss = jax.nn.sigmoid(z) ** gamma * softplus(z)
    if alpha is not None:
        loss = loss * jnp.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """1 for the ceil(keep * N) valid examples of highest loss, 0 for the others."""
    flat = valid.ravel()
    order = jnp.argsort(jnp.where(flat > 0, -loss.ravel(), jnp.inf), stable=True)
    kept = jnp.maximum(jnp.ceil(keep * (1 - 1e-6) * flat.sum()), 1)
    chosen = (jnp.arange(flat.shape[0]) < kept).astype(flat.dtype)
    return jax.lax.stop_gradient(jnp.zeros_like(flat).at[order].set(chosen).reshape(valid.shape) * valid)


# --- ohem/binary: mean log-odds hardest
def ohem(logits, targets, valid=None):
    """Cross-entropy of the hardest examples, divided by all. logits and targets (0 or 1): any shape;
    valid: 0 where an example is ignored."""
    valid = jnp.ones_like(logits) if valid is None else valid
    loss = softplus(jnp.where(targets > 0, -logits, logits))
    return mean(hardest(loss, valid) * loss, valid)


# --- ohem/classes: mean log-odds hardest
def ohem_softmax(logits, targets, valid=None):
    """Cross-entropy of the hardest examples, divided by all. logits: [N, K]; targets: classes [N];
    valid: [N], 0 where an example is ignored."""
    valid = jnp.ones_like(logits[:, 0]) if valid is None else valid
    loss = softplus(log_odds(logits, targets))
    return mean(hardest(loss, valid) * loss, valid)


# --- ghm-c/binary: mean log-odds state density
def ghm_c(state, logits, targets, valid=None, momentum=0.75, convention="corrected"):
    """New state and the GHM-C loss. logits and targets (0 or 1): any shape, every entry an example; valid: 0
    where ignored. Differentiate with has_aux: return the loss first and the state as the auxiliary."""
    valid = jnp.ones_like(logits) if valid is None else valid
    z = jnp.where(targets > 0, -logits, logits)
    g = jax.nn.sigmoid(z)
    state, beta = harmonize(state, g, g, valid, momentum, convention)
    return state, mean(beta * softplus(z), valid)


# --- ghm-c/classes: mean log-odds state density
def ghm_c_softmax(
    state, logits, targets, valid=None, momentum=0.75, convention="corrected", counting="true-class"
):
    """New state and the GHM-C loss. logits: [N, K]; targets: classes [N]; valid: [N], 0 where ignored.

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|. Differentiate with
    has_aux: return the loss first and the state as the auxiliary.
    """
    valid = jnp.ones_like(logits[:, 0]) if valid is None else valid
    z = log_odds(logits, targets)
    g = jax.nn.sigmoid(z)
    counted, counts = g, valid
    if counting == "every-entry":
        labels = jax.nn.one_hot(targets, logits.shape[1])
        counted = jnp.abs(jax.nn.softmax(logits, axis=1) - labels)
        counts = jnp.broadcast_to(valid[:, None], counted.shape)
    state, beta = harmonize(state, g, counted, counts, momentum, convention)
    return state, mean(beta * softplus(z), valid)


# --- l1/regression: mean
def l1(predictions, targets, valid=None):
    """Mean absolute error. predictions and targets: any shape; valid: 0 where an example is ignored."""
    valid = jnp.ones_like(predictions) if valid is None else valid
    return mean(jnp.abs(predictions - targets), valid)


# --- smooth-l1/regression: mean
def smooth_l1(predictions, targets, valid=None, delta=0.1111111111111111):
    """Smooth L1. predictions and targets: any shape; valid: 0 where an example is ignored."""
    valid = jnp.ones_like(predictions) if valid is None else valid
    size = jnp.abs(predictions - targets)
    return mean(jnp.where(size < delta, size**2 / (2 * delta), size - delta / 2), valid)


# --- asl1/regression: mean
def asl1(predictions, targets, valid=None, mu=0.02):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. predictions and targets: any shape; valid: 0 where an
    example is ignored."""
    valid = jnp.ones_like(predictions) if valid is None else valid
    return mean(jnp.sqrt((predictions - targets) ** 2 + mu**2) - mu, valid)


# --- ghm-r/regression: mean state-regression density
def ghm_r(state, predictions, targets, valid=None, mu=0.02, momentum=0.7, convention="corrected"):
    """New state and the GHM-R loss. predictions and targets: any shape, every entry an example; valid: 0
    where ignored. Differentiate with has_aux: return the loss first and the state as the auxiliary."""
    valid = jnp.ones_like(predictions) if valid is None else valid
    d = predictions - targets
    root = jnp.sqrt(d**2 + mu**2)
    g = jnp.abs(d) / root
    state, beta = harmonize(state, g, g, valid, momentum, convention)
    return state, mean(beta * (root - mu), valid)
