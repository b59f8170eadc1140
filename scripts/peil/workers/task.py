"""What one worker does with one delivery, in a process of its own on any node."""

import json
import logging
import platform
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from peil.drafts import draft_of
from peil.errors import DeliveryRejectedError, PeilError
from peil.nights.plan import Plan
from peil.nights.plans import plan_key, plans_folder
from peil.private import PRIVATE_FOLDER, make_folder, owner_only
from peil.settings import lend_hash_key
from peil.workers.count import count_delivery, count_keys, scratch_folder
from peil.workers.keep import KeepList
from peil.workers.shared import get, put
from peil.workers.split import count_slice, split_delivery


@dataclass(frozen=True)
class Common:
    """What all deliveries of a run are counted with: the codebook and compiled SQL."""

    seeds: dict[str, bytes]
    plan: bytes


@dataclass(frozen=True)
class Job:
    """One delivery, or a slice of one: what it is called, where it is, and where what comes goes.

    `keep` is None in the first of two rounds, in which only keys are asked. Where `split` is above
    1, slices of it are asked, so many. `part`, as 2/4, says which slice is at `location`.
    """

    name: str
    location: str
    target: str
    keep: KeepList | None = None
    keys_only: bool = False
    split: int = 0
    part: str = ""

    @property
    def does(self) -> str:
        """What is asked: `keys`, `cut` or `count`."""
        return "keys" if self.keys_only else "cut" if self.split else "count"

    @property
    def label(self) -> str:
        """What it is called in messages; of no two jobs of a round the same."""
        return f"{self.name} (part {self.part})" if self.part else self.name


@dataclass(frozen=True)
class Done:
    """What came of it: a package, a refusal with its reasons, or a failure in words.

    `name` is the label of the job, `package` the last file it made, `used` what it took there.
    """

    name: str
    node: str
    package: str = ""
    refusal: tuple[str, str, tuple[str, ...]] | None = None
    failure: str = ""
    log: tuple[str, ...] = ()
    used: str = ""


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


def common_of(seeds: Path, plan: Plan) -> Common:
    """The same for every delivery of a codebook."""
    files = {file.name: file.read_bytes() for file in sorted(seeds.glob("*.csv"))}
    files |= {
        f"expectations/{file.name}": file.read_bytes()
        for file in sorted((seeds / "expectations").glob("*.json"))
    }
    return Common(files, json.dumps(asdict(plan)).encode())


def work(common: Common, job: Job, key: str | None = None) -> Done:
    """Count a delivery; what a user can mend is told, and not raised.

    Args:
        common: what it is counted with.
        job: which delivery.
        key: the secret of respondent numbers, where the node has none in its environment.
    """
    node, said, used = platform.node(), _Lines(), Used()
    logger = logging.getLogger("peil")
    logger.setLevel(logging.INFO)
    logger.addHandler(said)
    try:
        if key:
            lend_hash_key(key)
        with owner_only(), scratch_folder() as folder:
            package = _count(common, job, folder, used)
        return Done(job.label, node, package=package, log=tuple(said.lines), used=str(used))
    except DeliveryRejectedError as error:
        refusal = (str(error), error.rule, tuple(error.nl))
        return Done(job.label, node, refusal=refusal, log=tuple(said.lines))
    except PeilError as error:
        return Done(job.label, node, failure=str(error), log=tuple(said.lines))
    finally:
        logger.removeHandler(said)


class Used:
    """What a task takes: seconds, processor time, memory, and bytes that came and went."""

    def __init__(self) -> None:
        self.moved = 0
        self._started, self._processor = time.monotonic(), self._spent()[0]

    def __str__(self) -> str:
        processor, peak_mb = self._spent()
        return (
            f"{time.monotonic() - self._started:.1f} s ({processor - self._processor:.1f} s of "
            f"processor, {peak_mb:.0f} MB, {self.moved / 1000:.0f} kB moved)"
        )

    @staticmethod
    def _spent() -> tuple[float, float]:
        """Processor seconds, and the most memory of one process, so far: of this and of readers."""
        own, readers = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
        all_of = [resource.getrusage(who) for who in (own, readers)]
        seconds = sum(used.ru_utime + used.ru_stime for used in all_of)
        return seconds, max(used.ru_maxrss for used in all_of) / 1024


def _count(common: Common, job: Job, folder: Path, used: Used) -> str:
    seeds = folder / "seeds"
    for name, content in common.seeds.items():
        (seeds / name).parent.mkdir(parents=True, exist_ok=True)
        (seeds / name).write_bytes(content)
    _keep_plan(seeds, common.plan)
    delivery = folder / "delivery" / job.name
    delivery.parent.mkdir()
    if Path(job.location).is_file():
        delivery.symlink_to(job.location)
    else:
        get(job.location, delivery)
    made = _made(seeds, delivery, Path(tempfile.mkdtemp(dir=folder)), job)
    for file in made:
        put(file, f"{job.target}/{file.name}")
    used.moved = sum(file.stat().st_size for file in (delivery, *made))
    return made[-1].name


def _made(seeds: Path, delivery: Path, out: Path, job: Job) -> list[Path]:
    if job.does == "cut":
        return split_delivery(seeds, delivery, out, job.split, job.keep)[0]
    if job.does == "keys":
        return [count_keys(seeds, delivery, out).package]
    if job.part:
        return [count_slice(seeds, delivery, out).package]
    return [count_delivery(seeds, delivery, out, job.keep).package]


def _keep_plan(seeds: Path, plan: bytes) -> None:
    """Keep the compiled SQL where this node looks for it, so that no node compiles it again."""
    folder = plans_folder()
    file = folder / f"{plan_key(seeds)}.json"
    if file.exists():
        return
    make_folder(folder, PRIVATE_FOLDER)
    draft = draft_of(file)
    draft.write_bytes(plan)
    draft.replace(file)
