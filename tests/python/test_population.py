"""CBS StatLine: what is asked, what comes back in pages, what does not add up, and a recording."""

import csv
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import duckdb
import pytest
from conftest import here, places_in, shared
from peil.errors import InputError, PeilError
from peil.population import fetch_population
from peil.settings import PROJECT

REGIONS = ["GM0001", "GM0002"]
AGES = {f"{10000 + 100 * i}" if i else "10010": i for i in (0, 18, 95, 96)} | {"22300": 105}
CODES = [
    {"Identifier": code, "Title": f"{age} jaar" + (" of ouder" if age == 105 else "")}
    for code, age in AGES.items()
] + [
    {"Identifier": "10000", "Title": "Totaal"},
    {"Identifier": "22000", "Title": "95 jaar of ouder"},
]


def observation(region, sex, age, value, **other):
    return {
        "Id": 1, "Measure": "M000352", "ValueAttribute": "None" if value is not None else
        "Impossible", "Value": value, "StringValue": None, "BurgerlijkeStaat": "T001019",
        "Geslacht": sex, "Leeftijd": age, "RegioS": region, "Perioden": "2024JJ00", **other,
    }  # fmt: skip


def observations():
    """Two regions whose single ages add up, beside everything that must not be counted."""
    found = []
    for region in REGIONS:
        for sex in ("3000", "4000"):
            for code, age in AGES.items():
                found.append(observation(region + "  ", f"{sex} ", code, 100 + age))
            found.append(observation(region, sex, "22000", 301))
            found.append(observation(region, sex, "10000", 999))
        total = 2 * sum(100 + age for age in AGES.values())
        found.append(observation(region, "T001038", "10000", total))
        found.append(observation(region, "T001038", "10000", 5, Measure="M000365"))
        found.append(observation(region, "T001038", "10000", 7, Perioden="2023JJ00"))
    found.append(observation("NL01", "T001038", "10000", 17))
    found.append(observation("GM0003", "T001038", "10000", None))
    return found


class Cbs(BaseHTTPRequestHandler):
    """A CBS that answers in pages of ten and is out of order now and then."""

    asked: ClassVar[list] = []
    answers: ClassVar[list] = []

    def do_GET(self):
        url = urlparse(self.path)
        Cbs.asked.append(self.path)
        if len(Cbs.asked) % 4 == 2:
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        query = parse_qs(url.query)
        if url.path.endswith("/Observations"):
            start = int(query.get("$skip", ["0"])[0])
            body = {"value": Cbs.answers[start : start + 10]}
            if start + 10 < len(Cbs.answers):
                host = f"http://127.0.0.1:{self.server.server_port}"
                body["@odata.nextLink"] = f"{host}{url.path}?$skip={start + 10}"
        elif url.path.endswith("/LeeftijdCodes"):
            body = {"value": CODES}
        else:
            body = {"Title": "Bevolking", "Modified": "2024-06-23T02:00:00Z"}
        content = json.dumps(body).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def cbs():
    Cbs.asked, Cbs.answers = [], observations()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cbs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def places(tmp_path):
    """A survey of two municipalities whose reference date is 1 January 2024."""
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    with (seeds / "municipalities.csv").open(encoding="utf-8") as handle:
        header = next(csv.reader(handle))
    with (seeds / "municipalities.csv").open("w", encoding="utf-8") as handle:
        handle.write(",".join(header) + "\n")
        for code in REGIONS:
            handle.write(f"{code},omnichannel,{int(code[2:])},{code},participant\n")
    places = places_in(tmp_path, seeds=seeds)
    places.inbox.mkdir()
    return places


def stored(places):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(
            "select region_code, gender_code, age, n_residents from raw.population "
            "order by 1, 2, cast(age as integer)"
        ).fetchall()


def test_a_year_is_fetched_in_pages_with_retries_and_lands_as_a_delivery(places, cbs):
    path = fetch_population(places, 2024, base=cbs)
    rows = stored(places)
    assert path.parent == places.inbox
    assert len(rows) == len(REGIONS) * 2 * len(AGES)
    assert rows[0] == ("GM0001", "M", "0", "100")
    assert {r[2] for r in rows} == {"0", "18", "95", "96", "105"}
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        lines = connection.execute("select distinct licence from raw.population").fetchall()
    assert "CC BY 4.0" in lines[0][0]
    asked = parse_qs(urlparse(Cbs.asked[0]).query)["$filter"][0]
    for part in ("M000352", "T001019", "2024JJ00", "GM0001", "GM0002"):
        assert part in asked
    assert len(Cbs.asked) > 10, "pages and retries"


def test_a_recorded_fetch_replays_to_the_same_rows(places, cbs, tmp_path):
    fetch_population(places, 2024, base=cbs, record=tmp_path / "recording")
    first = stored(places)
    other = places_in(tmp_path / "other", seeds=places.seeds)
    fetch_population(other, 2024, replay=tmp_path / "recording")
    assert stored(other) == first


def test_figures_that_do_not_add_up_are_refused(places, cbs):
    Cbs.answers = [o for o in observations() if o["Leeftijd"] != "19600"]
    with pytest.raises(PeilError, match="GM0001: sexes and ages add up to"):
        fetch_population(places, 2024, base=cbs)
    assert not list(places.inbox.iterdir())


def test_a_municipality_that_did_not_exist_is_named(places, cbs):
    with (places.seeds / "municipalities.csv").open("a") as handle:
        handle.write("GM0003,omnichannel,3,Opgeheven,participant\n")
    with pytest.raises(PeilError, match="GM0003 did not exist on 1 January 2024"):
        fetch_population(places, 2024, base=cbs)


def test_a_year_without_a_wave_and_fictitious_municipalities_are_refused(places, tmp_path):
    with pytest.raises(InputError, match="reference_date is in 2031"):
        fetch_population(places, 2031, replay=tmp_path)
    demo = places_in(tmp_path)
    with pytest.raises(InputError, match="GM9001 is fictitious"):
        fetch_population(demo, 2024, replay=tmp_path)


def test_a_service_that_is_away_says_so(places, monkeypatch):
    monkeypatch.setattr("peil.population.cbs._RETRIES", 0)
    with pytest.raises(PeilError, match="CBS does not answer"):
        fetch_population(places, 2024, base="http://127.0.0.1:9")


def test_the_recorded_real_answers_give_342_municipalities(places):
    """Totals of table 03759ned on 1 January 2024, against the figures CBS published."""
    recording = shared("data", "cbs", "odata4_03759ned")
    header = "municipality_code,survey_code,municipality_number,label,province\n"
    (places.seeds / "municipalities.csv").write_text(header)
    fetch_population(places, 2024, level="totals", replay=recording)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select region_code, n_residents::bigint from raw.population"
        ).fetchall()
    with shared("data", "cbs", "municipalities_2024_population.csv").open() as handle:
        published = {row[0]: int(row[-1]) for row in list(csv.reader(handle))[1:]}
    assert dict(rows) == published
    assert (len(rows), sum(published.values())) == (342, 17_942_942)


def test_the_recording_of_totals_does_not_pass_for_ages(places):
    recording = shared("data", "cbs", "odata4_03759ned")
    with (places.seeds / "municipalities.csv").open("w") as handle:
        handle.write("municipality_code,survey_code,municipality_number,label,province\n")
        handle.write("GM0363,omnichannel,363,Amsterdam,\n")
    with pytest.raises(PeilError, match="--level totals"):
        fetch_population(places, 2024, replay=recording)


def test_a_draft_fetches_its_own_margins(cbs, tmp_path, monkeypatch):
    """`--population YEAR`: residents of the municipalities of the file, from the recording."""
    monkeypatch.setenv("PEIL_CBS", cbs)
    monkeypatch.setitem(globals(), "REGIONS", ["GM0344", "GM0518", "GM0599"])
    Cbs.answers = observations()
    people = [
        f"{number};{place};{sex};{age};{1 + number % 10}\n"
        for number, (place, sex, age) in enumerate(
            [(p, s, a) for p in ("Utrecht", "Den Haag") for s in ("man", "vrouw")
             for a in (18, 95)] * 20
        )
    ]  # fmt: skip
    (tmp_path / "p.csv").write_text(
        "respnr;gemeente;geslacht;leeftijd;cijfer\n" + "".join(people), encoding="utf-8"
    )
    done = here(
        "codebook", "draft", tmp_path / "p.csv", "--out", tmp_path / "seeds",
        "--population", "2024",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (tmp_path / "seeds" / "weighting_margins.csv").open(encoding="utf-8") as handle:
        totals = {row["level_code"]: float(row["total"]) for row in csv.DictReader(handle)}
    adults = sum(100 + age for age in AGES.values() if age >= 18)
    assert totals == {"man": 2 * adults, "vrouw": 2 * adults, "18-74": 4 * 118,
                      "75+": 4 * (adults - 118)}  # fmt: skip
    with (tmp_path / "seeds" / "weighting_schemes.csv").open(encoding="utf-8") as handle:
        assert next(csv.DictReader(handle))["is_default"] == "true"
