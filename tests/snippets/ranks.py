"""Shows that a loss comes out the same on two ranks as on one: ranks.py pytorch|keras GHM-C-MODULE.py

Each rank has half of a mini-batch, of unequal numbers of valid examples. Loss, averaged gradient and state must
be those of one process with the whole mini-batch. Keras runs on its PyTorch backend.
"""

import importlib.util
import os
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

# Largest relative difference. Keras' sums come out to 1e-7 on PyTorch, whatever the type of its weights.
LARGEST = {"pytorch": 1e-9, "keras": 1e-6}


def module(framework, path):
    torch.set_default_dtype(torch.float64)
    if framework == "keras":
        os.environ.update(KERAS_BACKEND="torch")
        import keras

        keras.config.set_floatx("float64")
    spec = importlib.util.spec_from_file_location("snippet", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def batches():
    random = torch.Generator().manual_seed(3)
    for _ in range(4):
        logits = torch.randn(64, generator=random) * 3
        targets = (torch.rand(64, generator=random) < 0.2).double()
        valid = (torch.rand(64, generator=random) < torch.linspace(0.3, 1, 64)).double()
        yield logits, targets, valid


def losses(framework, path, part):
    """Loss, gradient with respect to a shared shift of the logits, and state, batch by batch."""
    loss = module(framework, path).GHMC(bins=12, momentum=0.6)
    found = []
    for batch in batches():
        logits, targets, valid = (part(of) for of in batch)
        shift = torch.zeros((), requires_grad=True)
        if framework == "keras":
            value = loss(targets, logits + shift, valid, training=True)
        else:
            value = loss(logits + shift, targets, valid)
        value.backward()
        average = loss.density.average
        average = average.value.detach() if framework == "keras" else average
        found.append(torch.stack([value.detach(), shift.grad, *average]))
    return torch.stack(found)


def rank(index, framework, path, results):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
    dist.init_process_group("gloo", rank=index, world_size=2)
    found = losses(framework, path, lambda of: of[index::2])
    # As DistributedDataParallel averages gradients; the reported loss is averaged alike.
    mean = found.clone()
    dist.all_reduce(mean)
    mean /= 2
    if index == 0:
        results.put(mean.tolist())
    dist.destroy_process_group()


def main(framework, path):
    alone = losses(framework, path, lambda of: of)
    results = mp.get_context("spawn").SimpleQueue()
    mp.spawn(rank, (framework, path, results), nprocs=2)
    together = torch.tensor(results.get())
    off = ((alone - together).abs() / (alone.abs() + 1e-12)).max().item()
    print(f"{framework}: two ranks are off by {off:.1e} of one")
    return 0 if off < LARGEST[framework] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
