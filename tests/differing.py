"""How two queries differ: in their tokens, and in what rdflib's parser makes of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import BNode, Literal
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

from kg.tokens import tokens


def algebra(sparql: str) -> Any:
    """The algebra of a query as rdflib reads it."""
    return translateQuery(parseQuery(sparql)).algebra


def algebra_differences(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """The terms in which two algebras differ, and whatever else differs."""
    if isinstance(one, Mapping) and type(one) is type(other) and one.keys() == other.keys():
        if getattr(one, "name", "") != getattr(other, "name", ""):
            yield one, other
        for key in one:
            yield from algebra_differences(one[key], other[key])
    elif isinstance(one, list | tuple) and type(one) is type(other) and len(one) == len(other):
        for a, b in zip(one, other, strict=True):
            yield from algebra_differences(a, b)
    elif isinstance(one, Path) and isinstance(other, Path):
        if one.n3() != other.n3():
            yield one, other
    elif isinstance(one, BNode) and isinstance(other, BNode):
        return  # a new name in each reading
    elif isinstance(one, Literal) and isinstance(other, Literal):
        parts = [(str(x), x.datatype, x.language) for x in (one, other)]
        if parts[0] != parts[1]:
            yield one, other
    elif one != other:
        yield one, other


def token_differences(one: str, other: str) -> set[tuple[str, str]] | None:
    """The pairs of tokens in which two queries differ; None where they have not as many."""
    texts = [[token.text for token in tokens(sparql)] for sparql in (one, other)]
    if len(texts[0]) != len(texts[1]):
        return None
    return {(a, b) for a, b in zip(*texts, strict=True) if a != b}
