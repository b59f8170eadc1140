"""A part of one delivery: a range of its rows, counted apart from the others.

A part is refused where the file would be, and what all rows together decide is decided by them:
the file is read once, and cut into slices (`slices.py`).
"""

import re
from dataclasses import dataclass

from peil.errors import InputError


@dataclass(frozen=True)
class Part:
    """Part `number` of `of` parts; no row is in two, and every row is in one."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Part":
        """From text as 2/4.

        Raises:
            InputError: it is no such text.
        """
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
        if not found or int(found[1]) > int(found[2]):
            raise InputError(f"--part {text}: give which part of how many, as in --part 2/4.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def all(cls, of: int) -> "list[Part]":
        """All parts, in order."""
        return [cls(number, of) for number in range(1, of + 1)]

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def rows(self, n_rows: int) -> tuple[int, int]:
        """Its first and last row; the last is before the first where it has none."""
        return (self.number - 1) * n_rows // self.of + 1, self.number * n_rows // self.of

    def name_of(self, file: str) -> str:
        """What the package of a part of this file is called after."""
        return f"{file}.{self.number}of{self.of}"
