"""What to improve first: how much a theme weighs, against how many are dissatisfied with it."""

from peil.site.context import Reading, Site
from peil.site.insights import Priority, first_of_each
from peil.site.numbers import slug, small

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
        found=headline(site, shown),
        outcome=next((q.label for q in site.data.questions if q.question_code == outcome), outcome),
        csv=_csv(site, shown),
    )


def headline(reading: Reading, shown: list[Priority]) -> str:
    """What to improve first where intervals say so; otherwise what most likely comes first."""
    t, write = reading.t, reading.numbers
    if first := [small(p.question_label) for p in shown if p.quadrant_code == FIRST]:
        return t("priorities_first", names=write.listing(first))
    likely = [
        f"{small(p.question_label)} ({write.chance(p.first_probability)})"
        for p in first_of_each(shown)
    ]
    if likely:
        return t("priorities_likely", names=write.listing(likely))
    return t("priorities_none")


def _csv(site: Site, priorities: list[Priority]) -> str:
    rows = (
        (p.driver_model_label, p.question_label, p.importance_share, p.importance_share_ci_low,
         p.importance_share_ci_high, p.equal_share, p.share_unsatisfied,
         p.share_unsatisfied_ci_low, p.share_unsatisfied_ci_high, p.average_unsatisfied,
         p.n_answers, p.first_probability, p.quadrant_label)
        for p in priorities
    )  # fmt: skip
    stem = slug(site.t("page_priorities"))
    return site.write.csv(f"data/{stem}.csv", site.t("csv_priorities").split("|"), rows)
