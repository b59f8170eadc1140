"""What is made once per version of the code, and what a night does not read before it is asked."""

import subprocess
import sys
from unittest.mock import MagicMock

import jinja2
from peil.kept import can_keep, kept_folder
from peil.site import writer


def templates():
    environment = writer._environment(MagicMock(), MagicMock())
    return [environment.get_template(name) for name in environment.list_templates(["j2"])]


def test_templates_are_compiled_once_for_all_sites(tmp_path, monkeypatch):
    monkeypatch.setenv("PEIL_CACHE", str(tmp_path / "cache"))
    n_made = len(templates())
    assert n_made > 5
    assert len(list((tmp_path / "cache" / "templates").iterdir())) == n_made
    assert (tmp_path / "cache" / "templates").stat().st_mode & 0o077 == 0

    def compile_(*_, **__):
        raise AssertionError("compiled again")

    monkeypatch.setattr(jinja2.Environment, "compile", compile_)
    assert len(templates()) == n_made


def test_who_cannot_keep_anything_has_a_site_as_well(tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("PEIL_CACHE", str(tmp_path / "a file"))
    assert not can_keep("templates")
    assert templates()
    monkeypatch.delenv("PEIL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_folder("plans") == tmp_path / "peil" / "plans"


def test_a_night_reads_no_solver_or_distribution_before_it_is_asked():
    code = (
        "import sys, peil.nights.nightly, peil.disclosure.attack, peil.tables.sql_functions, "
        "peil.tables.merges; "
        "print({'scipy.stats', 'scipy.optimize'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
