"""What Great Expectations imports and the judgement of a frame has no use for, left unread.

Its packages import all that they offer, sixty kinds of expectation and thirty of databases and
files: three fifths of the time of its import. Here a name is read when it is asked for.
"""

import ast
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

# For expectations that draw, test distributions or read JSON.
MODULES = {"altair", "jsonschema", "scipy.stats"}
# Packages that pass on names of their modules.
PACKAGES = {
    "great_expectations.datasource.fluent", "great_expectations.expectations",
    "great_expectations.expectations.core", "great_expectations.metrics",
    "great_expectations.render",
}  # fmt: skip


class _ReadWhenAsked(MetaPathFinder):
    """Finds those modules as Python would, and leaves reading them to their first use."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002  (every finder gets one)
    ) -> ModuleSpec | None:
        if fullname not in MODULES | PACKAGES:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec and spec.loader and spec.origin:
            spec.loader = (
                _Package(fullname, spec.origin)
                if fullname in PACKAGES
                else importlib.util.LazyLoader(spec.loader)
            )
        return spec


class _Package(SourceFileLoader):
    """Runs a package without the imports that only pass a name on."""

    def exec_module(self, module: ModuleType) -> None:
        passed_on = {name: source for names in self._split()[1] for name, source in names.items()}

        def read(name: str) -> object:
            if name not in passed_on:
                raise AttributeError(f"module {self.name!r} has no attribute {name!r}")
            source, own_name = passed_on[name]
            found = getattr(importlib.import_module(source, self.name), own_name)
            setattr(module, name, found)
            return found

        module.__dict__["__getattr__"] = read
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  (the one that it was made for)
        """Compiled anew: what Python keeps is of the whole file."""
        return compile(ast.Module(self._split()[0], []), self.path, "exec")

    def _split(self) -> tuple[list[ast.stmt], list[dict[str, tuple[str, str]]]]:
        """What is run, and per import that is not, module and name of what it passes on."""
        tree = ast.parse(self.get_data(self.path))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        run: list[ast.stmt] = []
        left: list[dict[str, tuple[str, str]]] = []
        for statement in tree.body:
            names = _passed_on(statement)
            if names and not names.keys() & (used | {"*", "annotations"}):
                left.append(names)
            else:
                run.append(statement)
        return run, left


def _passed_on(statement: ast.stmt) -> dict[str, tuple[str, str]]:
    if not isinstance(statement, ast.ImportFrom):
        return {}
    source = "." * statement.level + (statement.module or "")
    return {alias.asname or alias.name: (source, alias.name) for alias in statement.names}


def read_when_asked() -> None:
    """From now on, leave unread what is not asked for."""
    sys.meta_path.insert(0, _ReadWhenAsked())


def read_for_frames() -> None:
    """Read the one source of data that is used: frames, and not the files that pandas can read."""
    from great_expectations.datasource.fluent import dynamic_pandas

    dynamic_pandas._extract_io_methods = lambda blacklist=None: []  # noqa: ARG005
    importlib.import_module("great_expectations.datasource.fluent.pandas_datasource")


def read_expectations(kinds: Iterable[str]) -> None:
    """Read these kinds of expectation, each of which has a module of its name."""
    from great_expectations.expectations import core

    for name in {module.name for module in pkgutil.iter_modules(core.__path__)} & set(kinds):
        importlib.import_module(f"{core.__name__}.{name}")
