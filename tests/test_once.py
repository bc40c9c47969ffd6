"""Values that are worked out once, for each object by itself."""

import threading
from dataclasses import dataclass, field

import pytest

from conftest import ROOT
from kg.once import Once


@dataclass(frozen=True)
class Thing:
    made: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @Once
    def value(self) -> int:
        """A number."""
        self.made.append("value")
        assert self.gate.wait(60)
        return len(self.made)

    @Once
    def fault(self) -> int:
        self.made.append("fault")
        raise ValueError


def test_a_value_is_worked_out_once_and_a_fault_again() -> None:
    thing = Thing()
    thing.gate.set()
    assert (thing.value, thing.value, thing.made) == (1, 1, ["value"])
    for _ in range(2):
        with pytest.raises(ValueError):
            _ = thing.fault
    assert thing.made == ["value", "fault", "fault"]
    assert Thing.value.__doc__ == "A number."


def test_no_object_waits_for_another() -> None:
    slow, quick = Thing(), Thing()
    waiting = threading.Thread(target=lambda: slow.value)
    waiting.start()
    quick.gate.set()
    assert quick.value == 1  # while the slow one is still at it
    assert waiting.is_alive()
    slow.gate.set()
    waiting.join()


def test_the_property_with_one_lock_for_all_stands_where_there_is_one_object() -> None:
    users = {
        path.relative_to(ROOT / "src" / "kg").as_posix()
        for path in (ROOT / "src" / "kg").rglob("*.py")
        if "import cached_property" in path.read_text("utf-8")
    }
    assert users == {"web/service.py"}, "use kg.once.Once"
