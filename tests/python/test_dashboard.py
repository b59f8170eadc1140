"""The dashboard as a reader meets it: built once from the demo, looked at in a real browser.

Needs Node for the build and Chromium for the pages; without them these tests skip.
"""

import re
import shutil
import threading
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from peil.dashboard.serve import server
from peil.settings import PROJECT
from playwright.sync_api import Browser, Page, expect

PAGES = (
    "/", "/contactkanalen/", "/tevredenheid/", "/afhandeling/", "/status-volgen/",
    "/digitale-toegankelijkheid/", "/toekomstig-contact/", "/redenen-van-contact/",
    "/deelnemers/", "/aanbevelingen/", "/medewerkers/", "/kpis/", "/gemeenten/",
    "/gemeenten/GM9001/", "/verantwoording/", "/toegankelijkheidsverklaring/",
)  # fmt: skip
FILTERED = PAGES[1:8]
FIRST_VIEW_GOAL = 1_500_000

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="the dashboard needs Node 20 or newer"
)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with server(site) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(base_url=address, locale="nl-NL") as context:
        yield context.new_page()


def shown(value: float, statistic: str) -> str:
    """A figure as the page must write it: decimal comma, grades with one decimal."""
    exact = Decimal(repr(value))
    if statistic == "mean":
        return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return f"{(100 * exact).quantize(Decimal('1'), ROUND_HALF_UP)}%"


@pytest.mark.parametrize("path", PAGES)
def test_page_is_closed_quiet_accessible_and_fits_a_phone(page: Page, address: str, path: str):
    requests, complaints, transferred = [], [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response",
        lambda response: transferred.append(int(response.headers.get("content-length", 0))),
    )
    page.goto(path, wait_until="networkidle")

    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "nl"
    assert "GESIMULEERDE GEGEVENS" in page.inner_text("body")
    assert complaints == []
    assert [url for url in requests if not url.startswith(f"{address}/")] == []
    assert [url for url in requests if ".wasm" in url] == []
    print(f"\nfirst view of {path}: {sum(transferred) / 1000:.0f} kB compressed")
    assert 0 < sum(transferred) <= FIRST_VIEW_GOAL

    text = page.inner_text("main")
    assert not re.search(
        r"\d\.\d{1,2}(?!\d)(?!\.)", text.replace("WCAG 2.1", "").replace("4.0", "")
    )
    assert not re.search(r"\bNaN\b|undefined|\bnull\b|\[object", text)

    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    _assert_accessible(page)


def _assert_accessible(page: Page) -> None:
    source = (PROJECT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js").read_text()
    page.evaluate(source)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
        )
        assert found["passes"], "axe looked at nothing"
        violations = [
            f"{rule['id']}: {rule['help']} ({rule['nodes'][0]['target']})"
            for rule in found["violations"]
        ]
        assert violations == []


@pytest.mark.parametrize("path", FILTERED)
def test_figures_follow_the_filter_and_equal_the_published_ones(page: Page, published, path: str):
    page.goto(path)
    select = page.get_by_label("Kies een groep inwoners")
    groups = select.locator("option").evaluate_all("options => options.map(o => o.value)")
    assert {"total.total", "participation.participant", "participation.non_participant"} <= set(
        groups
    )
    assert {group.split(".")[0] for group in groups} >= {"gender", "age_group", "municipality"}
    seen = {}
    for group in (groups[0], "participation.participant", "gender.vrouw", groups[-1]):
        select.select_option(group)
        assert select.locator("option:checked").inner_text() == page.inner_text(
            "[data-filter-label]"
        )
        rows = page.locator(f"tr[data-group='{group}']:visible")
        assert rows.count() > 0
        assert page.locator("tr[data-group]:visible").count() == rows.count()
        seen[group] = rows.evaluate_all(
            "rows => rows.map("
            "row => [row.dataset.figure, ...[...row.cells].map(cell => cell.innerText.trim())])"
        )
        for figure, _, value, interval, n, *_ in seen[group]:
            _assert_published(published, group, figure, value, interval, n)
    assert seen[groups[0]] != seen["participation.participant"] != seen["gender.vrouw"]


def _assert_published(published, group: str, figure: str, value: str, interval: str, n: str):
    segment, group_value = group.split(".", 1)
    question, statistic, option = figure.split("|")
    estimate, low, high, n_answers, is_withheld = published.execute(
        "select estimate, ci_low, ci_high, n_answers, is_withheld from marts.estimates "
        "where is_default_scheme and segment_code = ? and segment_value = ? "
        "and question_code = ? and statistic = ? and coalesce(option_code, '') = ?",
        [segment, group_value, question, statistic, option],
    ).fetchone()
    assert n == ("–" if n_answers is None else f"{n_answers:,}".replace(",", "."))
    if is_withheld:
        assert (value, interval) == ("–", "–")
        return
    assert value == shown(estimate, statistic), figure
    ends = [f"{float(end.strip('%').replace(',', '.')):.2f}" for end in interval.split(" – ")]
    wanted = [end if statistic == "mean" else 100 * end for end in (low, high)]
    assert all(abs(float(e) - w) < 0.051 for e, w in zip(ends, wanted, strict=True)), figure


def test_filter_works_with_the_keyboard_and_stays_on_the_next_page(page: Page):
    page.goto("/contactkanalen/")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    page.keyboard.press("ArrowDown")
    assert page.inner_text("[data-filter-label]") == "Deelnemers"
    assert "groep=participation.participant" in page.url
    page.get_by_role("navigation").get_by_role("link", name="Afhandeling").click()
    expect(page.get_by_label("Kies een groep inwoners")).to_have_value("participation.participant")
    expect(page.locator("[data-filter-label]")).to_have_text("Deelnemers")


def test_first_view_reads_without_javascript(browser: Browser, address: str, published):
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/contactkanalen/")
        share = published.execute(
            "select share from marts.channel_usage where is_default_scheme "
            "and segment_code = 'total' and option_code = 'digital'"
        ).fetchone()[0]
        assert shown(share, "share") in page.inner_text("main")


def test_headline_cards_equal_the_published_figures(page: Page, published):
    page.goto("/")
    cards = page.locator("[data-key-figure]").evaluate_all(
        "cards => cards.map(c => [c.dataset.keyFigure, c.querySelector('.key-value').innerText])"
    )
    assert len(cards) >= 6
    for key, value in cards:
        segment_value, question, statistic, option = key.split("|")
        estimate = published.execute(
            "select estimate from marts.estimates where is_default_scheme and segment_value = ? "
            "and question_code = ? and statistic = ? and coalesce(option_code, '') = ?",
            [segment_value, question, statistic, option],
        ).fetchone()[0]
        assert value == shown(estimate, statistic)


def test_every_difference_is_on_the_page_of_participants(page: Page, published):
    page.goto("/deelnemers/")
    shown_verdicts = dict(
        page.locator("tr[data-effect]").evaluate_all(
            "rows => rows.map(row => [row.dataset.effect, "
            "(row.querySelector('.conclusion') ?? row.cells[row.cells.length - 1]).innerText])"
        )
    )
    rows = published.execute(
        "select question_code || '|' || statistic || '|' || coalesce(option_code, ''), "
        "is_significant, difference, is_withheld, withheld_label_nl "
        "from marts.contrast_effects where is_default_scheme and survey_code in "
        "(select survey_code from marts.about where audience = 'residents')"
    ).fetchall()
    wanted = {}
    for key, is_significant, difference, is_withheld, reason in rows:
        direction = "hoger" if (difference or 0) > 0 else "lager"
        verdict = f"Significant {direction} bij deelnemers"
        wanted[key] = (
            reason if is_withheld else verdict if is_significant else "Geen significant verschil"
        )
    assert shown_verdicts == wanted


def test_withheld_figures_show_their_reason_and_no_figure(site: Path, published):
    municipality, label = published.execute(
        "select segment_value, withheld_label_nl from marts.estimates where is_default_scheme "
        "and segment_code = 'municipality' and is_withheld and question_code like 'contact_grade%' "
        "limit 1"
    ).fetchone()
    html = (site / "gemeenten" / municipality / "index.html").read_text()
    assert label in html


@pytest.mark.parametrize("path", ["/", "/status-volgen/", "/gemeenten/GM9001/"])
def test_page_prints_to_a_pdf(page: Page, tmp_path: Path, path: str):
    page.goto(path)
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav:visible, select:visible, button:visible").count()


def test_axe_sees_a_planted_fault(page: Page):
    page.goto("/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<select></select>')"
    )
    with pytest.raises(AssertionError, match="select-name"):
        _assert_accessible(page)


def test_evidence_staff_and_kpis_on_the_pages_are_those_of_the_marts(page: Page, published):
    """Every row is there with its figure as it must be written."""
    page.goto("/aanbevelingen/")
    rows = published.execute(
        "select recommendation_code || '.' || rule_code, estimate, statistic, verdict_label_nl "
        "from marts.recommendation_evidence where segment_code = 'total'"
    ).fetchall()
    assert page.locator("tr[data-rule]").count() == len(rows)
    for key, estimate, statistic, verdict in rows:
        text = page.locator(f'tr[data-rule="{key}"]').inner_text()
        assert verdict in text
        if statistic:
            assert shown(estimate, statistic) in text
    page.goto("/kpis/")
    scores = published.execute(
        "select distinct kpi_code, verdict_label_nl from marts.kpi_scorecard "
        "where segment_code = 'total' and period = '2024'"
    ).fetchall()
    for code, verdict in scores:
        assert verdict in page.locator(f'tr[data-kpi="{code}.total"]').inner_text()
    page.goto("/medewerkers/")
    staff = published.execute(
        "select question_code, estimate from marts.estimates where survey_code = 'kcc_staff' "
        "and segment_code = 'total' and statistic = 'top2'"
    ).fetchall()
    assert len(staff) == 6
    for code, estimate in staff:
        row = page.locator(f'tr[data-staff="{code}.total"]')
        assert shown(estimate, "top2") in row.inner_text()
