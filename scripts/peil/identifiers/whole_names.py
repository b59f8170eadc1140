"""Whether a cell consists of the name of a person and nothing else."""

import itertools
import re

from peil.identifiers import cues
from peil.identifiers.lists import (  # fmt: skip
    AMBIGUOUS,
    COMMON,
    GIVEN,
    NO_INITIALS,
    PAIRS,
    PLACES,
    PREFIXES,
    SURE_SURNAMES,
    SURNAMES,
    TITLES,
    VERBS,
    is_given,
)
from peil.identifiers.tokens import tokens_of


def is_name(cell: str) -> bool:
    """Whether a cell consists of the name of a person and nothing else."""
    text = cell.strip(" .,;:\"'()")
    if not text or len(text) > 60 or re.search(r"[\d@/\\<>=+*%€?!\[\]]", text):
        return False
    if any(m.span() == (0, len(m.string)) for m in [cues.REVERSED.match(text)] if m):
        return True
    match = cues.INITIALS.match(text)
    if match and match.end() == len(text):
        return letters_of(match["letters"]) not in NO_INITIALS
    words = tokens_of(text)
    while words and words[0].low in TITLES:
        words = words[1:]
    if not 1 <= len(words) <= 6:
        return False
    is_titled = len(words) < len(tokens_of(text))
    if "," in text:
        surname, _, given = text.partition(",")
        return is_name(f"{given.strip()} {surname.strip()}") if given.strip() else False
    first, rest = words[0], words[1:]
    prefixes = [w.low for w in rest[:-1] if w.low in PREFIXES]
    is_all_names = all(w.low in PREFIXES or w.is_capital or w.low in SURNAMES or w.low in GIVEN
                       for w in rest)  # fmt: skip
    if rest and (not is_all_names or rest[-1].low in COMMON or rest[-1].low in PREFIXES):
        return False
    if cues.INSTITUTION.fullmatch(text, first.end) or cues.INSTITUTION.search(text):
        return False
    if is_titled:
        return first.is_capital or first.low in SURNAMES | GIVEN | PREFIXES
    if not rest:
        return first.low in GIVEN and first.low not in AMBIGUOUS
    if is_given(first.low):
        last = rest[-1]
        if not last.is_capital and len(rest) == 1 and first.low not in AMBIGUOUS:
            return len(last.low) > 3
        if not last.is_capital:
            return last.low in (SURE_SURNAMES if first.low in AMBIGUOUS else SURNAMES)
        return first.low not in VERBS or last.low in SURNAMES or bool(prefixes)
    if first.low in PREFIXES:
        return rest[-1].low in SURE_SURNAMES and all(w.low in PREFIXES for w in rest[:-1])
    if first.low in PLACES or first.low in COMMON or not first.is_capital:
        return False
    if rest[-1].low in SURE_SURNAMES and all(w.low in PREFIXES for w in rest[:-1]):
        return True
    pairs = set(itertools.pairwise(prefixes)) & PAIRS
    return bool(pairs) and len(rest) <= 3 and rest[-1].is_capital


def letters_of(initials: str) -> str:
    return re.sub(r"[^A-Z]", "", initials.upper())
