"""Pages about two places: everything between them on one timeline."""

from flask import Blueprint, Response, render_template, url_for

from kg.errors import NotFoundError
from kg.namespaces import ID
from kg.places import key_of
from kg.views.balance import partners_of
from kg.views.places import pair
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.links import question_address
from kg.web.pictures import Spot
from kg.web.place_pictures import map_of, timeline_of
from kg.web.repeats import kept_page
from kg.web.service import service
from kg.web.things import names_in

bp = Blueprint("pairs", __name__)


@bp.get("/pair/<one>/<other>")
def show(one: str, other: str) -> Response:
    """Everything between two places, named by key; directions as seen from the first."""
    here, there = _place(one), _place(other)
    if here == there:
        raise NotFoundError("%(key)s is one place; name two for a pair", key=one)
    return kept_page(lambda: _page(here, there))


def _page(here: str, there: str) -> str:
    found = pair(service().store, here, there)
    wanted = {here, there} | names_in(found.facts) | set(found.sources)
    names = names_of(wanted, service().store, page_language())
    position = service().positions.get(here)
    origin = Spot(names[here].text, *position) if position else None
    between = [p for p in partners_of(found.facts) if p.iri == there]
    levels = {level for partner in between for level in partner.ties}
    one, other = key_of(here), key_of(there)
    first, second = sorted((one, other))
    return render_template(
        "pair.html",
        pair=found,
        names=names,
        balance=between[0] if between else None,
        timeline=timeline_of(found.facts, names),
        map=map_of(origin, [(there, levels)], names) if origin else None,
        canonical=url_for("pairs.show", one=first, other=second, lang=None),
        question=lambda form: question_address(
            "timeline-of-pair", city=one, partner=other, **({"format": form} if form else {})
        ),
    )


def _place(key: str) -> str:
    """Return the address of the place that goes by `key`. Raises NotFoundError."""
    iri = f"{ID['place']}{key}"
    if iri in service().places:
        return iri
    likely = service().addresses.near(f"id/place/{key}")
    if likely:
        raise NotFoundError(
            "no place has the key '%(key)s'; did you mean %(keys)s?",
            key=key[:100], keys=", ".join(map(key_of, likely)),
        )  # fmt: skip
    raise NotFoundError("no place has the key '%(key)s'; want one such as kr-seoul", key=key[:100])
