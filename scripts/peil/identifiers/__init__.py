"""Direct identifiers in Dutch text: recognised without a model, by shape, check digit and cue.

Check digits come from python-stdnum, phone numbers from phonenumbers. Presidio is not used: its
analyzer asks for a spaCy model before it runs one pattern, and its patterns for the Netherlands
say no more than these.
"""

import re

from peil.identifiers import addresses, names, network, numbers
from peil.identifiers.recogniser import Recogniser, plain
from peil.identifiers.whole_names import is_name

__all__ = ["KINDS", "SHORTEST", "TRIGGERS", "is_name", "kind_of", "mask"]

# What a recognised identifier is called in reports, and in the answer that held it.
KINDS = {
    "e-mail": "e-mail",
    "IBAN": "IBAN",
    "IP": "IP",
    "coordinates": "plaats",
    "phone": "telefoon",
    "postcode": "postcode",
    "BSN": "nummer",
    "card": "kaartnummer",
    "account": "rekening",
    "document": "nummer",
    "token": "token",
    "profile": "profiel",
    "address": "adres",
    "date of birth": "geboortedatum",
    "name": "naam",
}
# In this order: an address on the web may hold an e-mail address, and that may hold digits that
# look like a number. Names come last: what is masked by then is no longer taken for one.
_RECOGNISERS = (network.RECOGNISERS, numbers.RECOGNISERS, addresses.RECOGNISERS)
# What a text must hold to hold an identifier of each group, the last being names: for RE2, which
# reads a hundred thousand texts while Python reads a few hundred.
TRIGGERS = (network.TRIGGER, numbers.TRIGGER, addresses.TRIGGER, names.TRIGGER)
_ALL = (True,) * len(TRIGGERS)
# No name is shorter; every other identifier is longer.
SHORTEST = 3
_DIGIT = re.compile(r"\d")


def mask(text: str, groups: tuple[bool, ...] = _ALL) -> str:
    """The text with every identifier that is recognised replaced by its kind in brackets.

    Args:
        text: one answer.
        groups: which of the groups of `TRIGGERS` the text may hold.
    """
    masked, found = _replace(text, groups)
    return masked if found else text


def kind_of(cell: str, *, with_names: bool = True) -> str:
    """The kind of the first identifier in a cell; empty when there is none."""
    _, found = _replace(cell, (*_ALL[:-1], with_names))
    return found[0] if found else ""


def _replace(text: str, groups: tuple[bool, ...]) -> tuple[str, list[str]]:
    masked = plain(text)
    low, n_digits = masked.lower(), len(_DIGIT.findall(masked))
    found: list[str] = []
    for recognisers, may_hold in zip(_RECOGNISERS, groups, strict=False):
        for recogniser in recognisers if may_hold else ():
            if not recogniser.may_hold(low, n_digits):
                continue

            def one(match: re.Match, recogniser: Recogniser = recogniser) -> str:
                span = recogniser.judge(match)
                if span is None:
                    return match[0]
                start, end = span[0] - match.start(), span[1] - match.start()
                found.append(recogniser.kind)
                return f"{match[0][:start]}[{KINDS[recogniser.kind]}]{match[0][end:]}"

            masked = recogniser.pattern.sub(one, masked)
    if groups[-1]:
        spans = [(0, len(masked))] if is_name(masked) else names.find(masked)
        for start, end in reversed(spans):
            masked = f"{masked[:start]}[{KINDS['name']}]{masked[end:]}"
        found += ["name"] * len(spans)
    return masked, found
