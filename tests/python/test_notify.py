"""Alerts arrive, say what they should, keep secrets and names to themselves, and break nothing."""

import contextlib
import dataclasses
import logging
import shutil
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from conftest import places_in
from peil.errors import InputError
from peil.nights import history, notify
from peil.nights.changes import Change
from peil.nights.history import Delivered, Record, Run
from peil.nights.notify import Settings, message, read_settings, send, tell, tell_worries
from peil.settings import Places, child_environment
from servers import Hook, Mailbox, certificate, serving

PASSWORD = "wachtwoord-81f3"


def places_with(folder: Path, text: str) -> Places:
    (folder / "peil.toml").write_text(f"[notify]\n{text}\n", encoding="utf-8")
    return dataclasses.replace(places_in(folder), folder=folder)


def record(**facts: object) -> Record:
    run = Run("r1", verb="nightly", started_at=history.now(), peil="0.2.0", ended_at=history.now(),
              **facts)  # fmt: skip
    return Record(run)


FAILED = {"exit_code": 1, "outcome": history.FAILED, "step": "building"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('smtp_password = "x"', "in the environment as PEIL_SMTP_PASSWORD"),
        ('webhook = "https://chat/secret"', "PEIL_WEBHOOK and write `webhook = true`"),
        ('mail = "a@b"', "'mail': is not one of on, name, to, from"),
        ('to = "a@b"', "should be a list of texts"),
        ("smtp_port = true", "should be a whole number"),
        ('on = ["failure", "weather"]', "'on' holds weather"),
        ('to = ["a@b"]', "needs 'smtp_host' and 'from'"),
        ('smtp_security = "ssl"', "is not one of starttls, tls, none"),
        ('smtp_user = "p"\nsmtp_security = "none"', "would send the password readable"),
        ('smtp_user = "p"', "needs PEIL_SMTP_PASSWORD"),
        ("webhook = true", "needs its address in the environment as PEIL_WEBHOOK"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, text, why):
    with pytest.raises(InputError, match=why) as error:
        read_settings(places_with(tmp_path, text))
    assert str(tmp_path / "peil.toml") in str(error.value)
    assert "https://chat" not in str(error.value)


def test_without_settings_nothing_is_sent(tmp_path):
    assert read_settings(places_in(tmp_path)) == Settings()
    assert Settings().channels == {}
    assert tell(places_in(tmp_path), record(**FAILED), []) == ""


def test_secrets_reach_no_program_that_peil_starts(monkeypatch):
    for name in ("PEIL_SMTP_PASSWORD", "PEIL_WEBHOOK"):
        monkeypatch.setenv(name, PASSWORD)
    assert PASSWORD not in child_environment().values()


def test_what_wants_a_look_is_told_and_what_does_not_is_not():
    killed = record(exit_code=1, outcome=history.KILLED).run
    cases = [
        (record(exit_code=0, outcome=history.PUBLISHED, n_drifted=0), [], []),
        (record(exit_code=0, outcome=history.UNCHANGED), [killed], ["failure"]),
        (record(**FAILED), [], ["failure"]),
        (record(exit_code=2, outcome=history.FAILED), [], ["failure"]),
        (record(exit_code=3, outcome=history.PUBLISHED, n_set_aside=1), [], ["set_aside"]),
        (record(exit_code=0, outcome=history.PUBLISHED, n_drifted=2), [], ["drift"]),
        (record(exit_code=1, outcome=history.PUBLISHED, n_not_landed=1), [], ["failure"]),
    ]
    for made, before, wanted in cases:
        assert notify.events(made, before) == wanted


def test_a_message_holds_counts_codes_and_published_figures():
    made = record(exit_code=3, outcome=history.PUBLISHED, n_set_aside=1, n_changed=2, n_drifted=1,
                  release="20260101T000000")  # fmt: skip
    made.deliveries = [Delivered("panel", "survey", "2024", "set aside", 1)]
    row = Change("survey", "2024", "raked", "total", "total", None, "grade", "mean", None,
                 "changed", 6.5, 7.5, 4.0)  # fmt: skip
    made.changes = [row, dataclasses.replace(row, question_code="other", margins=0.1)]
    subject, text, facts = message("Peil", made, [], ["set_aside", "drift"])
    assert subject == "Peil: set deliveries aside, figures drifted"
    assert "exit code 3, a delivery was set aside; the rest went on." in text
    assert "panel (survey 2024): 1 set aside." in text
    assert "grade mean, total total, raked: 6.5 became 7.5 (4.0 margins)" in text
    assert "other" not in text, "it did not drift"
    assert facts["events"] == ["set_aside", "drift"] and facts["n_drifted"] == 1


def test_a_mail_is_sent_over_a_connection_that_is_checked(tmp_path, monkeypatch):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    mailbox = Mailbox(context)
    monkeypatch.setenv("PEIL_SMTP_PASSWORD", PASSWORD)
    places = places_with(
        tmp_path,
        'name = "Proef"\nto = ["a@example.org", "b@example.org"]\nfrom = "p@example.org"\n'
        f'smtp_host = "localhost"\nsmtp_port = {mailbox.port}\nsmtp_user = "p"',
    )
    with serving(mailbox):
        assert "e-mail not sent" in tell(places, record(**FAILED), []), "nobody knows the server"
        assert not any(line.startswith("AUTH") for line in mailbox.asked)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert tell(places, record(**FAILED), []) == "e-mail sent"
    (mail,) = mailbox.mails
    assert (mail["Subject"], mail["To"]) == ("Proef: failed", "a@example.org, b@example.org")
    assert "It was building." in mail.get_content()
    asked = [line.split()[0] for line in mailbox.asked]
    assert asked.index("AUTH") > asked.index("STARTTLS"), "the password is not sent readable"


@pytest.mark.parametrize("answer", [200, 302, 500])
def test_a_webhook_that_does_not_take_it_changes_nothing(tmp_path, monkeypatch, caplog, answer):
    hook = Hook()
    hook.answer = answer
    monkeypatch.setenv("PEIL_WEBHOOK", hook.address)
    places = places_with(tmp_path, "webhook = true")
    with serving(hook):
        said = tell(places, record(**FAILED), [])
    assert said == ("webhook sent" if answer == 200 else "webhook not sent (HTTPError)")
    assert len(hook.posts) == 1, "a redirect is not followed"
    assert "secret-path" not in caplog.text + said
    assert hook.posts[0]["exit_code"] == 1


def test_no_server_at_all_changes_nothing(monkeypatch):
    monkeypatch.setenv("PEIL_WEBHOOK", "http://127.0.0.1:1/")
    settings = Settings(to=("a@b",), sender="p@b", smtp_host="127.0.0.1", smtp_port=1, webhook=True)
    said = send(settings, "subject", "text", {})
    assert said == "e-mail not sent (ConnectionRefusedError), webhook not sent (URLError)"


def test_an_address_that_is_none_is_not_repeated(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("PEIL_WEBHOOK", "http://127.0.0.1:secret-path/")
    logging.getLogger("peil").propagate = True
    said = tell(places_with(tmp_path, "webhook = true"), record(**FAILED), [])
    assert said == "webhook not sent (InvalidURL)"
    assert "No alert by webhook" in caplog.text and "secret-path" not in caplog.text


def test_worries_are_sent_to_somebody_or_that_is_said(tmp_path, monkeypatch):
    hook = Hook()
    monkeypatch.setenv("PEIL_WEBHOOK", hook.address)
    with serving(hook):
        said = tell_worries(places_with(tmp_path, "webhook = true"), 1, ["No night has ended."])
    assert said == "webhook sent"
    assert "No night has ended." in hook.posts[0]["text"]
    with pytest.raises(InputError, match="there is nobody to tell"):
        tell_worries(places_with(tmp_path, ""), 1, [])


def drip(server: socket.socket) -> None:
    """Send a byte now and then, for ever."""
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        while True:
            connection.sendall(b"2")
            time.sleep(0.1)


def test_a_server_without_end_and_a_port_that_is_none_change_nothing(monkeypatch):
    monkeypatch.setattr(notify, "LONGEST", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=[server], daemon=True).start()
        settings = Settings(to=("a@b",), sender="p@b", smtp_host="127.0.0.1",
                            smtp_port=server.getsockname()[1], smtp_security="none")  # fmt: skip
        began = time.monotonic()
        assert send(settings, "subject", "text", {}) == "e-mail not sent (TimeoutError)"
        assert time.monotonic() - began < 30, "it would go on for ever"
    for port in (99999, -1):
        said = send(dataclasses.replace(settings, smtp_port=port), "subject", "text", {})
        assert said.startswith("e-mail not sent (")


def test_settings_that_may_not_be_read_end_no_run(tmp_path, monkeypatch):
    places = places_with(tmp_path, "webhook = true")

    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", "peil.toml")

    monkeypatch.setattr(Path, "read_text", refused)
    assert tell(places, record(**FAILED), []) == "not sent: settings"
