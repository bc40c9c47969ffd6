"""Answers as files to take away: a workbook, CSV for spreadsheets, a calendar to subscribe to."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, request, url_for
from werkzeug.http import dump_options_header

from kg import takeaway
from kg.account import Account
from kg.canned import CannedQuery
from kg.queries import typed_values
from kg.takeaway import TAKEAWAYS
from kg.web.answers import Kept
from kg.web.formats import Offer
from kg.web.found import Found
from kg.web.languages import page_language
from kg.web.repeats import kept_response
from kg.web.service import service


def offers(query: CannedQuery) -> list[Offer]:
    """Return the forms of file that the answer to `query` comes in, with their media types."""
    return [(form, TAKEAWAYS[form][0]) for form in takeaway.offered(query)]


def file_response(form: str, found: Found, values: Mapping[str, str]) -> Response:
    """Return the answer as a file; `values` are those that the request gives.

    A calendar that is asked for without a year looks ahead from this one.
    """
    now = service()
    calendar = found.query.calendar if form == "ics" else None
    year = date.today().year if calendar and calendar.year not in values else 0

    def ask(given: Mapping[str, str]) -> Account:
        terms = typed_values(found.query, given, now.places, now.choices)
        return Found(found.query, terms).account

    def make() -> Kept:
        name = takeaway.file_name(found.query, now.release.id, form)
        disposition = dump_options_header("attachment", {"filename": name})
        headers = (("Content-Disposition", disposition), ("Content-Language", page_language()))
        body = takeaway.taken(form, found.query, values, ask, year)
        return Kept(body, TAKEAWAYS[form][0], headers)

    response = kept_response(("form", form, page_language(), str(year), *found.key), make)
    if year:  # the same words mean other years when this one is over, so they are read anew
        request.environ.pop("kg.kept", None)
    return response


def file_links(query: CannedQuery, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return form and address of each file; that of a calendar lasts: it names no year."""
    links = []
    for form in takeaway.offered(query):
        lasting = query.calendar.year if form == "ics" and query.calendar else None
        kept: dict[str, Any] = {name: given[name] for name in given if name != lasting}
        kept |= {"name": query.name, "format": form}
        if form == "ics":  # the program that fetches it may not tell what its reader speaks
            kept["lang"] = page_language()
        links.append((form, url_for("queries.show", **kept)))
    return links
