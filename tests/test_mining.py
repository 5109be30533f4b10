"""Online hard negatives (§3.4.2) against the section written as slow loops."""

import math

import pytest
import torch

from attention.energynet import EnergyNet
from attention.errors import InputError
from training.fit.losses import energy_loss, triplet_loss
from training.fit.mining import Candidates, MapSet, Miner, Pool, Quadruples, joint_loss

CONCEPTS = 4


@pytest.fixture
def maps() -> MapSet:
    """12 videos of 4 classes, 1 to 5 frames each."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.randint(1, 6, (12,), generator=generator)
    videos = torch.arange(12).repeat_interleave(lengths)
    V_L = torch.rand(len(videos), CONCEPTS, 9, generator=generator)
    return MapSet(V_L, torch.randn(CONCEPTS, 5, generator=generator), videos % CONCEPTS, videos)


@pytest.fixture
def net() -> EnergyNet:
    torch.manual_seed(1)
    return EnergyNet((3, 3), 5, 8, 6)


def source(maps: MapSet) -> Candidates:
    return Candidates(maps, torch.Generator().manual_seed(2))


def candidates(maps: MapSet, count: int = 4000) -> Quadruples:
    return source(maps).draw(count)


def test_anchor_positive_and_negative_come_from_three_videos(maps: MapSet) -> None:
    q = candidates(maps)
    labels, videos = maps.labels, maps.videos
    assert (labels[q.anchor] == labels[q.positive]).all()
    assert (labels[q.anchor] != labels[q.negative]).all()
    assert (videos[q.anchor] != videos[q.positive]).all()
    assert (videos[q.negative] != videos[q.anchor]).all()
    assert (q.false_concept != labels[q.anchor]).all()
    assert set(q.false_concept.tolist()) == set(range(CONCEPTS))


def test_classes_and_videos_are_equally_likely(maps: MapSet) -> None:
    q = candidates(maps, 24_000)
    drawn = torch.bincount(maps.videos[q.anchor], minlength=12)
    assert (drawn.float() - 2000).abs().max() < 5 * 2000**0.5
    # every ordered pair of an anchor's concept and a false one
    pairs = torch.bincount(maps.labels[q.anchor] * CONCEPTS + q.false_concept, minlength=16)
    wrong = pairs[[a * CONCEPTS + b for a in range(4) for b in range(4) if a != b]]
    assert (wrong.float() - 2000).abs().max() < 5 * 2000**0.5


def test_every_frame_of_a_video_is_reached(maps: MapSet) -> None:
    q = candidates(maps)
    for branch in (q.anchor, q.positive, q.negative):
        assert set(branch.tolist()) == set(range(len(maps.videos)))


def test_negatives_are_frames_of_the_other_classes_equally_often(maps: MapSet) -> None:
    anchors = candidates(maps, 12_000).anchor
    offered = source(maps).negatives(anchors, 2)
    assert offered.shape == (12_000, 2)
    own, theirs = maps.labels[anchors][:, None].expand(-1, 2), maps.labels[offered]
    assert (own != theirs).all()
    pairs = torch.bincount((own * CONCEPTS + theirs).flatten(), minlength=16)
    wrong = pairs[[a * CONCEPTS + b for a in range(4) for b in range(4) if a != b]]
    assert (wrong.float() - 2000).abs().max() < 5 * 2000**0.5
    assert set(offered.flatten().tolist()) == set(range(len(maps.videos)))
    assert not torch.equal(offered[:, 0], offered[:, 1])


def slow_energy_loss(net: EnergyNet, maps: MapSet, anchor: int, false: int, m: float) -> float:
    truth = int(maps.labels[anchor])
    E_true, E_false = (
        net(maps.V_L[anchor, concept][None], maps.V_c[concept][None]) for concept in (truth, false)
    )
    return energy_loss(E_true, E_false, m).item()


def slow_triplet_loss(
    net: EnergyNet, maps: MapSet, frames: tuple[int, int, int], beta: float
) -> float:
    truths = [int(maps.labels[frame]) for frame in frames]
    branches = [
        net.embed(maps.V_L[frame, truth][None], maps.V_c[truth][None])
        for frame, truth in zip(frames, truths, strict=True)
    ]
    return triplet_loss(*branches, beta).item()


def rows_of(q: Quadruples) -> list[tuple[int, int, int, int]]:
    """(F, c_fa, F+, F-) of each."""
    return [
        (int(a), int(fa), int(p), int(n))
        for a, fa, p, n in zip(q.anchor, q.false_concept, q.positive, q.negative, strict=True)
    ]


@pytest.mark.parametrize(("margin", "beta"), [(1.0, 0.5), (0.3, 1.2)])
def test_the_siamese_step_equals_four_separate_networks(
    maps: MapSet, net: EnergyNet, margin: float, beta: float
) -> None:
    q = candidates(maps, 40)
    energy, triplet = joint_loss(net, maps, q, margin, beta)
    slow_energy = [slow_energy_loss(net, maps, a, fa, margin) for a, fa, _, _ in rows_of(q)]
    slow_triplet = [slow_triplet_loss(net, maps, (a, p, n), beta) for a, _, p, n in rows_of(q)]
    assert energy.tolist() == pytest.approx(slow_energy, abs=1e-6)
    assert triplet.tolist() == pytest.approx(slow_triplet, abs=1e-6)


def slowly_mined(
    net: EnergyNet, maps: MapSet, size: int, K: int, extra: int, margin: float, beta: float
) -> tuple[list[tuple[int, int, int, int]], float]:
    """§3.4.2 and §3.4.4 pair by pair, from the same draws: the kept quadruples and the mean loss."""
    draws = source(maps)
    drawn = rows_of(draws.draw(size))
    energy = [slow_energy_loss(net, maps, a, fa, margin) for a, fa, _, _ in drawn]
    ranked = sorted(range(size), key=lambda row: -energy[row])  # sorted() keeps the order of equals
    kept = [drawn[row] for row in ranked[:K]]
    offered = draws.negatives(torch.tensor([row[0] for row in kept]), math.ceil(size / K)).tolist()
    hard = []
    for (a, fa, p, _), negatives in zip(kept, offered, strict=True):
        losses = [slow_triplet_loss(net, maps, (a, p, n), beta) for n in negatives]
        hard.append((a, fa, p, negatives[losses.index(max(losses))]))
    return hard + rows_of(draws.draw(extra)), sum(energy) / size


@pytest.mark.parametrize(
    ("margin", "beta"),
    # at the small ones most losses are exactly 0, and equals keep the order they were drawn in
    [(1.0, 0.5), (0.01, 0.01)],
)
@pytest.mark.parametrize("size", [20, 35, 60])
def test_the_miner_equals_the_sections_read_slowly(
    maps: MapSet, net: EnergyNet, size: int, margin: float, beta: float
) -> None:
    sharpen(net)
    mined = Miner(source(maps), top_k=10, extra=4, margin=margin, beta=beta).mine(net, maps, size)
    expected, loss = slowly_mined(net, maps, size, 10, 4, margin, beta)
    assert rows_of(mined.quadruples) == expected
    assert mined.loss == pytest.approx(loss, abs=1e-5)


def sharpen(net: EnergyNet) -> None:
    """Enlarges differences of energies and embeddings, so that losses differ by more than rounding."""
    with torch.no_grad():
        for layer in (net.fc1, net.fc2, net.W_f):
            layer.weight *= 3


def test_positives_are_not_selected(maps: MapSet, net: EnergyNet) -> None:
    """The kept pairs do not depend on their F+."""
    sharpen(net)
    drawn = candidates(maps, 60)

    class Fixed(Candidates):
        def draw(self, count: int) -> Quadruples:
            return drawn if count else drawn.take(torch.empty(0, dtype=torch.long))

    def kept(positive: torch.Tensor) -> tuple[list[int], list[int]]:
        nonlocal drawn
        drawn = Quadruples(drawn.anchor, drawn.false_concept, positive, drawn.negative)
        q = Miner(Fixed(maps, torch.Generator()), 12, 0, 1.0, 0.5).mine(net, maps, 60).quadruples
        return q.anchor.tolist(), q.false_concept.tolist()

    others = [
        (maps.labels == maps.labels[a]).nonzero()[-1 - row % 2, 0]
        for row, a in enumerate(drawn.anchor)
    ]
    before = kept(drawn.positive)
    assert before == kept(torch.stack(others))


def test_the_pool_grows_when_the_running_mean_is_low() -> None:
    pool = Pool(size=96, most=500, threshold=0.3, start=1.0, smoothing=0.5)
    for _ in range(5):
        pool.see(1.0)
    assert pool.size == 96
    sizes = []
    for _ in range(8):
        pool.see(0.0)
        sizes.append(pool.size)
    # 1 → 0.5 → 0.25 is below 0.3: it grows at every second low loss, for the mean begins anew at 1
    assert sizes == [96, 192, 192, 384, 384, 500, 500, 500]


def test_the_pool_weighs_losses_as_smoothing_says() -> None:
    pool = Pool(size=8, most=16, threshold=0.3, start=2.0)
    pool.see(1.0)
    assert pool.loss == pytest.approx(0.95 * 2.0 + 0.05 * 1.0)
    pool = Pool(size=8, most=16, threshold=0.3, start=1.0)
    for _ in range(23):  # 0.95**23 = 0.307, 0.95**24 = 0.292
        pool.see(0.0)
    assert pool.size == 8
    pool.see(0.0)
    assert pool.size == 16


def test_one_class_is_refused() -> None:
    few = MapSet(
        torch.rand(3, CONCEPTS, 9), torch.rand(CONCEPTS, 5), torch.zeros(3).long(), torch.arange(3)
    )
    with pytest.raises(InputError, match="two classes"):
        Candidates(few, torch.Generator())


def test_a_class_of_one_video_finds_its_positive_in_it() -> None:
    labels, videos = torch.tensor([0, 0, 0, 1, 1]), torch.tensor([0, 0, 1, 2, 2])
    maps = MapSet(torch.rand(5, CONCEPTS, 9), torch.rand(CONCEPTS, 5), labels, videos)
    drawn = Candidates(maps, torch.Generator().manual_seed(0)).draw(200)
    alone = labels[drawn.anchor] == 1
    assert alone.any() and (videos[drawn.positive[alone]] == 2).all()
    assert (videos[drawn.positive[~alone]] != videos[drawn.anchor[~alone]]).all()
    assert (labels[drawn.negative] != labels[drawn.anchor]).all()
