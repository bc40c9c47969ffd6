"""The answer to a canned question: asked once for a release and its values, told in a language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.account import Account, account_of
from kg.canned import CannedQuery, Parameter
from kg.emptiness import Reason, reasons
from kg.limits import TooLargeError
from kg.narrowing import Narrowing, narrowing
from kg.once import Once
from kg.queries import Answer, fill
from kg.running import Asker
from kg.store import Table, Term
from kg.web.languages import page_language, text_in
from kg.web.protocol import asker
from kg.web.sayings import absence_words, in_words, reason_words, remark_meaning, value_text
from kg.web.service import Service, service

MOST_BYTES = 64 * 2**20  # of a canned answer, which is held whole in memory
_EMPTY_SECONDS = 5.0  # that each look for the cause of an empty answer may take


@dataclass(frozen=True)
class Found:
    """A question with its typed values and, looked up as they are needed, all that answers it.

    Words are in the page's language.
    """

    query: CannedQuery
    terms: Mapping[str, Term]

    @property
    def key(self) -> tuple[str, ...]:
        """What stands for the answer: the question and its values, however they were given."""
        return (self.query.name, *(str(self.terms[name]) for name in self.query.parameters))

    @Once
    def sparql(self) -> str:
        """The text that is asked."""
        return fill(self.query, self.terms)

    def rows(self, now: Service, syntax: str, client: str) -> bytes:
        """Return the rows in one of RESULT_FORMATS, as `asked_rows` does."""
        by = narrowing(self.query, self.terms)
        return asked_rows(now, self.sparql, syntax, client, narrowing=by)

    def write(self, syntax: str) -> bytes:
        """Return the rows in one of RESULT_FORMATS. Raises LimitError."""
        return self.rows(service(), syntax, asker().client)

    @Once
    def results(self) -> bytes:
        """The rows in JSON, kept for all forms that are made of them."""
        now, client = service(), asker().client
        return now.answers.get(("rows", *self.key), lambda: self.rows(now, "json", client))

    @Once
    def answer(self) -> Answer:
        """The rows as terms."""
        return Answer(self.query, self.terms, self.sparql, Table.read(self.results))

    @Once
    def account(self) -> Account:
        """What the answer says of itself: what was asked, which documents bear it."""
        now = service()
        return account_of(
            self.answer,
            now.store,
            page_language(),
            release=now.release.id,
            licence=str(now.release.description.get("licence") or ""),
            places=now.places,
            choices=now.choices,
            documents=now.documents,
        )

    @Once
    def empty(self) -> list[Reason]:
        """What explains that there are no rows; nothing where there are some."""
        if self.answer.table.rows:
            return []
        now = service()

        def ask(sparql: str) -> Table:
            return Table.read(asked_rows(now, sparql, "json", asker().client, _EMPTY_SECONDS))

        return reasons(self.query, self.terms, ask, now.places, now.choices)

    @property
    def searched(self) -> list[tuple[str, str]]:
        """The documents, address and title, that lack what an answer of absence rests on."""
        return [(one.iri, one.title or one.key) for one in self.account.documents]

    @property
    def asked(self) -> list[tuple[Parameter, str]]:
        """Each parameter of the form with its value in words."""
        return [
            (parameter, in_words(parameter, self.terms[name]))
            for name, parameter in self.query.parameters.items()
            if not parameter.hidden
        ]

    def json(self) -> bytes:
        """Return SPARQL results in JSON, with what else there is to say as further members."""
        account = self.account
        more: dict[str, Any] = {
            "release": account.release,
            "licence": account.licence,
            "question": {
                "name": self.query.name,
                "title": account.title,
                "description": account.description,
                "address": account.address,
            },
            "parameters": {
                parameter.name: {
                    "label": text_in(parameter.label),
                    "type": parameter.type,
                    "value": value_text(self.terms[parameter.name]),
                    "words": words,
                }
                for parameter, words in self.asked
            },
            "sources": [
                {"iri": one.iri, "key": one.key, "title": one.title, "rows": one.rows}
                for one in account.documents
                if one.rows
            ],
            "remarks": {
                word: {"rows": rows, "meaning": remark_meaning(word)}
                for word, rows in account.remarks.items()
            },
        }
        if self.query.rests_on_absence:
            more["absence"] = {
                "words": absence_words(),
                "sources": [{"iri": iri, "title": title} for iri, title in self.searched],
            }
        if not self.answer.table.rows:
            more["empty"] = [
                {
                    "parameter": one.parameter.name,
                    "value": value_text(one.term),
                    "kind": one.kind,
                    "words": reason_words(one),
                    **(
                        {"instead": value_text(one.instead), "rows": one.rows}
                        if one.instead is not None
                        else {}
                    ),
                }
                for one in self.empty
            ]
        added = json.dumps(more, ensure_ascii=False).encode()
        # The rows are not read again only to be written again: the members follow theirs.
        return self.results.rstrip().removesuffix(b"}") + b"," + added[1:] + b"\n"


def asked_rows(
    now: Service,
    sparql: str,
    syntax: str,
    client: str,
    seconds: float | None = None,
    narrowing: Narrowing | None = None,
) -> bytes:
    """Return the rows of a text of ours in `syntax`, as a worker gives them to `client`.

    Raises LimitError where it takes too long, or the answer is larger than MOST_BYTES.
    """
    # The client has its share and its budget here as on the endpoint. That it leaves stops
    # nothing: others may wait for the same answer.
    answer = now.engine.answer(
        sparql,
        results=syntax,
        seconds=seconds,
        asker=Asker(client),
        ours=True,
        narrowing=narrowing,
    )
    pieces, length = [], 0
    try:
        for piece in answer:
            pieces.append(piece)
            length += len(piece)
            if length > MOST_BYTES:
                raise TooLargeError(
                    f"the answer has more than {MOST_BYTES // 2**20} MB; there is no partial "
                    "answer. Ask for less, or take the SPARQL of the question to /sparql"
                )
    finally:
        answer.close()
    return b"".join(pieces)
