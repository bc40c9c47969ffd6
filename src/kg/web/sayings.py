"""What pages and data say of values and answers, in the page's language."""

from flask_babel import gettext, ngettext

from kg import account
from kg.canned import Parameter
from kg.emptiness import Reason
from kg.store import Literal, NamedNode, Term
from kg.web.languages import page_language, text_in
from kg.web.service import service


def in_words(parameter: Parameter, term: Term) -> str:
    """Return what a value means to a reader, in the page's language."""
    now = service()
    return account.in_words(parameter, value_text(term), now.places, now.choices, page_language())


def reason_words(reason: Reason) -> str:
    """Return a sentence on why there are no rows."""
    label, value = text_in(reason.parameter.label), in_words(reason.parameter, reason.term)
    match reason.kind:
        case "unrecorded":
            return str(gettext("These sources record nothing of %(value)s.", value=value))
        case "alone":
            words = gettext("Nothing fits “%(label)s: %(value)s”, whatever the other parts are "
                            "by default.", label=label, value=value)  # fmt: skip
            return str(words)
        case _:
            instead = in_words(reason.parameter, reason.instead or reason.term)
            words = ngettext(
                "No row with “%(label)s: %(value)s”; with “%(instead)s” there is %(num)s row.",
                "No row with “%(label)s: %(value)s”; with “%(instead)s” there are %(num)s rows.",
                reason.rows, label=label, value=value, instead=instead,
            )  # fmt: skip
            return str(words)


def absence_words() -> str:
    """Return what an answer that rests on absence can say and what it cannot."""
    words = gettext(
        "This answer rests on what is not recorded in these sources. "
        "That none is recorded does not mean that there was none."
    )
    return str(words)


def remark_meaning(word: str) -> str:
    """Return what a remark means, nothing for a word that nobody knows."""
    meanings: dict[str, str] = {
        "repaired": gettext(
            "The source misprints this date; it is shown as we read it. "
            "Open the agreement for the words in the source and the reason."
        ),
        "inferred": gettext(
            "The source does not give this date in full; we filled it in from the context. "
            "Open the agreement for the reason."
        ),
        "disputed": gettext(
            "Authorities give different dates. Open the agreement for each of them."
        ),
    }
    return meanings.get(word, "")


def value_text(term: Term) -> str:
    """Return a value as text."""
    return term.value if isinstance(term, Literal | NamedNode) else str(term)
