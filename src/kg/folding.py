"""How names are compared: without regard to case, width, diacritics, spaces, or the script of Han.

Traditional characters count as the simplified ones that OpenCC gives for each of them. It is done
sign by sign, so that the beginning of a name folds to the beginning of the folded name.
"""

import unicodedata
from functools import lru_cache

from opencc import OpenCC

# Letters that Unicode does not take apart into a letter and a mark (UAX #15).
_LETTERS = {"æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ı": "i", "ł": "l",
            "ŋ": "n", "œ": "oe", "ŧ": "t"}  # fmt: skip


@lru_cache(1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Signs(dict[int, str]):
    """What each sign of a decomposed text becomes; filled as signs come up."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        category = unicodedata.category(sign)
        if category == "Mn":
            folded = ""
        elif category[0] in "LNM":
            plain = sign if sign.isascii() else unicodedata.normalize("NFKC", _simple(sign))
            folded = "".join(_LETTERS.get(letter, letter) for letter in plain.casefold())
        else:
            folded = "" if category == "Cf" else " "
        return self.setdefault(code, folded)


def _simple(sign: str) -> str:
    # Surrogates stand alone in broken text only, and OpenCC encodes what it is given.
    return sign if unicodedata.category(sign) == "Cs" else _simplifier().convert(sign)


_SIGNS = _Signs()


def words(text: str) -> str:
    """Return the words of `text` as they are compared, a space between each two."""
    return unicodedata.normalize("NFC", " ".join(_decomposed(text).split()))


def tight(text: str) -> str:
    """Return `text` as it is compared, without spaces: `Xi'an` and `XIAN` are both `xian`."""
    return words(text).replace(" ", "")


def letters(folded: str) -> str:
    """Return a folded text with the syllables of Hangul as their letters.

    A slip of the pen changes one letter of a syllable; so it counts as one.
    """
    return unicodedata.normalize("NFD", folded)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_SIGNS)


Pieces = list[tuple[str, bool]]


def marked(text: str, asked: str) -> Pieces:
    """Return `text` in pieces, each with whether it is a part of `text` that `asked` names.

    That is all of `asked` in one place, else each word of it at the beginning of a word.
    """
    text = unicodedata.normalize("NFC", text)
    folded, starts, after_space = "", [], set()
    apart = True
    for number, sign in enumerate(text):
        said = unicodedata.normalize("NFC", _decomposed(sign)).replace(" ", "")
        if apart and said:
            after_space.add(len(folded))
        apart = _decomposed(sign).isspace() if not said else False
        folded += said
        starts += [number] * len(said)
    spans = []
    whole = tight(asked)
    if whole and (found := folded.find(whole)) >= 0:
        spans = [(found, found + len(whole))]
    else:
        for word in words(asked).split():
            at = (place for place in sorted(after_space) if folded.startswith(word, place))
            spans += [(place, place + len(word)) for place in at]
    return _cut(text, {number for start, end in spans for number in starts[start:end]})


def _cut(text: str, inside: set[int]) -> Pieces:
    """Return `text` cut where it goes into or out of the positions `inside`."""
    pieces: Pieces = []
    for number, sign in enumerate(text):
        within = number in inside
        # What folds to nothing, such as the hyphen in a name, stays with what it stands between.
        if not within and number - 1 in inside and number + 1 in inside:
            within = True
        if pieces and pieces[-1][1] == within:
            pieces[-1] = (pieces[-1][0] + sign, within)
        else:
            pieces.append((sign, within))
    return pieces
