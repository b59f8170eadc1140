"""What to improve first: how much a theme weighs, against how many are dissatisfied with it."""

from peil.site.context import Site
from peil.site.insights import Priority
from peil.site.numbers import slug

FIRST = "improve_first"


def write(site: Site) -> None:
    if not site.addresses.priorities:
        return
    shown = [p for p in site.data.priorities if not p.is_withheld]
    models: dict[str, list[Priority]] = {}
    for p in shown:
        models.setdefault(p.driver_model_label, []).append(p)
    outcome = next(p.outcome_question_code for p in shown)
    site.write.page(
        site.addresses.priorities,
        "priorities.html.j2",
        models=models,
        first=[p for p in shown if p.quadrant_code == FIRST],
        outcome=next((q.label for q in site.data.questions if q.question_code == outcome), outcome),
        csv=_csv(site, shown),
    )


def _csv(site: Site, priorities: list[Priority]) -> str:
    rows = (
        (p.driver_model_label, p.question_label, p.importance_share, p.importance_share_ci_low,
         p.importance_share_ci_high, p.equal_share, p.share_unsatisfied,
         p.share_unsatisfied_ci_low, p.share_unsatisfied_ci_high, p.average_unsatisfied,
         p.n_answers, p.quadrant_label)
        for p in priorities
    )  # fmt: skip
    stem = slug(site.t("page_priorities"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_priorities").split("|"), rows)
