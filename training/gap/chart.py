"""The gap as a chart and in sentences: class as sign, stills hollow and blue, frames filled and orange."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from attention.catalogue.catalogue import say
from attention.methods.method import BLUE, GREY, VERMILLION
from training.gap.plane import Projection
from training.gap.record import Gap, Network, Number, Plane
from training.gap.sample import Domain
from training.gap.vectors import SPACES, Space
from training.report.numbers import MISSING, chance
from training.report.plot import MARKERS, Chart, Trace, axis, lines_layout, plain

MOST_SIGNS = len(MARKERS)  # classes that are told apart by sign; the others are dots
LOOKS: dict[Domain, tuple[str, str]] = {"still": (BLUE, "-open"), "frame": (VERMILLION, "")}


def gap_chart(
    gap: Gap,
    network: Network,
    space: Space,
    projection: Projection,
    signed: Sequence[int] | None = None,
) -> Chart:
    """The pictures as points; customdata of each is its place in gap.shots.

    signed: classes with a sign of their own, the first MOST_SIGNS by default; others are small dots.
    InputError where the model has no such CNN.
    """
    plane = gap.plane(network, space, projection)
    classes = signed_classes(gap, signed)
    traces = [
        trace
        for label in [*classes, None]
        for domain in LOOKS
        if (trace := _points(gap, plane, domain, label, classes))
    ]
    first, second = _axes(plane)
    layout = lines_layout(first, second, traces)
    layout["yaxis"] |= {"scaleanchor": "x"}  # a distance is the same in all directions
    layout["legend"] |= {"xref": "container"}  # of a phone's width two columns are left
    title = say(
        "gap.chart",
        space=say(f"gap.{space}"),
        network=say(f"gap.{network}"),
        projection=projection,
        source=gap.source,
    )
    return Chart(f"{title[:1].upper()}{title[1:]}", _alt(gap, plane), tuple(traces), layout)


def signed_classes(gap: Gap, signed: Sequence[int] | None) -> list[int]:
    """The classes with a sign of their own, at most MOST_SIGNS of those that have pictures."""
    there = sorted({shot.label for shot in gap.shots})
    wanted = there if signed is None else [label for label in signed if label in there]
    return (wanted or there)[:MOST_SIGNS]


def reading(projection: Projection) -> tuple[str, str]:
    """What such pictures can and cannot show."""
    cannot = say("gap.cannot_pca") if projection == "PCA" else say("gap.cannot_tsne")
    return say("gap.can"), cannot


def said_of(gap: Gap) -> tuple[str, ...]:
    """The numbers' meaning in sentences, chance named; none where there are too few pictures."""
    features = [number for number in gap.numbers if number.space == "features"]
    if not features:
        return ()
    told = say("gap.and").join(map(_told, features))
    return say("gap.question", told=told), say("gap.few"), say("gap.interval")


def notes_of(gap: Gap) -> tuple[str, ...]:
    """What was chosen and left out."""
    return tuple(say(f"gap.note.{note.key}", **note.values) for note in gap.notes)


def numbers_table(gap: Gap) -> pd.DataFrame:
    """A row per space, columns for each CNN."""
    rows = []
    for space in SPACES:
        numbers = {say(f"gap.{network}"): gap.number(network, space) for network in gap.networks}
        row: dict[str, Any] = {say("gap.column.by"): say(f"gap.{space}")}
        known = next(filter(None, numbers.values()), None)
        row[say("gap.column.dimensions")] = known.dimensions if known else MISSING
        row |= {say("gap.column.right", network=n): _share(found) for n, found in numbers.items()}
        row |= {say("gap.column.mmd", network=n): _mmd(found) for n, found in numbers.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _points(
    gap: Gap, plane: Plane, domain: Domain, label: int | None, signed: Sequence[int]
) -> Trace | None:
    """The stills or frames of a class; for None those of all classes without a sign."""
    mine = [
        number
        for number, shot in enumerate(gap.shots)
        if shot.domain == domain
        and (shot.label == label if label is not None else shot.label not in signed)
    ]
    if not mine:
        return None
    colour, ending = LOOKS[domain]
    concept = say("gap.others") if label is None else gap.concepts[label]
    sign = "circle" if label is None else MARKERS[signed.index(label)]
    edge = {"width": 1.6, "color": colour} if ending else {"width": 0.5, "color": GREY}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [plane.places[number][0] for number in mine],
        "y": [plane.places[number][1] for number in mine],
        "name": plain(say("gap.legend", concept=concept, side=say(f"gap.legend_{domain}"))),
        "customdata": mine,
        "hoverinfo": "none",  # the page shows the picture itself
        "marker": {
            "color": colour,
            "symbol": f"{sign}{ending}",
            "size": 5 if label is None else 9,
            "line": edge,
        },
        "opacity": 0.85,
        "showlegend": True,
    }


def _axes(plane: Plane) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [say("gap.no_axes"), ""]
    if plane.shares:
        first, second = (f"{100 * share:.0f} %" for share in (*plane.shares, 0.0)[:2])
        names = [say("gap.first", share=first), say("gap.second", share=second)]
    first_axis, second_axis = (axis(name) | {"showticklabels": False} for name in names)
    return first_axis, second_axis


def _alt(gap: Gap, plane: Plane) -> str:
    stills = sum(shot.domain == "still" for shot in gap.shots)
    return say(
        "gap.alt",
        stills=stills,
        frames=len(gap.shots) - stills,
        classes=len({shot.label for shot in gap.shots}),
        same=f"{100 * same_side(gap, plane):.0f} %",
    )


def same_side(gap: Gap, plane: Plane) -> float:
    """Share of the pictures whose nearest neighbour in the plane is of the same side, in 0 … 1."""
    at = np.array(plane.places)
    far = np.linalg.norm(at[:, None] - at[None], axis=2)
    np.fill_diagonal(far, np.inf)
    sides = np.array([shot.domain for shot in gap.shots])
    return float((sides[far.argmin(1)] == sides).mean())


def _told(number: Number) -> str:
    share, low, high = _percent(number)
    return say("gap.told", share=share, low=low, high=high, network=say(f"gap.{number.network}"))


def _share(number: Number | None) -> str:
    return "{} [{}, {}]".format(*_percent(number)) if number else MISSING


def _percent(number: Number) -> list[str]:
    return [f"{100 * share:.1f}" for share in (number.accuracy, number.low, number.high)]


def _mmd(number: Number | None) -> str:
    if number is None:
        return MISSING
    value = f"{number.mmd:.3f}".replace("-", "−")
    return say(
        "gap.column.mmd_value", value=value, chance=f"{number.by_chance:.3f}", p=chance(number.p)
    )
