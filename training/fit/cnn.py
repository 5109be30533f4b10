"""Fine-tuning a CNN (§4.2): on Web images first, then on the frames of labelled clips (§4.3)."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DataLoaderConfiguration, set_seed
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, Sampler

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.networks.cnn import Backbone
from attention.networks.stages import Learner
from training.cache.views import Views
from training.fit.settings import FitSettings
from training.listener import NOBODY, Epoch, Listener

CHECKPOINT, MOMENTUM = "checkpoint.safetensors", "momentum of parameter "
WARM_UP = 20  # steps; without a warm-up some seeds diverge (LOG.md)


class _Pictures(Dataset[tuple[Tensor, Tensor]]):
    """Item 2i is picture i, item 2i + 1 its mirror image.

    So `_Draws` decides about mirroring, and the number of processes does not change the fit.
    """

    def __init__(self, views: Views, labels: Tensor) -> None:
        self.views, self.labels = views, labels

    def __len__(self) -> int:
        return 2 * len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        row, mirrored = divmod(index, 2)
        return self.views.picture(row, bool(mirrored)).float(), self.labels[row]


class _Draws(Sampler[int]):
    """The items of an epoch: classes equally often when balanced, half of them mirrored.

    Their number is that of the pictures, rounded up to whole mini-batches: the pictures of a smaller
    mini-batch would have more weight.
    """

    def __init__(self, labels: Tensor, batch: int, balanced: bool, seed: int) -> None:
        self.labels, self.batch, self.balanced = labels, batch, balanced
        self.seed, self.epoch = seed, 0

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch) * self.batch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(1_000_003 * self.seed + self.epoch)
        count, pictures = len(self), len(self.labels)
        if self.balanced:
            weights = 1.0 / torch.bincount(self.labels).double()[self.labels]
            rows = torch.multinomial(weights, count, replacement=True, generator=generator)
        else:
            rows = torch.randperm(pictures, generator=generator).repeat(-(-count // pictures))
            rows = rows[:count]
        yield from (2 * rows + torch.randint(2, (count,), generator=generator)).tolist()


def new_accelerator() -> Accelerator:
    """An Accelerator that splits each mini-batch among the processes: any number gives the same fit.

    Mixed precision on a GPU, fp32 on a CPU.
    """
    on_gpu = torch.cuda.is_available()
    return Accelerator(
        cpu=not on_gpu,
        mixed_precision="fp16" if on_gpu else "no",
        dataloader_config=DataLoaderConfiguration(split_batches=True),
    )


def fit_cnn(
    backbone: Backbone,
    views: Views,
    labels: Tensor,
    settings: FitSettings,
    seed: int = 0,
    *,
    validation: tuple[Views, Tensor] | None = None,
    checkpoint: Path | None = None,
    listener: Listener = NOBODY,
    accelerator: Accelerator | None = None,
) -> list[Epoch]:
    """Trains `backbone` in place on labelled views and returns its epochs.

    Trains the last stage and head, or all layers when the views are whole. labels: int [P], one per
    picture · checkpoint: a folder written after each epoch; a stopped run continues from it to the same
    result · accelerator: under torchrun each process takes its share of every mini-batch. The same seed
    gives the same weights. Afterwards the backbone is in eval mode, on the device where it was.
    Raises InputError when its weights are not float32.
    """
    device = _trainable(backbone)
    accelerator = accelerator or new_accelerator()
    learner = Learner(backbone, views.whole)
    draws = _Draws(labels, settings.batch, settings.balanced, seed)
    run = _Run(accelerator, learner, draws, views, labels, settings)
    history = run.resume(checkpoint) if checkpoint else []
    for number in range(len(history) + 1, settings.epochs + 1):
        set_seed(1_000_003 * seed + number)  # dropout is then the same after a resume
        draws.epoch = number
        started = time.perf_counter()
        loss, accuracy = run.epoch(number, listener)
        scored = run.accuracy(*validation) if validation else None
        history.append(Epoch(number, loss, accuracy, scored, time.perf_counter() - started))
        if checkpoint and accelerator.is_main_process:
            run.save(checkpoint, history)
        listener.epoch(history[-1])
    learner.to(device)
    backbone.eval()
    return history


def _trainable(backbone: Backbone) -> torch.device:
    """The device of the weights. InputError unless they are float32: rounding would lose small steps."""
    weights = next(backbone.parameters())
    if weights.dtype != torch.float32:
        raise InputError(
            f"The weights of '{backbone.name}' are {str(weights.dtype).removeprefix('torch.')}; training "
            "needs float32, so call its float() first."
        )
    return weights.device


class _Run:
    """The state of a fit: model, optimiser, schedule, data."""

    def __init__(
        self,
        accelerator: Accelerator,
        learner: Learner,
        draws: _Draws,
        views: Views,
        labels: Tensor,
        settings: FitSettings,
    ) -> None:
        self.accelerator, self.settings = accelerator, settings
        loader: Any = DataLoader(_Pictures(views, labels), settings.batch, sampler=draws)
        optimiser = torch.optim.SGD(
            [
                {"params": learner.body.parameters(), "lr": settings.lr},
                {"params": learner.head.parameters(), "lr": settings.head_lr},
            ],
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
        )
        self.plain = learner
        self.model, self.optimiser, self.loader = accelerator.prepare(learner, optimiser, loader)
        self.schedule = self._schedule(done=0)

    def _schedule(self, done: int) -> LambdaLR:
        """A schedule of the bare optimiser: one step per mini-batch for any number of processes."""
        steps = max(1, self.settings.epochs * len(self.loader))
        factor = _warm_then_cosine(steps)
        return LambdaLR(self.optimiser.optimizer, lambda step: factor(step + done))

    def epoch(self, number: int, listener: Listener) -> tuple[float, float]:
        """Trains for one epoch, `number` from 1; returns mean loss and accuracy."""
        self.model.train()
        seen, losses, right = 0, 0.0, 0
        before, steps = (number - 1) * len(self.loader), self.settings.epochs * len(self.loader)
        for batch, (z, labels) in enumerate(self.loader):
            listener.step(before + batch, steps)
            scores = self.model(z)
            loss = nn.functional.cross_entropy(scores, labels)
            self.optimiser.zero_grad()
            self.accelerator.backward(loss)
            self.accelerator.clip_grad_norm_(self.model.parameters(), self.settings.clip)
            self.optimiser.step()
            self.schedule.step()
            seen += len(labels)
            losses += loss.item() * len(labels)
            right += int((scores.argmax(1) == labels).sum())
        return losses / seen, right / seen

    @torch.inference_mode()
    def accuracy(self, views: Views, labels: Tensor) -> float:
        """The share of pictures whose highest score is that of their label."""
        self.model.eval()
        device = self.accelerator.device
        said = [self.plain(z.to(device).float()).argmax(1).cpu() for z in views.z.split(64)]
        return float((torch.cat(said) == labels).float().mean())

    def save(self, folder: Path, history: list[Epoch]) -> None:
        """Writes weights, momenta, loss scale and history as one file, whole or not at all."""
        momenta = {
            f"{MOMENTUM}{i}": state["momentum_buffer"].cpu()
            for i, state in self.optimiser.state_dict()["state"].items()
            if state.get("momentum_buffer") is not None
        }
        weights = {k: v.cpu().contiguous() for k, v in self.plain.state_dict().items()}
        said = {"epochs": json.dumps([asdict(epoch) for epoch in history])}
        if self.accelerator.scaler is not None:
            said["scaler"] = json.dumps(self.accelerator.scaler.state_dict())
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / CHECKPOINT) as partial:
            save_file(weights | momenta, partial, said)

    def resume(self, folder: Path) -> list[Epoch]:
        """Restores the state after the checkpoint's last epoch; returns its epochs, [] without one."""
        path = folder / CHECKPOINT
        if not path.exists():
            return []
        with safe_open(path, "pt") as file:
            said = file.metadata()
            history = [Epoch(**epoch) for epoch in json.loads(said["epochs"])]
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        momenta = {n: tensors.pop(n) for n in list(tensors) if n.startswith(MOMENTUM)}
        self.plain.load_state_dict(tensors)
        state = self.optimiser.state_dict()
        state["state"] = {
            int(name.removeprefix(MOMENTUM)): {"momentum_buffer": momentum}
            for name, momentum in momenta.items()
        }
        self.optimiser.load_state_dict(state)
        if self.accelerator.scaler is not None and "scaler" in said:
            self.accelerator.scaler.load_state_dict(json.loads(said["scaler"]))
        self.schedule = self._schedule(done=len(history) * len(self.loader))
        return history


def _warm_then_cosine(steps: int) -> Callable[[int], float]:
    def factor(step: int) -> float:
        cosine = 0.5 * (1 + torch.cos(torch.tensor(torch.pi * min(step, steps) / steps)).item())
        return min(1.0, (step + 1) / WARM_UP) * cosine

    return factor
