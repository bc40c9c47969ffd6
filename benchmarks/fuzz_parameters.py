"""A million values for the parameters of the questions: each becomes one term, or is refused.

Values are random texts, and good or hostile ones with changes, by a seed: number N is the same
in every run. Each goes to a parameter of a question as the site would take it. Where it is taken,
the query may differ from that with the defaults in that term alone, token by token, and the
engine has to parse it; where it is not, it has to be a ParameterError that names the parameter.
Every `--share`-th also goes to `kg serve` over HTTP, which may answer 200 or 400, never else.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

from http_client import Client
from kg.binding import fill, written
from kg.canned import CannedQuery, Parameter
from kg.errors import ParameterError
from kg.graphs import Project
from kg.places import key_of
from kg.queries import Choices, Places, default_terms, read_queries, shorten, typed_values
from kg.release import Release, current_release
from kg.store import EmbeddedStore, Term
from kg.tokens import tokens
from measuring import ROOT, print_machine, print_table, release_store
from processes import listening

PIECES = ['"', "'", "\\", "\n", "\r", "\t", ">", "<", "}", "{", ")", "#", "\\u0022", "\\U00000022",
          "\0", "\u202e", "\u200f", "\u2066", "\ufeff", '"""', "'''", "?_city_iri", "$_lang", "@en",
          "^^<x>", "; DROP ALL", "SERVICE <http://x/> {}", "} UNION {", " . ?s ?p ?o", "%22", "%00",
          "&city=", "&format=", "+", "../", "\ud800", "٣", "２", "ｓｅｏｕｌ", "😀", "é",
          "{}", "%s", "${x}"]  # fmt: skip
GOOD = {
    "year": ["2019", "1998", " 2000 "],
    "date": ["1998-12-02", "1998-12", "1998", "2000-02-29"],
    "flag": ["true", "no", "1", "Yes"],
    "integer": ["-7", "10", "+3", "0"],
    "place": ["Q8684", "wd:Q8684", "서울", "首尔", "汉城", "SEOUL", "/id/place/kr-seoul"],
    "choice": [],
    "text": [""],
}
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 -_:/.,'\"\\<>{}()#?&%=+"
FREE = ("ties-of", "intents")  # questions that are also asked with a free text in them
LONGEST_SENT = 2_000  # characters over HTTP; requests of 1 MB are tested apart


def made(chance: random.Random, own: list[str], known: list[str]) -> str:
    """Return a value for a parameter: one of its `own` or any, as it is or with some changes."""
    if chance.random() < 0.0001:
        return chance.choice(PIECES) * 1_000_000
    match chance.randrange(6):
        case 0:
            text = "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(12)))
        case 1:
            text = "".join(chance.choices(LETTERS, k=chance.randrange(40)))
        case 2:
            text = "".join(chance.choices(PIECES, k=chance.randrange(6)))
        case 3:
            text = chance.choice(known)
        case _:
            text = chance.choice(own)
    for _ in range(chance.choice((0, 0, 1, 2, 5))):
        text = changed(text, chance)
    return text


def changed(text: str, chance: random.Random) -> str:
    """Return `text` with one change."""
    at = chance.randrange(len(text) + 1)
    match chance.randrange(6):
        case 0:
            return text[:at] + chance.choice(PIECES) + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + chr(chance.randrange(0x3000)) + text[at + 1 :]
        case 3:
            return text.swapcase()
        case 4:
            return chance.choice((" ", "\n", "")) + text + chance.choice((" ", "\0", ""))
        case _:
            return (text * 2)[:5000]


class Fuzzer:
    """Values put into the questions of a release, and what became of them."""

    def __init__(self, release: Release, port: int) -> None:
        store = EmbeddedStore.open(release.store)
        self.queries = read_queries(release.queries)
        self.places, self.choices = Places(store), Choices(store)
        self.empty = EmbeddedStore.of([])
        self.client = Client(port)
        self.counts: Counter[str] = Counter()
        asked = [*self.queries.values(), *(_free(self.queries[name]) for name in FREE)]
        self.parameters = [(query, one) for query in asked for one in query.parameters.values()]
        named = [x for iri, name in self.places.territories("en") for x in (iri, name, key_of(iri))]
        self.own = {
            (query.name, one.name): self._good(one, named) for query, one in self.parameters
        }
        self.known = [*PIECES, *(value for own in self.own.values() for value in own)]
        self.templates: dict[str, tuple[dict[str, Term], list[str]]] = {}
        self.seen: set[tuple[str, str, str]] = set()

    def _good(self, parameter: Parameter, named: list[str]) -> list[str]:
        choices = [shorten(choice.value) for choice in self.choices.of(parameter)]
        more = named if parameter.type == "place" else PIECES if parameter.type == "text" else []
        return [*GOOD[parameter.type], *choices, *more]

    def work(self, numbers: range, seed: int, share: int) -> Counter[str]:
        """Try the values of these numbers; return the counts."""
        for number in numbers:
            chance = random.Random(f"{seed}/{number}")
            query, parameter = chance.choice(self.parameters)
            value = made(chance, self.own[query.name, parameter.name], self.known)
            self.counts["values"] += 1
            taken = self.bound(query, parameter.name, value, number)
            if number % share == 0 and len(value) <= LONGEST_SENT and query.name in self.queries:
                self.sent(query, parameter.name, value, taken, number)
        self.client.close()
        return self.counts

    def bound(self, query: CannedQuery, name: str, value: str, number: int) -> bool:
        """Return whether the query takes the value; count what is not as it should be."""
        try:
            term = typed_values(query, {name: value}, self.places, self.choices)[name]
        except ParameterError as error:
            self.counts["refused"] += 1
            if f"'{name}'" not in str(error):
                self.fault("a refusal without the name", query.name, name, value, number)
            return False
        except Exception as error:
            self.fault(f"broke: {error!r}", query.name, name, value, number)
            return False
        self.counts["taken"] += 1
        key = (query.name, name, written(term))
        if key not in self.seen:
            self.seen.add(key)
            self.counts["different queries"] += 1
            if not self.alone(query, name, term):
                self.fault("an injection", query.name, name, value, number)
        return True

    def alone(self, query: CannedQuery, name: str, term: Term) -> bool:
        """Return whether the query differs from that with its defaults in that term alone."""
        if query.name not in self.templates:
            defaults = default_terms(query)
            self.templates[query.name] = defaults, texts(fill(query, defaults))
        defaults, plain = self.templates[query.name]
        sparql = fill(query, {**defaults, name: term})
        found = texts(sparql)
        before, after = texts(written(defaults[name])), texts(written(term))
        if len(found) != len(plain) or len(before) != len(after):
            return False
        allowed = set(zip(before, after, strict=True))
        different = ((a, b) for a, b in zip(plain, found, strict=True) if a != b)
        self.empty.select(sparql)
        return all(pair in allowed for pair in different)

    def sent(self, query: CannedQuery, name: str, value: str, taken: bool, number: int) -> None:
        """Send the value to the site; count what is not as it should be."""
        text = urlencode({name: value}, errors="surrogatepass", quote_via=quote)
        # By turns through the site, and the shorter way of rows (`kg.web.direct_rows`).
        sent = self.counts["HTTP 200"] + self.counts["HTTP 400"]
        form = "text/csv" if sent % 2 else "application/json"
        reply = self.client.get(f"/queries/{query.name}?{text}", form)
        self.counts[f"HTTP {reply.status}"] += 1
        told = json.loads(reply.body)["detail"] if reply.status != 200 else ""
        if (reply.status == 400 and name not in told) or reply.status not in (200, 400):
            self.fault(f"HTTP {reply.status}", query.name, name, value, number)
        if taken != (reply.status == 200) and value.isprintable():
            self.fault("taken here and refused there", query.name, name, value, number)

    def fault(self, what: str, *where: object) -> None:
        """Count a fault and print it."""
        self.counts["faults"] += 1
        if self.counts["faults"] < 20:
            print(f"FAULT {what}: {ascii(where)[:300]}", flush=True)


def _free(query: CannedQuery) -> CannedQuery:
    """Return `query` with a free text where it has the language of the labels."""
    free = replace(query.parameters["lang"], type="text", choices=())
    return replace(
        query, name=f"{query.name} (text)", parameters={**query.parameters, "lang": free}
    )


def texts(sparql: str) -> list[str]:
    """Return the texts of the tokens of a query."""
    return [token.text for token in tokens(sparql)]


def work(arguments: tuple[Path, int, range, int, int]) -> Counter[str]:
    """Try the values of some numbers in a process of its own."""
    project, port, numbers, seed, share = arguments
    return Fuzzer(current_release(Project(project)), port).work(numbers, seed, share)


def portions(values: int, processes: int) -> Iterator[range]:
    """Yield the numbers that each process tries."""
    for first in range(processes):
        yield range(first, values, processes)


def main() -> None:
    """Try the values, print what became of them; end with 1 where anything was at fault."""
    reader = argparse.ArgumentParser(description="Fuzz the parameters of the questions.")
    reader.add_argument("--values", type=int, default=1_000_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--share", type=int, default=100, help="one of so many goes over HTTP")
    reader.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    reader.add_argument("--project", type=Path, default=ROOT)
    options = reader.parse_args()
    if options.project == ROOT:
        release_store()
    print_machine()
    begin = time.perf_counter()
    counts: Counter[str] = Counter()
    command = ["-m", "kg", "--project", str(options.project), "serve", "--port", "0"]
    with listening([sys.executable, *command], {}) as server:
        parts = [
            (options.project, server.port, numbers, options.seed, options.share)
            for numbers in portions(options.values, options.processes)
        ]
        with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
            for found in pool.imap_unordered(work, parts):
                counts += found
    seconds = time.perf_counter() - begin
    names = ["values", "taken", "different queries", "refused", "HTTP 200", "HTTP 400", "faults"]
    row = [f"{counts[name]:,}" for name in names]
    print_table([*names, "seconds"], [[*row, f"{seconds:.0f}"]])
    if counts["faults"] or set(counts) - set(names):
        raise SystemExit(f"at fault: {dict(counts)}")


if __name__ == "__main__":
    main()
