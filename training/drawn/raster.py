"""Surfaces to pixels: every surface is sampled finer than the pixels and kept where it is nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.drawn.camera import Camera
from training.drawn.geometry import Array
from training.drawn.surface import Surface, normals

# A lattice of this spacing puts a sample into every unit square: covering radius 0.7/√2 < 1/2.
SPACING = 0.7
_INDEX_BITS = 26


@dataclass(frozen=True)
class Buffer:
    """What is visible: `owner` [H,W] 0 for nobody, depth in metres, unit normals, RGB, gloss."""

    owner: NDArray[np.uint8]
    depth: Array
    normal: Array
    albedo: Array
    gloss: Array


@dataclass(frozen=True)
class _Samples:
    rows: NDArray[np.intp]
    row_part: Array
    cols: NDArray[np.intp]
    col_part: Array
    start: int


def _subdivide(steps: Array) -> tuple[NDArray[np.intp], Array]:
    counts = np.maximum(1, np.ceil(steps / SPACING)).astype(int)
    index = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    part = (np.arange(len(index)) - first + 0.5) / np.repeat(counts, counts)
    return index, part.astype(np.float32)


def _weights(index: NDArray[np.intp], part: Array, size: int) -> Array:
    w = np.zeros((len(index), size), np.float32)
    at = np.arange(len(index))
    w[at, index] = 1 - part
    w[at, index + 1] = part
    return w


def _splat(
    nearest: NDArray[np.int64], screen: Array, size: tuple[int, int], start: int
) -> _Samples | None:
    """Writes one surface into the buffer of keys (nearness, sample number); None when off screen."""
    height, width = size
    x, y, near = screen[..., 0], screen[..., 1], screen[..., 2]
    if x.max() < 0 or y.max() < 0 or x.min() >= width or y.min() >= height or near.min() <= 0:
        return None
    seen = (x > -40) & (x < width + 40) & (y > -40) & (y < height + 40)
    along = np.hypot(x[1:] - x[:-1], y[1:] - y[:-1]) * (seen[1:] | seen[:-1])
    around = np.hypot(x[:, 1:] - x[:, :-1], y[:, 1:] - y[:, :-1]) * (seen[:, 1:] | seen[:, :-1])
    rows, row_part = _subdivide(along.max(1))
    cols, col_part = _subdivide(around.max(0))
    # OpenCV's product keeps to one thread; BLAS would wake a pool for every small surface.
    count, across = screen.shape[:2]
    planes = np.ascontiguousarray(screen.swapaxes(1, 2), np.float32).reshape(count, -1)
    tall = cv2.gemm(_weights(rows, row_part, count), planes, 1.0, None, 0.0)
    wide = _weights(cols, col_part, across)
    dense = cv2.gemm(tall.reshape(-1, across), wide, 1.0, None, 0.0, flags=cv2.GEMM_2_T)
    dense = dense.reshape(len(rows), 3, len(cols))
    px = np.floor(dense[:, 0]).astype(np.int32)
    py = np.floor(dense[:, 1]).astype(np.int32)
    inside = (px >= 0) & (px < width) & (py >= 0) & (py < height)
    number = np.arange(start, start + px.size).reshape(px.shape)
    key = (dense[:, 2] * np.float32(1 << 26)).astype(np.int64) << _INDEX_BITS | number
    where = py * width + px
    if inside.all():
        np.maximum.at(nearest, where.ravel(), key.ravel())
    else:
        np.maximum.at(nearest, where[inside], key[inside])
    return _Samples(rows, row_part, cols, col_part, start)


def rasterise(people: Sequence[Sequence[Surface]], camera: Camera, size: tuple[int, int]) -> Buffer:
    """The visible surfaces of `people` (person i is owner i+1) for a picture of `size` (H, W)."""
    height, width = size
    nearest = np.zeros(height * width, np.int64)
    drawn: list[tuple[int, Surface, _Samples]] = []
    start = 1
    for owner, surfaces in enumerate(people, 1):
        for surface in surfaces:
            samples = _splat(nearest, camera.project(surface.points), size, start)
            if samples is not None:
                drawn.append((owner, surface, samples))
                start += len(samples.rows) * len(samples.cols)
    return _resolve(nearest, drawn, camera, size)


def _resolve(
    nearest: NDArray[np.int64],
    drawn: list[tuple[int, Surface, _Samples]],
    camera: Camera,
    size: tuple[int, int],
) -> Buffer:
    height, width = size
    owner = np.zeros(height * width, np.uint8)
    depth = np.zeros(height * width, np.float32)
    normal = np.zeros((height * width, 3), np.float32)
    albedo = np.zeros((height * width, 3), np.float32)
    gloss = np.zeros(height * width, np.float32)
    hit = np.flatnonzero(nearest)
    key = nearest[hit]
    depth[hit] = np.float32(1 << 26) / (key >> _INDEX_BITS).astype(np.float32)
    number = key & ((1 << _INDEX_BITS) - 1)
    part = np.searchsorted([s.start for _, _, s in drawn], number, side="right") - 1
    order = np.argsort(part.astype(np.int16), kind="stable")
    bounds = np.searchsorted(part[order], np.arange(len(drawn) + 1))
    for i, (who, surface, samples) in enumerate(drawn):
        mine = order[bounds[i] : bounds[i + 1]]
        if not len(mine):
            continue
        row, col = np.divmod(number[mine] - samples.start, len(samples.cols))
        n, rest = _interpolate(surface, samples, row, col)
        at = hit[mine]
        if surface.two_sided:
            toward = camera.position - surface.points.reshape(-1, 3).mean(0)
            n = np.where((n @ toward.astype(np.float32))[:, None] < 0, -n, n)
        owner[at], normal[at], gloss[at] = who, n, surface.gloss
        albedo[at] = surface.paint(rest)
    shape = (height, width)
    return Buffer(
        owner.reshape(shape),
        depth.reshape(shape),
        normal.reshape(*shape, 3),
        albedo.reshape(*shape, 3),
        gloss.reshape(shape),
    )


def _interpolate(
    surface: Surface, samples: _Samples, row: NDArray[np.intp], col: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Normal and rest position of the samples at (row, col), bilinear in the surface's grid."""
    nv = surface.points.shape[1]
    grid = np.concatenate([normals(surface.points), surface.rest], -1).astype(np.float32)
    grid = grid.reshape(-1, 6)
    i, j = samples.rows[row], samples.cols[col]
    u, v = samples.row_part[row][:, None], samples.col_part[col][:, None]
    at = i * nv + j
    top = grid[at] * (1 - v) + grid[at + 1] * v
    low = grid[at + nv] * (1 - v) + grid[at + nv + 1] * v
    both = top * (1 - u) + low * u
    return both[:, :3], both[:, 3:]
