"""Nodes with everything that is said of them, one query for as many as a page needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.namespaces import PREFIXES
from kg.places import key_of
from kg.queries import expand, shorten
from kg.store import Literal, NamedNode, Store, Term

PREAMBLE = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n"
    for prefix in ("basis", "dct", "md", "owl", "rdfs", "sh", "skos", "source")
)


@dataclass
class Node:
    """A node and what is said of it, by the short names of the properties."""

    iri: str
    said: dict[str, list[Term]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind that its address tells: `place`, `agreement`; empty for others' addresses."""
        prefix, _, _ = shorten(self.iri).partition(":")
        return prefix if PREFIXES.get(prefix, "").endswith(f"/id/{prefix}/") else ""

    def terms(self, *names: str) -> list[Term]:
        """Return the values of the properties `names`, each once, in their order."""
        return list(dict.fromkeys(term for name in names for term in self.said.get(name, [])))

    def iris(self, *names: str) -> list[str]:
        """Return the addresses among the values of the properties `names`."""
        return [term.value for term in self.terms(*names) if isinstance(term, NamedNode)]

    def literals(self, *names: str) -> list[Literal]:
        """Return the literals among the values of the properties `names`."""
        return [term for term in self.terms(*names) if isinstance(term, Literal)]

    def iri_of(self, name: str) -> str:
        """Return the first address that `name` leads to, empty where there is none."""
        return next(iter(self.iris(name)), "")

    def text(self, name: str) -> str:
        """Return the first literal of `name`, empty where there is none."""
        return next((term.value for term in self.literals(name)), "")

    def number(self, name: str) -> int:
        """Return the first whole number of `name`; 0 where there is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def classes(self) -> list[str]:
        """Return the addresses of its classes."""
        return self.iris("rdf:type")


Nodes = Mapping[str, Node]


def gather(store: Store, patterns: Sequence[str]) -> dict[str, Node]:
    """Return every node that one of `patterns` binds to `?node`, with all that is said of it."""
    if not patterns:
        return {}
    union = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)
    rows = store.select(
        f"{PREAMBLE} SELECT ?node ?property ?value WHERE {{ "
        f"{{ SELECT DISTINCT ?node WHERE {{ {union} }} }} ?node ?property ?value }}"
    ).rows
    nodes: dict[str, Node] = {}
    for node, name, value in sorted(rows, key=str):
        if isinstance(node, NamedNode) and isinstance(name, NamedNode) and value is not None:
            said = nodes.setdefault(node.value, Node(node.value)).said
            values = said.setdefault(shorten(name.value), [])
            if not values or values[-1] != value:  # a triple may stand in several graphs
                values.append(value)
    return nodes


def first(pattern: str, most: int) -> str:
    """Return a pattern that binds `?node` to the first `most` addresses that `pattern` does."""
    # The engine would look addresses up in the store for each comparison; texts it holds. And it
    # would sort each as often as it is found.
    return (
        f"{{ SELECT ?node WHERE {{ {{ SELECT DISTINCT ?node WHERE {{ {pattern} }} }} }} "
        f'ORDER BY CONCAT(STR(?node), " ") LIMIT {int(most)} }}'
    )


def among(iris: Iterable[str], variable: str = "?node") -> str:
    """Return the VALUES clause that binds `variable` to each of `iris`; the same text each time."""
    return f"VALUES {variable} {{ {' '.join(str(NamedNode(iri)) for iri in sorted(set(iris)))} }}"


def mentioned(nodes: Iterable[Node]) -> set[str]:
    """Return every address that stands in what is said of `nodes`, theirs and properties too."""
    found: set[str] = set()
    for node in nodes:
        found.add(node.iri)
        for name, values in node.said.items():
            found.add(expand(name))
            found.update(term.value for term in values if isinstance(term, NamedNode))
    return found


def key_order(iri: str) -> tuple[str, int, str]:
    """Return what sorts addresses so that `-l9` comes before `-l10`."""
    key = key_of(iri)
    head = key.rstrip("0123456789")
    digits = key[len(head) :]
    return head, int(digits) if digits and len(digits) < 10 else 0, iri
