"""A release names every table that changed since the one before."""

import importlib.util

import pytest
from peil import __version__
from peil.errors import InputError
from peil.settings import PROJECT

spec = importlib.util.spec_from_file_location("release", PROJECT / "scripts" / "release.py")
release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release)

BEFORE = """
models:
  - name: grades
    columns: [{name: mean, data_type: double}, {name: n, data_type: bigint}]
  - name: stays
    columns: [{name: a, data_type: varchar}]
  - name: goes
"""
NOW = """
models:
  - name: grades
    columns: [{name: mean, data_type: double}, {name: n, data_type: integer}]
  - name: stays
    columns: [{name: a, data_type: varchar}]
  - name: comes
"""


def test_a_table_that_came_went_or_changed_a_type_must_be_named():
    found = release.changed(release.contracts([BEFORE]), release.contracts([NOW]))
    assert found == ["comes", "goes", "grades"]
    text = "# Changelog\n\n## 2.0.0\n\n`comes` and `grades`\n\n## 1.0.0\n\n`goes`\n"
    assert release.unnamed(found, release.section(text, "2.0.0")) == ["goes"]


def test_a_version_without_a_section_is_refused():
    with pytest.raises(InputError, match=r"no section '## 3\.1\.0'"):
        release.section("## 3.1\n", "3.1.0")


def test_the_changelog_of_this_version_names_every_table_that_changed():
    release.check()
    assert f"## {__version__}" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
