"""The page of a canned question: its form, its answer, or what is wrong with what was typed."""

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from kg.account import as_given
from kg.canned import CannedQuery
from kg.errors import ParameterError
from kg.places import key_of
from kg.web.cells import evidence_of, remarks_of, rows_of, shown_columns
from kg.web.found import Found
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.pictured import picture_of
from kg.web.problems import marked, problem_of
from kg.web.sayings import absence_words, in_words, reason_words, remark_meaning, value_text
from kg.web.service import service
from kg.web.takeaways import file_links

MOST_ROWS = 1000  # that a page shows; the data have them all
_DATA = ("json", "csv", "tsv", "xml")


def written_page(found: Found) -> str:
    """Return the page with the answer."""
    answer = found.answer
    table = replace(answer.table, rows=answer.table.rows[:MOST_ROWS])
    first = replace(answer, table=table)
    names = names_of(evidence_of(first), service().store, page_language())
    return _rendered(
        found.query,
        answer=answer,
        columns=shown_columns(first),
        rows=rows_of(first, names),
        total=len(answer.table.rows),
        remarks=[(remark, remark_meaning(remark)) for remark in remarks_of(first)],
        asked=found.asked,
        reasons=_reasons(found),
        absence=absence_words() if found.query.rests_on_absence else "",
        documents=found.searched if found.query.rests_on_absence else [],
        picture=picture_of(answer),
        data_links=_data_links(found.query),
    )


def wrong_page(query: CannedQuery, error: ParameterError) -> Response:
    """Return the page with what was typed and what is wrong with it; data get a problem."""
    if request.args.get("format") not in (None, "html"):
        return problem_of(error)
    known = error.parameter in query.parameters
    page = _rendered(
        query,
        error=marked(error),
        wrong=error.parameter,
        meant=_meant(query, error) if known else [],
    )
    return make_response(page, 400)


def _rendered(query: CannedQuery, **more: Any) -> str:
    return render_template(
        "query.html",
        query=query,
        typed={name: request.args.get(name) for name in query.parameters},
        given=partial(_given, query),
        places=service().places,
        place_names=_place_names(),
        choices=service().choices,
        **more,
    )


def _place_names() -> list[tuple[str, str]]:
    """Return what the form suggests: a name, or the key of a place that shares its name."""
    named = service().places.territories(page_language())[:1000]
    shared = Counter(label for _, label in named)
    return [(label if shared[label] == 1 else key_of(iri), label) for iri, label in named]


def _given(query: CannedQuery, **more: str) -> dict[str, str]:
    """Return the parameters as the reader gave them, to ask again with `more`."""
    known = {name: request.args[name] for name in query.parameters if name in request.args}
    return known | more


def _data_links(query: CannedQuery) -> list[tuple[str, str]]:
    """Return form and address of each way to take the answer away."""
    given: dict[str, Any] = _given(query)
    data = [(form, {**given, "name": query.name, "format": form}) for form in _DATA]
    return [
        *((form, url_for("queries.show", **values)) for form, values in data),
        *file_links(query, given),
    ]


def _address(query: CannedQuery, parameter: str, value: str) -> str:
    """Return the address of the question with one value changed."""
    given: dict[str, Any] = _given(query)
    return url_for("queries.show", **given | {"name": query.name, parameter: value})


def _reasons(found: Found) -> list[tuple[str, str, str]]:
    """Return why there are no rows: a sentence, the value that has some, and its address."""
    told = []
    for reason in found.empty:
        name, value, target = reason.parameter.name, "", ""
        if reason.instead is not None:
            value = in_words(reason.parameter, reason.instead)
            target = _address(
                found.query, name, as_given(reason.parameter, value_text(reason.instead))
            )
        told.append((reason_words(reason), value, target))
    return told


def _meant(query: CannedQuery, error: ParameterError) -> list[tuple[str, str]]:
    """Return the places that the value may mean: their names, and the question about them."""
    places = service().places
    return [
        (
            places.listed([iri], page_language()),
            _address(query, str(error.parameter), key_of(iri)),
        )
        for iri in error.candidates
    ]
