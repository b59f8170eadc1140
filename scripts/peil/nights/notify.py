"""Alerts: `[notify]` in peil.toml, sent by e-mail and to a webhook when a run wants a look.

A message says what ended how, in counts, codes of the codebook and published figures. It names no
delivery, no folder and no person, and repeats no message of an error: a mail server and a chat
channel are no place for those. Secrets stand in the environment only.
"""

import json
import logging
import smtplib
import ssl
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from peil.errors import DeliveryRejectedError, InputError
from peil.nights import history
from peil.nights.exit_codes import meaning
from peil.nights.history import Record, Run
from peil.settings import SMTP_PASSWORD, SURVEY_FILE, WEBHOOK, Places, secret, section

log = logging.getLogger(__name__)
Channel = Callable[[str, str, dict], None]
FAILURE, SET_ASIDE, DRIFT = EVENTS = ("failure", "set_aside", "drift")
# Of one answer, and of the whole message: a server may send a byte now and then for ever.
TIMEOUT, LONGEST = 20.0, 60.0
_SHOWN = 10
_SECURITY = ("starttls", "tls", "none")
_KINDS: dict[str, type] = {
    "on": list, "name": str, "to": list, "from": str, "smtp_host": str, "smtp_port": int,
    "smtp_security": str, "smtp_user": str, "webhook": bool,
}  # fmt: skip
_WORDS = {list: "list of texts", str: "text", int: "whole number", bool: "true or false"}


@dataclass(frozen=True)
class Settings:
    """What stands in [notify]; without `to` no e-mail is sent, without `webhook` no request."""

    on: tuple[str, ...] = EVENTS
    name: str = "Peil"
    to: tuple[str, ...] = ()
    sender: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    webhook: bool = False

    @property
    def channels(self) -> dict[str, Channel]:
        """What is sent by, and how."""
        found: dict[str, Channel] = {}
        if self.to:
            found["e-mail"] = lambda subject, text, _: _mail(self, subject, text)
        if self.webhook:
            found["webhook"] = lambda subject, text, facts: _post(subject, text, facts)
        return found


def read_settings(places: Places) -> Settings:
    """What `[notify]` of the survey folder says; nothing is sent without it.

    Raises:
        InputError: a line that is none, a secret in the file, or a channel without its secret.
    """
    if places.folder is None:
        return Settings()
    file = places.folder / SURVEY_FILE
    given = section(file, "notify")
    for name, value in given.items():
        where = f"{file}, [notify]: '{name}'"
        if "password" in name or (name == "webhook" and isinstance(value, str)):
            variable = WEBHOOK if name == "webhook" else SMTP_PASSWORD
            raise InputError(
                f"{where}: is a secret, and who may read this file may use it. Put it in the "
                f"environment as {variable}" + ("." if "password" in name else
                " and write `webhook = true` here.")
            )  # fmt: skip
        if name not in _KINDS:
            raise InputError(f"{where}: is not one of {', '.join(_KINDS)}.")
        # True is a whole number to Python.
        if type(value) is not _KINDS[name] or (
            isinstance(value, list) and not all(isinstance(part, str) for part in value)
        ):
            raise InputError(f"{where} = {value!r}: should be a {_WORDS[_KINDS[name]]}.")
    if strange := set(given.get("on", ())) - set(EVENTS):
        raise InputError(
            f"{file}, [notify]: 'on' holds {', '.join(sorted(strange))}. It may hold "
            f"{', '.join(EVENTS)}."
        )
    settings = Settings(
        on=tuple(given.get("on", EVENTS)),
        name=given.get("name", Settings.name),
        to=tuple(given.get("to", ())),
        sender=given.get("from", ""),
        smtp_host=given.get("smtp_host", ""),
        smtp_port=given.get("smtp_port", Settings.smtp_port),
        smtp_security=given.get("smtp_security", Settings.smtp_security),
        smtp_user=given.get("smtp_user", ""),
        webhook=given.get("webhook", False),
    )
    _refuse_half(f"{file}, [notify]", settings)
    return settings


def _refuse_half(where: str, settings: Settings) -> None:
    if settings.smtp_security not in _SECURITY:
        raise InputError(
            f"{where}: smtp_security '{settings.smtp_security}' is not one of "
            f"{', '.join(_SECURITY)}."
        )
    if settings.to and not (settings.smtp_host and settings.sender):
        raise InputError(f"{where}: 'to' needs 'smtp_host' and 'from' to send by.")
    if settings.smtp_user and settings.smtp_security == "none":
        raise InputError(
            f"{where}: smtp_user with smtp_security 'none' would send the password readable. Use "
            "starttls or tls."
        )
    if settings.smtp_user and secret(SMTP_PASSWORD) is None:
        raise InputError(f"{where}: smtp_user needs {SMTP_PASSWORD} in the environment.")
    address = secret(WEBHOOK)
    if settings.webhook and not (address and address.startswith(("https://", "http://"))):
        raise InputError(
            f"{where}: webhook needs its address in the environment as {WEBHOOK}, beginning with "
            "https://."
        )


def events(record: Record, killed: list[Run]) -> list[str]:
    """What of a run wants a look."""
    run = record.run
    found = []
    if run.exit_code not in (0, DeliveryRejectedError.exit_code) or killed:
        found.append(FAILURE)
    if run.n_set_aside:
        found.append(SET_ASIDE)
    if run.n_drifted:
        found.append(DRIFT)
    return found


def tell(places: Places, record: Record, killed: list[Run]) -> str:
    """Send what a run gives reason for; returns what was sent, for its row.

    A message that cannot be sent is a warning: it changes nothing about the run.
    """
    if not events(record, killed):
        return ""
    try:
        settings = read_settings(places)
    except (InputError, OSError) as error:
        log.warning("No alert was sent. %s", error)
        return "not sent: settings"
    because = [event for event in events(record, killed) if event in settings.on]
    if not because:
        return ""
    return send(settings, *message(settings.name, record, killed, because))


def tell_worries(places: Places, exit_code: int, worries: list[str]) -> str:
    """Send what `peil status` worries about, also when no night ran at all.

    Raises:
        InputError: the settings cannot be used; who asks for an alert hears that.
    """
    settings = read_settings(places)
    if not settings.channels:
        raise InputError(
            "--notify: there is nobody to tell. Write [notify] with 'to' or 'webhook' in "
            f"{SURVEY_FILE} (docs/operations.md)."
        )
    facts = {"name": settings.name, "events": [FAILURE], "exit_code": exit_code}
    text = "\n".join([*worries, "`peil status` says more."]) + "\n"
    return send(settings, f"{settings.name}: wants a look", text, facts)


def send(settings: Settings, subject: str, text: str, facts: dict) -> str:
    """Send a message by every channel; returns how that went."""
    said = []
    for name, channel in settings.channels.items():
        error = _error_of(channel, subject, text, facts)
        if error is None:
            said.append(f"{name} sent")
        else:
            # The address of a webhook is a secret, and errors of requests may repeat it.
            log.warning("No alert by %s: %s.", name, type(error).__name__)
            said.append(f"{name} not sent ({type(error).__name__})")
    return ", ".join(said)


def _error_of(channel: Channel, subject: str, text: str, facts: dict) -> Exception | None:
    """What went wrong with sending a message, if anything; the run has ended, whatever it is."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            channel(subject, text, facts)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LONGEST)
    if thread.is_alive():
        return TimeoutError()
    return failed[0] if failed else None


def message(
    name: str, record: Record, killed: list[Run], because: list[str]
) -> tuple[str, str, dict]:
    """Subject, text and facts of the message about a run."""
    run = record.run
    words = {FAILURE: "failed", SET_ASIDE: "set deliveries aside", DRIFT: "figures drifted"}
    what = ", ".join(words[event] for event in because)
    if because == [FAILURE] and run.outcome != history.FAILED:
        what = "an earlier run was killed" if killed else "not everything landed"
    lines = [
        f"`peil {run.verb}`, {run.started_at} to {run.ended_at} UTC: exit code {run.exit_code}, "
        f"{meaning(run.exit_code)}.",
        *(f"The run of {k.started_at} UTC (`peil {k.verb}`) was killed." for k in killed),
    ]
    if run.outcome == history.FAILED and run.step:
        lines.append(f"It was {run.step}.")
    if run.failed_steps:
        lines.append(f"Failed: {run.failed_steps}.")
    lines += [
        f"{row.source_code} ({row.survey_code} {row.wave_code}): {row.n_files} {row.outcome}."
        for row in record.deliveries
    ]
    if run.outcome in {history.PUBLISHED, history.ROLLED_BACK}:
        lines.append(f"Release {run.release} is in force: {run.n_changed or 0} figures changed.")
    if run.n_drifted:
        lines.append(f"{run.n_drifted} moved more than drift_margins allows, the largest first:")
        lines += [
            f"  {row.what}: {row.before:g} became {row.after:g} ({row.margins:.1f} margins)"
            for row in record.changes[: min(_SHOWN, run.n_drifted)]
            if row.before is not None and row.after is not None and row.margins is not None
        ]
    lines.append("`peil status` says more, and the log of the run says which file and why.")
    facts = {
        "name": name, "events": because, "verb": run.verb, "run": run.run_id,
        "exit_code": run.exit_code, "outcome": run.outcome, "failed_steps": run.failed_steps,
        "n_landed": run.n_landed, "n_set_aside": run.n_set_aside, "release": run.release,
        "n_changed": run.n_changed, "n_drifted": run.n_drifted, "n_killed": len(killed),
    }  # fmt: skip
    return f"{name}: {what}", "\n".join(lines) + "\n", facts


def _mail(settings: Settings, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, settings.sender, ", ".join(settings.to)
    mail.set_content(text)
    trusted = ssl.create_default_context()
    where = (settings.smtp_host, settings.smtp_port)
    server = (
        smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=trusted)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(*where, timeout=TIMEOUT)
    )
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=trusted)
        if settings.smtp_user:
            server.login(settings.smtp_user, secret(SMTP_PASSWORD) or "")
        server.send_message(mail)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook is asked where it stands; a redirect would send the message elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(subject: str, text: str, facts: dict) -> None:
    """JSON that chat programs show (`text`), with the facts beside it for other programs."""
    body = json.dumps({"text": f"{subject}\n{text}", **facts}).encode()
    request = urllib.request.Request(
        secret(WEBHOOK) or "", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as answer:
        answer.read(1)
