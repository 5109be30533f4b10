"""Whose things are: what only their owner sees and changes, by whatever way somebody else asks."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from attention.disk import bin
from attention.disk.home import ASSETS
from attention.disk.process import born
from attention.errors import InputError
from attention.gate import quotas, secret
from attention.gate.owners import Owned, is_of, may_change, may_see, own, owned, share
from attention.gate.temporary import store as store_module
from attention.gate.visitors import OPERATOR, Visitor, asked_by
from attention.serving import offered
from attention.serving.turns import Line, RunningLook
from tests.calls import Caller, errors_of
from tests.zips import good, zipped
from training.data import own_sets, sets
from training.report import known_sweeps
from training.runs import plan, queue, quota, standing
from training.runs.folder import Run, run_named
from training.runs.records import Spec, Status

ANN, BOB = Visitor("ann", "1.1.1.1"), Visitor("bob", "2.2.2.2")
RUN, NO_RUN = "20260101-000000-zebra-ab12", "20260101-000000-okapi-cd34"
SET, NO_SET = "zebra set", "okapi set"


@dataclass(frozen=True)
class Things:
    """What Ann has on a page: a set, and a finished run on it with its model."""

    home: Path

    @property
    def run(self) -> Run:
        return Run(self.home / "runs" / RUN)

    @property
    def set(self) -> Path:
        return self.home / "sets" / SET

    def state(self) -> tuple[object, ...]:
        """All that another visitor could change."""
        files = [self.run.folder, self.set]
        sizes = [sorted(str(p.relative_to(f)) for p in f.rglob("*")) for f in files]
        return self.run.status(), owned(self.run.folder), owned(self.set), *sizes


def made(home: Path) -> Things:
    """Ann's things, shared with nobody."""
    things, shipped = Things(home), ASSETS / "results" / "drawn"
    with pytest.MonkeyPatch.context() as patch, asked_by(ANN):
        patch.setenv("ATTENTION_HOME", str(home))
        own_sets.add_set(zipped(home / "zebra.zip", good()), SET, shared=False)
        run = things.run
        run.model.mkdir(parents=True)
        own(run.folder, shared=False)
        run.write_spec(Spec(source=SET, title="Zebra"))
        run.write_status(Status(state="cancelled", submitted=1.0))
        shutil.copytree(shipped, run.sweep)
        shutil.copy(ASSETS / "models" / "interactions" / "model.json", run.model)
        (run.folder / "log.txt").write_text("Zebra")
    return things


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Things:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    return made(tmp_path)


@pytest.fixture(scope="module")
def there(app_url: str) -> Iterator[Things]:
    """Ann's things in the home of the running app."""
    home = Path(os.environ["ATTENTION_HOME"])
    things = made(home)
    yield things
    for folder in (things.run.folder, things.set):
        shutil.rmtree(folder, ignore_errors=True)


# The rules


@pytest.mark.parametrize(
    ("thing", "visitor", "sees", "changes"),
    [
        (Owned(owner="ann"), ANN, True, True),
        (Owned(owner="ann"), BOB, False, False),
        (Owned(owner="ann"), OPERATOR, True, True),
        (Owned(owner="ann", shared=True), BOB, True, False),
        (Owned(owner="ann", shared=True), Visitor(), True, False),
        (Owned(), Visitor(), False, False),  # the operator's is not everybody's without a name
        (Owned(), ANN, False, False),
        (Owned(), OPERATOR, True, True),
        (Owned(owner="at 1.1.1.1"), Visitor(address="1.1.1.1"), True, True),
        (Owned(owner="at 1.1.1.1"), ANN, False, False),  # she is known by her name, not her address
    ],
)
def test_who_may_look_and_who_may_change(
    thing: Owned, visitor: Visitor, sees: bool, changes: bool
) -> None:
    assert (may_see(thing, visitor), may_change(thing, visitor)) == (sees, changes)


def test_what_is_made_is_the_visitors_and_in_a_terminal_the_operators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setenv("ATTENTION_HOSTED", "0")
    with asked_by(ANN):
        own(tmp_path)
    ann = owned(tmp_path)
    assert (ann.owner, ann.shared, is_of(ann, ANN), is_of(ann, BOB)) == ("ann", True, True, False)
    assert "1.1.1.1" not in (tmp_path / "owner.json").read_text()
    share(tmp_path, False)
    assert owned(tmp_path) == Owned(owner="ann", address=ann.address)
    (tmp_path / "owner.json").write_text('{"owner": "ann"')
    assert owned(tmp_path) == Owned()  # damaged: the operator's alone
    (tmp_path / "owner.json").unlink()
    own(tmp_path)
    assert owned(tmp_path) == Owned(shared=True)
    monkeypatch.setenv("ATTENTION_HOSTED", "1")
    assert owned(tmp_path) == Owned()
    with asked_by(BOB):
        own(tmp_path)
    assert not owned(tmp_path).shared


# In the functions


def models() -> list[str]:
    return list(offered.offered_models())


FUNCTIONS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "see the set": (lambda: sets.set_folder(SET), lambda: sets.set_folder(NO_SET)),
    "browse the set": (lambda: sets.source_of(SET), lambda: sets.source_of(NO_SET)),
    "list what is left out": (lambda: sets.left_out(SET), lambda: sets.left_out(NO_SET)),
    "leave out": (lambda: own_sets.leave_out(SET, []), lambda: own_sets.leave_out(NO_SET, [])),
    "put back": (lambda: own_sets.put_back(SET), lambda: own_sets.put_back(NO_SET)),
    "remove the set": (lambda: own_sets.remove_set(SET), lambda: own_sets.remove_set(NO_SET)),
    "share the set": (lambda: own_sets.share_set(SET, True), lambda: own_sets.share_set(NO_SET, True)),
    "train on the set": (
        lambda: queue.start(Spec(source=SET)),
        lambda: queue.start(Spec(source=NO_SET)),
    ),
    "plan on the set": (
        lambda: plan.expected(Spec(source=SET)),
        lambda: plan.expected(Spec(source=NO_SET)),
    ),
    "see the run": (lambda: run_named(RUN), lambda: run_named(NO_RUN)),
    "see how it stands": (
        lambda: standing.standing_of(RUN),
        lambda: standing.standing_of(NO_RUN),
    ),
    "cancel": (lambda: queue.cancel(RUN), lambda: queue.cancel(NO_RUN)),
    "resume": (lambda: queue.resume(RUN), lambda: queue.resume(NO_RUN)),
    "remove the run": (lambda: queue.remove(RUN), lambda: queue.remove(NO_RUN)),
    "share the run": (lambda: queue.share(RUN, True), lambda: queue.share(NO_RUN, True)),
    "see its curve": (
        lambda: known_sweeps.sweep_named(RUN),
        lambda: known_sweeps.sweep_named(NO_RUN),
    ),
    "look with its model": (
        lambda: offered.ready_model(RUN),
        lambda: offered.ready_model(NO_RUN),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", FUNCTIONS)
def test_another_visitor_hears_the_same_of_anns_things_as_of_none(there: Things, way: str) -> None:
    before, said = there.state(), []
    for ask in FUNCTIONS[way]:
        with asked_by(BOB), pytest.raises(InputError) as refused:
            ask()
        said.append(masked(str(refused.value)))
    assert said[0] == said[1]
    assert there.state() == before


def test_lists_show_what_a_visitor_may_see(things: Things) -> None:
    def listed() -> tuple[bool, ...]:
        return (
            SET in sets.sets(),
            RUN in [s.run.name for s in standing.standings()],
            RUN in known_sweeps.by_name(),
            RUN in models(),
        )

    for visitor, sees in ((ANN, True), (BOB, False), (Visitor(), False), (OPERATOR, True)):
        with asked_by(visitor):
            assert listed() == (sees,) * 4, visitor
    with asked_by(ANN):
        own_sets.share_set(SET, True)
        queue.share(RUN, True)
    with asked_by(BOB):
        assert listed() == (True,) * 4


def test_the_page_itself_holds_nothing_of_anybodys(things: Things) -> None:
    """What it holds at its start is shown to all until it is started anew, also when no longer shared."""
    import app

    share(things.set, True)
    share(things.run.folder, True)
    told = json.dumps(app.build().get_config_file(), default=str)
    assert "interactions" in told and "zebra" not in told.casefold()


def test_what_is_shared_can_be_looked_at_and_not_changed(things: Things) -> None:
    share(things.set, True)
    share(things.run.folder, True)
    before = things.state()
    with asked_by(BOB):
        assert len(sets.source_of(SET).clips) == 4
        assert run_named(RUN).log() == "Zebra"
        assert plan.expected(Spec(source=SET, fractions=(1.0,))) > 0
        for way in ("remove the set", "leave out", "put back", "share the set"):
            with pytest.raises(InputError, match="shared by somebody else"):
                FUNCTIONS[way][0]()
        for way in ("cancel", "resume", "remove the run", "share the run"):
            with pytest.raises(InputError, match="shared by somebody else"):
                FUNCTIONS[way][0]()
    assert things.state() == before


def test_clips_of_a_set_are_not_shown_by_a_shared_run_on_it(things: Things) -> None:
    share(things.run.folder, True)
    with asked_by(BOB):
        sweep = known_sweeps.sweep_named(RUN)
        assert known_sweeps.set_folder(sweep) is None
        with pytest.raises(InputError, match="not on this computer"):
            known_sweeps.clip_file(sweep, "Hug/0.mp4")
    with asked_by(ANN):
        assert known_sweeps.clip_file(sweep, "Hug/0.mp4").exists()


def test_a_visitor_names_a_set_and_never_a_folder(things: Things) -> None:
    with asked_by(ANN), pytest.raises(InputError, match="There is no set"):
        plan.source_of(Spec(source=str(things.set)))
    assert plan.source_of(Spec(source=str(things.set))).stills  # in a terminal


def test_a_look_in_its_own_thread_is_still_the_visitors(things: Things) -> None:
    with asked_by(BOB):
        (found,) = [s for s in RunningLook(lambda _: models(), Line()) if isinstance(s, list)]
    assert RUN not in found and "imagenet" in found


# The bin and the quotas


def test_what_is_removed_can_be_brought_back_by_its_owner_for_a_day(things: Things) -> None:
    before = things.state()
    with asked_by(ANN):
        own_sets.remove_set(SET)
        queue.remove(RUN)
        assert RUN not in models() and SET not in sets.sets()
        assert (own_sets.removed_sets(), queue.removed_runs()[0].name) == ([SET], RUN)
    with asked_by(BOB):
        assert (own_sets.removed_sets(), queue.removed_runs()) == ([], [])
        for ask in (lambda: own_sets.restore_set(SET), lambda: queue.restore(RUN)):
            with pytest.raises(InputError, match="removed in the last day"):
                ask()
    with asked_by(ANN):
        assert (own_sets.restore_set(SET), queue.restore(RUN)) == (SET, things.run)
    assert things.state() == before and not list((things.home / "bin").rglob("*.jpg"))


def test_a_set_comes_back_beside_one_that_took_its_name(things: Things) -> None:
    with asked_by(ANN):
        own_sets.remove_set(SET)
        own_sets.add_set(things.home / "zebra.zip", SET)
        assert own_sets.restore_set(SET) == f"{SET}-2"


def test_the_bin_is_emptied_after_a_day_and_when_it_is_full(
    things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.remove(RUN)
    own_sets.remove_set(SET)
    (old,) = bin.removed("runs")
    past = old.when - bin.KEPT - 1
    os.utime(old.folder.parent, (past, past))
    bin.sweep()
    assert (queue.removed_runs(), own_sets.removed_sets()) == ([], [SET])
    monkeypatch.setattr(bin, "MOST", 100)
    bin.sweep()
    assert list((things.home / "bin").rglob("*.jpg")) == []


def test_a_bin_makes_room_when_the_disk_is_full(things: Things) -> None:
    own_sets.remove_set(SET)
    bin.free_bytes(things.home, 1)
    assert own_sets.removed_sets() == [SET]
    bin.free_bytes(things.home, 1 << 60)
    assert own_sets.removed_sets() == []


def standing_runs(home: Path, visitor: Visitor, count: int, **status: Any) -> None:
    """Runs of a visitor's, as their processes left them."""
    with asked_by(visitor):
        for number in range(count):
            run = Run(home / "runs" / f"20260101-00000{number}-{visitor.id}-0000")
            run.folder.mkdir(parents=True)
            own(run.folder)
            run.write_spec(Spec(hours=0.5))
            run.write_status(Status(submitted=1.0, **status))


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setenv("ATTENTION_HOSTED", "1")
    return tmp_path


def test_one_visitor_takes_two_places_and_one_address_six(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    living = {"state": "running", "pid": os.getpid(), "born": born()}
    standing_runs(public, ANN, 2, **living)
    beside = Visitor("eve", ANN.address)
    for visitor, says in ((ANN, "You have 2 runs"), (BOB, ""), (beside, ""), (OPERATOR, "")):
        with asked_by(visitor):
            if says:
                with pytest.raises(InputError, match=f"{says} queued or running.* cancel one"):
                    quota.check_quota()
            else:
                quota.check_quota()
    for number in range(4):
        standing_runs(public, Visitor(f"v{number}", ANN.address), 1, **living)
    with asked_by(beside), pytest.raises(InputError, match="Visitors from your network have 6"):
        quota.check_quota()
    monkeypatch.setenv("ATTENTION_HOSTED", "0")
    with asked_by(ANN):
        quota.check_quota()


def test_minutes_of_a_day_are_counted_also_of_runs_that_were_removed(public: Path) -> None:
    spec, now = Spec(hours=1.0), time.time()
    standing_runs(public, ANN, 1, state="finished", seconds=45 * 60.0, ended=now)
    standing_runs(public, BOB, 1, state="finished", seconds=60 * 60.0, ended=now - 25 * 3600)
    with asked_by(ANN):
        assert quota.within_quota(spec).hours == pytest.approx(0.25)
        queue.remove("20260101-000000-ann-0000")
        assert quota.within_quota(spec).hours == pytest.approx(0.25)
    with asked_by(BOB):
        assert quota.within_quota(spec) == spec
    standing_runs(public, Visitor("eve"), 1, state="failed", seconds=3600.0, ended=now)
    with (
        asked_by(Visitor("eve")),
        pytest.raises(InputError, match=r"60 minutes in a day.*tomorrow"),
    ):
        quota.within_quota(spec)
    assert quota.within_quota(Spec(hours=9)).hours == 9  # the operator's


def test_sets_of_one_visitor_are_counted(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(public / "a.zip", good())
    small = replace(quotas.ON_PUBLIC_PAGE, sets=1)
    monkeypatch.setattr(quotas, "ON_PUBLIC_PAGE", small)
    with asked_by(ANN):
        own_sets.add_set(archive, "one")
        with pytest.raises(InputError, match=r"You have 1 set here.*remove one"):
            own_sets.add_set(archive, "two")
    monkeypatch.setattr(quotas, "ON_PUBLIC_PAGE", replace(small, sets=9, set_bytes=20_000))
    with asked_by(ANN), pytest.raises(InputError, match="of 20 kB at most: remove a set"):
        own_sets.add_set(archive, "two")
    with asked_by(BOB):
        own_sets.add_set(archive, "two")
    assert set(sets.sets()) == {"drawn", "one", "two"}


# Over HTTP: the page's events, private ones too, and the public API

Ask = Callable[[Caller, str, str], Any]
WAYS: dict[str, Ask] = {
    "see the set": lambda c, _, s: c.press("data-set", "input", data_set=s),
    "leaf through it": lambda c, _, s: c.press("data-next", data_set=s),
    "shuffle it": lambda c, _, s: c.press("data-shuffle", data_set=s),
    "leave its stills out": lambda c, _, s: c.press("data-leave", data_set=s),
    "put them back": lambda c, _, s: c.press("data-restore", data_set=s),
    "remove the set": lambda c, _, s: c.press("data-remove", data_set=s),
    "share the set": lambda c, _, s: c.press("data-shared", "input", data_set=s, data_shared=True),
    "train on it": lambda c, _, s: c.press("train-start", train_set=s),
    "what training takes": lambda c, _, s: c.press("train-set", "change", train_set=s),
    "see the run": lambda c, r, _: c.press("runs", "input", runs=r),
    "how it goes": lambda c, r, _: c.server("run-card", "how_it_goes", r).json() | {"pause": 0},
    "cancel": lambda c, r, _: c.press("run-cancel", runs=r),
    "resume": lambda c, r, _: c.press("run-resume", runs=r),
    "remove the run": lambda c, r, _: c.press("run-remove", runs=r),
    "share the run": lambda c, r, _: c.press("run-shared", "input", runs=r, run_shared=True),
    "see its curve": lambda c, r, _: c.press("run-curve", runs=r),
    "look with its model": lambda c, r, _: c.press("run-model", runs=r),
    "compare it": lambda c, r, _: c.press("curves-chosen", "input", curves_chosen=[r]),
    "its numbers": lambda c, r, _: c.press("figure5-csv", curves_chosen=[r]),
    "its table": lambda c, r, _: c.press("tables-csv", curves_chosen=[r]),
    "its log": lambda c, r, _: c.press("log-csv", curves_chosen=[r]),
    "its confusions": lambda c, r, _: c.press(
        "confusion-grid", told={"truth": "Hug", "said": "Kiss"}, curves_chosen=[r]
    ),
    "a clip of it": lambda c, r, _: c.press(
        "confusion-clips",
        told={"sweep": r, "clip": "Hug/0.mp4", "by": "CNN @ 0", "fold": "1", "seed": 0},
    ),
    "its whole set": lambda c, r, _: c.press("whole-of", "input", whole_of=r),
    "the file of that": lambda c, r, _: c.press("whole-csv", whole_of=r),
    "its model's card": lambda c, r, _: c.press("model", "change", model=r),
    "bring the run back": lambda c, r, _: c.press("run-bring-back", run_removed_name=r),
    "bring the set back": lambda c, _, s: c.press("data-bring-back", data_removed_name=s),
    "look at its clip": lambda c, _, s: c.press("upload", "upload", upload=clip_of(s)),
    "add its clip as a set": lambda c, _, s: c.press("data-add-it", data_zip=clip_of(s)),
}


def clip_of(name: str) -> dict[str, object]:
    """A clip of a set, as if it had been uploaded."""
    path = Path(os.environ["ATTENTION_HOME"]) / "sets" / name / "video/Hug/0.mp4"
    return {"path": str(path), "orig_name": "0.mp4", "meta": {"_type": "gradio.FileData"}}


def masked(text: str) -> str:
    """Without the names that were asked for, and what is another at each call."""
    text = re.sub(f"{RUN}|{NO_RUN}|{SET}|{NO_SET}", "NAME", text)
    return re.sub(r'"(event_id|[a-z_]*duration|avg_time)": [^,}]*', "", text)


@pytest.mark.parametrize("way", WAYS)
def test_the_page_says_the_same_of_anns_things_as_of_none(
    there: Things, app_url: str, way: str
) -> None:
    before, said = there.state(), []
    for run, of in ((RUN, SET), (NO_RUN, NO_SET)):
        said.append(masked(json.dumps(WAYS[way](Caller(app_url, "bob"), run, of))))
    assert said[0] == said[1]
    assert "Traceback" not in said[0] and '"error": null' not in said[0].replace('null, "vis', "")
    assert there.state() == before


@pytest.mark.parametrize(
    ("endpoint", "given"),
    [
        ("cancel_run", (RUN,)),
        ("curves", (RUN, "accuracy")),
        ("start_run", (SET, "1", "0", "web", "working", "efficientnet_lite0", False, "")),
        ("analyse", (None, RUN, 5, "")),
    ],
)
def test_the_api_says_the_same_of_anns_things_as_of_none(
    there: Things, app_url: str, endpoint: str, given: tuple[Any, ...]
) -> None:
    fake = tuple({RUN: NO_RUN, SET: NO_SET}.get(value, value) for value in given)
    before, said = there.state(), []
    for values in (given, fake):
        answers = Caller(app_url, "bob").ask(endpoint, *values)
        (refused,) = errors_of(answers)
        assert refused.startswith("There is no ")
        said.append(masked(refused))
    assert said[0] == said[1]
    assert there.state() == before


def test_the_api_takes_no_clip_of_a_set(there: Things, app_url: str) -> None:
    said = []
    for name in (SET, NO_SET):
        (refused,) = errors_of(
            Caller(app_url, "bob").ask("analyse", clip_of(name), "imagenet", 5, "")
        )
        said.append(masked(refused))
    assert said[0] == said[1]


@pytest.mark.parametrize("visitor", ["bob", "", "ann"])
def test_no_file_is_fetched_by_its_place(there: Things, app_url: str, visitor: str) -> None:
    """Of the home nothing is, not even one's own; of the store what one knows the whole name of."""
    folder, caller = store_module.store().folder, Caller(app_url, visitor)
    for path in (
        there.set / "video/Hug/0.mp4", there.set / "owner.json", there.set, there.run.folder / "log.txt",
        there.run.sweep / "rows.csv", there.run.model / "model.json", there.home / "secret", folder,
        folder / "samples", folder / ".." / "x", folder / ("0" * 32) / "analysis.pack",
        Path("/proc/self/environ"),
    ):  # fmt: skip
        for way in ("gradio_api/file=", "file=", "gradio_api/file/", "static/"):
            answer = caller.http.get(f"{way}{path}")
            assert answer.status_code in {403, 404, 405}, (way, path)
            assert b"Zebra" not in answer.content and b"ATTENTION" not in answer.content


def test_the_api_lists_to_each_visitor_their_own(there: Things, app_url: str) -> None:
    for visitor, sees in (("bob", False), ("", False), ("ann", True)):
        caller = Caller(app_url, visitor)
        for endpoint in ("runs", "models"):
            assert (RUN in json.dumps(caller.ask(endpoint))) == sees, (visitor, endpoint)


def test_the_page_lets_the_owner_and_the_operator(there: Things, app_url: str) -> None:
    bob, ann = Caller(app_url, "bob"), Caller(app_url, "ann")
    operator = Caller(app_url, admin=secret.admin_token())
    for caller, sees in ((bob, False), (ann, True), (operator, True)):
        told = caller.server("run-card", "how_it_goes", RUN).json()
        assert (told["state"] is not None) == sees
        # the list first: a session takes only what it was offered
        shown = json.dumps(caller.press("runs-refresh"))
        assert (RUN in shown) == sees
        assert (SET in json.dumps(caller.press("train-set", "focus"))) == sees
    assert owned(there.run.folder).shared is False
    ann.press("run-shared", "input", runs=RUN, run_shared=True)
    assert owned(there.run.folder).shared is True
    assert "Shared by somebody else" in json.dumps(bob.press("runs-refresh"))
    assert "somebody else, who alone" in json.dumps(bob.press("run-remove", runs=RUN))
    assert there.run.folder.exists()
    operator.press("run-shared", "input", runs=RUN, run_shared=False)
    assert owned(there.run.folder).shared is False
