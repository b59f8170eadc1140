"""Which steps of a replay stand: those of which nothing that they read came out otherwise."""

import duckdb
import pytest
from peil.nights import replay, replay_standing
from peil.nights.plan import Plan, Step
from peil.settings import PROJECT


def step_of(name: str, kind: str, code: str, *reads: str, schema: str = "marts") -> Step:
    """A step that reads others by their names, and sources by theirs with a schema."""
    node_of = {"seed": "seed", "test": "test"}.get(kind, "model")
    ids = [f"source.peil.{r}" if r.startswith("raw.") else r for r in reads]
    return Step(f"{node_of}.{name}", kind, name, schema, f"{name}.csv", code, [], ids)


@pytest.fixture
def few_steps(tmp_path):
    """Nights of a few steps: which of them ran."""
    codes, counted, shown = "seed.codes", "model.counted", "model.shown"
    plan = Plan([
        step_of("codes", "seed", "", schema="codebook"),
        step_of("counted", "table", "select count(*) as n, min(code) as code from codebook.codes",
                codes),
        step_of("shown", "table", "select n, label from marts.counted join codebook.codes using "
                "(code)", codes, counted),
        step_of("seen", "view", "select n from marts.counted", counted),
        step_of("of_seen", "table", "select n from marts.seen", "model.seen"),
        step_of("landed", "table", "select count(*) as n from raw.deliveries where n_rows > 1",
                "raw.deliveries"),
        step_of("of_landed", "table", "select n from marts.landed", "model.landed"),
        step_of("is_labelled", "test", "select 1 from marts.shown where label = 'wrong'", shown),
        step_of("is_counted", "test", "select 1 from marts.counted where n = 0", counted),
    ])  # fmt: skip
    plan.steps[0].types.update(code="varchar", label="varchar")

    def sql(text: str) -> list[tuple]:
        with duckdb.connect(str(tmp_path / "peil.duckdb")) as connection:
            return connection.execute(text).fetchall()

    def night(labels: str = "Ja", codes: str = "a", **how: bool) -> set[str]:
        rows = "".join(f"{code},{labels}\n" for code in codes)
        (tmp_path / "codes.csv").write_text(f"code,label\n{rows}", encoding="utf-8")
        with duckdb.connect(str(tmp_path / "peil.duckdb")) as connection:
            done = replay.replay(
                connection, tmp_path, plan, PROJECT, keep_seeds=False, ticker=lambda _: None, **how
            )
        assert bool(done.failures) == (labels == "wrong")
        return {step.name for step in plan.steps if step.id in done.seconds}

    sql(
        "create schema raw; create schema codebook; create table raw.deliveries as "
        "select 'k' as delivery_key, 'f' as file_name, 'x' as sha256, 's' as source_code, "
        "'w' as wave_code, 5 as n_rows, 'landed' as status"
    )
    return sql, night, {step.name for step in plan.steps}


def test_a_step_stands_while_what_it_reads_is_the_same(few_steps):
    sql, night, everything = few_steps
    assert night() == everything
    assert night() == set()
    # A label is in no count: what is made of the count stands.
    assert night("Nee") == {"codes", "counted", "shown", "is_labelled"}
    of_landed = {"landed", "of_landed"}
    assert night("Nee", "ab") == everything - of_landed
    # Another fact of a delivery, and one that is counted.
    sql("update raw.deliveries set file_name = 'g'")
    assert night("Nee", "ab") == {"landed"}
    sql("update raw.deliveries set n_rows = 1")
    assert night("Nee", "ab") == of_landed
    # What somebody dropped, or made something else of.
    sql("drop table marts.of_seen; drop view marts.seen")
    sql("create table marts.seen as select 3 as n")
    assert night("Nee", "ab") == {"seen", "of_seen"}
    assert sql("from marts.of_seen") == [(2,)]


def test_nothing_stands_after_a_night_of_which_not_all_is_known(few_steps, monkeypatch):
    sql, night, everything = few_steps
    night()
    assert night(anew=True) == everything
    assert night() == set()
    # A test that failed: what was not made, or not tested, is not known.
    night("wrong")
    assert night() == everything
    # A build by dbt, and a purge, forget it.
    sql("drop table nights.made_of")
    assert night() == everything
    # A source that is too long to compare is never the same.
    monkeypatch.setattr(replay_standing, "MOST_ROWS", 0)
    assert "landed" in night()
    monkeypatch.undo()
    night()
    monkeypatch.setattr(replay_standing, "code_digest", lambda: "other")
    assert night() == everything
