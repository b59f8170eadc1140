"""The seeds and their columns, as their properties declare them: models/codebook/*.yml.

That is the one list. dbt types and tests the seeds by it; landing, drafts and checks read it here.
"""

from functools import cache

import yaml

from peil.settings import PROJECT

PROPERTIES = PROJECT / "models" / "codebook"
# Of a draft: what was guessed and wants a look. Every other column is declared.
REVIEW = "review"
# Ten times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def seed_columns() -> dict[str, dict[str, str]]:
    """Per seed its columns in order, each with its type in DuckDB."""
    return {
        seed["name"]: seed["config"]["column_types"]
        for path in sorted(PROPERTIES.glob("*.yml"))
        for seed in yaml.load(path.read_text(encoding="utf-8"), _LOADER)["seeds"]
    }


def header(seed: str) -> list[str]:
    """The columns of a seed, as the first line of its file has them."""
    return list(seed_columns()[seed])
