"""Words of a text, and the surname that begins at one of them."""

import re
from typing import NamedTuple

from peil.identifiers.cues import BODY, INSTITUTION
from peil.identifiers.lists import (  # fmt: skip
    COMMON,
    PAIRS,
    PREFIXES,
    SURE_SURNAMES,
    SURNAMES,
    TITLES,
    WHERE,
)

ANY, LISTED, SURE = "any", "listed", "sure"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|['’][ts]\b")


class Token(NamedTuple):
    word: str
    low: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        return self.word[0].isupper()


def tokens_of(text: str) -> list[Token]:
    return [Token(m[0], m[0].lower(), *m.span()) for m in _WORD.finditer(text)]


def family(text: str, tokens: list[Token], j: int, need: str = ANY) -> int | None:
    """The token after the surname that begins at j; None when none begins there.

    `need` says what makes a word a surname: ANY capital, a LISTED surname with one, or a surname
    that is no word besides (SURE). A pair such as "van der" makes one of every capital.
    """
    k = j
    while k < len(tokens) and k - j < 3 and tokens[k].low in PREFIXES:
        if not joined(text, tokens[k - 1], tokens[k]):
            return None
        k += 1
    if k >= len(tokens) or not joined(text, tokens[k - 1], tokens[k]):
        return None
    last = tokens[k]
    if last.low in COMMON or (INSTITUTION.fullmatch(last.word) and last.low not in SURNAMES):
        return None
    is_found = last.low in SURE_SURNAMES
    if need != SURE:
        is_found = is_found or (last.low in SURNAMES and last.is_capital)
    if need == ANY:
        is_found = is_found or (last.low in SURNAMES and (k > j or not tokens[j - 1].is_capital))
    is_paired = k - j >= 2 and (tokens[j].low, tokens[j + 1].low) in PAIRS
    is_place = k > j and tokens[j].low in WHERE and not is_paired
    if is_found and (last.is_capital or not is_place):
        return hyphenated(text, tokens, k + 1)
    if not last.is_capital or last.word.isupper():
        return None
    if is_place or (need != ANY and not is_paired):
        return None
    return hyphenated(text, tokens, k + 1)


def hyphenated(text: str, tokens: list[Token], k: int) -> int:
    """Past the second surname of a double one: Jansen-de Vries, Bakker - van Dam."""
    j = k
    while j < len(tokens) and j - k < 3 and tokens[j].low in PREFIXES:
        j += 1
    if (
        j < len(tokens)
        and tokens[j].is_capital
        and (
            re.fullmatch(r"\s?-\s?", text[tokens[k - 1].end : tokens[k].start])
            or ("-" in tokens[k - 1].word and tokens[k - 1].low.split("-")[-1] in PREFIXES)
        )
    ):
        return j + 1
    return k


def unknown_name(text: str, tokens: list[Token], i: int) -> tuple[int, int] | None:
    """A name that no list holds, where the words before it announce one."""
    j = i
    while j < len(tokens) and j - i < 6:
        token = tokens[j]
        if j > i and not joined(text, tokens[j - 1], token):
            break
        if token.low in PREFIXES or is_initial(text, token):
            j += 1
            continue
        if not token.is_capital or token.low in COMMON or token.low in TITLES:
            break
        if BODY.search(token.word) and token.low not in SURNAMES:
            break
        j += 1
    while j > i and tokens[j - 1].low in PREFIXES:
        j -= 1
    return (i, j) if j > i else None


def joined(text: str, first: Token, second: Token) -> bool:
    return re.fullmatch(
        r"\.?\s{0,2}['’]?|\.\s?|\s?-\s?", text[first.end : second.start]
    ) is not None and (not (text[first.end : first.end + 1] == "." and len(first.word) > 5))


def is_initial(text: str, token: Token) -> bool:
    return len(token.word) == 1 and token.is_capital and text[token.end : token.end + 1] == "."
