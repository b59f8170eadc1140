"""Serve the site to this computer only."""

import functools
import http.server
import logging
import os
from pathlib import Path

from peil.errors import InputError

log = logging.getLogger(__name__)
PORT = 8055


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Static files in UTF-8; a page that does not exist is the site's own."""

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        kind = super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind.startswith(("text/", "application/json")) else kind

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        log.debug(*arguments)


def first_page(site: Path) -> Path:
    """The page a reader starts at.

    Raises:
        InputError: there is no site.
    """
    page = site / "index.html"
    if not page.exists():
        raise InputError(f"{site}: no site here. Publish one with `peil nightly`.")
    return page


def server(site: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """A server of the site on this computer; port 0 takes a free one."""
    first_page(site)
    handler = functools.partial(_Pages, directory=str(site))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise InputError(
            f"Port {port} of this computer cannot be used ({error.strerror}). "
            "Choose another with --port."
        ) from error


def serve(site: Path, port: int = PORT) -> None:
    """Serve until stopped with Ctrl-C."""
    with server(site, port) as running:
        log.info("Stop with Ctrl-C.")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            log.info("Stopped.")
