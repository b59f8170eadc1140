"""What counts are made of, as digests: the codebook, and the models and modules that decide."""

import csv
import hashlib
import hmac
import json
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

from peil.built import digest_of
from peil.codebook.seed_text import seed_text
from peil.codebook.seeds import REVIEW, seed_columns
from peil.codebook.sources import Source
from peil.counting.tables import MODELS
from peil.settings import DEMO_HASH_KEY, PROJECT, hash_key

_REF = re.compile(r"\bref\(\s*['\"](\w+)['\"]\s*\)")
_KEPT = re.compile(r"is_to_build\([^,]+,\s*['\"](\w+)['\"]\s*\)")
_PACKAGE = Path(__file__).resolve().parents[1]
_READ_BY = ("codebook", "counting", "gate", "identifiers", "landing", "readers")
# Texts that people read decide nothing, but where answers are delivered as labels.
_READ_TEXTS = ("options", "missing_codes")
_TEXT = ("_nl", "_en")
# Of these seeds counts depend on no more than this.
_CROSSED = ("column_code", "second_column_code")
_COLUMNS = {
    "weighting_schemes": ("survey_code", "bounds_on"),
    "crosstab_definitions": ("survey_code", "question_code", *_CROSSED),
    "segments": (
        "survey_code",
        "segment_code",
        "attribute_code",
        "second_attribute_code",
        "comparison",
    ),
    "segment_pairs": ("survey_code", "segment_code_a", "segment_code_b"),
}
_OF_OTHERS = ("source_code", "survey_code", "wave_code")


def facts_of(seeds: Path, source: Source) -> dict:
    """Everything that must be equal where the delivery is counted and where counts are added up."""
    return {
        "codebook": codebook_rows(seeds, source),
        "models": models_digest(),
        "modules": digest_of(_modules(), _PACKAGE),
        "duckdb": version("duckdb"),
        "key_check": key_check(source),
    }


def key_check(source: Source) -> str:
    """Whether two machines hash respondent numbers with one key, without telling the key.

    Empty where no respondent numbers are hashed.
    """
    if source.respondent_id_policy == "public" or not source.columns_of("respondent_id"):
        return ""
    key = hash_key() or (DEMO_HASH_KEY if source.is_simulated else "")
    return hmac.new(key.encode(), b"peil count package", hashlib.sha256).hexdigest()[:8]


def codebook_rows(seeds: Path, source: Source) -> dict[str, list[str]]:
    """A digest per row of the seeds that counts of this source are made of."""
    found = {name: _read(seeds / f"{name}.csv") for name in counted_seeds()}
    # Of segments only those that crosstabs name, and those of groups counted beside the profile:
    # others are made of counts. Who gave two answers is counted where groups are compared.
    named = {row.get(column) for row in found["crosstab_definitions"] for column in _CROSSED}
    beside = {
        row["attribute_code"] for row in found["attributes"]
        if (row.get("is_segment_only") or "").lower() == "true"
    }  # fmt: skip
    divided = {
        row["segment_code"] for row in found["segments"]
        if {row.get("attribute_code"), row.get("second_attribute_code")} & beside
    }  # fmt: skip
    found["segments"] = [
        row if row["segment_code"] in divided else {**row, "comparison": ""}
        for row in found["segments"]
        if row["segment_code"] in named | divided
    ]
    found["segment_pairs"] = [
        row for row in found["segment_pairs"]
        if {row.get("segment_code_a"), row.get("segment_code_b")} & divided
    ]  # fmt: skip
    return {name: _rows(name, rows, source) for name, rows in found.items()}


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(seed_text(path)))


def _rows(name: str, rows: list[dict[str, str]], source: Source) -> list[str]:
    texts = () if name in _READ_TEXTS else _TEXT
    found = set()
    for row in rows:
        if any(row.get(c) not in (None, "", "*", getattr(source, c)) for c in _OF_OTHERS):
            continue
        kept = {
            column: value
            for column, value in row.items()
            if column in seed_columns()[name]
            and column != REVIEW
            and not (texts and column.endswith(texts))
            and column in _COLUMNS.get(name, (column,))
        }
        text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
        found.add(hashlib.sha256(text.encode()).hexdigest()[:12])
    return sorted(found)


def counted_seeds() -> list[str]:
    """The seeds that counts are made of."""
    return sorted(_made_of() - set(_models()))


def counted_models() -> list[str]:
    """The models that counts are made of."""
    return sorted(_made_of() & set(_models()))


@cache
def models_digest() -> str:
    """A digest of the SQL of those models and of the macros."""
    files = [path for name, path in _models().items() if name in _made_of()]
    return digest_of(sorted([*files, *(PROJECT / "macros").rglob("*.sql")]), PROJECT)


@cache
def _made_of() -> frozenset[str]:
    models, found = _models(), list(MODELS)
    for name in found:
        if name in models:
            text = models[name].read_text(encoding="utf-8")
            found += [ref for ref in _REF.findall(text) + _KEPT.findall(text) if ref not in found]
    return frozenset(found)


@cache
def _models() -> dict[str, Path]:
    return {path.stem: path for path in (PROJECT / "models").rglob("*.sql")}


def _modules() -> list[Path]:
    return sorted(path for room in _READ_BY for path in (_PACKAGE / room).rglob("*.py"))
