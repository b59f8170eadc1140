"""Serve the site to this computer only, compressed where a compressed twin is there."""

import functools
import http.server
import io
import logging
import os
from pathlib import Path
from typing import BinaryIO

from peil.errors import InputError

log = logging.getLogger(__name__)
PORT = 8055


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Static files; `page.html.gz` is sent for `page.html` to who accepts it."""

    def send_head(self) -> BinaryIO | io.BytesIO | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path = path / "index.html"
        twin = path.with_name(path.name + ".gz")
        if "gzip" not in self.headers.get("Accept-Encoding", "") or not twin.is_file():
            return super().send_head()
        body = twin.open("rb")
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(twin.stat().st_size))
        self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        return body

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        kind = super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def log_message(self, *arguments: object) -> None:
        log.debug(*arguments)


def server(site: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """A server of the site on this computer; port 0 takes a free one."""
    if not (site / "index.html").exists():
        raise InputError(f"{site}: no site here. Build it with `peil dashboard`.")
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
