"""The words of a crosstab per language."""

import tomllib
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "texts"


@cache
def words(language: str) -> dict[str, str]:
    return tomllib.loads((CATALOGUES / f"{language}.toml").read_text(encoding="utf-8"))
