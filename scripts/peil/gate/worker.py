"""Great Expectations in a process of its own: importing it takes seconds, a night often needs none.

Reads one JSON request per line on standard input, writes one JSON answer per line. Expectations
run on pandas frames: the SQL route of this version fails on DuckDB.
"""

import functools
import gc
import json
import os
import sys
import warnings
from collections import Counter

from peil.gate.imports import read_expectations, read_for_frames, read_when_asked


def main() -> None:
    """Answer requests until the input closes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # Libraries that print must not end up between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    definition = start()
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, object]
        try:
            answer = {"results": validate(definition, request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


@functools.cache
def start() -> object:
    """What a batch of facts is made with, after the seconds that the import takes."""
    warnings.filterwarnings("ignore")
    read_when_asked()
    # Thousands of classes are made and none is garbage: to look costs a tenth of the import.
    gc.disable()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    read_for_frames()
    # Nor is any of it later: every judgement would look at all of it again.
    gc.freeze()
    gc.enable()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("facts").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")


def validate(definition: object, request: dict) -> list[dict]:
    """Run the expectations of a request, table by table."""
    import pandas as pd

    frames = {
        "delivery": pd.DataFrame([request["delivery"]]).astype("float64"),
        "columns": pd.DataFrame(request["columns"]).set_index("column_name", drop=False),
        "values": pd.DataFrame({c: pd.Series(v, dtype=str) for c, v in request["values"].items()}),
    }
    read_expectations(wanted["type"] for wanted in request["expectations"])
    # Great Expectations keeps one expectation per type and column in a suite: a warning and a
    # critical limit on the same fact go into different suites.
    suites: dict[tuple[str, int], list[tuple[int, dict]]] = {}
    seen: Counter[tuple] = Counter()
    for number, wanted in enumerate(request["expectations"]):
        column = wanted["kwargs"].get("column")
        # A fact that this source cannot have (no dates, no numbers) is not judged.
        if wanted["table"] == "delivery" and column and column not in frames["delivery"]:
            continue
        same = (wanted["table"], wanted["type"], column)
        suites.setdefault((wanted["table"], seen[same]), []).append((number, wanted))
        seen[same] += 1
    return [
        summary
        for (table, _), numbered in suites.items()
        for summary in _validate_table(definition, table, frames[table], numbered)
    ]


def _validate_table(
    definition: object, table: str, frame: object, numbered: list[tuple[int, dict]]
) -> list[dict]:
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    suite = gx.ExpectationSuite(name=table)
    for number, wanted in numbered:
        suite.add_expectation_configuration(
            ExpectationConfiguration(
                type=wanted["type"],
                kwargs=wanted["kwargs"],
                severity=wanted["severity"],
                meta={"number": number},
            )
        )
    wanted_format: dict = {"result_format": "COMPLETE"}
    if table == "columns":
        wanted_format["unexpected_index_column_names"] = ["column_name"]
    batch = definition.get_batch({"dataframe": frame})  # type: ignore[attr-defined]
    outcome = batch.validate(suite, result_format=wanted_format).to_json_dict()
    expectations = dict(numbered)
    return [
        _summary(number, expectations[number], result, frame)
        for result in outcome["results"]
        for number in [result["expectation_config"]["meta"]["number"]]
    ]


def _summary(number: int, wanted: dict, outcome: dict, frame: object) -> dict:
    raised = (outcome.get("exception_info") or {}).get("raised_exception")
    if raised or not outcome.get("result"):
        message = _exception(outcome)
        return {"number": number, "success": False, "observed": [message], "where": []}
    result = outcome["result"]
    observed = result.get("unexpected_list")
    if observed is None and "observed_value" in result:
        observed = [result["observed_value"]]
    where = [i["column_name"] for i in result.get("unexpected_index_list") or [] if type(i) is dict]
    if wanted["table"] == "delivery" and not observed:
        observed = frame[wanted["kwargs"]["column"]].tolist()  # type: ignore[index]
    observed = [None if v != v else v for v in observed or []]
    return {
        "number": number,
        "success": outcome["success"],
        "observed": observed if wanted["table"] == "delivery" or not outcome["success"] else [],
        "where": where if not outcome["success"] else [],
    }


def _exception(outcome: dict) -> str:
    info = outcome.get("exception_info") or {}
    for value in (info, *[v for v in info.values() if isinstance(v, dict)]):
        if value.get("exception_message"):
            return str(value["exception_message"])
    return "kan niet worden gecontroleerd"


if __name__ == "__main__":
    main()
    # Nothing is open any more: tearing down what Great Expectations brought takes half a second.
    sys.stderr.flush()
    os._exit(0)
