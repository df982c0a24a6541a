"""Measure the accuracy gates: train the right solutions with many seeds on the mini set, and write what came.

    python benchmarks/gates.py [NETWORK …] [--seeds 200] [--jobs 2]

Writes docs/gates.csv (one row a training; rows that are already there are kept, so it can be stopped and continued)
and docs/gates.md (the summary that `coursepack/checks/gates.py` rests on).
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}

import numpy as np
import torch
from torch import nn

from coursepack.checks import gates, references
from coursepack.data import load_mini_mnist

DOCS = Path(__file__).resolve().parents[1] / "docs"
MEAN, STD = 0.1307, 0.3081
EPOCHS = 5


@dataclass(frozen=True)
class Setting:
    """How a network is trained in its notebook."""

    network: Callable[[], nn.Module]
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    batch_size: int
    gate: gates.Gate


def _sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)


def _adam(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=0.01)


SETTINGS = {
    "SimpleFC": Setting(references.simple_fc, _sgd, 50, gates.SIMPLE_FC),
    "SimpleCNN": Setting(references.simple_cnn, _sgd, 50, gates.SIMPLE_CNN),
    "ConvBatchNormNetwork": Setting(references.conv_batch_norm, _adam, 64, gates.CONV_BATCH_NORM),
    "ConvMaxPoolNetwork": Setting(references.conv_max_pool, _adam, 64, gates.CONV_MAX_POOL),
}


def load(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return normalised images (N, 1, 28, 28) float32 and labels (N,) int64 of the mini set."""
    images, labels = load_mini_mnist(split)
    batch = (torch.from_numpy(np.array(images)).float().unsqueeze(1) / 255 - MEAN) / STD
    return batch, torch.from_numpy(np.array(labels)).long()


def train_once(job: tuple[str, int]) -> tuple[str, int, float, float]:
    """Train one network with one seed; return (network, seed, test accuracy, seconds)."""
    name, seed = job
    torch.set_num_threads(1)
    setting, started = SETTINGS[name], time.perf_counter()
    images, labels = load("train")
    torch.manual_seed(seed)
    model, loss_fn = setting.network(), nn.CrossEntropyLoss()
    optimizer = setting.optimizer(model)
    for _ in range(EPOCHS):
        for index in torch.randperm(len(images)).split(setting.batch_size):
            optimizer.zero_grad()
            loss_fn(model(images[index]), labels[index]).backward()
            optimizer.step()
    images, labels = load("test")
    with torch.no_grad():
        accuracy = (model.eval()(images).argmax(dim=1) == labels).double().mean().item()
    return name, seed, accuracy, time.perf_counter() - started


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows measured so far."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def measure(names: list[str], seeds: int, jobs: int, path: Path) -> None:
    """Train what is missing and append each row at once."""
    done = {(row["network"], int(row["seed"])) for row in read_rows(path)}
    todo = [(name, seed) for name in names for seed in range(seeds) if (name, seed) not in done]
    new = not path.exists()
    with path.open("a", newline="") as file, multiprocessing.get_context("spawn").Pool(jobs) as pool:
        writer = csv.writer(file)
        if new:
            writer.writerow(["network", "seed", "accuracy", "seconds"])
        for count, (name, seed, accuracy, seconds) in enumerate(pool.imap_unordered(train_once, todo), start=1):
            writer.writerow([name, seed, f"{accuracy:.5f}", f"{seconds:.1f}"])
            file.flush()
            print(f"{count}/{len(todo)} {name} seed {seed}: {accuracy:.1%} in {seconds:.1f} s", flush=True)


def upper_bound(failures: int, runs: int, confidence: float = 0.95) -> float:
    """Return the Clopper-Pearson upper confidence bound of a failure probability.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.
    """
    from scipy.stats import beta

    return 1.0 if failures == runs else float(beta.ppf(confidence, failures + 1, runs - failures))


def summary(path: Path) -> str:
    """Return docs/gates.md: per network the measured accuracies, the gate and its false-fail probability."""
    lines = [
        "# Accuracy gates",
        "",
        "How good must a trained network be? Each gate is measured: the right solution, trained with many seeds on the",
        "mini set with the notebook's settings (`python benchmarks/gates.py`). Training may be tried again with",
        "other seeds, so a right solution fails only if every try stays below the threshold. The last column is the",
        "95 % upper bound of one try's failure probability (Clopper-Pearson), to the power of the number of tries.",
        "",
        "| network | trainings | lowest | 1st percentile | median | threshold | below it | tries | false-fail bound |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows = read_rows(path)
    for name, setting in SETTINGS.items():
        reached = np.array([float(row["accuracy"]) for row in rows if row["network"] == name])
        if not len(reached):
            lines.append(f"| `{name}` | not measured | | | | | | | |")
            continue
        gate = setting.gate
        below = int((reached < gate.threshold).sum())
        bound = upper_bound(below, len(reached)) ** gate.tries
        low, median = np.percentile(reached, [1, 50])
        lines.append(
            f"| `{name}` | {len(reached)} | {reached.min():.1%} | {low:.1%} | {median:.1%} "
            f"| {gate.threshold:.0%} "
            f"| {below} | {gate.tries} | {bound:.1g} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(SETTINGS)}; all by default")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    unknown = set(options.networks) - set(SETTINGS)
    if unknown:
        sys.exit(f"gates.py: no network {', '.join(sorted(unknown))}; use {', '.join(SETTINGS)}")
    path = DOCS / "gates.csv"
    measure(options.networks or list(SETTINGS), options.seeds, options.jobs, path)
    (DOCS / "gates.md").write_text(summary(path), encoding="utf-8")
    print(summary(path))


if __name__ == "__main__":
    main()
