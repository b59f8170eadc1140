"""Landing's side of the worker process: one request per delivery, one answer back."""

import json
import subprocess
import sys

from peil.errors import PeilError
from peil.gate.facts import Facts
from peil.gate.suites import Check
from peil.settings import PROJECT, child_environment


class Worker:
    """A process with Great Expectations in it, started once per run of landing."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "peil.gate.worker"],
            cwd=PROJECT,
            env=child_environment(GX_ANALYTICS_ENABLED="false"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def validate(self, facts: Facts, expectations: list[dict]) -> list[Check]:
        """Judge the facts of one delivery.

        Raises:
            PeilError: the worker stopped or failed; nothing is known about the delivery.
        """
        request = {
            "delivery": facts.delivery,
            "columns": facts.columns,
            "values": facts.values,
            "expectations": expectations,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request, default=str) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        answer = json.loads(line) if line else {"error": "it stopped without an answer"}
        if "error" in answer:
            raise PeilError(
                f"The gate could not judge this delivery ({answer['error']}). Nothing of it has "
                "landed. Check the suites in expectations/ beside the seeds, or run again."
            )
        return [_check(expectations[r["number"]], r) for r in answer["results"]]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _check(wanted: dict, result: dict) -> Check:
    kwargs = wanted["kwargs"]
    return Check(
        wanted["table"],
        kwargs.get("column") or wanted["type"],
        wanted["type"],
        wanted["severity"] == "critical",
        wanted["label_nl"],
        wanted["label_en"],
        kwargs.get("min_value"),
        kwargs.get("max_value"),
        result["success"],
        result["observed"],
        result["where"],
    )
