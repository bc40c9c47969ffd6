"""Values of parameters as RDF terms: checked, then typed, else refused in words."""

import re
from datetime import date

from kg.canned import Choice, Parameter
from kg.errors import Message, ParameterError
from kg.namespaces import PREFIXES
from kg.places import Places
from kg.store import Literal, NamedNode, Store, Term
from kg.tags import language_tag

LONGEST_VALUE = 1_000  # characters; no name or date of ours comes near

_XSD = PREFIXES["xsd"]
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|^`\\\x00-\x20]+')


class Choices:
    """What a choice may be, where the graph knows: its query is asked once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[Choice, ...]] = {}

    def of(self, parameter: Parameter) -> tuple[Choice, ...]:
        """Return the values and labels that `parameter` offers."""
        if not isinstance(parameter.choices, str):
            return parameter.choices
        if parameter.choices not in self._known:
            labels: dict[str, dict[str, str]] = {}
            for value, label in self._store.select(parameter.choices).rows:
                if isinstance(value, NamedNode | Literal) and isinstance(label, Literal):
                    tag = language_tag(label.language) or "en"
                    labels.setdefault(value.value, {})[tag] = label.value
            self._known[parameter.choices] = tuple(
                Choice(value, texts) for value, texts in labels.items()
            )
        return self._known[parameter.choices]


def typed(parameter: Parameter, value: str, places: Places | None, choices: Choices | None) -> Term:
    """Return `value` as the term that the parameter's type wants; a default is its own proof."""
    if len(value) > LONGEST_VALUE:
        raise ParameterError(
            "a value of %(number)s characters; want at most %(most)s",
            number=f"{len(value):,}", most=f"{LONGEST_VALUE:,}",
        )  # fmt: skip
    if not value.strip() and parameter.type != "text":
        raise ParameterError(
            "no value; want %(wanted)s, or leave it out", wanted=WANTED[parameter.type]
        )
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ParameterError("the value holds half a character; want Unicode text")
    match parameter.type:
        case "place":
            return NamedNode(value if places is None else places.find(value.strip()))
        case "choice":
            return _chosen(parameter, value.strip(), choices)
        case "flag":
            if value.strip().lower() not in _FLAGS:
                raise _wrong(parameter, value)
            return Literal(_FLAGS[value.strip().lower()])
        case "year":
            if not re.fullmatch(r"[0-9]{4}", value.strip()):
                raise _wrong(parameter, value)
            return Literal(int(value))
        case "integer":
            if not re.fullmatch(r"[+-]?[0-9]{1,15}", value.strip()):
                raise _wrong(parameter, value)
            return Literal(int(value))
        case "date":
            return _day(parameter, value.strip())
        case _:
            return Literal(value)


def _chosen(parameter: Parameter, value: str, choices: Choices | None) -> Term:
    known = parameter.choices if not isinstance(parameter.choices, str) else ()
    if choices is not None:
        known = choices.of(parameter)
    is_iri = parameter.variable.endswith("_iri")
    full = expand(value) if is_iri else value
    # A default, or a list that only the graph knows and nobody has asked it, is taken as it is.
    if known and full != parameter.default and full not in {expand(c.value) for c in known}:
        offered = ", ".join(shorten(choice.value) for choice in known)
        error = ParameterError(
            "'%(value)s' is not among the choices; want one of %(names)s",
            value=value[:100], names=offered,
        )  # fmt: skip
        error.wanted = Message("one of %(names)s", names=offered)
        raise error
    if not is_iri:
        return Literal(value)
    if not _IRI.fullmatch(full):
        raise _wrong(parameter, value)
    return NamedNode(full)


def _day(parameter: Parameter, value: str) -> Term:
    """Return the first second of a day, month or year."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", value)
    try:
        day = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise _wrong(parameter, value)
    return Literal(f"{day.isoformat()}T00:00:00", datatype=NamedNode(_XSD + "dateTime"))


def expand(name: str) -> str:
    """Return the address that a prefixed name such as `type:memorandum` stands for."""
    prefix, colon, rest = name.partition(":")
    return PREFIXES[prefix] + rest if colon and prefix in PREFIXES else name


def shorten(iri: str) -> str:
    """Return `iri` as a prefixed name where one of our prefixes fits."""
    for prefix, namespace in PREFIXES.items():
        rest = iri.removeprefix(namespace)
        if rest != iri and re.fullmatch(r"[\w-]+", rest):
            return f"{prefix}:{rest}"
    return iri


WANTED = {
    "place": Message("a place's name, key, Wikidata number or address"),
    "choice": Message("one of the choices"),
    "flag": Message("true or false"),
    "year": Message("a year such as 2019"),
    "integer": Message("a whole number"),
    "date": Message("a date such as 1998-12-02, 1998-12 or 1998"),
    "text": Message("a text"),
}


def wanted_of(parameter: Parameter | None) -> Message | None:
    """Return what a value of `parameter` has to be, where there is such a parameter."""
    return WANTED[parameter.type] if parameter else None


def _wrong(parameter: Parameter, value: str) -> ParameterError:
    wanted = WANTED[parameter.type]
    return ParameterError("'%(value)s' is not %(wanted)s", value=value[:100], wanted=wanted)
