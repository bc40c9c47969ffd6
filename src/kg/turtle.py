"""Turtle in one canonical form, so that a difference between two files is a difference in facts.

Prefixes, subjects, properties and values are sorted (`a` first, then labels), one value stands
on a line, and blank nodes are nested where they are used. RDF 1.1 Turtle, W3C 2014.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from rdflib import RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import InputError
from kg.namespaces import PREFIXES

Triple = tuple[Node, Node, Node]

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_NUMBERS = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}
_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_FIRST: dict[Node, int] = {
    term: rank
    for rank, term in enumerate(
        (RDF.type, RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition)
    )
}
_TAB = "  "


def to_turtle(
    triples: Iterable[Triple], header: str = "", prefixes: Mapping[str, str] = PREFIXES
) -> str:
    """Return `triples`, which may be a Graph, as canonical Turtle that begins with `header`.

    Of `prefixes`, those in use are declared; the first that fits an address is taken.

    Raises InputError where a blank node is used twice or by itself in a circle: such a node has
    no place of its own in a canonical text, so it has to be given a name.
    """
    return _Writer(triples, prefixes).write(header)


def to_trig(graphs: Mapping[URIRef, Graph], header: str = "") -> str:
    """Return named graphs as canonical TriG: each graph a block of canonical Turtle.

    Raises InputError as `to_turtle` does.
    """
    writers = {name: _Writer(graph) for name, graph in sorted(graphs.items())}
    parts = []
    for name, writer in writers.items():
        blocks = "\n".join(writer.blocks())
        parts.append(f"{writer.iri(name)} {{\n{blocks}}}\n")
    used = set().union(*(writer.used for writer in writers.values()))
    return "\n".join([header + _prefix_lines(used, PREFIXES), *parts])


def shortens(iri: str, namespace: str) -> bool:
    """Tell whether `iri` can be written as a prefix for `namespace` and a plain local name."""
    return iri.startswith(namespace) and bool(_LOCAL.fullmatch(iri, len(namespace)))


def _prefix_lines(used: Iterable[str], prefixes: Mapping[str, str]) -> str:
    return "".join(f"@prefix {prefix}: <{prefixes[prefix]}> .\n" for prefix in sorted(used))


class _Writer:
    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str] = PREFIXES) -> None:
        self.prefixes = prefixes
        self.used: set[str] = set()
        self.names: dict[URIRef, str] = {}
        # What is said of each subject, looked up once: rdflib's own look-ups cost far more.
        self.said: dict[Node, dict[Node, list[Node]]] = {}
        uses: Counter[Node] = Counter()
        for subject, predicate, value in triples:
            values = self.said.setdefault(subject, {}).setdefault(predicate, [])
            if value in values:  # it stands in two graphs
                continue
            values.append(value)
            if isinstance(value, BNode):
                uses[value] += 1
        self.inner = set(uses)
        for node, count in uses.items():
            if count > 1:
                raise InputError(f"blank node _:{node} is used twice; give it a name")

    def write(self, header: str) -> str:
        """The whole document."""
        blocks = self.blocks()
        head = header + _prefix_lines(self.used, self.prefixes)
        return "\n".join(part for part in (head, *blocks) if part)

    def blocks(self) -> list[str]:
        """One block of text a subject, sorted; those without a name last."""
        self._check_circles()
        named = sorted(s for s in self.said if isinstance(s, URIRef))
        loose = (s for s in self.said if isinstance(s, BNode) and s not in self.inner)
        return [
            *(f"{self.iri(s)}{self.pairs(s, _TAB)} .\n" for s in named),
            *sorted(f"[{self.pairs(s, _TAB)}\n] .\n" for s in loose),
        ]

    def _check_circles(self) -> None:
        """Every inner blank node must hang on something that was written."""
        reached: set[Node] = set()
        todo: list[Node] = [s for s in self.said if s not in self.inner]
        while todo:
            node = todo.pop()
            reached.add(node)
            values = (v for found in self.said.get(node, {}).values() for v in found)
            todo.extend(value for value in values if value in self.inner)
        for node in self.inner - reached:
            raise InputError(f"blank node _:{node} refers to itself; give it a name")

    def pairs(self, subject: Node, indent: str) -> str:
        """The properties and values of a subject, each value on a line of its own."""
        out = []
        said = self.said.get(subject, {})
        for predicate in sorted(said, key=lambda p: (_FIRST.get(p, 99), str(p))):
            name = "a" if predicate == RDF.type else self.term(predicate, indent)
            values = sorted((_order(o), self.term(o, indent + _TAB)) for o in said[predicate])
            if len(values) == 1:
                out.append(f"{name} {values[0][1]}")
            else:
                joined = f" ,\n{indent}{_TAB}".join(text for _, text in values)
                out.append(f"{name}\n{indent}{_TAB}{joined}")
        return "".join(
            f"\n{indent}{text}{' ;' if n < len(out) else ''}" for n, text in enumerate(out, 1)
        )

    def term(self, term: Node, indent: str) -> str:
        if isinstance(term, URIRef):
            return self.iri(term)
        if isinstance(term, Literal):
            return self.literal(term)
        items = self.items(term)
        if items is not None:
            inner = "".join(f"\n{indent}{_TAB}{self.term(i, indent + _TAB)}" for i in items)
            return f"({inner}\n{indent})" if items else "()"
        pairs = self.pairs(term, indent + _TAB)
        return f"[{pairs}\n{indent}]" if pairs else "[]"

    def items(self, node: Node) -> list[Node] | None:
        """The members of a well-formed list that begins at `node`; None where it is no list."""
        members: list[Node] = []
        while node != RDF.nil:
            said = self.said.get(node, {})
            first, rest = said.get(RDF.first, []), said.get(RDF.rest, [])
            if len(said) != 2 or len(first) != 1 or len(rest) != 1:
                return None
            if len(members) > len(self.said):  # a list that runs in a circle
                return None
            members.append(first[0])
            node = rest[0]
        return members

    def iri(self, iri: URIRef) -> str:
        if iri not in self.names:
            self.names[iri] = self._name(iri)
        return self.names[iri]

    def _name(self, iri: URIRef) -> str:
        for prefix, namespace in self.prefixes.items():
            if shortens(iri, namespace):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri.n3()

    def literal(self, literal: Literal) -> str:
        text = str(literal)
        number = _NUMBERS.get(literal.datatype) if literal.datatype else None
        if number and number.fullmatch(text):
            return text
        quoted = text.translate(_ESCAPES)
        body = f'"""{quoted}"""' if "\n" in quoted else f'"{quoted}"'
        if literal.language:
            return f"{body}@{literal.language}"
        if literal.datatype and literal.datatype != XSD.string:
            return f"{body}^^{self.iri(literal.datatype)}"
        return body


def _order(node: Node) -> tuple[int, str, str]:
    """Sort key of a value: addresses, then text by language, then blank nodes by their text."""
    if isinstance(node, URIRef):
        return (0, "", str(node))
    if isinstance(node, Literal):
        return (1, node.language or "", str(node))
    return (2, "", "")
