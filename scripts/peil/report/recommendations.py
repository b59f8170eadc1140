"""The chapter with recommendations: each with the figures it stands on, and nothing else."""

from peil.dutch import figure, interval, listing, lower_first, number
from peil.report.document import Section
from peil.report.figures import Evidence, Published
from peil.report.parts import section


def recommendations(published: Published) -> Section:
    """What applies to all residents together; empty where the codebook has no recommendations."""
    texts = []
    for advice in published.recommendations:
        if advice.status == "applies":
            grounds = "; ".join(_ground(e, published) for e in advice.evidence)
            texts.append(f"{advice.title}. {advice.text} Dit advies steunt op: {grounds}.")
    for status, start in (
        ("too_little_data", "Over deze adviezen is te weinig bekend"),
        ("does_not_apply", "Niet van toepassing zijn deze adviezen"),
    ):
        titles = [lower_first(a.title) for a in published.recommendations if a.status == status]
        if titles:
            texts.append(f"{start}: {listing(titles)}.")
    if texts:
        texts.append(
            "Een advies geldt alleen als genoeg cijfers het met zekerheid steunen. De grenzen en "
            "normen zijn een keuze van de onderzoekers"
            + ("; in deze demonstratie zijn het voorbeelden." if published.about.is_simulated
               else ".")
        )  # fmt: skip
    return section("Aanbevelingen", texts)


def _ground(evidence: Evidence, published: Published) -> str:
    """`meer dan 30% ... (44%, interval 40,8% – 47,3%, inwoners: 1.263)`."""
    parts = [figure(evidence.estimate, evidence.kind)]
    if evidence.ci_low is not None and evidence.ci_high is not None:
        ends = interval(evidence.ci_low, evidence.ci_high, evidence.kind)
        parts.append(f"{published.level}-interval {ends}")
    parts.append(f"{evidence.counted}: {number(evidence.n_answers)}")
    return f"{lower_first(evidence.reason)} ({', '.join(parts)})"
