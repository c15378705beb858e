# --- head
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn


# --- mean
def over_ranks(x):
    """Sum of x over all ranks of a distributed training, in place; x itself in a single process."""
    if dist.is_available() and dist.is_initialized():
        dist.all_reduce(x)
    return x


def mean(loss, valid):
    """Mean of the losses of valid examples over all ranks.

    DistributedDataParallel averages the gradients of the ranks, hence the factor.
    """
    ranks = dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1
    n = over_ranks(valid.sum().detach())
    return ranks * (loss * valid).sum() / n.clamp(min=1)


# --- density
class GradientDensity(nn.Module):
    """Harmonizing weights beta = N / GD(g) by unit regions, with a moving average over mini-batches.

    Its buffers are the state of the average and are saved with the model. Conventions: "corrected"
    (bias-corrected average, divided by the bins that are hit), "paper" (from zero, M bins), "mmdetection"
    (from zero, empty bins keep their value, bins that are hit), "keras" (from zero, 1 / average).
    """

    def __init__(self, bins, momentum, convention):
        super().__init__()
        self.bins, self.momentum, self.convention = bins, momentum, convention
        self.register_buffer("average", torch.zeros(bins))
        self.register_buffer("start", torch.ones(()))

    @torch.no_grad()
    def forward(self, g, counted, valid):
        """Weights [*g.shape] of the norms g; the histogram counts the norms `counted` where `valid` is 1."""
        counts = torch.zeros_like(self.average)
        counts.index_add_(0, self.bin(counted).flatten(), valid.flatten().to(counts.dtype))
        over_ranks(counts)
        hit = counts > 0
        average = self.momentum * self.average + (1 - self.momentum) * counts
        if self.convention == "mmdetection":
            average = torch.where(hit, average, self.average)
        self.average.copy_(average)
        self.start.mul_(self.momentum)
        density = average
        if self.convention == "corrected":
            density = density / (1 - self.start)
        if self.convention == "paper":
            density = density * self.bins
        elif self.convention != "keras":
            density = density * hit.sum()
        beta = torch.where(density > 1e-30, counts.sum() / density, torch.zeros_like(density))
        return beta[self.bin(g)]

    def bin(self, g):
        # Not by edges: in half precision a bound of 1 + 1e-6 is 1, and the hardest would be in no bin.
        return (g.to(self.average.dtype) * self.bins).long().clamp(max=self.bins - 1)


# --- ce/binary: mean
def cross_entropy(logits, targets, valid=None):
    """Cross-entropy. logits and targets (0 or 1): any shape; valid: 0 where an example is ignored."""
    valid = torch.ones_like(logits) if valid is None else valid.to(logits.dtype)
    loss = F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype), reduction="none")
    return mean(loss, valid)


# --- ce/classes: mean
def cross_entropy_softmax(logits, targets, valid=None):
    """Cross-entropy. logits: [N, K]; targets: classes [N]; valid: [N], 0 where an example is ignored."""
    valid = torch.ones_like(logits[:, 0]) if valid is None else valid.to(logits.dtype)
    return mean(F.cross_entropy(logits, targets, reduction="none"), valid)


# --- class-balanced/binary: mean class-weights
def class_balanced(logits, targets, counts, valid=None):
    """Class-balanced cross-entropy. logits and targets (0 or 1): any shape; counts: examples of class 0
    and class 1 in the training data; valid: 0 where an example is ignored."""
    valid = torch.ones_like(logits) if valid is None else valid.to(logits.dtype)
    loss = F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype), reduction="none")
    return mean(class_weights(counts).to(loss)[targets.long()] * loss, valid)


# --- class-balanced/classes: mean class-weights
def class_balanced_softmax(logits, targets, counts, valid=None):
    """Class-balanced cross-entropy. logits: [N, K]; targets: classes [N]; counts: examples of each class
    in the training data [K]; valid: [N], 0 where an example is ignored."""
    valid = torch.ones_like(logits[:, 0]) if valid is None else valid.to(logits.dtype)
    loss = F.cross_entropy(logits, targets, reduction="none")
    return mean(class_weights(counts).to(loss)[targets] * loss, valid)


# --- class-weights
def class_weights(counts, balance="inverse", effective_beta=0.999):
    """Weights [K] of classes with so many examples, N / (K n_k), or by the effective number of examples
    (1 - b^n_k) / (1 - b); the mean over the examples is 1."""
    counts = torch.as_tensor(counts, dtype=torch.float64)
    weights = 1 / counts
    if balance == "effective":
        weights = (1 - effective_beta) / (1 - effective_beta**counts)
    return weights * counts.sum() / (weights * counts).sum()


# --- focal/binary: mean
def focal(logits, targets, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits and targets (0 or 1): any shape; valid: 0 where an
    example is ignored; alpha: factor of positives, None for no factors."""
    valid = torch.ones_like(logits) if valid is None else valid.to(logits.dtype)
    targets = targets.to(logits.dtype)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = torch.sigmoid(torch.where(targets > 0, -logits, logits)) ** gamma * ce
    if alpha is not None:
        loss = loss * torch.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- focal/classes: mean
def focal_softmax(logits, targets, valid=None, gamma=2, alpha=0.25):
    """Focal loss -alpha_t (1 - p_t)^gamma ln p_t. logits: [N, K]; targets: classes [N], class 0 the
    negative one; valid: [N], 0 where an example is ignored; alpha: None for no factors."""
    valid = torch.ones_like(logits[:, 0]) if valid is None else valid.to(logits.dtype)
    ce = F.cross_entropy(logits, targets, reduction="none")
    loss = (-torch.expm1(-ce)) ** gamma * ce
    if alpha is not None:
        loss = loss * torch.where(targets > 0, alpha, 1 - alpha)
    return mean(loss, valid)


# --- hardest
def hardest(loss, valid, keep=0.25):
    """1 for the ceil(keep * N) valid examples of highest loss of this rank, 0 for the others."""
    loss, flat = loss.detach().flatten(), valid.flatten()
    order = torch.argsort(torch.where(flat > 0, loss, -torch.inf), descending=True, stable=True)
    kept = torch.ceil(keep * (1 - 1e-12) * flat.sum().double()).clamp(min=1)
    chosen = (torch.arange(len(order), device=loss.device) < kept).to(valid.dtype)
    return torch.zeros_like(flat).scatter(0, order, chosen).view_as(valid) * valid


# --- ohem/binary: mean hardest
def ohem(logits, targets, valid=None):
    """Cross-entropy of the hardest examples, divided by all. logits and targets (0 or 1): any shape;
    valid: 0 where an example is ignored."""
    valid = torch.ones_like(logits) if valid is None else valid.to(logits.dtype)
    loss = F.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype), reduction="none")
    return mean(hardest(loss, valid) * loss, valid)


# --- ohem/classes: mean hardest
def ohem_softmax(logits, targets, valid=None):
    """Cross-entropy of the hardest examples, divided by all. logits: [N, K]; targets: classes [N];
    valid: [N], 0 where an example is ignored."""
    valid = torch.ones_like(logits[:, 0]) if valid is None else valid.to(logits.dtype)
    loss = F.cross_entropy(logits, targets, reduction="none")
    return mean(hardest(loss, valid) * loss, valid)


# --- ghm-c/binary: mean density
class GHMC(nn.Module):
    """GHM-C. logits and targets (0 or 1): any shape, every entry an example; valid: 0 where ignored."""

    def __init__(self, bins=30, momentum=0.75, convention="corrected"):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention)

    def forward(self, logits, targets, valid=None):
        valid = torch.ones_like(logits) if valid is None else valid.to(logits.dtype)
        targets = targets.to(logits.dtype)
        g = (torch.sigmoid(logits) - targets).abs()
        beta = self.density(g, g, valid).to(logits.dtype)
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return mean(beta * loss, valid)


# --- ghm-c/classes: mean density
class GHMCSoftmax(nn.Module):
    """GHM-C over a softmax. logits: [N, K]; targets: classes [N]; valid: [N], 0 where ignored.

    counting: "true-class" counts 1 - p of the true class, "every-entry" all |p_k - y_k|.
    """

    def __init__(self, bins=30, momentum=0.75, convention="corrected", counting="true-class"):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention)
        self.counting = counting

    def forward(self, logits, targets, valid=None):
        valid = torch.ones_like(logits[:, 0]) if valid is None else valid.to(logits.dtype)
        loss = F.cross_entropy(logits, targets, reduction="none")
        g = -torch.expm1(-loss)
        counted, counts = g, valid
        if self.counting == "every-entry":
            labels = F.one_hot(targets, logits.shape[1])
            counted = (torch.softmax(logits, dim=1) - labels).abs()
            counts = valid[:, None].expand_as(counted)
        beta = self.density(g, counted, counts).to(logits.dtype)
        return mean(beta * loss, valid)


# --- l1/regression: mean
def l1(predictions, targets, valid=None):
    """Mean absolute error. predictions and targets: any shape; valid: 0 where an example is ignored."""
    valid = torch.ones_like(predictions) if valid is None else valid.to(predictions.dtype)
    return mean((predictions - targets).abs(), valid)


# --- smooth-l1/regression: mean
def smooth_l1(predictions, targets, valid=None, delta=0.1111111111111111):
    """Smooth L1. predictions and targets: any shape; valid: 0 where an example is ignored."""
    valid = torch.ones_like(predictions) if valid is None else valid.to(predictions.dtype)
    return mean(F.smooth_l1_loss(predictions, targets, beta=delta, reduction="none"), valid)


# --- asl1/regression: mean
def asl1(predictions, targets, valid=None, mu=0.02):
    """Authentic smooth L1, sqrt(d^2 + mu^2) - mu. predictions and targets: any shape; valid: 0 where an
    example is ignored."""
    valid = torch.ones_like(predictions) if valid is None else valid.to(predictions.dtype)
    return mean(torch.sqrt((predictions - targets) ** 2 + mu**2) - mu, valid)


# --- ghm-r/regression: mean density
class GHMR(nn.Module):
    """GHM-R. predictions and targets: any shape, every entry an example; valid: 0 where ignored."""

    def __init__(self, mu=0.02, bins=10, momentum=0.7, convention="corrected"):
        super().__init__()
        self.density = GradientDensity(bins, momentum, convention)
        self.mu = mu

    def forward(self, predictions, targets, valid=None):
        valid = torch.ones_like(predictions) if valid is None else valid.to(predictions.dtype)
        d = predictions - targets
        root = torch.sqrt(d**2 + self.mu**2)
        g = (d.abs() / root).detach()
        beta = self.density(g, g, valid).to(predictions.dtype)
        return mean(beta * (root - self.mu), valid)
