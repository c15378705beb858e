"""PyTorch: GHM-C's loss with its gradient, and a training step, as JSON on standard output.

python pytorch.py [cpu|cuda]: on the CPU, or on a CUDA device, where it also tells what copying as many numbers takes,
which no pass over them can beat.
"""

import json
import os
import statistics
import sys
import time
from functools import partial

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

BINS = 30
MOMENTUM = 0.75
GHM_C = (10_000, 100_000, 1_000_000, 10_000_000)
BATCHES = (256, 4_096, 65_536, 950_000)
SECONDS = 2.0
FEWEST_RUNS = 3
# Of so many seconds is a run on a device that works by itself: it is told step after step and waited for once.
RUN_SECONDS = 0.02
MOST_STEPS = 500


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


class VectorisedGhmC:
    """The same numbers without asking the device for a count: what PyTorch can do at its best."""

    def __init__(self):
        self.averages = torch.zeros(BINS)

    def __call__(self, logits, targets):
        norms = (logits.detach().sigmoid() - targets).abs()
        bins = (norms * BINS).long().clamp_(max=BINS - 1)
        counts = torch.histc(norms, BINS, 0, 1)
        hit = counts > 0
        averages = torch.where(hit, MOMENTUM * self.averages + (1 - MOMENTUM) * counts, self.averages)
        self.averages.copy_(averages)
        weights = torch.where(hit, 1 / averages, 0)[bins] / hit.sum()
        return binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum")


def ghm_c(size, loss=GhmC, wrap=lambda loss: loss):
    # Labels drawn from what the logits say and some that are not: every bin is hit, as in training.
    logits = (3 * torch.randn(size) - 1).requires_grad_()
    targets = (torch.rand(size) < logits.detach().sigmoid()).float()
    targets = torch.where(torch.rand(size) < 0.05, 1 - targets, targets)
    loss = wrap(loss())

    def step():
        logits.grad = None
        loss(logits, targets).backward()

    return step


def copy(size):
    numbers, copied = torch.randn(size), torch.empty(size)
    return lambda: copied.copy_(numbers)


def graph(start):
    """The step as a CUDA graph, which is launched whole."""
    step = start()
    aside = torch.cuda.Stream()
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    recorded = torch.cuda.CUDAGraph()
    with torch.cuda.graph(recorded):
        step()
    return recorded.replay


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


def run(step, seconds, fewest, steps=1):
    """Milliseconds of a step in every run of so many."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < fewest or time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(steps):
            step()
        if ON_CUDA:
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - begin) / steps)
    return times


def rows(name, size, variants):
    """The first variant, which is PyTorch as it comes, and the fastest one: PyTorch at its best."""
    measured = []
    for label, threads, start in variants:
        torch.set_num_threads(threads)
        step = start()
        seconds = SECONDS / len(variants)
        once = min(run(step, seconds / 4, 2))
        steps = max(1, min(MOST_STEPS, round(1000 * RUN_SECONDS / once))) if ON_CUDA else 1
        times = sorted(run(step, seconds, FEWEST_RUNS, steps))
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


def adams(capturable):
    yield "plain Adam", {"capturable": capturable}
    yield "foreach Adam", {"foreach": True, "capturable": capturable}
    yield "fused Adam", {"fused": True, "capturable": capturable}


def on_cpu():
    for size in GHM_C:
        variants = [(f"threads={threads}", threads, partial(ghm_c, size)) for threads in thread_counts(size)]
        yield f"ghm-c/{size}", size, variants
    for batch in BATCHES:
        variants = [
            (f"{label}, threads={threads}", threads, partial(train, batch, **adam))
            for label, adam in adams(capturable=False)
            for threads in thread_counts(batch)
        ]
        yield f"train/{batch}", batch, variants


def on_cuda():
    for size in GHM_C:
        yield f"copy/{size}", size, [("copy_", 1, partial(copy, size))]
        vectorised = partial(ghm_c, size, VectorisedGhmC)
        compiled = partial(vectorised, torch.compile)
        variants = [
            ("a mask for each bin", 1, partial(ghm_c, size)),
            ("vectorised", 1, vectorised),
            ("vectorised, graph", 1, partial(graph, vectorised)),
            ("vectorised, compiled", 1, compiled),
            ("vectorised, compiled, graph", 1, partial(graph, compiled)),
        ]
        yield f"ghm-c/{size}", size, variants
    for batch in BATCHES:
        variants = []
        for label, adam in adams(capturable=True):
            start = partial(train, batch, **adam)
            variants += [(label, 1, start), (f"{label}, graph", 1, partial(graph, start))]
        yield f"train/{batch}", batch, variants


def main():
    torch.manual_seed(0)
    if ON_CUDA:
        torch.set_default_device("cuda")
    device = torch.cuda.get_device_name() if ON_CUDA else "cpu"
    found = [row for workload in (on_cuda if ON_CUDA else on_cpu)() for row in rows(*workload)]
    print(json.dumps({"version": torch.__version__, "device": device, "rows": found}))


ON_CUDA = sys.argv[1:] == ["cuda"]
main()
