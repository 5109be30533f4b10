"""A graph at work on the CPU: compiled for batches of one size, and for single frames."""

from collections.abc import Iterator
from threading import Lock

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray
from openvino.preprocess import PrePostProcessor
from torch import Tensor

from attention.engine.devices import cpu_threads
from attention.engine.graph import core

# Two batches at a time, each by half of the threads: they wait for each other less often than threads
# that share every layer.
STREAMS = 2
BATCH = 4  # frames of each
Outputs = list[NDArray[np.float32]]


class Compiled:
    """A graph of inputs x [N,3,s,s], for any N; each size of batch is compiled when it is first met."""

    def __init__(self, model: ov.Model, precision: str) -> None:
        self._model = model
        self._settings = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            "INFERENCE_NUM_THREADS": cpu_threads(),
            "NUM_STREAMS": STREAMS,
            "ENABLE_CPU_PINNING": False,  # several processes would share the first cores
        }
        self._queues: dict[int, ov.AsyncInferQueue] = {}
        self._working = Lock()

    def __call__(self, x: Tensor) -> list[Tensor]:
        """Every output of the graph for inputs x, float32 on the CPU; none may be empty."""
        with self._working:
            found = self._passed(list(batches(x)))
        return [
            torch.from_numpy(column[0] if len(column) == 1 else np.concatenate(column))
            for column in zip(*found, strict=True)
        ]

    def _passed(self, some: list[Tensor]) -> list[Outputs]:
        found: list[Outputs] = [[]] * len(some)
        for place, x in enumerate(some):
            # preprocessed frames lie pixel by pixel, and are taken as they lie
            pixels = x.permute(0, 2, 3, 1).contiguous().numpy()
            self._queue(len(x)).start_async([pixels], (found, place))
        for queue in self._queues.values():
            queue.wait_all()
        return found

    def _queue(self, frames: int) -> ov.AsyncInferQueue:
        if frames not in self._queues:
            self._queues[frames] = ov.AsyncInferQueue(self._compiled(frames), STREAMS)
            self._queues[frames].set_callback(_keep)
        return self._queues[frames]

    def _compiled(self, frames: int) -> ov.CompiledModel:
        model = self._model.clone()
        shape = model.input().get_partial_shape()
        shape[0] = frames
        model.reshape(shape)
        prepared = PrePostProcessor(model)
        prepared.input().tensor().set_layout(ov.Layout("NHWC"))
        prepared.input().model().set_layout(ov.Layout("NCHW"))
        return core().compile_model(prepared.build(), "CPU", self._settings)


def _keep(request: ov.InferRequest, where: tuple[list[Outputs], int]) -> None:
    found, place = where
    found[place] = [np.array(tensor.data) for tensor in request.output_tensors]


def batches(x: Tensor) -> Iterator[Tensor]:
    """x in batches of BATCH frames, and the rest one by one: a padded batch would cost as a whole one."""
    whole = len(x) - len(x) % BATCH
    for start in range(0, whole, BATCH):
        yield x[start : start + BATCH]
    for start in range(whole, len(x)):
        yield x[start : start + 1]
