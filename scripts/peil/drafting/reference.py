"""docs/codebook.md: every seed and column, from models/codebook/*.yml."""

from pathlib import Path
from typing import Any

import yaml

from peil.settings import PROJECT

# In the order in which a researcher meets them.
FILES = {
    "_questionnaire.yml": "Questions and answers",
    "_deliveries.yml": "Surveys, waves, files",
    "_respondents.yml": "Groups of respondents",
    "_weighting.yml": "Weighting, publication, texts",
    "_kpis.yml": "KPIs",
    "_insights.yml": "Drivers, recommendations, staff beside residents",
}
HEAD = """# Codebook reference

Every file of a seeds folder and every column in it. Written by `make docs` from
`models/codebook/*.yml`: change it there. How to use them: [how-to.md](how-to.md).

*Needed*: the column may not be empty. *Refers to*: the value must stand in that file. *One of*:
no other value is accepted.
"""


def reference(project: Path = PROJECT) -> str:
    """The text of docs/codebook.md; a yml file without a heading here comes last, by its name."""
    found = {path.name: path for path in sorted((project / "models" / "codebook").glob("*.yml"))}
    headings = {name: title for name, title in FILES.items() if name in found}
    headings |= {name: name.strip("_").removesuffix(".yml").capitalize() for name in found
                 if name not in FILES}  # fmt: skip
    seeds = {
        title: yaml.safe_load(found[name].read_text(encoding="utf-8"))["seeds"]
        for name, title in headings.items()
    }
    parts = [HEAD]
    for title, of_file in seeds.items():
        names = ", ".join(f"[{seed['name']}](#{seed['name']})" for seed in of_file)
        parts.append(f"**{title}**: {names}  ")
    for title, of_file in seeds.items():
        parts.append(f"\n## {title}\n")
        parts += [_seed(seed) for seed in of_file]
    return "\n".join(parts).rstrip() + "\n"


def _seed(seed: dict[str, Any]) -> str:
    types = seed.get("config", {}).get("column_types", {})
    lines = [
        f"### {seed['name']}\n",
        f"{_text(seed['description'])}\n",
        *[f"{rule}\n" for rule in _rules_of_rows(seed.get("data_tests", []))],
        "| column | type | what it says | rule |",
        "|---|---|---|---|",
    ]
    for column in seed["columns"]:
        name = column["name"]
        rules = "; ".join(filter(None, map(_rule, column.get("data_tests", []))))
        lines.append(
            f"| `{name}` | {types.get(name, '')} | {_text(column['description'])} | {rules} |"
        )
    return "\n".join(lines) + "\n"


def _rules_of_rows(tests: list) -> list[str]:
    """What holds of whole rows: only keys, the rest is said where it applies."""
    keys = [
        test["rows_are_unique"]["arguments"]["columns"]
        for test in tests
        if isinstance(test, dict) and "rows_are_unique" in test
    ]
    return [f"Key: {' × '.join(f'`{column}`' for column in key)}." for key in keys]


def _rule(test: str | dict) -> str:
    if isinstance(test, str):
        return {"not_null": "needed", "unique": "no value twice", "is_positive": "above 0"}.get(
            test, test.replace("_", " ")
        )
    (name, given), *_ = test.items()
    given = given or {}
    arguments = given.get("arguments", given)
    condition = given.get("config", {}).get("where", "")
    text = {
        "relationships": f"refers to {_target(arguments)}",
        "accepted_values": "one of " + ", ".join(f"`{v}`" for v in arguments.get("values", [])),
        "not_null": "needed",
    }.get(name, name.replace("_", " "))
    return text + (f" (where `{condition}`)" if condition else "")


def _target(arguments: dict[str, str]) -> str:
    seed = arguments.get("to", "").removeprefix("ref('").removesuffix("')")
    return f"[{seed}](#{seed}).{arguments.get('field', '')}"


def _text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    (PROJECT / "docs" / "codebook.md").write_text(reference(), encoding="utf-8")
