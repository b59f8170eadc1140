"""Names of people: by lists of given names and surnames, and by the words that announce a name.

A name that no list holds, and that nothing announces, is not recognised.
"""

import re
from typing import NamedTuple

from peil.identifiers import cues
from peil.identifiers.lists import (  # fmt: skip
    AMBIGUOUS,
    COMMON,
    GIVEN,
    NO_INITIALS,
    PLACES,
    PREFIXES,
    SHORT_TITLES,
    SURE_SURNAMES,
    SURNAMES,
    TITLES,
    VERBS,
    WHERE,
    is_given,
)
from peil.identifiers.tokens import (  # fmt: skip
    ANY,
    LISTED,
    SURE,
    Token,
    family,
    hyphenated,
    is_initial,
    joined,
    tokens_of,
    unknown_name,
)
from peil.identifiers.whole_names import letters_of


class _Cues(NamedTuple):
    """Where in a text the words end that announce a name, a person met, a name at a greeting."""

    announced: frozenset[int]
    met: frozenset[int]
    greeted: frozenset[int]


def _cues(text: str) -> _Cues:
    found = []
    for pattern in (cues.ANNOUNCING, cues.MEETING, cues.GREETING):
        found.append(frozenset(match.end() for match in pattern.finditer(text)))
    return _Cues(*found)


def find(text: str) -> list[tuple[int, int]]:
    """Where names stand in a running text, in order and without overlap."""
    tokens = tokens_of(text)
    shouts = sum(t.word.isupper() and len(t.word) > 1 for t in tokens) > 0.7 * len(tokens)
    cue = _cues(text)
    spans = _initialled(text, cue)
    i = 0
    while i < len(tokens):
        span = _at(text, tokens, i, cue, shouts=shouts)
        if span is None:
            i += 1
            continue
        spans.append((tokens[span[0]].start, tokens[span[1] - 1].end))
        i = span[1]
    return _merged(spans)


def _initialled(text: str, cue: _Cues) -> list[tuple[int, int]]:
    if "." not in text:
        return []
    spans = []
    for match in cues.INITIALS.finditer(text):
        letters, surname = letters_of(match["letters"]), match["surname"].lower().partition("-")[0]
        is_sure = bool(match["prefix"].strip()) or surname in SURNAMES or len(letters) > 1
        at_a_greeting = match.start() in cue.greeted | cue.announced
        if letters not in NO_INITIALS and surname not in COMMON and (is_sure or at_a_greeting):
            spans.append(match.span())
    for match in cues.REVERSED.finditer(text):
        surname = match["surname"].lower()
        if (
            surname in SURNAMES or match["prefix"].strip() or len(letters_of(match["letters"])) > 1
        ) and (surname not in COMMON):
            spans.append(match.span())
    return spans


def _at(
    text: str, tokens: list[Token], i: int, cue: _Cues, *, shouts: bool
) -> tuple[int, int] | None:
    """The tokens, from and to, of the name that begins at token i; None when none does."""
    token = tokens[i]
    if token.low in TITLES and not (token.low in SHORT_TITLES and not _is_title(text, token)):
        return _after_title(text, tokens, i, shouts=shouts)
    is_announced = token.start in cue.announced
    is_greeting = not is_announced and token.start in cue.greeted
    if is_given(token.low):
        found = _given_name(text, tokens, i, cue, shouts=shouts)
        if found:
            return found
        if is_announced or (is_greeting and _ends(text, tokens, i + 1)):
            return i, family(text, tokens, i + 1) or i + 1
    if is_announced and (token.is_capital or token.low in PREFIXES) and not shouts:
        return unknown_name(text, tokens, i)
    if is_greeting and token.low not in WHERE:
        return _signature(text, tokens, i)
    if (
        token.is_capital
        and token.low not in COMMON
        and not token.word.isupper()
        and token.start in cue.met
        and not cues.INSTITUTION.match(text, token.end)
    ):
        return unknown_name(text, tokens, i)
    if token.low == "ik" and i + 2 < len(tokens) and tokens[i + 1].low in {"ben"}:
        return _i_am(text, tokens, i + 2)
    if (
        token.is_capital
        and token.low not in COMMON
        and token.low not in PREFIXES
        and token.low not in PLACES
        and not shouts
    ):
        # An unknown given name before a surname that is no word: "Xantippe van Vliet".
        end = family(text, tokens, i + 1, SURE)
        if end and tokens[end - 1].is_capital:
            return i, end
    return None


def _is_title(text: str, token: Token) -> bool:
    """`dr.` and `mr` before a capital are titles; `mw` at the end of a number is a unit."""
    return bool(re.match(r"\.?\s?[A-Z]", text[token.end : token.end + 3]))


def _after_title(text: str, tokens: list[Token], i: int, *, shouts: bool) -> tuple[int, int] | None:
    """Mevrouw De Boer, dhr. J. Jansen, de heer en mevrouw Bakker, fam. van den Berg."""
    j = i + 1
    while j < len(tokens) and (tokens[j].low in TITLES or is_initial(text, tokens[j])):
        if not joined(text, tokens[j - 1], tokens[j]):
            return None
        j += 1
    if j >= len(tokens) or not joined(text, tokens[j - 1], tokens[j]):
        return None
    first = tokens[j]
    if is_given(first.low) and first.low not in AMBIGUOUS:
        return j, family(text, tokens, j + 1) or j + 1
    k = j
    while k < len(tokens) and tokens[k].low in PREFIXES and k - j < 3:
        k += 1
    if k >= len(tokens) or (k > j and not joined(text, tokens[k - 1], tokens[k])):
        return None
    last = tokens[k]
    if last.low in SURNAMES and (last.is_capital or last.low not in COMMON):
        return j, hyphenated(text, tokens, k + 1)
    if not last.is_capital or last.low in COMMON or shouts or last.word.isupper():
        return None
    if k > j and tokens[j].low in WHERE:
        return None
    # "mevrouw van de Gemeente" works there; "mevrouw van Gool" is called so.
    if k > j and tokens[k - 1].low in {"van", "de", "het"} and cues.INSTITUTION.search(last.word):
        return None
    return j, hyphenated(text, tokens, k + 1)


def _given_name(
    text: str, tokens: list[Token], i: int, cue: _Cues, *, shouts: bool
) -> tuple[int, int] | None:
    token = tokens[i]
    before = text[max(0, token.start - 24) : token.start]
    if cues.INSTITUTION.match(text, token.end) or cues.DATE_FOLLOWS.match(text, token.end):
        return None
    if re.search(r"\b(?:sint|st\.?|prins(?:es)?|koning(?:in)?)\s$|\w-$", before, re.IGNORECASE):
        return None
    j = i + 1
    # A second given name, or initials, between: Anna Maria de Wit, Piet A. Bakker.
    while (
        j < len(tokens)
        and j - i < 4
        and joined(text, tokens[j - 1], tokens[j])
        and ((is_given(tokens[j].low) and tokens[j].is_capital) or is_initial(text, tokens[j]))
        and token.is_capital
    ):
        j += 1
    is_ambiguous = token.low in AMBIGUOUS
    need = LISTED if token.low in VERBS else ANY
    is_unsure = shouts or (is_ambiguous and not token.is_capital)
    end = family(text, tokens, j, SURE if is_unsure else need)
    if end:
        return None if cues.INSTITUTION.match(text, tokens[end - 1].end) else (i, end)
    if j > i + 1 and not (is_ambiguous and tokens[i + 1].low in AMBIGUOUS) and not shouts:
        return i, j
    if is_ambiguous or not token.is_capital or cues.NOT_BEFORE.search(before):
        if (
            is_ambiguous
            and token.is_capital
            and not shouts
            and (
                token.start in cue.met
                or re.search(r"\b(?:beste|lieve|hallo|hoi|dag)\s$", before, re.I)
            )
        ):
            return i, i + 1
        return None
    return i, i + 1


def _signature(text: str, tokens: list[Token], i: int) -> tuple[int, int] | None:
    """The name under a greeting: all there is till the end, or till the line ends."""
    if tokens[i].low in TITLES:
        i += 1
    found = unknown_name(text, tokens, i) if i < len(tokens) else None
    if found is None:
        token = tokens[i] if i < len(tokens) else None
        if token and token.low in SURE_SURNAMES and _ends(text, tokens, i + 1):
            return i, i + 1
        return None
    return found if _ends(text, tokens, found[1]) else None


def _ends(text: str, tokens: list[Token], i: int) -> bool:
    rest = text[tokens[i - 1].end :]
    return bool(re.match(r"[\s.,!)\"'-]*(?:$|\n|\[|,|\(|te\s|uit\s)", rest))


def _i_am(text: str, tokens: list[Token], i: int) -> tuple[int, int] | None:
    """Ik ben Xaviera Pool: two capitals, or a given name; "Ik ben Groninger" is no name."""
    if not joined(text, tokens[i - 1], tokens[i]):
        return None
    if is_given(tokens[i].low) and tokens[i].is_capital:
        return i, family(text, tokens, i + 1) or i + 1
    found = unknown_name(text, tokens, i)
    if found is None or tokens[i].low in COMMON:
        return None
    n_capitals = sum(t.is_capital for t in tokens[found[0] : found[1]])
    return found if n_capitals >= 2 else None


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


_ALONE = "|".join(sorted(map(re.escape, GIVEN - AMBIGUOUS)))
_TITLES = "|".join(sorted(map(re.escape, TITLES)))
# A capital inside a sentence, a word that announces a name, or a given name in whatever case.
TRIGGER = (
    r"[^\s.!?:][\s(\"'-]+\p{Lu}|\p{Lu}\.\s?\p{Lu}|^\W*\p{Lu}\S+\W+(?:\p{Ll}+\W+){0,3}\p{Lu}"
    rf"|(?i:\b(?:naam|heet|heette|genaamd|gr|{_TITLES})\b|groet|mvg|hoogachtend|liefs)"
    rf"|(?i:\b(?:{_ALONE})\b)"
)
