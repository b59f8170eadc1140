"""The sections of the summary, in the order of the study's own report."""

from peil.dutch import listing, long_date, lower_first, number
from peil.report.document import Document, Section
from peil.report.figures import Figure, Published
from peil.report.parts import figure_table, section
from peil.report.recommendations import recommendations
from peil.report.sentences import (
    extremes,
    group_difference,
    group_differences,
    majorities,
    name,
    ordered,
    proportion,
    ranking,
    value,
    with_interval,
    with_value,
)

WARNING = "GESIMULEERDE GEGEVENS: de antwoorden zijn verzonnen. Deze cijfers gaan over niemand."


def compose(published: Published) -> Document:
    """Write the whole summary from the published figures."""
    about = published.about
    sections = (
        _design(published),
        _grade(published),
        _channels(published),
        _satisfaction(published),
        _handling(published),
        _status(published),
        _accessibility(published),
        _future(published),
        recommendations(published),
        _reading(published),
    )
    return Document(
        title="Samenvatting klanttevredenheid gemeentelijke dienstverlening",
        subtitle=f"{about.label}, {about.wave_label}",
        sections=tuple(part for part in sections if part.paragraphs),
        sources=f"Bronnen: {about.sources}. {_licences(about.licences)}",
        warning=WARNING if about.is_simulated else None,
    )


def _licences(text: str) -> str:
    """Each source line once."""
    parts = dict.fromkeys(part.strip().rstrip(".") for part in text.split(";"))
    return ". ".join(parts) + "."


def _design(published: Published) -> Section:
    about = published.about
    others = about.n_municipalities - about.n_participating
    return section(
        "Opzet",
        [
            f"Dit onderzoek gaat over de tevredenheid van inwoners over de dienstverlening van hun "
            f"gemeente. Het vergelijkt inwoners van {number(about.n_participating)} gemeenten die "
            f"meedoen aan Omnichannel en MijnServices (deelnemers) met inwoners van "
            f"{number(others)} gemeenten die niet meedoen (niet-deelnemers).",
            f"De vragenlijst stond open van {long_date(about.fieldwork_start)} tot en met "
            f"{long_date(about.fieldwork_end)}. Er kwamen {number(published.n_received)} "
            f"vragenlijsten binnen. Daarvan tellen er {number(about.n_respondents)} mee. De rest "
            "is bijvoorbeeld dubbel ingevuld of niet afgemaakt.",
            f"{about.method} De bevolking is die op {long_date(about.reference_date)}.",
            about.description if about.is_simulated else "",
        ],
    )


def _grade(published: Published) -> Section:
    figures = published.select(topic="report_grades")
    texts = []
    for figure in [f for f in figures if f.statistic == "mean"]:
        texts.append(
            "Inwoners geven de dienstverlening van hun gemeente gemiddeld het cijfer "
            f"{with_interval(published, figure)}. "
            + group_difference(published, figure, "Het gemiddelde cijfer")
        )
        texts.append(_with_municipalities(published, figure))
    parts = {f.statistic: f for f in figures}
    if {"share_insufficient", "share_good"} <= parts.keys():
        texts.append(
            f"Een onvoldoende (5 of lager) geeft {value(parts['share_insufficient'])} van de "
            f"inwoners; een 8 of hoger geeft {value(parts['share_good'])}."
        )
    table = figure_table(
        published, "Rapportcijfer voor de dienstverlening", "Cijfer", figures, "statistic_label"
    )
    return section("Rapportcijfer", texts, table)


def _with_municipalities(published: Published, figure: Figure) -> str:
    """The same difference for who wants to speak about taking part in general."""
    effect = published.effect(figure)
    if effect is None or effect.with_municipalities is None:
        return ""
    also = "ook " if effect.is_significant == effect.with_municipalities else ""
    found = "een" if effect.with_municipalities else "geen"
    return (
        "Wie niet de inwoners maar de gemeenten als waarnemingen telt, vindt hier "
        f"{also}{found} significant verschil. Dat past bij de vraag of meedoen ook in andere "
        "gemeenten verschil maakt."
    )


def _channels(published: Published) -> Section:
    figures = published.select(topic="channel_usage", statistic="share")
    if not figures:
        return section("Gebruikte contactkanalen", [])
    return section(
        "Gebruikte contactkanalen",
        [
            f"Inwoners konden meer dan één kanaal noemen. Van hoog naar laag gebruikten zij "
            f"{ranking(figures)}.",
            group_differences(
                published,
                figures,
                "Deelnemers gebruiken significant vaker dan niet-deelnemers {}",
                "Deelnemers gebruiken significant minder vaak {}",
                "kanaal",
            ),
        ],
        figure_table(published, "Gebruikte contactkanalen", "Kanaal", figures),
    )


def _satisfaction(published: Published) -> Section:
    figures = published.select(aspect="contact", statistic="mean")
    return section(
        "Tevredenheid per kanaal",
        [
            extremes(
                figures,
                "over het contact zijn gebruikers het meest tevreden bij {};",
                "het minst tevreden zijn zij bij {}",
            ),
            group_differences(
                published,
                figures,
                "Deelnemers geven een significant hoger cijfer aan {}",
                "Deelnemers geven een significant lager cijfer aan {}",
                "kanaal",
            ),
        ],
        figure_table(published, "Gemiddeld cijfer voor het contact", "Kanaal", figures),
    )


def _insufficient(published: Published, aspect: str, title: str, what: str) -> Section:
    figures = published.select(aspect=aspect, statistic="share_insufficient")
    return section(
        title,
        [
            extremes(
                figures,
                f"voor {what} geven gebruikers het vaakst een onvoldoende (5 of lager) bij {{}},",
                "en het minst vaak bij {}",
            ),
            f"Van hoog naar laag: {ranking(figures)}." if figures else "",
            group_differences(
                published,
                figures,
                "Deelnemers geven significant vaker een onvoldoende bij {}",
                "Deelnemers geven significant minder vaak een onvoldoende bij {}",
                "kanaal",
            ),
        ],
        figure_table(published, f"Onvoldoende voor {what}", "Kanaal", figures),
    )


def _handling(published: Published) -> Section:
    return _insufficient(published, "handling", "Afhandelen", "de afhandeling")


def _status(published: Published) -> Section:
    grades = _insufficient(published, "status", "Status volgen", "het volgen van de status")
    ways = published.select(aspect="means", statistic="share")
    if not ways:
        return grades
    text = extremes(
        ways, "op de vraag hoe zij de status konden volgen, noemen inwoners het vaakst {}",
        "en het minst vaak {}",
    )  # fmt: skip
    return section(grades.title, [*grades.paragraphs, text], *grades.tables)


def _accessibility(published: Published) -> Section:
    texts, shown = [], []
    for figure in published.select(aspect="accessibility", statistic="share_sufficient"):
        shown.append(figure)
        subject = proportion(figure)
        texts.append(
            f"{subject[:1].upper()}{subject[1:]} geeft de digitale toegankelijkheid een voldoende "
            "(6 of hoger). " + group_difference(published, figure, "Dit aandeel")
        )
    for figure in published.select(aspect="accessibility", statistic="mean"):
        texts.append(f"Het gemiddelde cijfer is {with_interval(published, figure)}.")
    statements = published.select(topic="digital_accessibility", statistic="top2")
    agreed = majorities(statements)
    quoted = {f: f"“{lower_first(f.question_label)}” ({value(f)})" for f in ordered(statements)}
    if agreed:
        texts.append(
            "Een meerderheid van de inwoners is het eens met "
            f"{'de stelling' if len(agreed) == 1 else 'de stellingen'} "
            f"{listing([quoted[f] for f in agreed])}."
        )
    texts += [
        f"Met de stelling {text} is geen duidelijke meerderheid het eens."
        for f, text in quoted.items()
        if f not in agreed
    ]
    table = figure_table(
        published, "Voldoende voor digitale toegankelijkheid, en eens met de stellingen",
        "Vraag of stelling", [*shown, *statements], "question_label",
    )  # fmt: skip
    return section("Digitale toegankelijkheid", texts, table)


def _future(published: Published) -> Section:
    texts, shown = [], []
    for aspect, most, wish in (
        (
            "submit",
            "Het vaakst kiezen inwoners om een aanvraag in te dienen voor",
            "een aanvraag indienen",
        ),
        (
            "updates",
            "Het vaakst kiezen inwoners om op de hoogte te blijven voor",
            "op de hoogte blijven",
        ),
    ):
        figures = published.select(aspect=aspect, statistic="share")
        if not figures:
            continue
        shown += figures
        top = max(figures, key=lambda figure: figure.estimate)
        text = f"{most} {with_value(top)}."
        if top.ci_low > 0.5:
            subject = proportion(top)
            text = f"{subject[:1].upper()}{subject[1:]} wil het liefst {wish} via {name(top)}."
        texts.append(f"{text} " + group_difference(published, top, f"De voorkeur voor {name(top)}"))
    wishes = published.select(aspect="wishes", statistic="share")
    wanted = majorities(wishes)
    if wanted:
        texts.append(
            "Een meerderheid van de inwoners wil digitaal kunnen zien of regelen: "
            f"{ranking(wanted)}."
        )
    elif wishes:
        texts.append(
            "Geen enkel onderwerp wil een duidelijke meerderheid digitaal kunnen zien of regelen; "
            f"het vaakst genoemd: {ranking(wishes[:1])}."
        )
    tables = [
        figure_table(
            published,
            label,
            "Antwoord",
            [f for f in [*shown, *wishes] if f.question_label == label],
        )
        for label in dict.fromkeys(f.question_label for f in [*shown, *wishes])
    ]
    return section("Toekomstig contact", texts, *tables)


def _reading(published: Published) -> Section:
    n = number(published.about.n_municipalities)
    return section(
        "Hoe u deze cijfers leest",
        [
            f"Een {published.level}-betrouwbaarheidsinterval laat zien hoe zeker een cijfer is: "
            "hoe smaller, hoe zekerder. Een verschil heet significant als het ook na correctie "
            "voor het aantal toetsen waarschijnlijk geen toeval is. Geen significant verschil is "
            "geen bewijs dat er geen verschil is.",
            "Een verschil tussen deelnemers en niet-deelnemers betekent niet dat het programma de "
            f"oorzaak is. Gemeenten kozen zelf of zij meededen, en het zijn er {n}: voor een "
            "uitspraak over andere gemeenten is de onzekerheid groter.",
            "Cijfers met te weinig antwoorden worden niet getoond.",
        ],
    )
