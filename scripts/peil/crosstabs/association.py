"""Whether answer and group are independent: one test per part of the banner, of what is seen.

A test of a table in which figures are withheld is one equation more between them: where they leave
one count open, such as who of two groups gave one of two answers, F tells it.
"""

import numpy as np

from peil.crosstabs.asked import By
from peil.crosstabs.measured import Measured
from peil.crosstabs.people import answers_of
from peil.statistics.independence import Table, Tested, rao_scott


def association(measured: Measured, by: By, reasons: np.ndarray) -> Tested | None:
    """The Rao-Scott test over the columns of which every answer is seen.

    Args:
        measured: the figures.
        by: the part of the banner.
        reasons: why figures are withheld, shape (G, K); empty where they are seen.

    Returns:
        None where either side overlaps, or fewer than two columns are left.
    """
    asked, design = measured.asked, measured.respondents.numbered.design
    answers = [k for k, row in enumerate(measured.measures) if row["is_answer"]]
    is_several = asked.question["kind"] == "multiple"
    if is_several or any(side.overlaps for side in by.sides) or not answers:
        return None
    columns = [g for g in measured.of(by) if (reasons[g, answers] == "").all()]
    if len(columns) < 2:
        return None
    y = measured.y[:, answers] > 0
    if asked.question["is_categorical"]:
        # Every answer for itself, as est_independence_counts has it; of a number rare ones share a
        # row of the table, and without that most tables have empty cells.
        which, texts = measured.respondents.texts("question", asked.question["question_code"])
        codes = np.array([answers_of(text)[0][0] if text else "" for text in texts])
        y = np.stack([codes == code for code in sorted(set(codes) - {""})], axis=1)[which]
    by_cluster = asked.scheme["inference_unit"] == "cluster"
    return rao_scott(_table(measured, columns, y), design, by_cluster=by_cluster)


def _table(measured: Measured, columns: list[int], y: np.ndarray) -> Table:
    design, people = measured.respondents.numbered.design, measured.respondents.people
    inside = measured.inside[:, columns]
    shape = inside.shape[1], y.shape[1]

    def summed(place: np.ndarray, weight: np.ndarray, n_places: int) -> np.ndarray:
        found = np.zeros((n_places, *shape))
        for g in range(shape[0]):
            for k in range(shape[1]):
                rows = inside[:, g] & y[:, k]
                found[:, g, k] = np.bincount(place[rows], weight[rows], n_places)
        return found

    n_cells = len(design.factors)
    clusters = None
    if design.clusters is not None and people.cluster is not None:
        weight = design.factors[people.cell] * people.sum_d
        clusters = summed(people.cluster, weight, len(design.clusters.strata))
    return Table(
        summed(people.cell, people.sum_d, n_cells), summed(people.cell, people.sum_d2, n_cells),
        clusters,
    )  # fmt: skip
