"""A survey of two waves with shared respondent numbers, made to go wrong in a research file."""

import csv
import shutil
from pathlib import Path

from peil.settings import PROJECT

# Two waves of one survey with shared respondent numbers. Everybody gives the lowest answer in the
# second, so that a wave that leaks into the other shows in every figure.
WAVES = {
    "w1": """id,sex,grade,agree,words,phone,desk,routed,burden,reason
p1,man,7,2,eens,1,0,8,3,1
p2,vrouw,11,6,oneens,0,1,9,4,91
p3,vrouw,5,5,wn,9,9,,5,92
p4,anders,9,1,eens,1,1,11,6,93
p5,man,8,3,,0,0,,7,94
""",
    "w2": """id,sex,grade,agree,words,phone,desk,routed,burden,reason
p1,vrouw,1,1,eens,1,1,1,1,1
p2,vrouw,1,1,eens,1,1,1,1,1
p6,man,1,1,eens,1,1,1,1,1
""",
}
QUESTIONS = [  # code, column, scale, options, routing, reported
    ("sex", "sex", "single", "sex", "", False),
    ("grade", "grade", "grade", "grade", "", True),
    ("agree", "agree", "agree", "agree", "", True),
    ("words", "words", "words", "words", "", True),
    ("channels", "", "several", "channels", "", True),
    ("routed", "routed", "grade", "grade", "channels:phone", True),
    ("weight", "burden", "grade", "none", "", True),
    ("all", "reason", "single", "reasons", "", True),
]
OPTIONS = {
    "sex": [("man", "Man", 1), ("vrouw", "Vrouw", 2), ("anders", "Anders", 3)],
    "agree": [("1", "Helemaal eens", 1), ("3", "Neutraal", 3), ("5", "Helemaal oneens", 5)],
    "words": [("oneens", "Oneens", 2), ("eens", "Eens", 1)],
    "channels": [("phone", "Telefoon", 1), ("desk", "Balie (op één plek)", 2)],
    "reasons": [("1", "Een", 1)],
}
MISSING = [
    ("grade", "11", "dont_know", "Weet niet"), ("agree", "6", "dont_know", "Weet niet"),
    ("words", "wn", "dont_know", "Weet niet"), ("channels", "9", "refused", "Wil niet zeggen"),
    ("reasons", "91", "dont_know", "Weet niet"), ("reasons", "92", "refused", "Wil niet zeggen"),
    ("reasons", "93", "skipped", "Overgeslagen"), ("reasons", "94", "not_asked", "Niet gevraagd"),
]  # fmt: skip
SCHEMES = {"raked": "own_level", "flat": "own_level", "known": "exclude"}


def write_seeds(folder: Path) -> None:
    """The seeds of the survey: only what it needs, every other seed empty."""
    labels = {"label_nl": "Proef", "label_en": "Trial"}
    survey = {"survey_code": "trial"}
    rows: dict[str, list[dict]] = {
        "surveys": [
            survey | labels
            | {"is_simulated": "false", "audience": "residents", "min_base_n": "50"}
        ],
        "waves": [
            survey | labels | {"wave_code": wave, "fieldwork_start": "2000-01-01",
                               "fieldwork_end": "2000-12-31", "reference_date": day}
            for wave, day in (("w1", "2000-01-01"), ("w2", "2000-02-01"))
        ],
        "sources": [
            survey | labels | {"source_code": wave, "wave_code": wave, "kind": "survey",
                               "file_pattern": f"{wave}.csv", "file_format": "csv",
                               "delimiter": ",", "encoding": "utf-8", "source_priority": "1",
                               "respondent_id_policy": "public", "respondent_scope": "panel"}
            for wave in WAVES
        ],
        "bindings": [
            {"source_code": wave} | binding
            for wave in WAVES
            for binding in (
                {"source_column": "id", "binding": "metadata", "field": "respondent_id"},
                *({"source_column": name, "binding": "one_hot", "question_code": "channels",
                   "option_code": name, "true_value": "1", "false_value": "0"}
                  for name in ("phone", "desk")),
                *({"source_column": column, "binding": "single_column", "question_code": code,
                   "match_by": "number" if scale in {"grade", "agree"} else "code"}
                  for code, column, scale, *_ in QUESTIONS if column),
            )
        ],
        "topics": [{"topic_code": "topic"} | labels],
        "scales": [
            {"scale_code": code, "kind": kind, "value_from": low, "value_to": high,
             "is_categorical": is_categorical} | labels
            for code, kind, low, high, is_categorical in (
                ("single", "single", "", "", "true"), ("grade", "number", 1, 10, "false"),
                ("agree", "number", 1, 5, "true"), ("words", "single", "", "", "true"),
                ("several", "multiple", "", "", "false"),
            )
        ],
        "scale_statistics": [
            {"scale_code": code, "statistic": "mean", "kind": "mean"} | labels
            for code in ("grade", "agree", "words")
        ],
        "questions": [
            survey | labels | {"question_code": code, "text_nl": f"Vraag {code}?",
                               "text_en": f"Question {code}?", "scale_code": scale,
                               "option_set_code": option_set, "topic": "topic",
                               "routing_question_code": routing.partition(":")[0],
                               "routing_option_code": routing.partition(":")[2],
                               "is_reported": str(reported).lower(), "sort_order": number}
            for number, (code, _, scale, option_set, routing, reported) in enumerate(QUESTIONS)
        ],
        "options": [
            {"option_set_code": name, "option_code": code, "label_nl": label, "label_en": label,
             "value_number": number, "sort_order": place}
            for name, listed in OPTIONS.items()
            for place, (code, label, number) in enumerate(listed)
        ],
        "missing_codes": [
            dict(zip(("option_set_code", "answer_code", "missing_reason", "label_nl"), row,
                     strict=True))
            for row in MISSING
        ],
        "attributes": [
            survey | {"attribute_code": "sex", "kind": "question", "question_code": "sex",
                      "label_nl": "Geslacht", "label_en": "Sex"}
        ],
        "attribute_levels": [
            {"attribute_code": "sex", "level_code": code, "label_nl": label, "is_reported": "true",
             "has_population_target": str(code != "anders").lower(), "sort_order": number}
            for code, label, number in OPTIONS["sex"]
        ],
        "weighting_schemes": [
            survey | {"scheme_code": scheme, "label_nl": f"Schema {scheme}",
                      "inference_unit": "respondent", "unknown_levels": unknown,
                      "variance_method": "weights_as_given" if scheme == "flat" else "calibrated",
                      "interval_method": "logit", "bounds_on": "g", "target_scope": "group",
                      "is_default": str(scheme == "raked").lower(), "sort_order": place}
            for place, (scheme, unknown) in enumerate(SCHEMES.items())
        ],
        "weighting_variables": [
            {"scheme_code": scheme, "attribute_code": "sex", "target_source": "seed"}
            for scheme in SCHEMES if scheme != "flat"
        ],
        "weighting_margins": [
            {"wave_code": wave, "attribute_code": "sex", "level_code": level, "total": total}
            for wave in WAVES for level, total in (("man", 100), ("vrouw", 300))
        ],
        "delivery_rules": [
            {"source_code": "*", "table_name": "columns", "rule_code": "is_present",
             "severity": "critical", "label_nl": "Kolommen", "label_en": "Columns",
             "reason": "Columns are agreed"}
        ],
    }  # fmt: skip
    folder.mkdir()
    for seed in (PROJECT / "seeds").glob("*.csv"):
        with seed.open(encoding="utf-8", newline="") as handle:
            header = next(csv.reader(handle))
        with (folder / seed.name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.get(seed.stem, []))
    for seed in ("thresholds", "publication_rounding", "flags", "response_steps", "kpi_units"):
        shutil.copy(PROJECT / "seeds" / f"{seed}.csv", folder)
