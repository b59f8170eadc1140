"""`peil`, dbt, the judge and the reader of deliveries, in processes with their libraries imported.

A process of its own stays what it is: own memory, environment, folder, umask and exit code, and
`-9` when it was killed. It is forked from a server that has run nothing, so that importing is paid
once per worker of pytest; the threads that DuckDB and Arrow start when they are imported only wait,
and a fork is without them. What may depend on how Python itself starts (any other variable of the
environment) gets a `python -m` that starts from nothing, as do the demo, the nights of an installed
package and every test that names `sys.executable`. The forks of a server share one seed of hashes:
what must repeat whatever the seed is held against the demo, which has another.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).parent
IS_POSSIBLE = hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")
# What is read when it is asked for, and not when a library is imported.
READ_LATE = ("PEIL_", "PYTEST_", "COLUMNS", "TMPDIR")
# Seconds that a server may take to begin: it imports what takes some five on an idle machine.
STARTS = 600
# Verbs that may read and judge a delivery.
JUDGES = frozenset({"count", "land", "nightly", "try"})
READER = "peil.readers.worker"


# ------------------------------------------------------------------------- the side of the tests


def run(
    module: str, words: list[str], folder: Path, environment: dict[str, str], seconds: float,
    code: str | None = None,
) -> subprocess.CompletedProcess | None:  # fmt: skip
    """`python -m MODULE` with these words, or None where it has to start from nothing.

    Args:
        module: what is run; the fork has what it imports.
        words: its arguments.
        folder: where it runs.
        environment: its environment.
        seconds: how long it may take.
        code: what is run in place of the module, as `python -c`.

    Returns:
        What `subprocess.run` returns for texts.

    Raises:
        subprocess.TimeoutExpired: it took longer; it is killed.
    """
    sys.audit("warm.run", [module, *words])
    if not IS_POSSIBLE or _differs(environment):
        return None
    server = _server(module)
    request = _request(module, words, folder, environment) | {"code": code}
    if module == "peil" and JUDGES & set(words[:1]):
        request |= {"judge": _server("judge").path, "reader": _server(READER).path}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with server.call() as link:
            socket.send_fds(link, [b"x"], [out.fileno(), err.fileno()])
            link.sendall(json.dumps(request).encode() + b"\n")
            link.settimeout(seconds)
            try:
                answer = link.recv(16)
            except TimeoutError:
                raise subprocess.TimeoutExpired(words, seconds) from None
        assert answer, "the server of warm.py stopped"
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode().replace("\r\n", "\n"))
    return subprocess.CompletedProcess([module, *words], int(answer), *texts)


def _request(module: str, words: list[str], folder: Path, environment: dict[str, str]) -> dict:
    umask = os.umask(0o022)
    os.umask(umask)
    return {"module": module, "words": words, "folder": str(folder), "environment": environment,
            "umask": umask, "code": None}  # fmt: skip


def _differs(environment: dict[str, str]) -> bool:
    """Whether a library might be imported in another way than the server did."""
    return any(
        environment.get(name) != _as_started().get(name)
        for name in environment.keys() | _as_started().keys()
        if not name.startswith(READ_LATE)
    )


@functools.cache
def _as_started() -> dict[str, str]:
    return dict(os.environ)


class _Server:
    """A process that forks one of its own kind for every call; it ends with who started it."""

    def __init__(self, kind: str) -> None:
        # The path of a socket has at most 107 characters.
        self.path = str(Path(tempfile.mkdtemp(prefix="warm", dir="/tmp")) / kind)
        environment = {k: v for k, v in _as_started().items() if not k.startswith("PEIL_")}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "warm.py"), kind, self.path], stdin=subprocess.PIPE,
            env=environment | {"GX_ANALYTICS_ENABLED": "false"},
        )  # fmt: skip

    def call(self) -> socket.socket:
        return _call(self.path, lambda: self._process.poll() is None)


@functools.cache
def _server(kind: str) -> _Server:
    return _Server(kind)


def _call(path: str, lives) -> socket.socket:
    until = time.monotonic() + STARTS
    while True:
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            link.close()
            if not lives() or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return link


class _Judge:
    """The process of the judge, as far as `Worker` knows it."""

    def __init__(self, path: str) -> None:
        self._link = _call(path, lambda: True)
        self.stdin, self.stdout = self._link.makefile("w"), self._link.makefile("r")

    def wait(self, timeout: float | None = None) -> int:  # noqa: ARG002
        self.kill()
        return 0

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.stdout.close()
            self._link.shutdown(socket.SHUT_RDWR)
            self._link.close()


def use_judge(path: str | None = None) -> None:
    """Every landing in this process asks a judge that is forked from the server at this path."""
    from peil.gate import gate
    from peil.gate.worker_client import Worker

    class Warm(Worker):
        def __init__(self) -> None:
            self._process = _Judge(path or _server("judge").path)

    if IS_POSSIBLE:
        gate.Worker = Warm


class _Reader:
    """The process of the reader, as far as `ReadingProcess` knows it."""

    def __init__(self, path: str, folder: Path, environment: dict[str, str]) -> None:
        self.returncode: int | None = None
        self._link = _call(path, lambda: True)
        (asked, ask), (hear, answered) = os.pipe(), os.pipe()
        self.stdin, self.stdout = os.fdopen(ask, "wb"), os.fdopen(hear, "rb")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        socket.send_fds(self._link, [b"x"], [answered, nowhere, asked])
        self._link.sendall(json.dumps(_request(READER, [], folder, environment)).encode() + b"\n")
        for file in (answered, nowhere, asked):
            os.close(file)

    def poll(self) -> int | None:
        ended = self.returncode is None and select.select([self._link], [], [], 0)[0]
        return self.wait() if ended else self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = int(self._link.recv(16))
            self._link.close()
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(OSError):
                self._link.shutdown(socket.SHUT_WR)


def use_reader(path: str | None = None) -> None:
    """Every landing in this process has a reader that is forked from the server at this path."""
    from peil.readers import process

    def start(command: list[str], cwd: Path, env: dict[str, str], **pipes: int) -> object:
        assert command[1:] == ["-m", READER]
        if path is None and _differs(env):
            return subprocess.Popen(command, cwd=cwd, env=env, **pipes)
        return _Reader(path or _server(READER).path, cwd, env)

    if IS_POSSIBLE:
        process.subprocess = SimpleNamespace(
            Popen=start, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL
        )


# ------------------------------------------------------------------------ the side of the server


def _serve(kind: str, path: str) -> None:
    answer, prepare = {
        "peil": (_command, _import_peil),
        "dbt.cli.main": (_command, _import_dbt),
        "judge": (_judge, _import_judge),
        READER: (_command, _import_reader),
    }[kind]
    prepare()
    # What was imported lives as long as every fork: none looks through it for garbage.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for who answers
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:  # who started it has ended
            shutil.rmtree(Path(path).parent)
            return
        link, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            answer(link)
            os._exit(0)
        link.close()


def _import_peil() -> None:
    import peil

    for module in pkgutil.walk_packages(peil.__path__, "peil."):
        # dbt is for who asks; a module that cannot be imported says so when it is needed.
        if module.name not in ("peil.quick_dbt", "peil.__main__"):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    for name in ("pandas", "pyarrow.csv", "scipy.stats", "xlsxwriter", "python_calamine"):
        importlib.import_module(name)


def _import_dbt() -> None:
    for name in ("cli.main", "adapters.duckdb", "compilation", "contracts.graph.manifest"):
        importlib.import_module(f"dbt.{name}")
    # Read without `path`, what dbt parsed in one folder serves the next: the models know the name
    # of the database, not where it stands.
    from dbt.adapters.duckdb import DuckDBCredentials

    keys = [key for key in DuckDBCredentials._connection_keys(None) if key != "path"]
    DuckDBCredentials._connection_keys = lambda _: keys
    for name in ("nights.build", "tables.distributions"):
        importlib.import_module(f"peil.{name}")


def _import_judge() -> None:
    from peil.gate.worker import start

    start()


def _import_reader() -> None:
    for name in (READER, "pandas", "pyarrow.csv", "pyreadstat", "python_calamine"):
        importlib.import_module(name)


def _judge(link: socket.socket) -> None:
    from peil.gate import worker

    sys.stdin = link.makefile("r")
    os.dup2(link.fileno(), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    worker.main()


def _command(link: socket.socket) -> None:
    """Fork once more, and say how that one ended; who no longer waits has it killed."""
    _, files, _, _ = socket.recv_fds(link, 1, 3)
    with link.makefile("r") as lines:
        request = json.loads(lines.readline())
    pid = os.fork()
    if pid == 0:
        link.close()
        os._exit(_main(request, *files))
    # A pipe ends when everybody who might write in it has closed it.
    for file in files:
        os.close(file)
    of_process = os.pidfd_open(pid)
    ready, _, _ = select.select([of_process, link], [], [])
    if of_process not in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        link.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _main(request: dict, out: int, err: int, given: int | None = None) -> int:
    """What `python -m MODULE` does, from its environment to its last exit handler."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    if given is not None:
        os.dup2(given, 0)
        os.close(given)
        sys.stdin = os.fdopen(0, closefd=False)
    os.chdir(request["folder"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as `import peil` sets it
    tempfile.tempdir = None
    if "judge" in request:
        use_judge(request["judge"])
        use_reader(request["reader"])
    sys.argv = [request["module"], *request["words"]]
    code: object = 0
    try:
        if request["code"] is None:
            runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
        else:
            exec(compile(request["code"], "<code>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


if __name__ == "__main__":
    # Not the folder of the tests: a program must not find what only they have.
    sys.path[0] = str(HERE.parents[1] / "scripts")
    _serve(*sys.argv[1:])
