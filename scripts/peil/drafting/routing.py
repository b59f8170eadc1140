"""Who was asked a question, guessed from who answered it."""

import numpy as np

from peil.drafting.columns import Described
from peil.drafting.guess import Guess
from peil.readers import INCOMING
from peil.warehouse import literal, quoted

# So many rows show a pattern; more cost time and show no more.
_ROWS = 20_000
_FEWEST = 10
# Of those a gate lets through nearly all answer, of the others none.
_ANSWERED = 0.9
_ASKED_OF_ALL = 1 - 0.03


def find_routes(described: Described, guesses: list[Guess]) -> None:
    """Note per question the earlier answer that all who were asked it gave.

    A route changes no figure of this file: none of its answers is left out.
    """
    asked = [g for g in guesses if (g.scale or g.new_scale)
             and g.binding in {"single_column", "one_hot"}
             and _FEWEST <= g.column.n_filled < _ASKED_OF_ALL * g.column.n_rows]  # fmt: skip
    gates = [
        (position, guess, value)
        for position, guess in enumerate(guesses)
        for value in _opening(guess)
    ]
    if not asked or not gates:
        return
    frame = described.connection.execute(
        "select "
        + ", ".join(f"({quoted(g.column.name)} is not null)::tinyint as a{i}"
                    for i, g in enumerate(asked))
        + ", "
        + ", ".join(f"coalesce({quoted(g.column.name)} = {literal(v)}, false)::tinyint as g{i}"
                    for i, (_, g, v) in enumerate(gates))
        + f" from {INCOMING} limit {_ROWS}"
    ).fetchnumpy()  # fmt: skip
    answers = np.column_stack([frame[f"a{i}"] for i in range(len(asked))]).astype(np.float32)
    opened = np.column_stack([frame[f"g{i}"] for i in range(len(gates))]).astype(np.float32)
    both = answers.T @ opened
    n_answered, n_opened = answers.sum(axis=0), opened.sum(axis=0)
    for i, guess in enumerate(asked):
        position = guesses.index(guess)
        fits = [
            (n_opened[j], position - gate_position, j)
            for j, (gate_position, gate, _) in enumerate(gates)
            if gate_position < position and not (gate.group and gate.group == guess.group)
            and n_answered[i] >= _FEWEST
            and both[i, j] == n_answered[i] and n_answered[i] >= _ANSWERED * n_opened[j]
            and n_opened[j] < _ASKED_OF_ALL * len(opened)
        ]  # fmt: skip
        if fits:
            _, gate, value = gates[min(fits)[2]]
            guess.route = (gate.column.name, value)


def _opening(guess: Guess) -> list[str]:
    if guess.binding == "one_hot":
        return [guess.true_value]
    if guess.binding == "single_column" and guess.scale == "single" and guess.role != "cluster":
        return list(guess.options)[:30] if guess.group != "municipalities" else []
    return []
