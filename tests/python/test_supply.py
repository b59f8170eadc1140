"""What Peil is built from: licences that we may pass on, and a bill of materials that is whole."""

import json
import re
import shlex
import subprocess
import sys
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from peil.settings import PROJECT

LOCK = PROJECT / "requirements-dev.txt"
# SPDX. Permissive, or (MPL) asking no more than that changes to its own files are passed on.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT",
    "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib", "EUPL-1.2",
}  # fmt: skip
# Distributions whose licence is not on the list, and why they may be used all the same.
EXCEPTIONS = {
    "axe-playwright-python": (
        "",
        "its licence file is MIT and axe-core in it MPL-2.0; only its metadata name none",
    ),
    "python-stdnum": (
        "LGPL-2.1-or-later",
        "imported as it is and replaceable; on the list of compatible licences of the EUPL 1.2",
    ),
    "text-unidecode": (
        "Artistic-1.0-Perl OR GPL-2.0-or-later",
        "used under the Artistic License, unchanged; python-slugify, for dbt, asks for it",
    ),
}
# What metadata say in other words. A name that SPDX splits by version stands for what it allows.
SPDX = {
    "MIT License": "MIT", "MIT": "MIT", "BSD License": "BSD-3-Clause", "BSD": "BSD-3-Clause",
    "BSD license": "BSD-3-Clause", "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0", "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0", "Apache-2": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0", "The Unlicense (Unlicense)": "Unlicense",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "Artistic License": "Artistic-1.0-Perl", "GNU General Public License (GPL)": "GPL-2.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
}  # fmt: skip


def locked(path=LOCK) -> dict[str, str]:
    """Name and version of every distribution of a lock."""
    return dict(
        re.findall(
            r"^([\w.-]+)(?:\[[^\]]+\])?==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.M
        )
    )


def licence_of(metadata: Message) -> str:
    """The licence as an SPDX expression; empty when the distribution tells none we can read."""
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [
        c.rsplit(" :: ", 1)[-1]
        for c in metadata.get_all("Classifier") or []
        if c.startswith("License :: OSI Approved :: ")
    ]
    if not classifiers:
        text = (metadata.get("License") or "").strip()
        known = SPDX.get(text, text)
        return known if re.fullmatch(r"[\w.+ ()-]{2,60}", known) else ""
    # Several classifiers are a choice, or all of them: we may use it where all are allowed.
    return " AND ".join(dict.fromkeys(SPDX.get(c, c) for c in classifiers))


def is_allowed(expression: str) -> bool:
    """Whether every part that must be met, or one of a choice, is on the list."""
    if not expression or "(" in expression:
        return False
    return any(
        all(part.strip() in ALLOWED for part in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def metadata_with(**fields: str | list[str]) -> Message:
    message = Message()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"License_Expression": "MIT"}, True),
        ({"License_Expression": "GPL-3.0-only"}, False),
        ({"License_Expression": "Apache-2.0 OR GPL-3.0-only"}, True),
        ({"License_Expression": "MIT AND GPL-3.0-only"}, False),
        ({"License_Expression": "MIT AND (GPL-3.0-only OR MIT)"}, False),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, True),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, False),
        ({"Classifier": "Programming Language :: Python", "License": "Apache-2.0"}, True),
        ({"Classifier": ["License :: OSI Approved :: MIT License",
                         "License :: OSI Approved :: GNU General Public License (GPL)"]}, False),
        ({"License": "See the file LICENSE for what you may do, which is not much."}, False),
        ({"License": ""}, False),
        ({"License": "Proprietary"}, False),
    ],
)  # fmt: skip
def test_a_licence_is_read_and_judged(fields, allowed):
    assert is_allowed(licence_of(metadata_with(**fields))) is allowed


def test_every_locked_distribution_has_a_licence_that_is_allowed():
    names = locked()
    assert len(names) > 80
    wrong, missing = {}, []
    for name in names:
        try:
            licence = licence_of(distribution(name).metadata)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if name not in EXCEPTIONS and not is_allowed(licence):
            wrong[name] = licence
    assert not missing, "not installed: run `make setup`"
    assert not wrong, "add the licence to ALLOWED, or the distribution with a reason to EXCEPTIONS"


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_one_and_gives_its_reason(name):
    licence, reason = EXCEPTIONS[name]
    own = licence_of(distribution(name).metadata)
    assert not is_allowed(own), "no exception any more: remove it"
    assert set(re.split(r" (?:AND|OR) ", own)) == set(re.split(r" (?:AND|OR) ", licence))
    assert len(reason) > 20


@pytest.mark.slow
@pytest.mark.slow
def test_the_bill_of_materials_names_everything_that_is_locked(tmp_path):
    """The command of `make sbom`, with the same options."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    line = re.search(r"\$\(BIN\)/cyclonedx-py (.*)$", makefile, re.M)[1]
    arguments = shlex.split(line)
    target = arguments.index("-o") + 1
    made = []
    for number in range(2):
        arguments[target] = str(tmp_path / f"{number}.json")
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *arguments],
            cwd=PROJECT, check=True, capture_output=True,
        )  # fmt: skip
        made.append((tmp_path / f"{number}.json").read_bytes())
    assert made[0] == made[1], "the same lock gives the same bytes"
    bill = json.loads(made[0])
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "peil"
    parts = {part["name"]: part for part in bill["components"]}
    wanted = locked(PROJECT / "requirements.txt")
    assert {name: part["version"] for name, part in parts.items()} == wanted
    for name, part in parts.items():
        assert part["purl"] == f"pkg:pypi/{name}@{wanted[name]}"
        hashes = [h for r in part["externalReferences"] for h in r.get("hashes", [])]
        assert hashes, f"{name} has no hash"


def test_the_policy_says_how_to_report_and_what_is_promised():
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    for heading in ("## Report", "## Promised", "## Not promised"):
        assert heading in text
    for path in re.findall(r"\]\(([\w/.]+)(?:#[\w-]+)?\)", text):
        assert (PROJECT / path).exists(), path
