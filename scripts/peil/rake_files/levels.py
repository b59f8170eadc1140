"""Levels of respondents and of margins are one where the codebook would call them one.

1, 1.0 and 01 are one number; spaces around a text do not count; capitals count only where the
margins themselves tell two levels apart by them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


def level_key(text: str) -> str:
    """What two levels have in common when they are one."""
    tidy = " ".join(text.split())
    if _NUMBER.fullmatch(tidy):
        return f"{float(tidy.replace(',', '.')):.15g}"
    return tidy.casefold()


def same_number(a: str, b: str) -> bool:
    """Whether two levels are the same number, or the same text to the letter."""
    tidy = [" ".join(text.split()) for text in (a, b)]
    are_numbers = all(_NUMBER.fullmatch(text) for text in tidy)
    return level_key(a) == level_key(b) if are_numbers else tidy[0] == tidy[1]


def match_levels(
    found: Iterable[str],
    declared: Iterable[str],
    labels: Mapping[str, str] | None = None,
    missing: Sequence[tuple[float, float] | str] = (),
) -> dict[str, str]:
    """Per level of the respondents the level of the margins it is; its own name where it is none.

    Args:
        found: levels as respondents have them.
        declared: levels as the margins (and --unknown-level) call them.
        labels: the label of each code, where the file has labels: margins may go by either.
        missing: what an SPSS file declares missing; no answer, unless the margins name it.
    """
    names = list(dict.fromkeys(declared))
    by_key: dict[str, list[str]] = {}
    for name in names:
        by_key.setdefault(level_key(name), []).append(name)
    matched: dict[str, str] = {}
    own: dict[str, str] = {}
    for level in found:
        tidy = " ".join(level.split())
        candidates = [tidy, (labels or {}).get(tidy, "")]
        exact = [c for c in candidates if c in names]
        like = [by_key[k][0] for c in candidates if len(by_key.get(k := level_key(c), [])) == 1]
        if not tidy:
            matched[level] = ""
        elif exact or like:
            matched[level] = (exact + like)[0]
        elif _is_missing(tidy, missing):
            matched[level] = ""
        else:
            matched[level] = own.setdefault(level_key(level), tidy)
    return matched


def _is_missing(level: str, missing: Sequence[tuple[float, float] | str]) -> bool:
    number = float(level.replace(",", ".")) if _NUMBER.fullmatch(level) else None
    return any(
        level == one if isinstance(one, str) else number is not None and one[0] <= number <= one[1]
        for one in missing
    )
