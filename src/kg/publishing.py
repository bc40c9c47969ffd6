"""A release into another server, graph by graph, by the SPARQL 1.1 Graph Store HTTP Protocol.

What a server holds, its release graph says (`kg.endpoints.holding`): that one goes first and comes
last, so a server never says that it holds a release while it holds only a part. In between a mark
stands there, by which a publication that was interrupted goes on where it stopped.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from kg.endpoints import CONNECT, LEFT_OUT, Remote, open_session, raise_for
from kg.errors import InputError, KgError
from kg.limits import BrokenError
from kg.namespaces import BASE, GRAPH, PREFIXES, RELEASE
from kg.release import Release
from kg.remote import RemoteStore
from kg.store import Literal, NamedNode, Store

CHUNK = 5_000  # triples of a graph that travel at once
_SECONDS = 600.0  # that a server may take for a chunk, or to count
_ABOUT = str(GRAPH.release)
_MARK = BASE + "publishing"
_BLANK = re.compile(r"^_:|> _:\S+ \.$")
_COUNTS = "SELECT ?graph (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_SAID = f"""
SELECT ?by ?id WHERE {{
  GRAPH <{_ABOUT}> {{ ?release ?by ?id }}
  FILTER (?by = <{PREFIXES["dct"]}identifier> || ?by = <{_MARK}>)
}}
"""


class UnequalError(KgError):
    """A server does not hold what it was given."""

    exit_code = 1


class Publication:
    """A release on its way into one server."""

    def __init__(
        self, release: Release, remote: Remote, graph_store: str, tell: Callable[[str], None]
    ) -> None:
        """Bring `release` to `remote` by way of its Graph Store Protocol at `graph_store`.

        `tell` hears of each step.
        """
        self._release, self._store, self._tell = release, RemoteStore(remote, _SECONDS), tell
        self._address, self._session = graph_store, open_session(remote.auth)

    def publish(self, replace: bool, wait: float = 2 * LEFT_OUT) -> bool:
        """Let the server hold the release and nothing else of ours; tell whether that was to do.

        Another release there is given up only with `replace`; those who ask the server have
        `wait` seconds then to see that it goes. Raises InputError, UnequalError, LimitError.
        """
        held, begun = self._said()
        counts = counts_of(self._release, self._store)
        if held == self._release.id and counts == self._release.graphs:
            return False
        if held not in ("", self._release.id) and not replace:
            raise InputError(
                f"the store holds release {held}; publish into another store and keep this one, "
                "or give it up with --replace"
            )
        if begun != self._release.id:
            self._put(_ABOUT, [f'<{RELEASE[self._release.id]}> <{_MARK}> "{self._release.id}" .\n'])
            if held:
                self._tell("Waiting until nobody asks it any more")
                time.sleep(wait)
            for name in sorted(counts.keys() - {_ABOUT}):
                self._tell(f"Removing {name}")
                self._send("DELETE", name)
            counts = {}
        about = self._load(counts)
        self._check({name: n for name, n in self._release.graphs.items() if name != _ABOUT})
        self._put(_ABOUT, about)
        self._check(self._release.graphs)
        return True

    def _load(self, counts: Mapping[str, int]) -> list[str]:
        """Send what is missing where there are `counts` already; return the graph that comes last.

        A graph with blank nodes travels at once: in two parts they would be twice as many.
        """
        dump = self._release.folder / "kg.nq"
        wanted = self._release.graphs
        blank = _with_blank_nodes(dump)
        # Lines come in the same order each time, so whole chunks that are there are the first.
        skip = {
            name: n if n == wanted.get(name) else 0 if name in blank else n // CHUNK * CHUNK
            for name, n in counts.items()
            if name != _ABOUT
        }
        seen: Counter[str] = Counter()
        waiting: dict[str, list[str]] = defaultdict(list)
        with dump.open(encoding="utf-8") as file:
            for line in file:
                triple, name = _parted(line)
                seen[name] += 1
                if seen[name] <= skip.get(name, 0):
                    continue
                waiting[name].append(triple)
                if len(waiting[name]) >= CHUNK and name not in blank and name != _ABOUT:
                    self._send("POST", name, waiting.pop(name))
                    self._tell(f"{name}: {seen[name]:,} of {wanted.get(name, 0):,} triples")
        about = waiting.pop(_ABOUT, [])
        for name, lines in waiting.items():
            self._send("PUT" if name in blank else "POST", name, lines)
            self._tell(f"{name}: {seen[name]:,} triples")
        return about

    def _said(self) -> tuple[str, str]:
        """Return which release the server says it holds, and which one it is to hold."""
        found = {
            by.value: value.value
            for by, value in self._store.select(_SAID).rows
            if isinstance(by, NamedNode) and isinstance(value, Literal)
        }
        return found.get(f"{PREFIXES['dct']}identifier", ""), found.get(_MARK, "")

    def _check(self, wanted: Mapping[str, int]) -> None:
        counts = counts_of(self._release, self._store)
        remedy = "It is not taken for published; see what the store says of its loading"
        _compare({name: counts.get(name, 0) for name in wanted}, wanted, remedy)

    def _put(self, name: str, lines: list[str]) -> None:
        self._send("PUT", name, lines)

    def _send(self, method: str, name: str, lines: list[str] | None = None) -> None:
        try:
            response = self._session.request(
                method,
                self._address,
                params={"graph": name},
                data="".join(lines).encode() if lines is not None else None,
                # N-Triples are Turtle, and there are servers that know only that name.
                headers={"Content-Type": "text/turtle"} if lines is not None else {},
                timeout=(CONNECT, _SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise BrokenError(
                "the store does not answer, or broke off; give the same command again to go on"
            ) from error
        if response.status_code not in (200, 201, 202, 204) and (
            method != "DELETE" or response.status_code != 404
        ):
            raise_for(response)


def counts_of(release: Release, store: Store) -> dict[str, int]:
    """Return how many triples each graph of ours has in `store`, in `release` or not.

    Raises QueryError, LimitError.
    """
    return {
        name.value: int(number.value)
        for name, number in store.select(_COUNTS).rows
        if isinstance(name, NamedNode)
        and isinstance(number, Literal)
        and (name.value in release.graphs or name.value.startswith(str(GRAPH)))
    }


def require_whole(release: Release, held: Store | Mapping[str, int]) -> None:
    """Raise UnequalError where a store, or what came of it, is more or less than `release`."""
    wanted = release.graphs
    if isinstance(held, Mapping):
        counts, wanted = held, {name: n for name, n in wanted.items() if name in held}
    else:
        counts = counts_of(release, held)
    remedy = f"It is not release {release.id} as it was published; see: kg publish --help"
    _compare(counts, wanted, remedy)


def _compare(counts: Mapping[str, int], wanted: Mapping[str, int], remedy: str) -> None:
    for name in sorted(counts.keys() | wanted.keys()):
        found, number = counts.get(name, 0), wanted.get(name, 0)
        if found != number:
            raise UnequalError(
                f"{name} has {found:,} triples in the store; want {number:,}. {remedy}"
            )


def _parted(line: str) -> tuple[str, str]:
    """Return the triple of a line of N-Quads, as a line, and its graph."""
    triple, _, name = line.rpartition(" <")
    return f"{triple} .\n", name.partition(">")[0]


def _with_blank_nodes(dump: Path) -> set[str]:
    """Return the graphs that have blank nodes."""
    found = set()
    with dump.open(encoding="utf-8") as file:
        for line in file:
            if "_:" in line:
                triple, name = _parted(line)
                if _BLANK.search(triple.rstrip()):
                    found.add(name)
    return found
