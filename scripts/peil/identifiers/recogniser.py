"""One recogniser: a pattern that proposes, and a check that decides."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[re.Match], bool | tuple[int, int] | None]


@dataclass(frozen=True)
class Recogniser:
    """A kind of identifier. Where the pattern has a group `it`, only that part is masked.

    The check answers yes or no, or with the part to mask. A text with fewer digits than `digits`,
    or with none of the words `needs` (in small letters), cannot match: to see so costs a
    hundredth of the pattern.
    """

    kind: str
    pattern: re.Pattern
    check: Check | None = None
    needs: tuple[str, ...] = ()
    digits: int = 0

    def may_hold(self, low: str, n_digits: int) -> bool:
        if n_digits < self.digits:
            return False
        return not self.needs or any(word in low for word in self.needs)

    def judge(self, match: re.Match) -> tuple[int, int] | None:
        """What of the match is the identifier; None when the check says that it is none."""
        verdict = self.check(match) if self.check else True
        if not verdict:
            return None
        if isinstance(verdict, tuple):
            return verdict
        return match.span("it") if "it" in self.pattern.groupindex else match.span()


def ignoring_case(pattern: str) -> re.Pattern:
    return re.compile(pattern, re.IGNORECASE)


class _Plain(dict):
    """Typographical variants to their ASCII character, one by one; invisible ones disappear."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf" or code in {0x34F, 0xFE0E, 0xFE0F, 0x20E3}:
            plain: int | str | None = None
        elif category == "Zs":
            plain = " "
        elif category == "Pd" or code == 0x2212:
            plain = "-"
        elif category == "Nd":
            plain = str(unicodedata.digit(character))
        elif code > 0x17F and len(same := unicodedata.normalize("NFKC", character)) == 1:
            plain = same
        else:
            plain = code
        self[code] = plain
        return plain


_PLAIN = _Plain()
_AT = re.compile(r"&#0*64;|&#x0*40;|&commat;|%40", re.IGNORECASE)


def plain(text: str) -> str:
    """The text as patterns read it: ordinary digits, spaces and hyphens, nothing invisible."""
    if "64;" in text or "%40" in text or "x40;" in text or "&commat;" in text:
        text = _AT.sub("@", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(_PLAIN)
