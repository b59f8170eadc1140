"""The page on which readers make tables of their own: a small data file per question."""

from typing import Any

from peil.site.context import Site
from peil.site.numbers import file_name
from peil.site.rows import Estimate, Question

FOLDER = "data/tables"


def write(site: Site) -> None:
    estimates: dict[tuple[str, str], list[Estimate]] = {}
    for e in site.data.estimates:
        estimates.setdefault((e.survey_code, e.question_code), []).append(e)
    index: list[tuple[str, list[tuple[Question, str]]]] = []
    for topic in site.data.topics:
        index.append((topic.label, []))
        for q in topic.questions:
            own = estimates.get((q.survey_code, q.question_code), [])
            stem = f"{FOLDER}/{file_name(q.question_code)}"
            site.write.json(f"{stem}.json", _table(site, q, own))
            default = (e for e in own if e.is_default_scheme)
            index[-1][1].append((q, site.write.figures_csv(f"{stem}.csv", default)))
    site.write.json(
        f"{FOLDER}/divisions.json",
        {s.survey_code: _divisions(site, s.survey_code) for s in site.data.surveys},
    )
    site.write.page(
        site.addresses.tables,
        "tables.html.j2",
        index=index,
        first=_first_question(site),
        by=_first_division(site),
        schemes=_schemes(site),
        folder=FOLDER,
    )


def _first_question(site: Site) -> str:
    """What the page shows at first: the headline, else any."""
    if site.measures.overall:
        return site.measures.overall.question.question_code
    return next((q.question_code for t in site.data.topics for q in t.questions), "")


def _first_division(site: Site) -> str:
    """What the page shows at first: the division of the first contrast, else any."""
    divisions = site.data.divisions(site.data.survey.survey_code)
    contrasted = (c.segment_code for c in site.data.contrasts if c.segment_code in divisions)
    return next(contrasted, next(iter(divisions), ""))


def _schemes(site: Site) -> dict[str, str]:
    """Weighting schemes, the ones that readers see elsewhere first."""
    order = sorted(site.data.weighting, key=lambda w: not w.is_default_scheme)
    return {w.weighting_scheme: w.label for w in order}


def _divisions(site: Site, survey_code: str) -> dict[str, Any]:
    """Division to its label and its groups (key, label, letter), everybody included."""
    found: dict[str, Any] = {}
    for g in site.data.groups:
        if g.survey_code == survey_code:
            division = found.setdefault(g.segment_code, {"label": g.division_label, "groups": []})
            division["groups"].append((g.group_key, g.label, g.letter))
    return found


def _table(site: Site, q: Question, estimates: list[Estimate]) -> dict[str, Any]:
    """schemes → group → line → [figure, low, high, n, letters], or [number of the reason]."""
    lines: dict[str, dict[str, str]] = {}
    schemes: dict[str, dict[str, dict[str, list[Any]]]] = {}
    reasons: list[str] = []
    for e in estimates:
        line = e.option_code or e.statistic
        if line not in lines:
            lines[line] = _line(site, q, e)
        groups = schemes.setdefault(e.weighting_scheme, {})
        group = groups.setdefault(f"{e.segment_code}:{e.group_key}", {})
        if e.is_withheld:
            reason = e.withheld_label or ""
            if reason not in reasons:
                reasons.append(reason)
            group[line] = [reasons.index(reason)]
        else:
            arrow = site.measures.arrows.get(e.key, "")
            letters = (e.significantly_higher_than or "") + (arrow if e.is_default_scheme else "")
            group[line] = [e.estimate, e.ci_low, e.ci_high, e.n_answers, letters]
    return {
        "survey": q.survey_code,
        "label": q.label,
        "text": q.text,
        "lines": lines,
        "reasons": reasons,
        "schemes": schemes,
    }


def _line(site: Site, q: Question, e: Estimate) -> dict[str, str]:
    # The script knows three units: the scale of a mean is not one of them.
    unit = site.measures.unit_of(q.question_code, e.statistic).partition(" ")[0]
    return {"label": e.option_label or e.statistic_label, "unit": unit, "statistic": e.statistic}
