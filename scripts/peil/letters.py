"""Letters whose bytes in UTF-8 were read in windows-1252: 'Ã©' was an 'é', 'â‚¬' a '€'."""

import re

# The first byte of a letter with an accent, or of a quotation mark, read as a letter by itself.
MANGLED = re.compile(r"[ÃÂ][^\x00-\x7f]|â[^\x00-\x7f]{2}")


def meant(letters: str) -> str:
    """The letter whose bytes were read as these; empty where they are none."""
    try:
        return b"".join(_byte(letter) for letter in letters).decode("utf-8")
    except UnicodeError:
        return ""


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        # Five bytes that the alphabet has no letter for stay what they are.
        return letter.encode("latin-1")


def restored(text: str) -> tuple[str, int]:
    """A text with its letters as they were meant, and how many were not."""
    n = 0

    def letter(found: re.Match) -> str:
        nonlocal n
        found_letter = meant(found[0])
        n += bool(found_letter)
        return found_letter or found[0]

    return MANGLED.sub(letter, text), n
