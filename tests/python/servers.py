"""A mail server and a webhook on this machine, for tests of alerts."""

import json
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client asks for: EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, QUIT."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            word = line.decode().split()[0].upper()
            self.server.asked.append(line.decode().strip())
            if word == "EHLO":
                more = ["250-STARTTLS"] if self.server.context else []
                self._say("250-localhost", *more, "250 AUTH PLAIN")
            elif word == "STARTTLS":
                self._say("220 go")
                self.connection = self.server.context.wrap_socket(self.request, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
            elif word == "AUTH":
                self._say("235 in")
            elif word == "DATA":
                self._say("354 go on")
                content = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    content += part
                self.server.mails.append(message_from_bytes(content, policy=policy.default))
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.context = context
        self.mails: list[EmailMessage] = []
        self.asked: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(json.loads(body))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", "http://localhost:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Hook(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.posts: list[dict] = []
        self.answer = 200

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/secret-path"


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself, with its key in the same file."""
    file = folder / "localhost.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "key"),
         "-out", str(folder / "cert")],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return file
