"""Who answered is not stored: by column, by content, in open answers, and in keys."""

import csv
import functools
import html
import stat
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil, places_in
from hashes_in_bytes import in_bytes
from peil.codebook import Binding, Source
from peil.codebook.decode import Codebook
from peil.codebook.delivery import Delivery, Outcome
from peil.counting.made_of import key_check
from peil.errors import DeliveryRejectedError, InputError
from peil.landing import kinds, privacy
from peil.migrations import migrate
from peil.nights.publish import publish
from peil.readers import INCOMING
from peil.settings import PROJECT
from peil.warehouse import DELIVERED_TABLES
from small_survey import tables_only

BSN = ["111222333", "123456782", "010464554", "200000007"]


@pytest.fixture(scope="module")
def database():
    """A database with the codebook loaded, as one landing holds it for delivery after delivery."""
    with duckdb.connect() as connection:
        migrate(connection)
        codebook = Codebook(connection, PROJECT / "seeds")
        codebook.known_values()
        yield connection, codebook


@pytest.fixture
def raw(database):
    connection, _ = database
    yield connection
    for table in DELIVERED_TABLES:
        connection.execute(f"delete from {table}")


@pytest.fixture
def codebook(database):
    return database[1]


@pytest.fixture
def drop(raw, codebook, tmp_path):
    return functools.partial(dropped, raw, codebook, tmp_path)


def dropped(raw, codebook, tmp_path, columns, bindings=(), **settings):
    """Columns that are left and how many cells went, after one delivery with these columns."""
    n = max(len(values) for values in columns.values())
    raw.execute(f"drop table if exists {INCOMING}")
    raw.execute(
        f"create temp table {INCOMING} as select i::bigint as row_number, "
        + ", ".join(f'(?::varchar[])[i] as "{c}"' for c in columns)
        + f" from range(1, {n + 1}) as t (i)",
        [list(v) for v in columns.values()],
    )
    source = Source("s", "v", "w", "survey", "*", "csv", bindings=tuple(bindings), **settings)
    delivery = Delivery(tmp_path / "levering.csv", source, "", "key")
    n_cells, kept, notes = privacy.drop_identifiers(raw, delivery, list(columns), codebook)
    return n_cells, kept, notes, delivery


@pytest.mark.parametrize(
    "name",
    [
        "ipaddr", "IP address", "IPAddress", "RecipientEmail", "E-mailadres", "token", "refurl",
        "Telefoonnummer", "RecipientLastName", "Achternaam", "BSN", "LocationLatitude",
        "contact [Phone Number]", "contact [ZIP/Postal Code]", "Geboortedatum", "IBAN",
    ],
)  # fmt: skip
def test_a_column_goes_by_its_name(drop, name):
    n_cells, kept, _, _ = drop({"q1": ["7", "8"], name: ["x", None]})
    assert kept == ["q1"]
    assert n_cells == 1


@pytest.mark.parametrize(
    "name",
    [
        "straten", "emailkanaal_cijfer", "q1", "ipad_gebruik", "rename", "Kanalen [E-mail]",
        "Kanalen [Telefoon]", "kanaal_telefoon",
    ],
)  # fmt: skip
def test_a_name_that_only_looks_alike_stays(drop, name):
    assert drop({name: ["7", "8"]})[1] == [name]


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("e-mail", ["jan@voorbeeld.invalid", "piet.p@voorbeeld.invalid", "a-b@x.invalid"]),
        ("IP", ["192.0.2.1", "198.51.100.23", "2001:db8:0:1:1:1:1:1"]),
        ("phone", ["0612345678", "06-12345678", "+31 6 12345678"]),
        ("postcode", ["1234 AB", "9876XY", "2511CX"]),
        ("IBAN", ["NL91ABNA0417164300", "NL20INGB0001234567"]),
        ("BSN", BSN),
        ("coordinates", ["52.370216", "51.924420", "52.090736"]),
        ("token", ["a8Zk3nQ9xY2mB7v", "b9Zk3nQ9xY2mB7w", "c1Zk3nQ9xY2mB7x"]),
        ("name", ["Jan de Vries", "Bakker, P.", "mevr. El Amrani", "Sanne Hoekstra"]),
        ("phone", ["612345678", "687654321", "611223344"]),
    ],
)
def test_a_column_goes_by_its_content(drop, what, values):
    n_cells, kept, notes, _ = drop({"q1": ["7"], "veld": values})
    assert kept == ["q1"]
    assert n_cells == len(values)
    assert notes == [f"column 'veld' dropped: holds {what}"]


@pytest.mark.parametrize(
    "values",
    [
        ["2024-07-01 10:00:00", "2024-07-02 11:30:00"], ["4.62962962962963", "1.22222222222222"],
        ["100000001", "100000002", "100000003"], ["1234", "9876"], ["helemaal eens", "oneens"],
        ["2024Q1", "2024Q2"], ["R1", "R2"],
        ["1-7-2024 10:00", "2-7-2024 11:30"], ["45474.4166", "45475.5"], ["20240701", "20240702"],
        ["jan", "feb", "mrt"], ["Jan", "Feb", "Mar"], ["1000 km", "2024 is"], ["Bergen op Zoom"],
        # A count: one in eleven numbers of nine digits is a valid BSN.
        [str(n) for n in range(300000000, 300000200)],
        ["Anna Paulowna", "Hoek van Holland", "Kop van Zuid"], ["helemaal eens", "Heel Goed"],
    ],
)  # fmt: skip
def test_answers_dates_weights_and_numbers_stay(drop, values):
    n_cells, kept, _, _ = drop({"veld": values})
    assert (n_cells, kept) == (0, ["veld"])


def test_a_single_cell_goes_and_the_reject_does_not_repeat_it(raw, drop):
    values = ["anders", "jan@voorbeeld.invalid", "balie aan huis", "telefoon"]
    n_cells, kept, _, _ = drop({"kanaal": values})
    assert (n_cells, kept) == (1, ["kanaal"])
    stored = [v for (v,) in raw.execute(f"select kanaal from {INCOMING}").fetchall()]
    assert sorted(v or "" for v in stored) == ["", "anders", "balie aan huis", "telefoon"]
    rejects = raw.execute("select row_number, column_name, value, reason from raw.rejects")
    assert rejects.fetchall() == [(2, "kanaal", None, "a direct identifier (e-mail); not stored")]


# One of each in a column of codes.
PLANTED = [
    "111222333", "111.222.333", "1112 22 333", "0612345678", "06 - 98 76 54 32", "(050) 987 65 43",
    "nl91abna0417164300", "NL91 ABNA 0417 1643 00", "9731qx", "9731 QX", "anders: ip 192.0.2.77",
    "via 2001:db8::1", "naam (at) x", "jan@voorbeeld.invalid", "Jan de Vries", "mevr. De Boer",
    "Bakker, P.J.", "piet bakker", "Marieke", "Xantippe van der Hoeven", "Kerkstraat 12, Fictiedam",
    "https://x.nl/s?token=a8Zk3nQ9", "52.370216, 4.895168", "geb. 12-05-1961",
    "bel mij maar op 0612345678, dan leg ik het hele verhaal van die lange aanvraag uit",
]  # fmt: skip


@pytest.mark.parametrize("binding", ["single_column", "ignored", "", "delimited", "metadata"])
@pytest.mark.parametrize("value", PLANTED)
def test_a_single_identifier_goes_from_every_column(raw, drop, value, binding):
    """Whatever the column is bound as, and whatever stands beside it in the other rows."""
    bindings = [Binding("kanaal", binding, "", "")] if binding else []
    values = [*["balie", "telefoon", "weet niet", "anders, namelijk de app"] * 5, value]
    n_cells, kept, _, delivery = drop({"kanaal": values}, bindings)
    if len(value) > privacy.LONGEST_CODE and binding in {"ignored", ""}:
        # Long texts that the codebook does not read are open answers, and masked as these are.
        assert privacy.open_columns(raw, delivery.source, kept) == ["kanaal"]
        return
    assert n_cells == 1
    left = {v for (v,) in raw.execute(f"select kanaal from {INCOMING}").fetchall()}
    assert left == {*values[:4], None}
    ((shown, reason),) = raw.execute("select value, reason from raw.rejects").fetchall()
    assert shown is None
    assert "a direct identifier" in reason
    assert value not in reason


def test_what_the_codebook_knows_is_never_an_identifier(drop, codebook):
    """Codes, labels and names of municipalities, also where they look like a name or a place."""
    with (PROJECT / "seeds" / "options.csv").open(encoding="utf-8", newline="") as handle:
        labels = [row["label_nl"] for row in csv.DictReader(handle)]
    assert drop({"q1": labels})[:2] == (0, ["q1"])
    assert {"verzonnenveen", "gm9004", "man", "11"} <= codebook.known_values()


def test_an_answer_beside_known_answers_in_one_cell_is_looked_at(tmp_path):
    raw = duckdb.connect()
    migrate(raw)
    raw.execute("create temp table codebook_bindings as select 's' as source_code, 'q1' as "
                "source_column, ';' as delimiter")  # fmt: skip
    codebook = Codebook(raw, PROJECT / "seeds")
    codebook._loaded, codebook._known = True, frozenset({"jan de vries", "balie"})
    raw.execute(f"create temp table {INCOMING} as select * from (values (1, 'balie;Jan de Vries'), "
                "(2, 'balie;Piet Bakker'), (3, 'balie')) as t (row_number, q1)")  # fmt: skip
    source = Source(
        "s", "v", "w", "survey", "*", "csv", bindings=(Binding("q1", "delimited", "q", ""),)
    )
    delivery = Delivery(tmp_path / "levering.csv", source, "", "key")
    assert privacy.drop_identifiers(raw, delivery, ["q1"], codebook)[0] == 1
    assert raw.execute("select row_number from raw.rejects").fetchall() == [(2,)]


def test_a_respondent_in_place_of_the_header_is_not_repeated(drop):
    columns = {"q1": ["7"], "jan@voorbeeld.invalid": ["8"], "0612345678": ["9"],
               "Jan de Vries": ["1"], "Hoe beoordeelt u wethouder Jansen?": ["5"]}  # fmt: skip
    n_cells, kept, notes, _ = drop(columns)
    assert (n_cells, kept) == (3, ["q1", "Hoe beoordeelt u wethouder Jansen?"])
    assert notes == [
        "column 2 dropped: its name holds e-mail", "column 3 dropped: its name holds phone",
        "column 4 dropped: its name holds name",
    ]  # fmt: skip


def test_a_date_and_a_public_number_are_looked_at_too(drop):
    bindings = [
        Binding("wie", "metadata", "", "respondent_id"),
        Binding("datum", "metadata", "", "submitted_at"),
    ]
    n_cells, kept, *_ = drop(
        {"wie": ["1", "2", "3", "jan@voorbeeld.invalid"],
         "datum": ["2024-07-01", "2024-07-02", "bel 0612345678", "3 jan 2024"]},
        bindings, respondent_id_policy="public",
    )  # fmt: skip
    assert (n_cells, kept) == (2, ["wie", "datum"])


def test_nothing_of_an_identifier_is_left_anywhere(demo, tmp_path):
    """One delivery with every kind in closed, unbound and open columns, landed as a user does."""
    places = places_in(tmp_path)
    places.inbox.mkdir()
    name = "gemeentekanalen_2024.csv"
    with (demo.inbox / name).open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = csv.reader(handle, delimiter=";")
    rows = [row for row in rows if row][:200]
    columns = [header.index(c) for c in ("G01Q01", "G01Q02", "G02Q01[waste]", "lastpage")]
    header += ["los", "los2"]
    opened = header.index("G06Q04")
    for number, row in enumerate(rows):
        value = PLANTED[number % len(PLANTED)]
        row += ["onbekend", f"kwarktaart {number}"]
        for place in [*columns, len(header) - 2]:
            if number % 5 == place % 5:
                row[place] = value
        row[opened] = f"nogal wat: {value}"
    with (places.inbox / name).open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";", quoting=csv.QUOTE_ALL).writerows([header, *rows])
    run = peil("land", *options(places))
    assert run.returncode in {0, 1}, run.stderr
    said = [run.stdout, run.stderr]
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        for schema, table in tables:
            said += [str(r) for r in connection.execute(f"from {schema}.{table}").fetchall()]
        assert (
            connection.execute(
                "select count(*) from raw.rejects where reason like 'a direct identifier%'"
            ).fetchone()[0]
            > 100
        )
    files = [f for f in tmp_path.rglob("*") if f.is_file() and f.parent != places.inbox]
    pages = [f.read_text(encoding="utf-8") for f in files if f.suffix in {".html", ".txt"}]
    assert pages
    said += [html.unescape(page) for page in pages]
    text = "\n".join(said)
    # Two words and a name of a street may stand in an answer that names nobody.
    kept = [v for v in PLANTED if v in text and v not in {"Marieke"}]
    assert not kept
    bytes_of = [Path(f).read_bytes() for f in files]
    assert not [v for v in PLANTED for content in bytes_of if len(v) > 8 and v.encode() in content]


@pytest.mark.parametrize("postcode", ["1234AB", "1234 AB"])
def test_a_postcode_goes_with_and_without_its_space(raw, drop, postcode):
    """Also where the column holds nothing longer."""
    n_cells, kept, _, _ = drop({"q1": ["7", "8", "9", "8", postcode]})
    assert (n_cells, kept) == (1, ["q1"])
    assert raw.execute(f"select count(*) from {INCOMING} where q1 = '{postcode}'").fetchone() == (
        0,
    )


def test_open_answers_are_stored_apart_with_identifiers_masked(raw, tmp_path):
    text = (
        "Bel mij op 06-12345678 of mail jan@voorbeeld.invalid, ik woon op 1234 AB. "
        "BSN 111222333, IP 192.0.2.1, rekening NL91ABNA0417164300."
    )
    raw.execute("insert into raw.open_answers values ('key', 1, 'opm', ?)", [text])
    raw.execute("insert into raw.open_answers values ('key', 2, 'opm', 'In 2024 ging het goed.')")
    assert privacy.mask_open_answers(raw, "key") == 1
    masked = raw.execute("select value from raw.open_answers where row_number = 1").fetchone()[0]
    assert masked == (
        "Bel mij op [telefoon] of mail [e-mail], ik woon op [postcode]. "
        "BSN [nummer], IP [IP], rekening [IBAN]."
    )


def test_a_long_text_nobody_bound_is_open_text(raw, drop):
    _, kept, _, delivery = drop({"q1": ["7"], "opm": ["woord " * 20]})
    assert privacy.open_columns(raw, delivery.source, kept) == ["opm"]


def test_numbers_declared_public_that_are_identifiers_are_refused(drop):
    bindings = [Binding("wie", "metadata", "", "respondent_id")]
    with pytest.raises(DeliveryRejectedError, match="holds e-mail, but source 's' declares"):
        drop(
            {"wie": ["a@b.invalid", "c@d.invalid"]}, bindings,
            respondent_id_policy="public",
        )  # fmt: skip


def test_respondents_become_keyed_hashes_and_real_ones_need_a_key(raw, drop, monkeypatch):
    bindings = [Binding("wie", "metadata", "", "respondent_id")]
    hashes = {}
    for key in ("een", "twee"):
        *_, delivery = drop({"wie": ["1001", "1002"]}, bindings)
        monkeypatch.setenv("PEIL_HASH_KEY", key)
        privacy.hash_respondents(raw, delivery)
        hashes[key] = {v for (v,) in raw.execute(f"select wie from {INCOMING}").fetchall()}
        assert all(len(v) == 32 for v in hashes[key])
    assert not hashes["een"] & hashes["twee"]
    monkeypatch.delenv("PEIL_HASH_KEY")
    with pytest.raises(InputError, match="PEIL_HASH_KEY is not set"):
        privacy.hash_respondents(raw, delivery)


def test_another_key_than_that_of_earlier_deliveries_is_refused(raw, drop, monkeypatch):
    """As after a restore on another machine: one person would be two."""
    *_, delivery = drop({"wie": ["1001"]}, [Binding("wie", "metadata", "", "respondent_id")])
    source = delivery.source
    monkeypatch.setenv("PEIL_HASH_KEY", "een")
    raw.execute(
        "insert into raw.deliveries (file_name, source_code, survey_code, status, key_check) "
        "values ('eerder.csv', ?, ?, 'landed', ?)",
        [source.source_code, source.survey_code, key_check(source)],
    )
    store = functools.partial(kinds.KINDS["survey"].store, raw, delivery, ["wie"])
    store(Outcome())
    monkeypatch.setenv("PEIL_HASH_KEY", "een ander")
    with pytest.raises(InputError, match=r"another secret than the one .* eerder\.csv"):
        store(Outcome())
    raw.execute("update raw.deliveries set file_name = ?", [delivery.path.name])
    store(Outcome())


def test_working_files_are_for_their_owner_only(demo):
    files = [demo.warehouse, *(demo.warehouse.parent / "quality").iterdir()]
    assert len(files) >= 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((demo.warehouse.parent / "quality").stat().st_mode) == 0o700
    assert not (demo.warehouse.parent / ".incoming").exists()


def test_a_purge_removes_the_microdata_and_keeps_the_published_figures(copy_of_demo):
    places = copy_of_demo
    with duckdb.connect(str(places.warehouse)) as connection:
        ids = connection.execute(
            "select distinct respondent_id from staging.stg_respondents "
            "where respondent_id is not null and wave_code = '2024'"
        ).fetchall()
        # Compressed text shows no id in the bytes of the file, and whether it is compressed differs
        # from night to night. Of an update that changes nothing DuckDB writes nothing.
        connection.execute("set force_compression = 'uncompressed'")
        table = "staging.stg_respondents"
        connection.execute(f"create or replace table {table} as from {table}")
        connection.execute("checkpoint")
    figures = "select count(*), sum(hash(columns(*)::varchar)) from marts.estimates"
    kpis = "select count(*), sum(hash(columns(*)::varchar)) from marts.kpi_scorecard"
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        before = [connection.execute(query).fetchall() for query in (figures, kpis)]
    secrets = {secret for (secret,) in ids}
    assert in_bytes(secrets, places.warehouse.read_bytes()) == secrets
    run = peil("purge", "--wave", "2024", *options(places))
    assert run.returncode == 0, run.stderr
    assert "Purged wave 2024" in run.stderr
    assert "remove them by hand: burgerpanel_2024.sav" in run.stdout
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        left = "select distinct wave_code from raw.answers inner join raw.deliveries "
        assert connection.execute(left + "using (delivery_key)").fetchall() == [("staff_2024",)]
        assert connection.execute("select count(*) from raw.open_answers").fetchone() == (0,)
        others = "select distinct survey_code from staging.stg_respondents"
        assert connection.execute(others).fetchall() == [("kcc_staff",)]
        assert connection.execute("select count(*) > 0 from raw.population").fetchone() == (True,)
    assert not in_bytes(secrets, places.warehouse.read_bytes())
    assert stat.S_IMODE(places.warehouse.stat().st_mode) == 0o600
    again = peil("land", *options(places))
    assert "0 landed, 6 unchanged" in again.stdout, "purged files do not come back"
    with tables_only():
        publish(places)
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        assert [connection.execute(query).fetchall() for query in (figures, kpis)] == before
        survey_kpis = (
            "select kpi_code, segment_value, value, verdict from marts.kpi_scorecard "
            "where wave_code = '2024' and source_kind = 'survey' order by all"
        )
        of_surveys = connection.execute(survey_kpis).fetchall()
    # A later night still builds the measured KPIs of the wave; those of its answers are kept.
    assert peil("nightly", *options(places)).returncode == 0
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        assert connection.execute(survey_kpis).fetchall() == of_surveys
    unknown = peil("purge", "--wave", "1999", *options(places))
    assert unknown.returncode == 2
    assert "is not in waves.csv" in unknown.stderr
