"""A night of some models, with all they are made of and every test that can be asked of them."""

from collections.abc import Callable
from unittest import mock

from peil.landing import land
from peil.nights import build
from peil.nights.plan import Plan, Step
from peil.settings import Places


def part_of(plan: Plan, is_wanted: Callable[[Step], bool]) -> Plan:
    wanted = {step.id for step in plan.steps if is_wanted(step)}
    for step in reversed(plan.steps):
        if step.id in wanted:
            wanted.update(step.waits)
    wanted |= {step.id for step in plan.steps if step.kind == "test" and wanted >= {*step.waits}}
    return Plan([step for step in plan.steps if step.id in wanted])


def land_and_build(places: Places, is_wanted: Callable[[Step], bool]) -> None:
    """Land, and build these models; there is no release, and who took part is not said."""
    assert failures_of(places, is_wanted) == []


def failures_of(places: Places, is_wanted: Callable[[Step], bool]) -> list[str]:
    """The same where something is wrong: what a night would say, and not publish."""
    whole = build.plan_of
    with (
        mock.patch.object(build, "plan_of", lambda *where: part_of(whole(*where), is_wanted)),
        mock.patch.object(build, "say_who_took_part"),
    ):
        land(places)
        return build.build_warehouse(places).failures
