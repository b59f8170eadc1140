"""One peer package rakes one Parquet file in memory; run by path in that peer's own environment.

Arguments: name of the adapter, the Parquet file, a JSON file with the case, repeats. Prints one
JSON line per repeat, so that what was done before a time limit is kept. Only the raking is timed:
not the import, the reading, nor the preparation that a user does once. Levels are categories
already where the package takes those.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

# As strict as each package can be asked to be; Peil stops at 1e-10.
TOLERANCE = 1e-8
MAX_ITERATIONS = 2000
Job = Callable[[], object]


def ipfn_frame(frame: object, case: dict) -> tuple[Job, Callable]:
    """As documented for data frames; one row per respondent, base weights as the seed."""
    import pandas as pd
    from ipfn.ipfn import ipfn

    plain = frame.assign(total=frame["base_weight"], row=np.arange(len(frame)))
    for variable in case["variables"]:
        plain[variable] = plain[variable].cat.codes
    levels = {v: list(frame[v].cat.categories) for v in case["variables"]}
    totals = [
        pd.Series({levels[v].index(level): t for level, t in case["targets"][v].items()})
        for v in case["variables"]
    ]
    dimensions = [[v] for v in case["variables"]]

    def job() -> object:
        return ipfn(
            plain.copy(), totals, dimensions, convergence_rate=TOLERANCE, rate_tolerance=0.0,
            max_iteration=MAX_ITERATIONS,
        ).iteration()  # fmt: skip

    return job, lambda result: result.sort_values("row")["total"].to_numpy()


def ipfn_cells(frame: object, case: dict) -> tuple[Job, Callable]:
    """ipfn on a NumPy table of cells; summing and spreading over respondents is our own code."""
    from ipfn.ipfn import ipfn

    shape = tuple(len(frame[v].cat.categories) for v in case["variables"])
    totals = [
        np.array([case["targets"][v][level] for level in frame[v].cat.categories])
        for v in case["variables"]
    ]

    def job() -> object:
        codes = [frame[v].cat.codes.to_numpy() for v in case["variables"]]
        cell = np.ravel_multi_index(codes, shape)
        weights = frame["base_weight"].to_numpy()
        sums = np.bincount(cell, weights, minlength=int(np.prod(shape)))
        fitted = ipfn(
            sums.reshape(shape).copy(), [t.copy() for t in totals],
            [[i] for i in range(len(shape))], convergence_rate=TOLERANCE, rate_tolerance=0.0,
            max_iteration=MAX_ITERATIONS,
        ).iteration()  # fmt: skip
        factor = np.divide(fitted.ravel(), sums, out=np.zeros_like(sums), where=sums > 0)
        return weights * factor[cell]

    return job, lambda result: result


def balance(frame: object, case: dict) -> tuple[Job, Callable]:
    """`balance.weighting_methods.rake` with a target frame whose weights hold the margins."""
    import itertools

    import pandas as pd
    from balance.weighting_methods.rake import rake

    variables = case["variables"]
    cells = list(itertools.product(*(case["targets"][v].items() for v in variables)))
    total = sum(case["targets"][variables[0]].values())
    target = pd.DataFrame([[level for level, _ in cell] for cell in cells], columns=variables)
    target_weights = pd.Series([np.prod([t / total for _, t in cell]) * total for cell in cells])
    sample = frame[variables].astype("object")

    def job() -> object:
        return rake(
            sample, frame["base_weight"], target, target_weights, variables=variables,
            transformations=None, max_iteration=MAX_ITERATIONS, convergence_rate=TOLERANCE,
            rate_tolerance=0.0,
        )  # fmt: skip

    return job, lambda result: result["weight"].to_numpy()


def weightipy(frame: object, case: dict) -> tuple[Job, Callable]:
    """`weightipy.weight` with the tightest criterion it has; it starts every weight at 1."""
    import weightipy as wp

    if case["has_base_weights"]:
        raise NotImplementedError("does not do base weights: every weight starts at 1")
    total = sum(next(iter(case["targets"].values())).values())
    shares = {
        v: {level: 100 * t / total for level, t in levels.items()}
        for v, levels in case["targets"].items()
    }
    scheme = wp.scheme_from_dict(
        shares, name="bench", rim_params={"convcrit": TOLERANCE, "max_iterations": MAX_ITERATIONS}
    )
    columns = frame[case["variables"]]

    def job() -> object:
        return wp.weight(columns, scheme)

    return job, lambda result: result.to_numpy() * total / len(frame)


def svy(frame: object, case: dict) -> tuple[Job, Callable]:
    """`svy.Sample.weighting.rake`; the sample is made beforehand."""
    from svy import Design, Sample

    sample = Sample(frame, design=Design(wgt="base_weight"))

    def job() -> object:
        return sample.weighting.rake(
            controls=case["targets"], wgt_name="raked", tol=TOLERANCE, max_iter=MAX_ITERATIONS
        )

    return job, lambda result: result.data["raked"].to_numpy()


def rimpy(frame: object, case: dict) -> tuple[Job, Callable]:
    """`rimpy.rake` on the frame that it is fastest on; it starts every weight at 1."""
    from rimpy import rake

    if case["has_base_weights"]:
        raise NotImplementedError("does not do base weights: every weight starts at 1")
    total = sum(next(iter(case["targets"].values())).values())
    targets = case["targets"]
    shares = {v: {level: t / total for level, t in targets[v].items()} for v in targets}

    def job() -> object:
        return rake(
            frame, shares, max_iterations=MAX_ITERATIONS, convergence_threshold=TOLERANCE,
            total=total,
        )  # fmt: skip

    return job, lambda result: result["weight"].to_numpy()


def peil_frame(frame: object, case: dict) -> tuple[Job, Callable]:
    """`peil.rake`, which the others are held against: the same frame, levels as categories."""
    import peil

    base_weight = "base_weight" if case["has_base_weights"] else None

    def job() -> object:
        return peil.rake(frame, case["targets"], base_weight=base_weight)

    return job, lambda result: result


ADAPTERS = {
    f.__name__: f for f in (ipfn_frame, ipfn_cells, balance, weightipy, svy, rimpy, peil_frame)
}
# Those that are given a polars frame; the others get one of pandas.
ON_POLARS = ("svy", "rimpy")


def read(name: str, file: Path, variables: list[str]) -> object:
    """The respondents in the kind of frame that the package takes."""
    if name in ON_POLARS:
        return import_module("polars").read_parquet(file)
    pandas = import_module("pandas")
    try:
        frame = pandas.read_parquet(file)
    except ImportError:  # balance wants a numpy that current pyarrow does not load with
        frame = pandas.read_csv(file.with_suffix(".csv"))
    return frame.astype(dict.fromkeys(variables, "category"))


def margin_error(frame: object, weights: np.ndarray, case: dict) -> float:
    """The largest relative margin error over all levels."""
    worst = 0.0
    for variable, targets in case["targets"].items():
        levels, codes = np.unique(np.asarray(frame[variable], dtype=str), return_inverse=True)
        sums = np.bincount(codes, weights)
        for level, reached in zip(levels, sums, strict=True):
            worst = max(worst, abs(reached / targets[str(level)] - 1))
    return worst


def main(name: str, file: str, case_file: str, repeats: str) -> None:
    case = json.loads(Path(case_file).read_text())
    frame = read(name, Path(file), case["variables"])
    try:
        job, weights_of = ADAPTERS[name](frame, case)
    except NotImplementedError as reason:
        print(json.dumps({"not_done": str(reason)}), flush=True)
        return
    if int(repeats) > 1:
        job()  # what is imported or compiled at the first call is no raking
    for _ in range(int(repeats)):
        started = time.perf_counter()
        result = job()
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds}), flush=True)
    error = margin_error(frame, weights_of(result), case)
    print(json.dumps({"max_margin_error": error}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
