"""Answers kept with a release: those that its store gives, without asking it."""

from pathlib import Path

import pytest
from flask import Flask

from kg import inventory, kept, places
from kg.graphs import Project
from kg.kept import KeptStore
from kg.places import Places, key_of
from kg.release import Release
from kg.store import EmbeddedStore, Literal, Table
from kg.web import create_app
from kg.web.service import Service
from serving import small_release

Built = tuple[Project, Release]
TEXTS = (places.ASKED, *inventory.ASKED)


select = EmbeddedStore.select


def unasked(self: EmbeddedStore, sparql: str) -> Table:
    """Of questions in the folder of a release it is looked in an empty store what they give."""
    assert not isinstance(self, KeptStore), sparql
    return select(self, sparql)


def service_of(app: Flask) -> Service:
    found: Service = app.extensions["kg"]
    found.engine.close()
    return found


def test_what_is_kept_is_what_the_store_answers(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = built[1].store
    asked = [EmbeddedStore.open(store).select(text) for text in TEXTS]
    held = KeptStore.open(store)
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedStore, "select", unasked)
        assert [held.select(text) for text in TEXTS] == asked
        assert Places(held).find("서울").endswith("kr-seoul")
        with pytest.raises(AssertionError, match="ASK"):
            held.select("SELECT ?other { ?other ?p ?o } # ASK")
    assert all(table.rows for table in asked)


def test_the_inventory_is_the_same_from_kept_answers(built: Built) -> None:
    store = built[1].store
    told = inventory.inventory(KeptStore.open(store))
    assert told == inventory.inventory(EmbeddedStore.open(store))
    assert {"place", "agreement", "source"} <= told.kinds
    assert len(told.documents) == told.counts["sources"] == 5
    assert [key_of(place) for place in told.ties] == ["kr-seoul", "kr-seocho"]


def test_a_question_that_was_not_kept_is_asked(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release by another version of the code kept other questions, or none."""
    held = KeptStore.open(small_release(tmp_path / "release").store)
    assert held.select(places.ASKED).rows
    monkeypatch.setattr(kept, "_TEXTS", ("SELECT (1 AS ?one) {}",))
    assert KeptStore.open(built[1].store).select("SELECT (1 AS ?one) {}").rows == [(Literal(1),)]


def test_a_start_reads_nothing_that_grows_with_the_data(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedStore, "select", unasked)
        service = service_of(create_app(built[1]))
        assert not {"places", "positions", "index"} & vars(service).keys()
        service.warm()
    assert {"places", "positions"} <= vars(service).keys()
