"""What docs/ and README say holds: links, commands, rows, and the generated reference."""

import re
import shlex
from pathlib import Path

import click
import pytest
from docs_blocks import DOCS, blocks, write_rows
from peil.cli.main import peil as command
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

    (tmp_path / "topics.csv").write_text("topic,label_nl,label_en,sort_order\na,A,,1\n")
    write_rows(Block("csv", "topics.csv", "topic,label_en\na,B\nc,C\n"), tmp_path)
    assert (tmp_path / "topics.csv").read_text() == (
        "topic,label_nl,label_en,sort_order\na,A,B,1\nc,,C,\n"
    )
    with pytest.raises(ValueError, match="has no column labels"):
        write_rows(Block("csv", "topics.csv", "topic,labels\na,B\n"), tmp_path)


def test_every_block_of_rows_names_a_seed():
    for page in DOCS.glob("*.md"):
        for block in blocks(page):
            if block.language == "csv" and block.rest:
                assert (PROJECT / block.rest).exists(), f"{page.name}: {block.rest}"
