"""One error class per exit code: what a user can cause, and how the command line answers.

Every message names what, where, the value, and what to do.
"""

from collections.abc import Sequence


class PeilError(Exception):
    """Something a user can mend. Exit code 1."""

    exit_code = 1


class MachineError(PeilError):
    """The machine was in the way (memory, disk), not what the user handed over. Exit code 1."""


class InputError(PeilError):
    """A file, folder, option or seed that cannot be used. Exit code 2."""

    exit_code = 2


class DeliveryRejectedError(PeilError):
    """At least one delivery was set aside; the others have landed. Exit code 3.

    Args:
        message: what, where, the value and what to do.
        rule: the agreed rule that was broken; empty when the file could not be read.
        nl: the reasons in Dutch, for the supplier.
    """

    exit_code = 3

    def __init__(self, message: str, rule: str = "", nl: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.rule = rule
        self.nl = [nl] if isinstance(nl, str) else list(nl)


class RakingError(PeilError):
    """Weights that meet the margins do not exist or were not reached. Exit code 4."""

    exit_code = 4
