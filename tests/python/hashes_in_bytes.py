"""Which of many hashes stand somewhere in the bytes of a file."""

import functools
import re
from collections.abc import Collection

import numpy as np


@functools.lru_cache(maxsize=4)
def _beginnings(texts: frozenset[str]) -> np.ndarray:
    """Which 24 bits, of six hexadecimal digits, a hash of these begins with."""
    assert re.fullmatch("[0-9a-f]+", "".join(texts)), "only hashes are looked for this way"
    begins = np.zeros(1 << 24, dtype=bool)
    begins[[int(text[:6], 16) for text in texts]] = True
    return begins


def in_bytes(texts: Collection[str], content: bytes) -> set[str]:
    """Which of these hashes stand somewhere in the bytes, found in one pass over them."""
    (length,) = {len(text) for text in texts}
    begins = _beginnings(frozenset(texts))
    digit = np.zeros(256, dtype=np.uint32)
    digit[list(b"0123456789abcdef")] = range(16)
    wanted, found, step = {text.encode() for text in texts}, set(), 1 << 20
    for start in range(0, len(content) - length + 1, step):
        part = digit[np.frombuffer(content[start : start + step + 5], dtype=np.uint8)]
        six = part[:-5] << 20
        for place, shift in enumerate((16, 12, 8, 4, 0), start=1):
            six |= part[place : len(part) - 5 + place] << shift
        for at in np.flatnonzero(begins[six]) + start:
            found |= {content[at : at + length]} & wanted
    return {text.decode() for text in found}
