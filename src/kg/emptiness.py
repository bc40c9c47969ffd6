"""Why a question has no rows: which of its values nothing fits, found by asking again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kg.canned import CannedQuery, Parameter
from kg.errors import KgError, ParameterError
from kg.namespaces import PREFIXES
from kg.places import Places
from kg.queries import Choices, expand, fill, typed_values
from kg.store import Literal, NamedNode, Table, Term

MOST = 12  # queries for one answer
_CHOICES = 6  # other values of one choice that are tried

_RECORDS = f"""
PREFIX md: <{PREFIXES["md"]}>
SELECT (COUNT(DISTINCT ?record) AS ?records) WHERE {{
  ?record md:evidence ?evidence ;
    ?property %s .
  FILTER (?property NOT IN (md:denotes, md:within))
}}
"""


@dataclass(frozen=True)
class Reason:
    """What was found about one value, `term`, of a question that no row answers.

    Nothing is recorded of it (`kind` is "unrecorded"); with the value `instead` and all else the
    same there are `rows` ("instead"); it matches nothing also where all else is as proposed
    ("alone").
    """

    kind: str
    parameter: Parameter
    term: Term
    instead: Term | None = None
    rows: int = 0


def reasons(
    query: CannedQuery,
    terms: Mapping[str, Term],
    ask: Callable[[str], Table],
    places: Places,
    choices: Choices,
) -> list[Reason]:
    """Return what explains that `query` has no rows with `terms`, after at most MOST queries.

    `ask` answers them. Where it fails, as one does that takes too long, what is known by then is
    returned.
    """
    found: list[Reason] = []
    rest = iter(range(MOST))
    try:
        for reason, sparql in _guesses(query, terms, places, choices):
            if next(rest, None) is None:
                break
            count = _count(ask(sparql), reason.kind)
            if reason.kind == "instead" and count:
                found.append(
                    Reason("instead", reason.parameter, reason.term, reason.instead, count)
                )
            elif reason.kind == "unrecorded" and not count:
                found.append(reason)
            # Only where no single value is to blame, each is tried with all else as proposed.
            elif reason.kind == "alone" and not any(f.kind == "instead" for f in found):
                found += [reason] if not count else []
    except KgError:
        pass
    return found


def _guesses(
    query: CannedQuery, terms: Mapping[str, Term], places: Places, choices: Choices
) -> Iterator[tuple[Reason, str]]:
    """Yield what may be, and the query that shows whether it is."""
    asked = {name: one for name, one in query.parameters.items() if not one.hidden}
    for name, parameter in asked.items():
        if parameter.type == "place":
            yield Reason("unrecorded", parameter, terms[name]), _RECORDS % terms[name]
    proposed = _proposed(query, places, choices)
    for name, parameter in asked.items():
        for term in _others(parameter, proposed.get(name), choices):
            if term != terms[name]:
                guess = Reason("instead", parameter, terms[name], term)
                yield guess, fill(query, {**terms, name: term})
    changed = [name for name in asked if name in proposed and proposed[name] != terms[name]]
    if len(changed) > 1:
        for name in changed:
            one = {**terms, **{other: proposed[other] for other in changed if other != name}}
            yield Reason("alone", asked[name], terms[name]), fill(query, one)


def _others(parameter: Parameter, proposed: Term | None, choices: Choices) -> list[Term]:
    if parameter.type == "flag":
        return [Literal(True), Literal(False)]
    found = [proposed] if proposed is not None else []
    if parameter.type == "choice":
        values = [choice.value for choice in choices.of(parameter)[:_CHOICES]]
        is_iri = parameter.variable.endswith("_iri")
        found += [NamedNode(expand(value)) if is_iri else Literal(value) for value in values]
    return list(dict.fromkeys(found))


def _proposed(query: CannedQuery, places: Places, choices: Choices) -> Mapping[str, Term]:
    """Return the values that the form proposes; of places those of other data have none."""
    try:
        return typed_values(query, {}, places, choices)
    except ParameterError:
        return {}


def _count(table: Table, kind: str) -> int:
    if kind != "unrecorded":
        return len(table.rows)
    ((number,),) = table.rows
    return int(number.value) if isinstance(number, Literal) else 0
