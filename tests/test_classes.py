"""What the gate gives who is in an open class: more of a shared address; to the teacher, pupils' things."""

import pytest
from starlette.applications import Starlette

from attention.gate import quotas
from attention.gate.admission import SHARES, refusal
from attention.gate.classes import CLASSES, Classes
from attention.gate.line import LONGEST, OF_AN_ADDRESS, Line
from attention.gate.owners import Owned, may_change, may_see, own, owned
from attention.gate.temporary.uploads import OF_AN_ADDRESS as OF_A_NETWORK
from attention.gate.temporary.uploads import RefusedError, Uploads
from attention.gate.visitors import Visitor, asked_by

ANN, BEN, TEACHER = (Visitor(name, "1.1.1.1") for name in ("ann", "ben", "teacher"))


@pytest.fixture
def taught():
    """Ann is in a class of the teacher's; Ben is not."""
    CLASSES.open("r1")
    CLASSES.enter("r1", ANN)
    CLASSES.teach("r1", TEACHER)
    yield CLASSES
    CLASSES.close("r1")


def test_the_teacher_may_tidy_up_what_pupils_make_while_the_class_is_open(tmp_path, taught):
    for name, maker in (("hers", ANN), ("his", BEN)):
        (tmp_path / name).mkdir()
        with asked_by(maker):
            own(tmp_path / name, shared=False)
    hers, his = owned(tmp_path / "hers"), owned(tmp_path / "his")
    assert (hers.room, his.room) == ("r1", "")
    assert may_change(hers, TEACHER) and may_see(hers, TEACHER) and may_change(hers, ANN)
    assert not may_change(hers, BEN) and not may_change(his, TEACHER)
    taught.close("r1")
    assert not may_change(hers, TEACHER) and may_change(hers, ANN)
    taught.enter("r1", BEN)
    taught.teach("r1", BEN)
    assert not may_change(hers, BEN) and taught.room_of(BEN) == ""  # a room that is over


def test_who_has_no_id_gets_no_rights_of_others():
    classes, unnamed = Classes(), Visitor(address="1.1.1.1")
    classes.open("r1")
    classes.enter("r1", unnamed)
    classes.teach("r1", unnamed)
    assert not classes.has(unnamed) and not classes.teaches("r1", unnamed)
    assert not may_change(Owned(room="r1"), unnamed) and not may_change(Owned(), TEACHER)


def test_a_class_has_more_of_its_schools_share_and_leaves_some_to_others(taught, monkeypatch):
    share = SHARES["looks"]
    near = [Visitor(str(n), "1.1.1.1") for n in range(share.of_an_address)]
    assert "your network" in (refusal("looks", BEN, near) or "")
    assert refusal("looks", ANN, near) is None
    most = [Visitor(str(n), "1.1.1.1") for n in range(3 * share.of_all // 4)]
    assert refusal("looks", ANN, most[1:]) is None and refusal("looks", TEACHER, most[1:]) is None
    assert "your network" in (refusal("looks", ANN, most) or "")

    line = Line()
    waiting = [Visitor(str(n), "1.1.1.1") for n in range(OF_AN_ADDRESS)]
    line._waiting = [type("T", (), {"visitor": v, "given_up": _Never()})() for v in waiting]
    line._check_share(ANN)
    with pytest.raises(ValueError, match="your network"):
        line._check_share(BEN)
    line._waiting *= 2
    with pytest.raises(ValueError, match="which is the most"):
        line._check_share(ANN)
    assert OF_AN_ADDRESS < 3 * LONGEST // 4

    uploads = Uploads(Starlette(), None, 0)  # type: ignore[arg-type]
    uploads._coming = [Visitor(str(n), "1.1.1.1") for n in range(OF_A_NETWORK)]
    with uploads._place(ANN), pytest.raises(RefusedError), uploads._place(BEN):
        pass

    monkeypatch.setenv("ATTENTION_HOSTED", "1")
    for visitor, of_address in ((ANN, quotas.OF_CLASS_ADDRESS), (BEN, quotas.OF_ADDRESS)):
        with asked_by(visitor):
            assert [used.quota for used in quotas.used([])] == [quotas.ON_PUBLIC_PAGE, of_address]


class _Never:
    def is_set(self) -> bool:
        return False
