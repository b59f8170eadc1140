"""Which encoding bytes are in: UTF-8 or UTF-16 where they show it, else the one that spells words.

Every byte is a letter in windows-1252, Mac Roman and DOS alike; only one of them gives letters
where words have letters. Too close to call is refused.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from peil.codebook import Source
from peil.errors import DeliveryRejectedError

NAMES = {"cp1252": "windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS (cp850)"}
UTF8 = {"utf-8", "utf8", "utf-8-sig", "utf_8"}
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of two that fit alike the first is commoner.
_ONE_BYTE = ("cp1252", "mac_roman", "cp850")
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
# Letters beside ASCII, by how often Dutch and its neighbours use them.
_LETTERS = {
    **dict.fromkeys("ëéïèöü", 1.0),
    **dict.fromkeys("êáàäçóôñíûâîß", 0.8),
    **dict.fromkeys("úùòìãõåæøœ", 0.6),
}
_SIGNS = frozenset("€‘’“”„–—…•·°²³½¼£§©®´«»µ±×\xa0")
_NO_WORD = -1.0
_TOO_CLOSE = 0.05


@dataclass(frozen=True)
class Found:
    """An encoding, and how well its letters fit, from -1 to 1; `rivals` fit equally well."""

    name: str
    fit: float
    rivals: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether its letters make words, and no rarer encoding is as likely."""
        return self.fit > 0 and (self.name == _ONE_BYTE[0] or not self.rivals)


def wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32, by its mark or by every second byte being zero; else empty."""
    for mark, name in _WIDE:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 2 and max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        return "utf-16-be" if even > odd else "utf-16-le"
    return ""


def codec_of(source: Source, path: Path) -> str:
    """The encoding that a source declares, as Python calls it.

    Raises:
        DeliveryRejectedError: there is none of that name.
    """
    try:
        return codecs.lookup(source.encoding).name
    except LookupError:
        raise DeliveryRejectedError(
            f"{path.name}: encoding '{source.encoding}' does not exist. "
            f"{source.declare('encoding', 'utf-8 or windows-1252')}."
        ) from None


class Letters:
    """The bytes beyond ASCII of a file and what stands beside them, counted block by block."""

    def __init__(self) -> None:
        self._around: Counter[tuple[bytes, bytes, bytes]] = Counter()
        self._n_multibyte = self._n_other = 0

    def add(self, block: bytes) -> None:
        """Count a block; a letter cut in two by its end weighs nothing among the others."""
        self._around.update(
            (block[max(at - 1, 0) : at], block[at : at + 1], block[at + 1 : at + 2])
            for at in (m.start() for m in _HIGH.finditer(block))
        )
        self._n_multibyte += len(_MULTIBYTE.findall(block))
        self._n_other += len(_HIGH.findall(_MULTIBYTE.sub(b"", block)))

    def are_mixed(self) -> bool:
        """Whether letters in UTF-8 stand beside, and outnumber, bytes that are none."""
        return self._n_multibyte >= self._n_other > 0

    def are_utf8(self) -> bool:
        """Whether there are letters beyond ASCII, and all are UTF-8."""
        return self._n_multibyte > 0 and not self._n_other

    def fit(self, encoding: str) -> float:
        """How well the letters fit an encoding of one byte each, from -1 to 1."""
        total = sum(self._around.values())
        likely = (n * _likely(*three, encoding) for three, n in self._around.items())
        return sum(likely) / total if total else 1.0

    def best(self) -> Found:
        """The encoding of one byte per letter in which these make words."""
        fits = {name: self.fit(name) for name in _ONE_BYTE}
        best = max(_ONE_BYTE, key=lambda name: fits[name])
        rivals = tuple(n for n in _ONE_BYTE if n != best and fits[n] > fits[best] - _TOO_CLOSE)
        return Found(best, fits[best], rivals)


def _likely(before: bytes, byte: bytes, after: bytes, encoding: str) -> float:
    try:
        letter = byte.decode(encoding)
    except UnicodeDecodeError:
        return _NO_WORD
    previous, following = (side.decode("latin-1") for side in (before, after))
    inside = [side.isalpha() for side in (previous, following)]
    if letter.lower() in _LETTERS:
        weight = _LETTERS[letter.lower()]
        if letter.isupper():
            # A capital begins a word or stands among capitals.
            if previous.isascii() and previous.islower():
                return _NO_WORD
            weight *= 1.0 if following.isupper() or previous.isupper() else 0.6
        return weight if any(inside) else 0.5 * weight
    if letter in _SIGNS:
        # Signs stand beside words, hardly ever within one; an apostrophe does.
        return 0.7 if letter in "’‘´" or not all(inside) else _NO_WORD
    return 0.1 if letter.isalpha() and not any(inside) else _NO_WORD
