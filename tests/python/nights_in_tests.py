"""Which tests run a night: read from the code of the tests, so that nobody marks them by hand.

A function runs a night when it starts `peil nightly`, dbt or a landing (half a night: a process
per file), or names a function that does, in its own file or imported from another file of the
tests. A test also runs what its fixtures run.
"""

import ast
import functools
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).parent
# As they stand in a command, and as they are called in this process.
COMMANDS = frozenset({"nightly", "try", "land", "dbt.cli.main", "peil.gate.worker"})
CALLED = frozenset({
    "dbtRunner", "dbt_build", "build_warehouse", "build_docs", "land", "Worker", "count_delivery",
    "count_keys", "cluster_night",
})  # fmt: skip


def starts_one(command: Iterable[object]) -> bool:
    """Whether a command line starts a night, dbt or a landing."""
    return bool(COMMANDS & {str(part) for part in command})


def functions_with_a_night(sources: dict[str, str]) -> set[tuple[str, str]]:
    """Module and name of every function of these sources that runs a night."""
    names: dict[tuple[str, str], set[str]] = {}
    imported: dict[tuple[str, str], tuple[str, str]] = {}
    for module, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module in sources:
                for alias in node.names:
                    at = (module, alias.asname or alias.name)
                    imported[at] = (node.module, alias.name)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.setdefault((module, node.name), set()).update(_names(node))
    found = {at for at, of_function in names.items() if of_function & (COMMANDS | CALLED)}
    grown = True
    while grown:
        more = {
            (module, name)
            for (module, name), used in names.items()
            if any(imported.get((module, u), (module, u)) in found for u in used)
        }
        grown = not more <= found
        found |= more
    return found


def _names(function: ast.AST) -> set[str]:
    """Names a function uses, and the texts that stand in its calls, lists and tuples."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in CALLED:
            found.add(node.attr)
        elif isinstance(node, ast.Call | ast.List | ast.Tuple):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            found |= {str(part.value) for part in parts if isinstance(part, ast.Constant)}
    return found


@functools.cache
def _of_these_tests() -> set[tuple[str, str]]:
    return functions_with_a_night(
        {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.py")}
    )


def runs_a_night(functions: Iterable[Callable]) -> bool:
    """Whether a test and its fixtures, given as functions, run a night."""
    return any(
        (f.__module__.rpartition(".")[2], f.__name__) in _of_these_tests()
        for f in map(inspect.unwrap, functions)
    )
