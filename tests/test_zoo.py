"""Ten networks of torchvision and timm against their library's own; `make zoo` tries all that are listed."""

import pytest

from tests.zoo.cell import tried
from tests.zoo.names import NO_MAPS, TIMM, TORCHVISION

TEN = (  # the cheapest of every kind of cut and head; googlenet's flag is tested with models
    "shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5", "timm/test_byobnet", "timm/test_convnext",
    "timm/test_efficientnet", "timm/test_nfnet", "timm/shvit_s1", "timm/repvit_m1", "timm/rexnet_100",
)  # fmt: skip


@pytest.mark.parametrize("name", TEN)
def test_scores_a_reload_and_maps_are_the_library_s_own(name: str) -> None:
    plain = name.removeprefix("timm/")
    cell = tried(plain, torchvisions=plain == name)
    tried_of_it = {"scores", "loaded", "maps"} | ({"step"} if cell.kind != "TimmHead" else set())
    assert not cell.refused and dict(cell.off).keys() == tried_of_it
    assert not cell.wrong, str(cell)


def test_the_list_is_long_enough() -> None:
    assert len(set(TIMM)) >= 100 and set(NO_MAPS) < set(TORCHVISION)
