"""The source documents of one store: what is known of each, read once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from kg.namespaces import PREFIXES
from kg.once import Once
from kg.places import key_of
from kg.store import Literal, NamedNode, Store, Term
from kg.tags import language_tag
from kg.values import text_of
from kg.wording import in_language

_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("dct", "foaf", "md", "skos")
)
_FACTS = {
    "label": "skos:prefLabel",
    "title": "dct:title",
    "publisher": "dct:publisher/skos:prefLabel",
    "published": "md:publishedOn",
    "page": "foaf:page",
    "licence": "dct:license",
}
_BATCH = 5_000  # addresses in one query
_MOST = 100_000  # documents that are remembered


@dataclass(frozen=True)
class Document:
    """A source document that rows cite: what is known of it, and how many rows do."""

    iri: str
    title: str
    publisher: str
    published: str
    page: str
    licence: str
    rows: int

    @property
    def key(self) -> str:
        """The last part of its address, by which rows name it."""
        return key_of(self.iri)


class Documents:
    """What one store tells of its documents, remembered from the first time it is needed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Mapping[str, Mapping[str, str]]] = {}

    @Once
    def every(self) -> list[str]:
        """The addresses of all source documents, sorted."""
        asked = f"{_PREFIXES}SELECT ?document {{ ?document a md:SourceDocument }}"
        return sorted(text_of(document) for (document,) in self._store.select(asked).rows)

    def cited(self, rows: Mapping[str, int], language: str) -> list[Document]:
        """Return the documents whose rows are counted, by key, told in `language`."""
        known = self._facts(rows)
        found = []
        for iri in sorted(rows):
            told = {fact: in_language(known[iri].get(fact, {}), language) for fact in _FACTS}
            title = told.pop("label") or told.pop("title")
            told.pop("title", None)
            found.append(Document(iri=iri, rows=rows[iri], title=title or key_of(iri), **told))
        return found

    def _facts(self, iris: Collection[str]) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Return the texts of each fact of each document by language; what is not known is read."""
        known = self._known
        wanted = [iri for iri in iris if iri not in known]
        if wanted:
            facts: dict[str, dict[str, dict[str, str]]] = {iri: {} for iri in wanted}
            for fact, path in _FACTS.items():
                asked = f"?node {path} ?value ."
                for node, value in each(wanted, "?node ?value", asked, self._store):
                    tag = language_tag(value.language) if isinstance(value, Literal) else ""
                    facts[text_of(node)].setdefault(fact, {}).setdefault(tag, text_of(value))
            known = {**known, **facts}
            if len(known) <= _MOST:
                self._known = known  # put in place whole, for those who read meanwhile
        return known


def each(
    iris: Collection[str], names: str, pattern: str, store: Store
) -> Iterator[tuple[Term | None, ...]]:
    """Yield the rows of `pattern` for each of `iris`, some thousands to a query."""
    rest = (node for node in map(_node, sorted(iris)) if node is not None)
    while batch := list(islice(rest, _BATCH)):
        nodes = " ".join(map(str, batch))
        yield from store.select(
            f"{_PREFIXES}SELECT DISTINCT {names} WHERE {{ VALUES ?node {{ {nodes} }} {pattern} }} "
            f"ORDER BY {names}"
        ).rows


def _node(iri: str) -> NamedNode | None:
    """Return the node that `iri` names; strangers' data may hold anything in its place."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None
