"""A list of pairs as a graph of its own: what a third party says, beside what we have checked.

Nothing in it is merged with the curated graph. Its places have addresses of their own and share
with ours the Wikidata item that both match exactly, by which they can be compared.
"""

import hashlib
from collections.abc import Iterator

from rdflib import DCTERMS, RDF, SKOS, XSD, Literal

from kg.importers.origin import TITLES, Origin, Triple, described
from kg.importers.pairs import Item, Pairs, Statement
from kg.namespaces import CONCEPT, MD, OA, WD

_ONE_SIDED = {
    "en": "The list names {1} for {0}, and not the other way round.",
    "ko": "목록은 {0}의 상대로 {1}을(를) 들지만 그 반대로는 적지 않았다.",
    "zh-Hans": "名单将{1}列为{0}的伙伴，反之则未列。",
}


def external_triples(pairs: Pairs, origin: Origin) -> Iterator[Triple]:
    """Yield the graph of a list: its description, places, executives, agreements, evidence.

    Each pair is one agreement of unspecified type that a third party asserts, and cites every line
    that states it. Same list, same triples in the same order.
    """
    yield from described(pairs, origin)
    for item in pairs.items:
        yield from _place(item, pairs, origin)
    for pair, statements in pairs.pairs.items():
        yield from _agreement(pair, statements, pairs, origin)
        for statement in statements:
            yield from _evidence(statement, origin)


def _place(item: Item, pairs: Pairs, origin: Origin) -> Iterator[Triple]:
    place, body = origin.own("place", f"-q{item}"), origin.own("body", f"-q{item}-executive")
    label = _label(item, pairs)
    sources = [origin.own("source")]
    yield place, RDF.type, MD.SubnationalTerritory
    yield place, SKOS.prefLabel, Literal(label, lang="en")
    if item in pairs.names:
        sources.append(origin.own("source", "--names"))
        yield place, SKOS.altLabel, Literal(pairs.names[item], lang=origin.language)
    for source in sources:
        yield place, DCTERMS.source, source
    yield place, SKOS.exactMatch, WD[f"Q{item}"]
    yield body, RDF.type, MD.Executive
    yield body, SKOS.prefLabel, Literal(f"Executive of {label}", lang="en")
    yield body, DCTERMS.source, origin.own("source")
    yield body, MD.actsFor, place


def _agreement(
    pair: tuple[Item, Item], statements: list[Statement], pairs: Pairs, origin: Origin
) -> Iterator[Triple]:
    node = origin.own("agreement", f"-q{pair[0]}-q{pair[1]}")
    both = pairs.sides(pair) == 2
    yield node, RDF.type, MD.Agreement
    label = " – ".join(_label(item, pairs) for item in pair)
    yield node, SKOS.prefLabel, Literal(label, lang="en")
    yield node, DCTERMS.source, origin.own("source")
    if not both:
        first = statements[0]
        names = [_label(item, pairs) for item in (first.place, first.partner)]
        for language, note in _ONE_SIDED.items():
            yield node, SKOS.editorialNote, Literal(note.format(*names), lang=language)
    yield node, MD.agreementType, CONCEPT["type"]["unspecified-tie"]
    yield node, MD.channel, CONCEPT["channel"]["executive"]
    for statement in statements:
        yield node, MD.evidence, origin.own("evidence", f"-l{statement.line}")
    for item in pair:
        yield node, MD.party, origin.own("body", f"-q{item}-executive")
    yield node, MD.partyBasis, CONCEPT["basis"]["inferred"]
    yield node, MD.reciprocated, Literal("true" if both else "false", datatype=XSD.boolean)
    yield node, MD.sourceTerm, Literal(origin.term, lang="en")
    yield node, MD.status, CONCEPT["status"]["asserted-by-third-party"]


def _evidence(statement: Statement, origin: Origin) -> Iterator[Triple]:
    node, words = origin.own("evidence", f"-l{statement.line}"), statement.words
    yield node, RDF.type, MD.Evidence
    label = f"{TITLES['en'].format(origin.key)}, line {statement.line}"
    yield node, SKOS.prefLabel, Literal(label, lang="en")
    yield node, DCTERMS.source, origin.own("source")
    yield node, OA.end, Literal(statement.start + len(words))
    yield node, OA.start, Literal(statement.start)
    yield node, MD.inSource, origin.own("source")
    yield node, MD.line, Literal(statement.line)
    yield node, MD.sha256, Literal(hashlib.sha256(words.encode()).hexdigest())


def _label(item: Item, pairs: Pairs) -> str:
    """A name as the list has it, told apart from others by the number of its item."""
    return f"{pairs.names[item]} (Q{item})" if item in pairs.names else f"Q{item}"
