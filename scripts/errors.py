"""One error class per exit code: what a user can cause, and how the command line answers.

Every message names what, where, the value, and what to do.
"""


class PeilError(Exception):
    """Something a user can mend. Exit code 1."""

    exit_code = 1


class InputError(PeilError):
    """A file, folder, option or seed that cannot be used. Exit code 2."""

    exit_code = 2


class DeliveryRejectedError(PeilError):
    """At least one delivery was set aside; the others have landed. Exit code 3."""

    exit_code = 3


class RakingError(PeilError):
    """Weights that meet the margins do not exist or were not reached. Exit code 4."""

    exit_code = 4


class DashboardError(PeilError):
    """The site was not built; the previous one stays in place. Exit code 5."""

    exit_code = 5
