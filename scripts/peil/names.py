"""Names of files: any bytes become text, and names of files about a file stay short enough."""

import hashlib
import os

# Room for what is put around a name: a dot, an ending, the number of a process.
LONGEST_NAME = 200


def printable(name: str) -> str:
    """A name in which bytes that are no UTF-8, and control characters, are spelled out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def file_name(name: str, ending: str = "") -> str:
    """A name for a file about this one, short enough to exist; equal for equal names."""
    raw = name.encode()
    if len(raw) > LONGEST_NAME:
        digest = hashlib.sha256(raw).hexdigest()[:12]
        name = f"{raw[: LONGEST_NAME - 13].decode('utf-8', 'ignore')}-{digest}"
    return name + ending
