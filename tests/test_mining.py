"""Online hard negatives (§3.4.2) against the section read slowly."""

import pytest
import torch

from attention.energynet import EnergyNet
from attention.errors import InputError
from training.losses import energy_loss, triplet_loss
from training.mining import Candidates, MapSet, Pool, Quadruples, hardest, joint_loss

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


def candidates(maps: MapSet, count: int = 4000) -> Quadruples:
    return Candidates(maps, torch.Generator().manual_seed(2)).draw(count)


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


def slow_losses(net: EnergyNet, maps: MapSet, q: Quadruples) -> tuple[list[float], list[float]]:
    energy, triplet = [], []
    for a, fa, p, n in zip(q.anchor, q.false_concept, q.positive, q.negative, strict=True):

        def seen(frame: torch.Tensor, concept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return maps.V_L[frame, concept][None], maps.V_c[concept][None]

        truth = maps.labels[a]
        energy.append(energy_loss(net(*seen(a, truth)), net(*seen(a, fa))).item())
        f, f_plus = net.embed(*seen(a, truth)), net.embed(*seen(p, maps.labels[p]))
        f_minus = net.embed(*seen(n, maps.labels[n]))
        triplet.append(triplet_loss(f, f_plus, f_minus).item())
    return energy, triplet


def test_the_siamese_step_equals_four_separate_networks(maps: MapSet, net: EnergyNet) -> None:
    q = candidates(maps, 40)
    energy, triplet = joint_loss(net, maps, q)
    slow_energy, slow_triplet = slow_losses(net, maps, q)
    assert energy.tolist() == pytest.approx(slow_energy, abs=1e-6)
    assert triplet.tolist() == pytest.approx(slow_triplet, abs=1e-6)


def test_the_hardest_are_the_k_of_highest_joint_loss_and_a_few_others(
    maps: MapSet, net: EnergyNet
) -> None:
    pool = candidates(maps, 60)
    energy, triplet = slow_losses(net, maps, pool)
    joint = [e + t for e, t in zip(energy, triplet, strict=True)]
    ranked = sorted(range(60), key=lambda row: -joint[row])
    chosen = hardest(net, maps, pool, top_k=10, extra=4)
    rows = list(zip(*(b.tolist() for b in vars(chosen).values()), strict=True))
    all_rows = list(zip(*(b.tolist() for b in vars(pool).values()), strict=True))
    assert set(rows[:10]) == {all_rows[row] for row in ranked[:10]}
    assert len(rows) == 14
    assert set(rows[10:]) <= {all_rows[row] for row in ranked[10:]}


def test_the_pool_grows_only_when_the_loss_is_low() -> None:
    pool = Pool(size=96, most=500, threshold=0.3, smoothing=0.5)
    for _ in range(5):
        pool.see(1.0)
    assert pool.size == 96
    sizes = []
    for _ in range(12):
        pool.see(0.0)
        sizes.append(pool.size)
    # 1 → 0.5 → 0.25: below the threshold at the second low loss, then at each first one
    assert sizes[:4] == [96, 192, 384, 500]
    assert sizes[-1] == 500


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
