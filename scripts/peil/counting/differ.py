"""What differs between how a package was counted and how it would be counted here."""

from pathlib import Path

from peil.codebook.sources import Source
from peil.counting.made_of import codebook_rows, facts_of
from peil.counting.manifest import Manifest

# A row more in these changes nothing of a delivery that was counted without it.
_MAY_GROW = ("questions", "scales", "scale_statistics")
_WORDS = {
    "models": "the SQL of the counting models and macros",
    "modules": "the modules of peil that read and judge deliveries",
    "duckdb": "the version of DuckDB",
    "key_check": "PEIL_HASH_KEY, so that one person would be two",
}


def differences(manifest: Manifest, seeds: Path, source: Source) -> list[str]:
    """Everything that differs, in words; empty where it was counted as it would be here."""
    here = facts_of(seeds, source)
    found = _of_codebook(manifest.facts["codebook"], here["codebook"])
    for name, words in _WORDS.items():
        if manifest.facts.get(name) != here[name]:
            values = f" ({manifest.facts.get(name)} there, {here[name]} here)"
            found.append(words + (values if name == "duckdb" else ""))
    return found


def grown_apart(facts: dict, seeds: Path, source: Source, *, has_rejects: bool) -> list[str]:
    """What changed in the codebook since a package was taken that its counts depend on.

    A new question asks nothing of an older delivery; an option may, where values were rejected.
    """
    here = codebook_rows(seeds, source)
    may_grow = _MAY_GROW if has_rejects else (*_MAY_GROW, "options")
    there = {
        name: sorted({*rows, *here.get(name, [])}) if name in may_grow else rows
        for name, rows in facts["codebook"].items()
    }
    return _of_codebook(there, here)


def _of_codebook(there: dict[str, list[str]], here: dict[str, list[str]]) -> list[str]:
    found = []
    for name in sorted({*there, *here}):
        gone = len(set(there.get(name, [])) - set(here.get(name, [])))
        new = len(set(here.get(name, [])) - set(there.get(name, [])))
        if gone or new:
            found.append(f"{name}.csv ({gone} rows there that are not here, {new} the other way)")
    return found
