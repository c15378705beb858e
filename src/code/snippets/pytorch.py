# --- head
import fractions

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn


# --- mean
def select(x, targets, valid, ignore_index=None, classes=False):
    """Logits or predictions x in float32 at least, targets, and which examples are valid [*targets.shape].

    What is ignored becomes 0 before anything is computed from it: a mask that multiplies keeps NaN.
    """
    shape = x.shape[:1] + x.shape[2:] if classes else x.shape
    if targets.shape != shape:
        raise ValueError(f"targets of shape {tuple(shape)} expected, not {tuple(targets.shape)}")
    x = x.to(torch.promote_types(x.dtype, torch.float32))
    targets = targets.long() if classes else targets.to(x.dtype)
    used = torch.ones_like(targets, dtype=torch.bool)
    if ignore_index is not None:
        used = targets != ignore_index
    if valid is not None:
        used = used & (valid != 0).expand_as(used)
    of_x = used.unsqueeze(1) if classes else used
    return x.masked_fill(~of_x, 0), targets.masked_fill(~used, 0), used


def over_ranks(x):
    """Sum of x over all ranks of a distributed training, in place; x itself in a single process."""
    if dist.is_available() and dist.is_initialized():
        dist.all_reduce(x)
    return x


def mean(loss, valid):
    """Mean of the losses of valid examples over all ranks; 0 where there are none.

    DistributedDataParallel averages the gradients of the ranks, hence the factor.
    """
    ranks = dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1
    n = over_ranks(valid.sum())
    return ranks * loss.masked_fill(~valid, 0).sum() / n.clamp(min=1)


# --- density
class GradientDensity(nn.Module):
    """Harmonizing weights beta = N / GD(g) by unit regions, with a moving average over mini-batches.

    Its buffers are the state of the average: they are saved with the model, stay in float32 when it is cast
    to half precision, and are not moved in eval mode, where the average takes a mini-batch in only for its
    own weights. Conventions: "corrected" (bias-corrected average, divided by the bins that are hit), "paper"
    (from zero, M bins), "mmdetection" (from zero, empty bins keep their value, bins that are hit), "keras"
    (from zero, 1 / average), "per-bin" (as mmdetection, bias-corrected for each bin by itself). During the first
    `warm_up` mini-batches of a training all weights are 1, and the average goes on already.
    """

    def __init__(self, bins, momentum, convention, warm_up):
        super().__init__()
        self.bins, self.momentum, self.convention, self.warm_up = bins, momentum, convention, warm_up
        dtype = torch.promote_types(torch.get_default_dtype(), torch.float32)
        self.register_buffer("average", torch.zeros(bins, dtype=dtype))
        self.register_buffer("start", torch.ones(bins, dtype=dtype))
        self.register_buffer("steps", torch.zeros((), dtype=dtype))

    def _apply(self, fn, *rest):
        # Of .half() and .to(torch.bfloat16): a count over 65,504 is inf in the one, of 3 digits in the other.
        def exact(x):
            moved = fn(x)
            dtype = torch.promote_types(moved.dtype, torch.float32)
            return moved if moved.dtype == dtype else x.to(moved.device, dtype)

        return super()._apply(exact, *rest)

    def _load_from_state_dict(self, state, prefix, *rest):
        # An older copy saved one start for all bins, and had no warm-up.
        state.setdefault(prefix + "steps", torch.full((), float(self.warm_up)))
        start = state.get(prefix + "start")
        if start is not None and start.dim() == 0:
            state[prefix + "start"] = start.repeat(self.bins)
        super()._load_from_state_dict(state, prefix, *rest)

    @torch.no_grad()
    def forward(self, g, counted, valid):
        """Weights [*g.shape] of the norms g; the histogram counts the norms `counted` where `valid`."""
        # Whole numbers: float32 stops counting at 16,777,216. A NaN is in no bin.
        counts = torch.zeros(self.bins, dtype=torch.int64, device=g.device)
        valid = valid.bool() & ~counted.isnan()
        counts.index_add_(0, self.bin(counted).flatten(), valid.flatten().long())
        n, hit = over_ranks(counts).sum(), counts > 0
        average = self.momentum * self.average + (1 - self.momentum) * counts.to(self.average.dtype)
        # A mini-batch without valid examples says nothing about the density.
        moves = hit if self.convention in ("mmdetection", "per-bin") else n > 0
        average = torch.where(moves, average, self.average)
        start = torch.where(moves, self.momentum * self.start, self.start)
        warm = self.steps < self.warm_up
        if self.training:
            self.average.copy_(average)
            self.start.copy_(start)
            self.steps.copy_((self.steps + 1).clamp(max=self.warm_up))
        density = average
        if self.convention in ("corrected", "per-bin"):
            density = density / torch.where(start < 1, 1 - start, 1)
        if self.convention == "paper":
            density = density * self.bins
        elif self.convention != "keras":
            density = density * hit.sum()
        beta = torch.where(density > 1e-30, n / density, torch.zeros_like(density))
        return torch.where(warm, 1, beta)[self.bin(g)]

    def bin(self, g):
        # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
        return (g.to(self.average.dtype) * self.bins).long().clamp(0, self.bins - 1)


# --- ce/binary: mean
def cross_entropy(logits, targets, valid=None, ignore_index=-100):
    """Cross-entropy. logits and targets (0 or 1): any shape; valid: 0 where an example is ignored, beside those
    whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    return mean(F.binary_cross_entropy_with_logits(logits, targets, reduction="none"), valid)


# --- ce/classes: mean
def cross_entropy_softmax(logits, targets, valid=None, ignore_index=-100):
    """Cross-entropy. logits: [N, K, ...]; targets: classes [N, ...]; valid: [N, ...], 0 where an example is
    ignored, beside those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    return mean(F.cross_entropy(logits, targets, reduction="none"), valid)


# --- class-balanced/binary: mean class-weights
def class_balanced(logits, targets, counts, valid=None, ignore_index=-100):
    """Class-balanced cross-entropy. logits and targets (0 or 1): any shape; counts: examples of class 0
    and class 1 in the training data; valid: 0 where an example is ignored, beside those whose target is
    ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return mean(class_weights(counts).to(loss)[targets.long()] * loss, valid)


# --- class-balanced/classes: mean class-weights
def class_balanced_softmax(logits, targets, counts, valid=None, ignore_index=-100):
    """Class-balanced cross-entropy. logits: [N, K, ...]; targets: classes [N, ...]; counts: examples of each
    class in the training data [K]; valid: [N, ...], 0 where an example is ignored, beside those whose target
    is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    loss = F.cross_entropy(logits, targets, reduction="none")
    return mean(class_weights(counts).to(loss)[targets] * loss, valid)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1. A class without examples weighs 0."""
    counts = torch.as_tensor(counts, dtype=torch.float64)
    weights = 1 / counts
    if balance == "effective":
        weights = (1 - effective_beta) / (1 - effective_beta**counts)
    weights = weights.masked_fill(counts == 0, 0)
    return weights * counts.sum() / (weights * counts).sum().clamp(min=1e-300)


# --- focal-terms
def focal_terms(z, positive, gamma=2, alpha=0.25):
    """Focal losses by the log-odds z against the true class; positive: where alpha is the factor."""
    # As a power of 1 - p_t, gamma below 1 would have infinite gradients where that is 0.
    loss = torch.exp(gamma * F.logsigmoid(z)) * -F.logsigmoid(-z)
    return loss if alpha is None else torch.where(positive, alpha * loss, (1 - alpha) * loss)


# --- focal/binary: mean focal-terms
def focal(logits, targets, valid=None, gamma=2, alpha=0.25, ignore_index=-100):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits and targets (0 or 1): any shape; valid: 0 where an
    example is ignored, beside those whose target is ignore_index; alpha: factor of positives, None for no
    factors."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    z = torch.where(targets > 0, -logits, logits)
    return mean(focal_terms(z, targets > 0, gamma, alpha), valid)


# --- focal/classes: mean focal-terms
def focal_softmax(logits, targets, valid=None, gamma=2, alpha=0.25, ignore_index=-100):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits: [N, K, ...]; targets: classes [N, ...], class 0 the
    negative one; valid: [N, ...], 0 where an example is ignored, beside those whose target is ignore_index;
    alpha: None for no factors."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    of_target = targets.unsqueeze(1)
    others = logits.scatter(1, of_target, -torch.inf)
    z = torch.logsumexp(others, dim=1) - logits.gather(1, of_target).squeeze(1)
    return mean(focal_terms(z, targets > 0, gamma, alpha), valid)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """Which are the ceil(keep * N) valid examples of highest loss of this rank; NaN is the highest."""
    share = fractions.Fraction(keep).limit_denominator(1_000_000)
    kept = (valid.sum() * share.numerator + share.denominator - 1) // share.denominator
    order = loss.detach().masked_fill(~valid, -torch.inf).flatten().argsort(descending=True, stable=True)
    first = torch.arange(len(order), device=loss.device) < kept.clamp(min=1)
    return torch.zeros_like(first).scatter(0, order, first).view_as(valid) & valid


# --- ohem/binary: mean hardest
def ohem(logits, targets, valid=None, ignore_index=-100):
    """Cross-entropy of the hardest examples, divided by all. logits and targets (0 or 1): any shape;
    valid: 0 where an example is ignored, beside those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index)
    loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return mean(loss.masked_fill(~hardest(loss, valid), 0), valid)


# --- ohem/classes: mean hardest
def ohem_softmax(logits, targets, valid=None, ignore_index=-100):
    """Cross-entropy of the hardest examples, divided by all. logits: [N, K, ...]; targets: classes [N, ...];
    valid: [N, ...], 0 where an example is ignored, beside those whose target is ignore_index."""
    logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
    loss = F.cross_entropy(logits, targets, reduction="none")
    return mean(loss.masked_fill(~hardest(loss, valid), 0), valid)


# --- ghm-c/binary: mean density
class GHMC(nn.Module):
    """GHM-C. logits and targets (0 or 1): any shape, every entry an example; valid: 0 where ignored, beside
    those whose target is ignore_index."""

    def __init__(self, bins=30, momentum=0.75, convention="per-bin", warm_up=0):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention, warm_up)

    def forward(self, logits, targets, valid=None, ignore_index=-100):
        logits, targets, valid = select(logits, targets, valid, ignore_index)
        g = (torch.sigmoid(logits) - targets).abs()
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return mean(self.density(g, g, valid) * loss, valid)


# --- ghm-c/classes: mean density
class GHMCSoftmax(nn.Module):
    """GHM-C over a softmax. logits: [N, K, ...]; targets: classes [N, ...]; valid: [N, ...], 0 where ignored,
    beside those whose target is ignore_index.

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|.
    """

    def __init__(self, bins=30, momentum=0.75, convention="per-bin", counting="true-class", warm_up=0):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention, warm_up)
        self.counting = counting

    def forward(self, logits, targets, valid=None, ignore_index=-100):
        logits, targets, valid = select(logits, targets, valid, ignore_index, classes=True)
        loss = F.cross_entropy(logits, targets, reduction="none")
        g = -torch.expm1(-loss)
        counted, of_counted = g, valid
        if self.counting == "every-entry":
            p = torch.softmax(logits, dim=1)
            counted = (p - torch.zeros_like(p).scatter(1, targets.unsqueeze(1), 1)).abs()
            of_counted = valid.unsqueeze(1).expand_as(p)
        return mean(self.density(g, counted, of_counted) * loss, valid)


# --- l1/regression: mean
def l1(predictions, targets, valid=None):
    """Mean absolute error. predictions and targets: any shape; valid: 0 where an example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean((predictions - targets).abs(), valid)


# --- smooth-l1/regression: mean
def smooth_l1(predictions, targets, valid=None, delta=0.1111111111111111):
    """Smooth L1. predictions and targets: any shape; valid: 0 where an example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    return mean(F.smooth_l1_loss(predictions, targets, beta=delta, reduction="none"), valid)


# --- asl1/regression: mean
def asl1(predictions, targets, valid=None, mu=0.02):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. predictions and targets: any shape; valid: 0 where an
    example is ignored."""
    predictions, targets, valid = select(predictions, targets, valid)
    d = predictions - targets
    return mean(torch.hypot(d, torch.full_like(d, mu)) - mu, valid)


# --- ghm-r/regression: mean density
class GHMR(nn.Module):
    """GHM-R. predictions and targets: any shape, every entry an example; valid: 0 where ignored."""

    def __init__(self, mu=0.02, bins=10, momentum=0.7, convention="per-bin", warm_up=0):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention, warm_up)
        self.mu = mu

    def forward(self, predictions, targets, valid=None):
        predictions, targets, valid = select(predictions, targets, valid)
        d = predictions - targets
        root = torch.hypot(d, torch.full_like(d, self.mu))
        g = d.abs() / root
        return mean(self.density(g, g, valid) * (root - self.mu), valid)
