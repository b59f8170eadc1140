"""The site in a browser: accessible, closed, quiet, and doing what its controls say."""

import re
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from peil.site.serve import server
from playwright.sync_api import Browser, BrowserContext, Page, expect

KINDS = (
    "index.html", "status-volgen.html", "status-volgen.html?by=age_group",
    "status-volgen.html?by=municipality", "deelnemers-tegenover-niet-deelnemers.html",
    "gemeente.html", "gemeente/GM9001.html", "gemeente/GM9001.html?with=GM9009",
    "aanbevelingen.html", "prioriteiten.html", "kpis.html", "inwoners-en-medewerkers.html",
    "tevredenheid-van-medewerkers.html", "zelf-tabellen-maken.html", "kruistabellen.html",
    "digitale-toegankelijkheid.html",
    "zelf-tabellen-maken.html?q=channels_used&q=overall_grade&by=municipality",
    "verantwoording.html", "bescherming-van-antwoorden.html", "downloads.html", "begrippen.html",
    "toegankelijkheid.html", "404.html",
)  # fmt: skip
# No page asks its width or its colours by script: one load serves them all.
WIDTHS = (1280, 640, 360, 320)
# Every rule of axe runs in these views, which hold a wide and a narrow screen and both schemes.
VIEWS = ((1280, "light"), (360, "dark"))
# Rules of axe that look at colours: of each letter what lies under it, most of the time of axe.
COLOURS = ["color-contrast", "link-in-text-block"]
# Of siblings that hold the same kinds of elements the first few are left: what style they have,
# those show. A page of regions has thirty rows a question.
THIN = """few => {
    const valued = new Set(['class', 'fill', 'stroke', 'role', 'type'])
    const kind = one => one.tagName + [...one.attributes]
        .map(({name, value}) => valued.has(name) ? `${name}=${value}` : name).sort()
    const kinds = one => [...new Set([one, ...one.querySelectorAll('*')].map(kind))].sort().join()
    const thin = parent => {
        const seen = {}
        for (const one of [...parent.children]) {
            const of = kinds(one)
            seen[of] = (seen[of] || 0) + 1
            seen[of] > few ? one.remove() : thin(one)
        }
    }
    thin(document.body)
}"""
NO_COLOURS = {"rules": {rule: {"enabled": False} for rule in COLOURS}}
# With these an odd and an even one, and the first.
FEW = 3
USUAL_ROW = "<tr><td class=usual>words</td></tr>"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with server(site) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=address, locale="nl-NL", bypass_csp=True) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def test_a_table_page_that_is_opened_from_a_disk_says_why_it_has_no_choices(
    browser: Browser, site: Path
):
    page = browser.new_page()
    page.goto((site / "zelf-tabellen-maken.html").as_uri())
    page.get_by_text("alleen als de site via een webadres wordt geopend").wait_for()
    assert not page.locator("form.builder").is_visible()
    page.close()


def violations(page: Page, axe: str) -> list[str]:
    """Every rule, best practices included, with every fold open, wide and narrow, light and dark.

    Colours are looked at in both schemes of both widths: once on the whole page, then of what
    stands there many times on a few. In the other scheme of a view only colours may differ.
    """
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.evaluate(axe)
    (wide, light), (narrow, dark) = VIEWS
    found = [*seen_by_axe(page, wide, light), *seen_by_axe(page, narrow, dark, NO_COLOURS)]
    page.evaluate(THIN, FEW)
    for width, scheme in ((wide, dark), (narrow, dark), (narrow, light)):
        found += seen_by_axe(page, width, scheme, {"runOnly": COLOURS})
    return found


def seen_by_axe(page: Page, width: int, scheme: str, rules: dict | None = None) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    result = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], ...rules})", rules or {}
    )
    assert result["passes"], "axe looked at nothing"
    return [
        f"{width} {scheme} {rule['id']}: {rule['help']} ({rule['nodes'][0]['html'][:120]})"
        for rule in result["violations"]
    ]


@pytest.mark.parametrize("path", KINDS)
def test_page_is_accessible_closed_quiet_and_fits(page, address, axe, path):
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path, wait_until="networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        text = page.inner_text("main")
        assert not re.search(r"\bNaN\b|undefined|\bnull\b|\[object|\bNone\b", text)
    assert violations(page, axe) == []
    assert complaints == []
    outside = [u for u in requests if not u.startswith((f"{address}/", "blob:", "data:"))]
    assert outside == []


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("<select></select>", {"1280 light select-name", "360 dark select-name"}),
        ("<style>@media (prefers-color-scheme: dark) {p.grey {color: #333; background: #222}}"
         "</style><p class=grey>grey words</p>",
         {"1280 dark color-contrast", "360 dark color-contrast"}),
        ("<style>@media (prefers-color-scheme: light) and (max-width: 500px) "
         "{p.grey {color: #ccc; background: #fff}}</style><p class=grey>grey words</p>",
         {"360 light color-contrast"}),
        # A link that looks like one before it, which has no words around it.
        ("<style>@media (prefers-color-scheme: dark) and (min-width: 900px) {"
         ".plain, .plain a {color: #fff; background: #111; text-decoration: none} "
         ".plain a {color: #ddd}}</style>"
         "<p class=plain>words</p><p class=plain><a href=#>alone</a></p>"
         "<p class=plain>words <a href=#>between</a> words</p>",
         {"1280 dark link-in-text-block"}),
        # In one of thirty rows, and in every other one.
        ("<style>@media (prefers-color-scheme: dark) {.grey {color: #333; background: #222}}"
         "</style><table><caption>x</caption><tr><th>x</th></tr>"
         + USUAL_ROW * 15 + USUAL_ROW.replace("usual", "grey") + USUAL_ROW * 15 + "</table>",
         {"1280 dark color-contrast", "360 dark color-contrast"}),
        ("<style>@media (prefers-color-scheme: light) and (max-width: 500px) "
         "{li.row:nth-child(even) {color: #ccc; background: #fff}}</style>"
         "<ul>" + "<li class=row>words</li>" * 30 + "</ul>",
         {"360 light color-contrast"}),
    ],
)  # fmt: skip
def test_axe_sees_a_planted_fault(page, axe, planted, seen):
    page.goto("begrippen.html")
    page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", planted
    )
    assert {rule.split(":")[0] for rule in violations(page, axe)} == seen


def test_the_policy_of_the_pages_lets_their_own_script_work(browser, address):
    """Without bypassing it: choices appear and work."""
    with browser.new_context(base_url=address) as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto("status-volgen.html")
        page.get_by_text("Leeftijd", exact=True).first.click()
        expect(page).to_have_url(re.compile("by=age_group"))
        assert page.locator("[data-by=age_group]").first.is_visible()
        assert not page.locator("[data-by='']").first.is_visible()
        assert complaints == []


def test_a_chosen_division_stays_over_pages_and_back_undoes_it(page):
    page.goto("status-volgen.html")
    page.get_by_text("Leeftijd", exact=True).first.click()
    page.locator("#menu").get_by_text("Per gemeente").click()
    page.locator("#menu").get_by_text("Afhandeling").click()
    expect(page.locator("[name=by]:checked")).to_have_value("age_group")
    for _ in range(3):
        page.go_back()
    expect(page.locator("[name=by]:checked")).to_have_value("")


def test_regions_can_be_searched_sorted_and_compared(page, published):
    page.goto("gemeente.html")
    page.get_by_label("Zoek").fill("veen")
    expect(page.locator("#regions li:visible")).to_have_count(1)
    page.get_by_label("Zoek").fill("")
    page.get_by_label("Volgorde").select_option("name")
    names = page.locator("#regions li").evaluate_all("rows => rows.map(r => r.dataset.name)")
    assert names == sorted(names)
    page.goto("gemeente/GM9001.html")
    page.get_by_label("Met een andere").select_option("GM9009")
    expect(page).to_have_url(re.compile("with=GM9009"))
    expect(page.locator("#figures .dot.other").first).to_be_attached()
    grade = published.execute(
        "select estimate from marts.estimates where is_default_scheme and statistic = 'mean' "
        "and segment_value = 'GM9009' and question_code = 'overall_grade'"
    ).fetchone()[0]
    row = page.locator("[data-measure=overall_grade-mean] .against")
    assert row.inner_text().endswith(f"{grade:.1f}".replace(".", ","))


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("table", ["site", "book"])
def test_labels_of_a_crosstab_stay_in_sight_when_it_is_scrolled(page, site, table, width):
    """The labels of rows, and what stands over crossed columns as long as one of those is seen."""
    page.set_viewport_size({"width": width, "height": 700})
    book = next(site.parent.glob("documents/*boek.html"))
    page.goto("kruistabellen.html" if table == "site" else book.as_uri())
    seen = page.evaluate("""() => {
        const box = [...document.querySelectorAll('.scroll')]
            .find(one => one.querySelector('[scope=colgroup]'))
        const at = element => element.getBoundingClientRect()
        const over = box.querySelector('[scope=colgroup]')
        const before = at(over.firstElementChild).x - at(over).x
        box.scrollLeft = 150
        const row = box.querySelector('tbody th')
        return {
            scrolled: box.scrollLeft, label: at(row).x - at(box).x,
            beside: at(over.firstElementChild).x - at(row).right,
            moved: at(over.firstElementChild).x - at(over).x - before,
        }
    }""")
    assert seen["scrolled"] == 150
    assert abs(seen["label"]) < 1
    assert seen["beside"] >= -1
    assert seen["moved"] > 1


def test_a_table_shows_the_published_figures_and_keeps_its_address(page, published):
    page.goto("zelf-tabellen-maken.html?q=overall_grade&by=participation&by=gender")
    page.wait_for_selector(".cross")
    heads = page.locator(".cross thead th").all_inner_texts()
    assert [head.split(" (")[0] for head in heads[1:4]] == [
        "Totaal", "Deelnemers", "Niet-deelnemers",
    ]  # fmt: skip
    cells = page.locator(".cross tbody tr").first.locator("td").all_inner_texts()
    for cell, group in zip(cells, ("total", "participant", "non_participant"), strict=False):
        estimate, n = published.execute(
            "select estimate, n_answers from marts.estimates where is_default_scheme "
            "and segment_value = ? and statistic = 'mean' and question_code = 'overall_grade'",
            [group],
        ).fetchone()
        assert cell.startswith(f"{estimate:.1f}".replace(".", ","))
        assert f"n {n:,}".replace(",", ".") in cell
    page.locator("[name=q][value=channels_used]").check()
    expect(page.locator(".cross")).to_have_count(2)
    expect(page).to_have_url(re.compile("q=channels_used"))
    with page.expect_download() as download:
        page.get_by_text("CSV van deze tabel").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert "Deelnemers" in text and ";" in text


def test_a_chart_can_be_saved_as_a_picture(page):
    page.goto("index.html")
    for kind in ("svg", "png"):
        with page.expect_download() as download:
            page.click(f"#problems [data-save={kind}]")
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(b"<svg" if kind == "svg" else b"\x89PNG")
        if kind == "svg":
            assert "Gesimuleerde gegevens" in content.decode()


@pytest.mark.parametrize("path", [path for path in KINDS if "?" not in path])
def test_every_page_reads_without_script(browser, address, path):
    with browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 360, "height": 800}
    ) as context:
        page = context.new_page()
        page.goto(path)
        assert page.locator("form:visible, [data-save]:visible").count() == 0
        assert len(page.inner_text("main")) > 30
        if path == "status-volgen.html":
            assert page.locator("[data-by=age_group]").first.is_visible()
        page.click(".menu-button")
        assert page.locator("#menu a").first.is_visible()


@pytest.mark.parametrize("path", ["index.html", "status-volgen.html", "gemeente/GM9001.html"])
def test_a_page_prints_without_its_controls(page, path):
    page.goto(path)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav:visible, select:visible, button:visible").count()


def test_ten_seconds_tell_grade_certainty_difference_problem_and_advice(page, published):
    """What a policy officer looks for stands on the first screen."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("index.html")
    first_screen = page.evaluate(
        "[...document.querySelectorAll('main h1, main .findings li, main .big-number')]"
        ".filter(e => e.getBoundingClientRect().bottom <= innerHeight).map(e => e.innerText)"
    )
    text = " ".join(first_screen)
    grade = published.execute(
        "select estimate from marts.estimates where is_default_scheme and segment_code = 'total' "
        "and question_code = 'overall_grade' and statistic = 'mean'"
    ).fetchone()[0]
    assert f"{grade:.1f}".replace(".", ",") in text
    assert "marge" in text
    assert "zeker hoger dan niet-deelnemers" in text
    assert "Het vaakst onvoldoende" in text
    assert "Wat helpt het meest" in text
