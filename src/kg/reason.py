"""The derived graph: rules (CONSTRUCT queries) applied until they give nothing new."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from rdflib import RDF, Graph

from kg.errors import InputError, QueryError
from kg.growing import GrowingStore
from kg.loading import give_memory_back
from kg.namespaces import GRAPH, bind_prefixes
from kg.reading import read_text, to_oxigraph, to_rdflib
from kg.tokens import declared_prefixes

_MOST_ROUNDS = 20
_THREADS = 2

# What of a rule says nothing about what it reads: comments, the template, lists of variables.
_UNREAD = re.compile(
    r"(?im)^\s*\#.*$ | \bCONSTRUCT\s*\{[^{}]*\} | \b(?:SELECT|DISTINCT|REDUCED|BY)(?:\s+[?$]\w+)+",
    re.VERBOSE,
)
_NAME = re.compile(r"([\w-]*):([\w-]+)")
_TYPE = re.compile(r"(?<![\w:?$-])a(?![\w:-])")
# A variable between two terms or after a semicolon, a negated path, BASE, an escape.
_ANY = re.compile(r"(?i)[^\s.{}(,;]\s+[?$]\w+\s+[?$<\w\"'\[(:]|;\s*[?$]|!(?!=)|\bBASE\b|[\\%]")


def derive(asserted: Iterable[Graph], rules: Path) -> Graph:
    """Return what the rules in the folder `rules` (`*.rq`) conclude from `asserted`.

    Only new triples are returned. Raises InputError where there are no rules, where one is no
    CONSTRUCT, or where they still find something new after 20 rounds (they would never end).
    """
    store = GrowingStore.of(to_oxigraph(t) for graph in asserted for t in graph)
    derived = bind_prefixes(Graph())
    conclude(store, rules)
    for quad in store.quads(GRAPH.derived):
        subject, predicate, value = (to_rdflib(term) for term in quad.triple)
        derived.add((subject, predicate, value))
    return derived


def conclude(store: GrowingStore, rules: Path) -> None:
    """Add what the rules conclude from `store` to its derived graph.

    Raises InputError as `derive` does.
    """
    texts = {path: read_text(path) for path in sorted(rules.glob("*.rq"))}
    if not texts:
        raise InputError(f"{rules}: no rules (*.rq) here; restore the folder from the repository")
    # A rule that was asked finds more only where something that it reads was concluded since.
    due = texts
    for _ in range(_MOST_ROUNDS):
        found: Counter[str] = Counter()
        for lines in _concluded(store, due):
            found += store.add_new(lines, GRAPH.derived)
        due = _due(texts, found)
        if not due:
            return
    raise InputError(
        f"{rules}: the rules find new facts without end; look for one that feeds itself"
    )


def _due(rules: Mapping[Path, str], found: Counter[str]) -> dict[Path, str]:
    """Return the rules that may find more now, those that read most of what was found first.

    What takes long is not left for the end so, when one thread has nothing more to do.
    """
    read = {
        path: sum(number for predicate, number in found.items() if may_read(text, {predicate}))
        for path, text in rules.items()
    }
    return {
        path: rules[path]
        for path in sorted(rules, key=read.__getitem__, reverse=True)
        if read[path]
    }


def _concluded(store: GrowingStore, rules: Mapping[Path, str]) -> Iterator[IO[bytes]]:
    """Yield what each of `rules` concludes from `store` as it is now, as N-Triples.

    Two at a time are asked, all of them before the first is yielded: what one finds, no other
    sees, so the order of the rules says nothing.
    """

    def ask(rule: Path, lines: IO[bytes]) -> None:
        try:
            store.conclude(rules[rule], lines)
        except QueryError as error:
            raise InputError(f"{rule}: {error}") from error

    with ExitStack() as files, ThreadPoolExecutor(_THREADS) as threads:
        found = [files.enter_context(TemporaryFile()) for _ in rules]
        list(threads.map(ask, rules, found))
        give_memory_back()
        for lines in found:
            lines.seek(0)
            yield lines


def may_read(rule: str, predicates: Collection[str]) -> bool:
    """Tell whether what `rule` finds may depend on triples with one of `predicates`.

    Rather yes than no: every name in its pattern counts, and where something in it may stand for
    any predicate, it reads all.
    """
    if not predicates:
        return False
    pattern = _UNREAD.sub("", rule)
    if _ANY.search(pattern):
        return True
    prefixes = declared_prefixes(rule)
    names = {prefixes.get(prefix, "") + local for prefix, local in _NAME.findall(pattern)}
    if _TYPE.search(pattern):
        names.add(str(RDF.type))
    return not names.isdisjoint(predicates) or any(f"<{iri}>" in pattern for iri in predicates)
