"""What a .sav file can hold and pyreadstat does not write: its weight and multiple-response sets.

Layout by the PSPP developers guide, "System File Format". Both are written into the dictionary of
a finished file; the cases are copied as they are.
"""

import re
import shutil
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

NAME_BYTES = 64
VARIABLE_LABEL_BYTES = 255
VALUE_LABEL_BYTES = 120
FILE_LABEL_BYTES = 64
RESERVED = frozenset(
    ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with")
)

_HEADER_BYTES = 176
_WEIGHT_AT = 76
_VARIABLE, _VALUE_LABELS, _LABELLED, _DOCUMENT, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_RESPONSE_SETS, _LONG_NAMES = 7, 13


@dataclass(frozen=True)
class ResponseSet:
    """Variables that together are one question with several answers; 1 is chosen."""

    name: str
    label: str
    variables: tuple[str, ...]


class Names:
    """Names that SPSS accepts, each given once; SPSS does not tell upper from lower case."""

    def __init__(self, n_bytes: int = NAME_BYTES) -> None:
        self._n_bytes = n_bytes
        self._taken: set[str] = set()

    def new(self, wanted: str) -> str:
        """The name itself if it can be used, else the nearest one that can."""
        plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9_]", "_", plain)
        if not re.match("[A-Za-z]", name) or name.lower() in RESERVED:
            name = f"v_{name}"
        name = name[: self._n_bytes].rstrip("_")
        free, number = name, 1
        while free.lower() in self._taken:
            number += 1
            free = f"{name[: self._n_bytes - 1 - len(str(number))]}_{number}"
        self._taken.add(free.lower())
        return free


def clip(text: str, n_bytes: int) -> str:
    """The text on one line, cut to what fits in so many bytes of UTF-8, never through a letter."""
    line = " ".join(text.split())
    return line.encode()[:n_bytes].decode(errors="ignore")


def finish_sav(target: Path, weight: str | None, sets: list[ResponseSet]) -> None:
    """Set the weight and add multiple-response sets to an uncompressed .sav file.

    Raises:
        ValueError: it is no .sav file, or has no variable of that name.
    """
    draft = target.with_name(f".{target.name}.draft")
    try:
        with target.open("rb") as source, draft.open("xb") as result:
            dictionary = _Dictionary(source, target)
            header = bytearray(dictionary.header)
            if weight is not None:
                dictionary.pack_into(header, _WEIGHT_AT, dictionary.position(weight))
            result.write(header)
            source.seek(_HEADER_BYTES)
            result.write(source.read(dictionary.insert_at - _HEADER_BYTES))
            if sets:
                result.write(dictionary.record_of(sets))
            shutil.copyfileobj(source, result)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


class _Dictionary:
    """Where things stand in the dictionary of a .sav file."""

    def __init__(self, source: BinaryIO, target: Path) -> None:
        self.header = source.read(_HEADER_BYTES)
        if self.header[:4] != b"$FL2":
            raise ValueError(f"{target} is not a .sav file")
        self._order = "<" if struct.unpack("<i", self.header[64:68])[0] in (2, 3) else ">"
        self._target = target
        self._short_names: list[str] = []
        self._long_names: dict[str, str] = {}
        self.insert_at = self._walk(source)

    def position(self, name: str) -> int:
        """1-based place of a variable, in which a long text takes more than one."""
        return self._short_names.index(self._short(name)) + 1

    def pack_into(self, header: bytearray, offset: int, number: int) -> None:
        struct.pack_into(f"{self._order}i", header, offset, number)

    def record_of(self, sets: list[ResponseSet]) -> bytes:
        """Multiple dichotomies as an extension record; variables go by their short names."""
        lines = []
        for group in sets:
            label = clip(group.label, VARIABLE_LABEL_BYTES)
            members = " ".join(self._short(name).lower() for name in group.variables)
            lines.append(f"${group.name}=D1 1 {len(label.encode())} {label} {members}\n")
        text = "".join(lines).encode()
        fields = (_EXTENSION, _RESPONSE_SETS, 1, len(text))
        return struct.pack(f"{self._order}4i", *fields) + text

    def _short(self, name: str) -> str:
        for short in self._short_names:
            if short and self._long_names.get(short, short) == name:
                return short
        raise ValueError(f"{self._target} has no variable {name}")

    def _walk(self, source: BinaryIO) -> int:
        """Read the names; returns where the record of response sets belongs.

        SPSS wants extension records in the order of their subtypes.
        """

        def number() -> int:
            return struct.unpack(f"{self._order}i", source.read(4))[0]

        insert_at = None
        while True:
            start, kind = source.tell(), number()
            if kind == _VARIABLE:
                width, has_label, n_missing = number(), number(), number()
                source.seek(8, 1)
                name = source.read(8).decode().rstrip()
                self._short_names.append(name if width >= 0 else "")
                if has_label:
                    source.seek(-(-number() // 4) * 4, 1)
                source.seek(8 * abs(n_missing), 1)
            elif kind == _VALUE_LABELS:
                for _ in range(number()):
                    source.seek(8, 1)
                    length = source.read(1)[0]
                    source.seek(-(-(length + 1) // 8) * 8 - 1, 1)
            elif kind == _LABELLED:
                source.seek(4 * number(), 1)
            elif kind == _DOCUMENT:
                source.seek(80 * number(), 1)
            elif kind == _EXTENSION:
                subtype, content = number(), number() * number()
                if subtype > _RESPONSE_SETS and insert_at is None:
                    insert_at = start
                record = source.read(content)
                if subtype == _LONG_NAMES:
                    pairs = (pair.split("=") for pair in record.decode().split("\t") if pair)
                    self._long_names = dict(pairs)
            elif kind == _END:
                return start if insert_at is None else insert_at
            else:
                raise ValueError(f"{self._target}: record {kind} in its dictionary is unknown")
