"""PyTorch on the CPU: GHM-C's loss with its gradient, and a training step, as JSON on standard output."""

import json
import os
import statistics
import time
from functools import partial

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

BINS = 30
MOMENTUM = 0.75
GHM_C = (10_000, 100_000, 1_000_000, 10_000_000)
BATCHES = (256, 4_096, 65_536)
SECONDS = 2.0
FEWEST_RUNS = 3


class GhmC:
    """GHM-C as detection code bases compute it: a mask and a count for each bin, one after another."""

    def __init__(self):
        self.edges = [i / BINS for i in range(BINS)] + [1 + 1e-6]
        self.averages = [0.0] * BINS

    def __call__(self, logits, targets):
        norms = (logits.detach().sigmoid() - targets).abs()
        total = logits.numel()
        weights = torch.zeros_like(logits)
        hit = 0
        for j in range(BINS):
            mask = (norms >= self.edges[j]) & (norms < self.edges[j + 1])
            count = mask.sum().item()
            if count > 0:
                self.averages[j] = MOMENTUM * self.averages[j] + (1 - MOMENTUM) * count
                weights[mask] = total / self.averages[j]
                hit += 1
        weights /= hit
        return binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum") / total


def ghm_c(size):
    # Labels drawn from what the logits say and some that are not: every bin is hit, as in training.
    logits = (3 * torch.randn(size) - 1).requires_grad_()
    targets = (torch.rand(size) < logits.detach().sigmoid()).float()
    targets = torch.where(torch.rand(size) < 0.05, 1 - targets, targets)
    loss = GhmC()

    def step():
        logits.grad = None
        loss(logits, targets).backward()

    return step


def train(batch, **adam):
    network = torch.nn.Sequential(
        torch.nn.Linear(2, 16),
        torch.nn.Tanh(),
        torch.nn.Linear(16, 16),
        torch.nn.Tanh(),
        torch.nn.Linear(16, 1),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01, **adam)
    inputs = torch.randn(batch, 2)
    targets = (inputs.square().sum(1, keepdim=True) < 1).float()

    def step():
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(network(inputs), targets).backward()
        optimizer.step()

    return step


def run(step, seconds, fewest):
    """Milliseconds of every run."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < fewest or time.perf_counter() < end:
        begin = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - begin))
    return times


def rows(name, size, variants):
    """The first variant, which is PyTorch as it comes, and the fastest one: PyTorch at its best."""
    measured = []
    for label, threads, start in variants:
        torch.set_num_threads(threads)
        step = start()
        seconds = SECONDS / len(variants)
        run(step, seconds / 4, 1)
        times = sorted(run(step, seconds, FEWEST_RUNS))
        ms = statistics.median(times)
        measured.append(
            {
                "name": name,
                "variant": label,
                "ms": ms,
                "spread": [times[round(q * (len(times) - 1))] for q in (0.1, 0.9)],
                "examples_per_s": 1000 * size / ms,
                "runs": len(times),
            }
        )
    best = min(measured, key=lambda row: row["ms"])
    return [measured[0], {**best, "name": f"{name}/best"}]


def thread_counts(size):
    """All, as PyTorch takes them; and one, since little work does not repay a second."""
    cores = os.cpu_count()
    return [cores, 1] if size <= 1_000_000 and cores > 1 else [cores]


def main():
    torch.manual_seed(0)
    found = []
    for size in GHM_C:
        variants = [(f"threads={threads}", threads, partial(ghm_c, size)) for threads in thread_counts(size)]
        found += rows(f"ghm-c/{size}", size, variants)
    for batch in BATCHES:
        variants = [
            (f"{label} Adam, threads={threads}", threads, partial(train, batch, **adam))
            for label, adam in (("plain", {}), ("foreach", {"foreach": True}), ("fused", {"fused": True}))
            for threads in thread_counts(batch)
        ]
        found += rows(f"train/{batch}", batch, variants)
    print(json.dumps({"version": torch.__version__, "rows": found}))


main()
