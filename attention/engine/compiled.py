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
from attention.engine.road import BATCH
from attention.networks.cnn import INPUT_SIDE


class Compiled:
    """A graph of inputs x [N,3,224,224], for any N; each size of batch is compiled when it is first met."""

    def __init__(self, model: ov.Model, precision: str) -> None:
        self._model = model
        self._settings = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            "INFERENCE_NUM_THREADS": cpu_threads(),
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,  # several processes would share the first cores
        }
        self._requests: dict[int, ov.InferRequest] = {}
        self._working = Lock()

    def __call__(self, x: Tensor) -> list[Tensor]:
        """Every output of the graph for inputs x, float32 on the CPU; none may be empty."""
        with self._working:
            parts = [self._passed(some) for some in batches(x)]
        return [
            torch.from_numpy(column[0] if len(column) == 1 else np.concatenate(column))
            for column in zip(*parts, strict=True)
        ]

    def _passed(self, x: Tensor) -> list[NDArray[np.float32]]:
        if len(x) not in self._requests:
            self._requests[len(x)] = self._compiled(len(x)).create_infer_request()
        # preprocessed frames lie pixel by pixel, and are taken as they lie
        pixels = x.permute(0, 2, 3, 1).contiguous().numpy()
        found = self._requests[len(x)].infer([pixels], share_inputs=True, share_outputs=True)
        return [np.array(found[number]) for number in range(len(found))]

    def _compiled(self, frames: int) -> ov.CompiledModel:
        model = self._model.clone()
        model.reshape([frames, 3, INPUT_SIDE, INPUT_SIDE])
        prepared = PrePostProcessor(model)
        prepared.input().tensor().set_layout(ov.Layout("NHWC"))
        prepared.input().model().set_layout(ov.Layout("NCHW"))
        return core().compile_model(prepared.build(), "CPU", self._settings)


def batches(x: Tensor) -> Iterator[Tensor]:
    """x in batches of BATCH frames, and the rest one by one: a padded batch would cost as a whole one."""
    whole = len(x) - len(x) % BATCH
    for start in range(0, whole, BATCH):
        yield x[start : start + BATCH]
    for start in range(whole, len(x)):
        yield x[start : start + 1]
