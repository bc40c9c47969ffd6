"""What an answer says of itself: what was asked, of which release, and which documents bear it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kg.canned import Parameter
from kg.documents import Document, Documents, each
from kg.namespaces import BASE
from kg.once import Once
from kg.places import Places, key_of
from kg.queries import Answer, Choices, expand, shorten
from kg.store import Store
from kg.values import text_of
from kg.wording import in_language, word


@dataclass(frozen=True)
class Spot:
    """Where a row's fact stands: the key of a document and a line, from 1."""

    document: str
    line: int

    def __str__(self) -> str:
        return f"{self.document}, line {self.line}"


@dataclass(frozen=True)
class Account:
    """An answer told in `language`.

    `asked` holds each parameter's label and value in words, `spots` for each row where its
    evidence stands, `remarks` how many rows carry which remark. `address` is where the question
    is answered, with every parameter, below the base of all addresses.
    """

    answer: Answer
    release: str
    licence: str
    language: str
    asked: Sequence[tuple[str, str]]
    address: str
    documents: Sequence[Document]
    spots: Sequence[Sequence[Spot]]

    @property
    def title(self) -> str:
        """The question's title."""
        return in_language(self.answer.query.title, self.language)

    @property
    def description(self) -> str:
        """The question in words."""
        return in_language(self.answer.query.description, self.language)

    @Once
    def remarks(self) -> Mapping[str, int]:
        """The words that stand in remarks, sorted, with the number of rows of each."""
        columns = self.answer.query.columns
        places = [n for n, name in enumerate(self.answer.table.columns)
                  if columns[name].kind == "remark"]  # fmt: skip
        found = Counter(
            remark
            for row in self.answer.table.rows
            for remark in sorted({w for n in places for w in text_of(row[n]).split()})
        )
        return dict(sorted(found.items()))


def account_of(
    answer: Answer,
    store: Store,
    language: str,
    *,
    release: str,
    licence: str = "",
    places: Places | None = None,
    choices: Choices | None = None,
    documents: Documents | None = None,
) -> Account:
    """Return the account of `answer`, whose evidence and documents are described in `store`.

    Who asks more than once of a store hands over what was read of it before.
    """
    places, choices = places or Places(store), choices or Choices(store)
    documents = documents or Documents(store)
    cited = _cited(answer, store)
    rows = Counter(iri for spots in cited for iri in {document for document, _ in spots})
    if answer.query.rests_on_absence:  # of what every document lacks
        rows.update(dict.fromkeys(documents.every, 0))
    parameters = answer.query.parameters
    return Account(
        answer=answer,
        release=release,
        licence=licence,
        language=language,
        asked=[
            (in_language(parameter.label, language),
             _told(parameter, text_of(answer.terms[name]), places, choices, language))
            for name, parameter in parameters.items()
            if not parameter.hidden
        ],
        address=address_of(answer),
        documents=documents.cited(rows, language),
        spots=[[Spot(key_of(iri), line) for iri, line in spots] for spots in cited],
    )  # fmt: skip


def address_of(answer: Answer) -> str:
    """Return the address of the question with every parameter, so that no default can change it."""
    values = {
        name: as_given(parameter, text_of(answer.terms[name]))
        for name, parameter in answer.query.parameters.items()
    }
    path = f"{BASE}queries/{answer.query.name}"
    return f"{path}?{urlencode(values)}" if values else path


def as_given(parameter: Parameter, value: str) -> str:
    """Return a value as one would write it into an address."""
    match parameter.type:
        case "place":
            return key_of(value)
        case "choice":
            return shorten(value)
        case "date":
            return value.partition("T")[0]
        case _:
            return value


def _told(parameter: Parameter, value: str, places: Places, choices: Choices, language: str) -> str:
    """Return what a value means; of a place also its key, for others may be called the same."""
    words = in_words(parameter, value, places, choices, language)
    return f"{words} ({key_of(value)})" if parameter.type == "place" else words


def in_words(
    parameter: Parameter, value: str, places: Places, choices: Choices, language: str
) -> str:
    """Return what a value means to a reader of `language`."""
    match parameter.type:
        case "place":
            return places.label(value, language)
        case "flag":
            return word("yes" if value == "true" else "no", language)
        case "choice":
            labels = {expand(choice.value): choice.label for choice in choices.of(parameter)}
            return in_language(labels[value], language) if value in labels else value
        case _:
            return as_given(parameter, value)


def _cited(answer: Answer, store: Store) -> list[list[tuple[str, int]]]:
    """Return for each row the documents and lines of the evidence that it names, in its order."""
    columns = answer.query.columns
    naming = [n for n, name in enumerate(answer.table.columns)
              if columns[name].kind in ("evidence", "iri")]  # fmt: skip
    named = [
        list(dict.fromkeys(iri for n in naming for iri in text_of(row[n]).split()))
        for row in answer.table.rows
    ]
    asked = "?node a md:Evidence ; md:inSource ?document ; md:line ?line ."
    every = {iri for iris in named for iri in iris}
    spots = {
        text_of(node): (text_of(document), int(text_of(line)))
        for node, document, line in each(every, "?node ?document ?line", asked, store)
        if text_of(line).isdecimal()
    }
    return [list(dict.fromkeys(spots[iri] for iri in iris if iri in spots)) for iris in named]
