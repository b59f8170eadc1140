"""What the documentation of dbt lacks: Dutch labels to search for, and room on a telephone."""

import json
from pathlib import Path
from typing import Any

from peil.codebook.sources import read_rows

# dbt puts its menu beside the text, which then lies outside a narrow screen.
NARROW = """<style>@media (max-width: 700px) {
.app:has(> .app-menu) { flex-direction: column }
.app-menu { width: 100% !important; height: 35vh; flex: none }
.app-menu .logo { width: 80px }
.app-content, .app-row, .app-body { min-width: 0 }
.app-pad { padding-left: 10px !important; padding-right: 10px !important }
table, pre { display: block; overflow-x: auto }
}</style>"""


def with_labels(manifest: dict[str, Any], seeds: Path) -> dict[str, Any]:
    """The manifest with the Dutch labels of the codebook in its descriptions.

    The search of dbt reads descriptions and no rows: every seed names the labels in its rows. A
    topic and its questions are named by the mart that is called for the topic, and by the marts
    that hold every question.

    Args:
        manifest: manifest.json of dbt; changed in place.
        seeds: the codebook.
    """
    labels = {path.stem: _labels(path) for path in sorted(seeds.glob("*.csv"))}
    topics: dict[str, list[str]] = {}
    for row in read_rows(seeds / "topics.csv"):
        topics.setdefault(row["topic_code"], []).append(row["label_nl"])
    for row in read_rows(seeds / "questions.csv"):
        topics.setdefault(row["topic"], []).append(row["label_nl"])
    for node in manifest["nodes"].values():
        own = labels.get(node["name"], []) if node["resource_type"] == "seed" else []
        if node["resource_type"] == "model":
            own = topics.get(node["name"], [])
            if node["name"] in {"estimates", "comparisons"}:
                own = [label for of_topic in topics.values() for label in of_topic]
        if own := list(dict.fromkeys(filter(None, own))):
            node["description"] += f"\n\nNederlandse labels: {'; '.join(own)}."
    return manifest


def _labels(path: Path) -> list[str]:
    rows = list(read_rows(path))
    return [row.get("label_nl") or "" for row in rows]


def complete(page: str, manifest: str, seeds: Path) -> str:
    """The page of dbt with the labels in the manifest that stands in it, and narrow columns.

    Raises:
        ValueError: the page does not hold the manifest: dbt writes it in another way.
    """
    if manifest not in page:
        raise ValueError("the page of dbt does not hold its manifest as it was written")
    labelled = json.dumps(with_labels(json.loads(manifest), seeds), ensure_ascii=False)
    # In a page, nothing of a label may end the script it stands in.
    page = page.replace(manifest, labelled.replace("</", "<\\/"), 1)
    return page.replace("</head>", NARROW + "</head>", 1)
