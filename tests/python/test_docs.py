"""What docs/ and README say holds: links, commands, rows, and the generated reference."""

import re
import shlex
from pathlib import Path

import click
import pytest
from docs_blocks import DOCS, blocks, write_rows
from peil.cli.main import peil as command
from peil.codebook.seeds import header
from peil.drafting.reference import reference
from peil.settings import PROJECT

PAGES = [
    *sorted(DOCS.glob("*.md")),
    *(PROJECT / n for n in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
]
_LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def anchors(page: Path) -> set[str]:
    """The anchors of a page, as GitHub and GitLab make them of its headings."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", h.replace("`", "").lower()).replace(" ", "-") for h in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_resolves(page):
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    for match in _LINK.finditer(text):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"https?:|mailto:", target):
            continue
        file = (page.parent / target) if target else page
        assert file.exists(), f"{page.name}: {match['target']}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{page.name}: no heading for {match['target']}"


def test_a_planted_dead_link_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](page.md#two) [b](none.md)\n", encoding="utf-8")
    for target in ("page.md#two", "none.md"):
        with pytest.raises(AssertionError, match=target):
            page.write_text(f"# One\n[a]({target})\n", encoding="utf-8")
            test_every_link_resolves(page)


def commands_in(text: str) -> list[list[str]]:
    """Every `peil ...` in a code span or a block of a page, as words."""
    spans = re.findall(r"`([^`\n]+)`", _FENCED.sub("", text))
    lines = [line for block in _FENCED.findall(text) for line in block.splitlines()[1:-1]]
    found = []
    for line in [*spans, *lines]:
        for part in re.split(r"&&|\|\||\||;", line):
            words = re.sub(r"\s#.*$", "", part.strip()).split()
            if len(words) > 1 and words[0] in {"peil", "$(BIN)/peil"}:
                found.append(shlex.split(re.sub(r"\s#.*$", "", part.strip())))
    return found


def unknown_in(words: list[str]) -> str:
    """What of a command does not exist; empty when all of it does."""
    at: click.Command = command
    rest = [re.sub(r"[.,:]$", "", word) for word in words[1:]]
    while isinstance(at, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] not in at.commands:
            return rest[0]
        at, rest = at.commands[rest[0]], rest[1:]
    known = {o for p in at.params for o in (*p.opts, *p.secondary_opts)}
    known |= {"--help", "-h", "--version"}
    return next((w for w in rest if w.startswith("-") and w.split("=")[0] not in known), "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists_with_its_options(page):
    for words in commands_in(page.read_text(encoding="utf-8")):
        assert not unknown_in(words), f"{page.name}: `{' '.join(words)}` has no {unknown_in(words)}"


def test_a_planted_command_is_seen():
    text = "`peil nightli` and `peil land --inbox x`\n```sh\npeil codebook draft a --outt b\n```\n"
    assert [unknown_in(words) for words in commands_in(text)] == ["nightli", "", "--outt"]


def test_the_reference_of_the_codebook_is_that_of_the_yml():
    text = (DOCS / "codebook.md").read_text(encoding="utf-8")
    assert text == reference(), "docs/codebook.md is out of date: run `make docs`"
    seeds = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
    assert seeds == set(re.findall(r"^### (\w+)$", text, re.M))


def test_rows_are_written_by_key_and_strange_columns_are_refused(tmp_path):
    from docs_blocks import Block

    (tmp_path / "topics.csv").write_text("topic_code,label_nl,label_en,sort_order\na,A,,1\n")
    write_rows(Block("csv", "topics.csv", "topic_code,label_en\na,B\nc,C\n"), tmp_path)
    assert (tmp_path / "topics.csv").read_text() == (
        "topic_code,label_nl,label_en,sort_order\na,A,B,1\nc,,C,\n"
    )
    with pytest.raises(ValueError, match="has no column labels"):
        write_rows(Block("csv", "topics.csv", "topic_code,labels\na,B\n"), tmp_path)


def test_every_block_of_rows_names_a_seed():
    for page in DOCS.glob("*.md"):
        for block in blocks(page):
            if block.language == "csv" and block.rest:
                assert (PROJECT / block.rest).exists(), f"{page.name}: {block.rest}"


def names_of_the_code() -> set[str]:
    """Models, macros, dbt tests and unit tests, by name."""
    found = {
        path.stem
        for room in ("models", "tests", "analyses", "seeds", "macros")
        for suffix in ("sql", "py", "csv")
        for path in (PROJECT / room).rglob(f"*.{suffix}")
    }
    for path in (PROJECT / "macros").glob("*.sql"):
        found |= set(re.findall(r"macro (\w+)\(", path.read_text(encoding="utf-8")))
    for path in (PROJECT / "models").rglob("*.yml"):
        found |= set(re.findall(r"- (?:\{)?name: (\w+)", path.read_text(encoding="utf-8")))
    return found


_MADE_OF = re.compile(r"`(?P<name>(?:est|wgt|stg|assert|test)_\w+)(?P<open>\.\.\.|\*)?`")
_PATH = re.compile(
    r"`((?:scripts|models|macros|tests|seeds|docs|examples|analyses)/[\w./-]+|"
    r"test_\w+\.py|\w+\.csv)(?:::(\w+))?`"
)


def strange_names(text: str) -> list[str]:
    """Models, files and tests in code spans of a page that do not exist."""
    known = names_of_the_code()
    strange = [
        m["name"]
        for m in _MADE_OF.finditer(text)
        if m["name"] not in known
        and not (m["open"] and any(name.startswith(m["name"]) for name in known))
    ]
    for path, test in _PATH.findall(text):
        places = [PROJECT, PROJECT / "tests" / "python", PROJECT / "seeds", DOCS / "tutorial"]
        file = next((place / path for place in places if (place / path).exists()), None)
        if file is None:
            strange.append(path)
        elif test and f"def {test}(" not in file.read_text(encoding="utf-8"):
            strange.append(f"{path}::{test}")
    return strange


@pytest.mark.parametrize("page", ["concepts", "statistics", "protection", "index", "how-to"])
def test_every_model_file_and_test_a_page_names_exists(page):
    assert strange_names((DOCS / f"{page}.md").read_text(encoding="utf-8")) == []


def test_planted_names_are_seen():
    text = "`est_points`, `est_poinst`, `models/marts/none.sql`, `test_raking.py::test_none`"
    assert strange_names(text) == [
        "est_poinst",
        "models/marts/none.sql",
        "test_raking.py::test_none",
    ]


def test_every_file_of_tests_protects_something_by_the_table():
    """A file of tests that no row of protection.md names is found by nobody who changes code."""
    text = (DOCS / "protection.md").read_text(encoding="utf-8")
    files = {path.name for path in (PROJECT / "tests" / "python").glob("test_*.py")}
    missing = sorted(name for name in files if not re.search(rf"\b{name}", text))
    assert missing == []


def test_labels_reach_the_page_of_dbt_and_cannot_end_its_script(tmp_path):
    from peil.nights.docs_page import complete

    topics, questions = (",".join(header(seed)) for seed in ("topics", "questions"))
    rest = "," * (topics.count(",") - 1)
    (tmp_path / "topics.csv").write_text(f"{topics}\nwaiting,Wachten</script>{rest}\n")
    (tmp_path / "questions.csv").write_text(f"{questions}\n")
    manifest = (
        '{"nodes": {"m": {"name": "waiting", "resource_type": "model", "description": "One row."}}}'
    )
    page = complete(f"<head></head><script>x = {manifest}</script>", manifest, tmp_path)
    assert "Nederlandse labels: Wachten" in page
    assert page.count("</script>") == 1
    assert "max-width: 700px" in page.partition("</head>")[0]
    with pytest.raises(ValueError, match="does not hold"):
        complete("<script></script>", manifest, tmp_path)
