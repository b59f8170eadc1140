"""The word lists of the recognisers, in small letters. A line `## name` in a file begins a list."""

from pathlib import Path


def _read(file: str) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    name = ""
    for line in Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line.removeprefix("## ")
        elif not line.startswith("#"):
            lists.setdefault(name, set()).update(word.lower() for word in line.split())
    return {name: frozenset(words) for name, words in lists.items()}


_WORDS, _GIVEN, _SURNAMES = (_read(f"{name}.txt") for name in ("words", "given_names", "surnames"))
PREFIXES, PLACES, TITLES = _WORDS["prefixes"], _WORDS["places"], _WORDS["titles"]
SHORT_TITLES, WHERE, COMMON = _WORDS["short titles"], _WORDS["where"], _WORDS["common"]
NO_INITIALS, UNITS, SMALL_WORDS = _WORDS["no initials"], _WORDS["units"], _WORDS["words"]
GIVEN = _GIVEN["given names"]
# Given names that are no name alone; of these, the ones that stand before a capital as a word.
VERBS = _GIVEN["words"]
AMBIGUOUS = _GIVEN["things"] | VERBS
SURNAMES = _SURNAMES["surnames"] | _SURNAMES["words"]
# The others are words too: something must say that a name follows.
SURE_SURNAMES = _SURNAMES["surnames"] - _SURNAMES["words"]
# Two prefixes that, together, stand before nothing but a surname or a place.
PAIRS = frozenset(
    {("van", "der"), ("van", "den"), ("van", "de"), ("van", "t"), ("van", "het"), ("in", "t"),
     ("op", "den"), ("van", "'t"), ("in", "'t"), ("uit", "den"), ("op", "de"), ("van", "ter")}
)  # fmt: skip


def is_given(low: str) -> bool:
    """Whether a word in small letters is a given name of the list, or two with a hyphen."""
    if low.startswith(("abdel", "abdoel", "abdul")) and len(low) > 6:
        return True
    return low in GIVEN or ("-" in low and all(part in GIVEN for part in low.split("-")))
