"""One submission is run: its cells in a kernel of its own, and at each check the judge asks instead.

What a kernel prints or shows decides nothing: it is kept for people to read, up to a size. A check's own
cell is never run. When the kernel stops, for whatever reason, what follows has no answer and no points,
with the reason. What the kernel sends may be malformed on purpose: that stops it, too, and nothing else.
"""

import asyncio
import atexit
import re
import time
from queue import Empty
from typing import Any

import nbformat
import torch
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.grading.asking import NAME, expression, outcomes_of
from course.grading.graded import BEST, Graded, Job
from course.grading.judge import stopped, trial
from course.grading.kernels import kernel_manager
from course.grading.needed import bound_by, needed
from course.grading.record import Record
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import Limits
from course.grading.streams import joined, letters_in
from course.grading.written import mark, words
from gnn_lib.exercises.exercise import AnyExercise, Essay, Exercise, Result
from gnn_lib.exercises.lessons import Lesson, load
from gnn_lib.exercises.tools import JUDGED
from gnn_lib.exercises.verdict import Verdict

CHECK = "check_"
SEED = "__import__('gnn_lib.train', fromlist=['x']).seed_everything(0)"
MOST_ASKED = 60.0  # seconds for all calls of one exercise
GRACE = 5.0  # seconds to come back from an interrupt
KEPT = 4_000_000  # letters of output kept of one notebook
MARGIN = 20.0  # seconds after which the sandbox ends what we could not
FLOOD = 64_000_000  # letters, or
MESSAGES = 20_000  # messages, after which the kernel is stopped


class GraderError(RuntimeError):
    """The grader's own fault, not the student's: nothing may be concluded from this run."""


def grade(job: Job) -> bytes:
    """Run one submission and judge it; a `Graded` as bytes. Made for a worker: plain data in and out."""
    torch.set_num_threads(1)  # there are other submissions for the other processors
    started = time.monotonic()
    sitting = sit(job, only_needed=not job.settings.every_cell)
    if sitting.skipped and sitting.may_lack_something():
        sitting = sit(job, only_needed=False)
    seconds = round(time.monotonic() - started, 2)
    marks = tuple(map(mark, sitting.verdicts.values()))
    record = Record(job.lesson, job.key, sitting.level, seconds, sitting.why, marks, job.findings)
    return Graded(sitting.nb, record).to_bytes()


def sit(job: Job, only_needed: bool) -> "Sitting":
    notebook = nbformat.reads(job.notebook, as_version=4)
    sitting = Sitting(notebook, job, load(int(job.lesson[:2])))
    if only_needed:
        code = {place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
        sitting.skipped = code - needed(notebook.cells)
    sitting.execute()
    return sitting


class Sitting(NotebookClient):
    """nbclient, but at a check it asks, and it outlives its kernel."""

    def __init__(self, notebook: NotebookNode, job: Job, lesson: Lesson) -> None:
        super().__init__(
            notebook, allow_errors=True, record_timing=False, store_widget_state=False,
            shutdown_kernel="immediate", skip_cells_with_tag="", shell_timeout_interval=1,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": "TimeoutError", "evalue": "the cell took too long", "traceback": []},
        )  # fmt: skip
        self.job, self.lesson = job, lesson
        self.verdicts: dict[int, Verdict] = {}  # by the check's place in the notebook
        self.why = ""  # the kernel has stopped
        self.level = ""
        self.skipped: set[int] = set()  # the lesson's own cells that only show something
        self._letters = self._messages = 0
        self._overdue = False
        self._stopping: asyncio.Future[None] | None = None

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> NotebookNode:
        self.reset_execution_trackers()
        self._deadline = time.monotonic() + self.job.settings.notebook_seconds
        try:
            async with self.async_setup_kernel(env={JUDGED: "1"}, **kwargs):
                await self._evaluate(SEED)  # what is random in a submission comes out the same each time
                for index, cell in enumerate(self.nb.cells):
                    if cell.cell_type == "code":
                        await self._sit(cell, index)
        except GraderError:
            raise
        except Exception as error:
            atexit.unregister(self._cleanup_kernel)  # nbclient forgets to, and trips over it at the end
            if not self.code_cells_executed and not self.verdicts:
                raise GraderError(f"No kernel could be started: {error}") from error
            raise
        for index, verdict in self.verdicts.items():  # last, so that nothing the kernel sent can touch it
            cell = self.nb.cells[index]
            cell.outputs, cell.execution_count = [words(verdict, index + 1)], index + 1
        return self.nb

    execute = run_sync(async_execute)

    async def _sit(self, cell: NotebookNode, index: int) -> None:
        exercise = self._exercise(cell)
        if not self.why and time.monotonic() > self._deadline:
            await self._stop(f"the notebook used up its {self.job.settings.notebook_seconds:.0f} seconds")
        if exercise is not None:
            self.verdicts[index] = await self._verdict(exercise)
        elif not self.why and index not in self.skipped:
            await self._run(cell, index)

    def may_lack_something(self) -> bool:
        """Whether it could be for a cell that was skipped that an answer is not right: a name is missing that
        it would have bound, or an experiment came out otherwise than it should."""
        said = [output.evalue for cell in self.nb.cells for output in cell.get("outputs", ())
                if output.output_type == "error" and output.ename == "NameError"]  # fmt: skip
        said += [one.problem.message for one in self.verdicts.values()
                 if one.problem and one.problem.error == "NameError"]  # fmt: skip
        unrun = bound_by(self.nb.cells[place] for place in self.skipped) if said else frozenset()
        experiments = [one for one in self.verdicts.values()
                       if isinstance(self.lesson.exercises[one.exercise], Result)]  # fmt: skip
        return any(unrun & set(re.findall(r"\w+", words)) for words in said) or any(
            one.status in ("wrong", "crashed") for one in experiments
        )

    async def _run(self, cell: NotebookNode, index: int) -> None:
        try:
            try:
                await self.async_execute_cell(cell, index)
            finally:
                cell.outputs = joined(cell.outputs)
        except DeadKernelError:
            await self._stop(self._death())
        except Exception as error:  # what the kernel sent was no message of Jupyter's
            await self._stop(f"the kernel sent what can't be read ({type(error).__name__})")
        await self._after_a_timeout()
        if type(cell.execution_count) is not int or cell.execution_count < 0:
            cell.execution_count = None  # the kernel may number its cells with anything
        if self.why:
            cell.outputs.append(
                new_output("error", ename="KernelStopped", evalue=self.why, traceback=[self.why])
            )

    async def _verdict(self, exercise: AnyExercise) -> Verdict:
        if self.why:
            return stopped(exercise, self.why)
        asked = trial(exercise, self.job.key)
        may_use = exercise.may_use if isinstance(exercise, Exercise) else ()
        reply = await self._evaluate(expression(exercise.name, asked.calls, may_use))
        if reply is None:
            return stopped(exercise, self.why or f"it took more than {MOST_ASKED:.0f} seconds")
        return asked.verdict(outcomes_of(reply, 1 if asked.calls is None else len(asked.calls)))

    async def _evaluate(self, text: str) -> dict[str, Any] | None:
        """What the kernel replies to an expression; None if it doesn't."""
        assert self.kc is not None
        message = self.kc.execute(
            "", silent=True, store_history=False, allow_stdin=False, user_expressions={NAME: text}
        )
        try:
            reply = await self.async_wait_for_reply(message)
        except DeadKernelError:
            await self._stop(self._death())
        except Exception as error:
            await self._stop(f"the kernel sent what can't be read ({type(error).__name__})")
        else:
            await self._after_a_timeout()
            return reply
        return None

    def _exercise(self, cell: NotebookNode) -> AnyExercise | None:
        """The exercise that this cell checks."""
        marks = cell.metadata.get("nbgrader", {})
        if not marks.get("grade") or marks.get("solution"):
            return None
        exercise = self.lesson.exercises.get(str(marks.get("grade_id")).removeprefix(CHECK))
        if exercise is None or isinstance(exercise, Essay):
            raise GraderError(
                f"{self.job.lesson} checks {marks.get('grade_id')!r}, which is no exercise of it."
            )
        return exercise

    # The kernel, and the limits of our patience

    def create_kernel_manager(self) -> Any:
        settings = self.job.settings
        level = None if settings.sandbox == BEST else Level(settings.sandbox)
        return kernel_manager(level, Limits(wall=settings.notebook_seconds + MARGIN))

    async def async_start_new_kernel_client(self) -> Any:
        km: Any = self.km
        self.level = str(km.provisioner.level)
        self.kc = kc = km.client()
        try:
            kc.start_channels()
            await kc.wait_for_ready(timeout=self.startup_timeout)
        except BaseException:
            await self._async_cleanup_kernel()
            raise
        kc.allow_stdin = False
        return kc

    async def _answers(self, seconds: float) -> bool:
        """Does the kernel's main thread answer a question within this time, and is iopub connected?"""
        assert self.kc is not None
        message, deadline = self.kc.kernel_info(), time.monotonic() + seconds
        shell, iopub = self.kc.shell_channel, self.kc.iopub_channel
        try:
            while (await shell.get_msg(timeout=_left(deadline)))["parent_header"].get("msg_id") != message:
                pass
            while not _is_idle(await iopub.get_msg(timeout=_left(deadline)), message):
                pass
        except Empty:
            return False
        return True

    def _get_timeout(self, cell: NotebookNode | None) -> int:
        wanted = MOST_ASKED if cell is None else self.job.settings.cell_seconds
        return max(1, round(min(wanted, self._deadline - time.monotonic())))

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self._overdue = True
        return await super()._async_handle_timeout(timeout, cell)

    async def _after_a_timeout(self) -> None:
        """A kernel that doesn't come back from an interrupt is stopped: the next cell would only wait."""
        if self._overdue and not self.why:
            self._overdue = False
            try:
                back = await self._answers(GRACE)
            except Exception:
                back = False
            if not back:
                await self._stop("a cell took too long and could not be interrupted")

    def _death(self) -> str:
        km: Any = self.km
        reason = km.provisioner.reason if km.provisioner else ""
        return f"the kernel died: {reason}" if reason else "the kernel died"

    async def _stop(self, why: str) -> None:
        """Several may ask for it, and the end of the notebook does, too. Jupyter's own way to stop a kernel
        stumbles when it is called twice at once: so it is called once, and everybody waits for that."""
        self.why = self.why or why
        if self._stopping is None:
            self._stopping = asyncio.ensure_future(self._end_kernel())
        await asyncio.shield(self._stopping)

    async def _end_kernel(self) -> None:
        if self.km is not None and await ensure_async(self.km.is_alive()):
            await ensure_async(self.km.shutdown_kernel(now=True))

    async def _async_cleanup_kernel(self) -> None:
        if self._stopping is not None:
            await asyncio.wait([self._stopping])  # what went wrong is for those who asked for it
        await super()._async_cleanup_kernel()

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Keep what it shows, up to a size; far beyond it, stop the kernel."""
        size = letters_in(msg["content"])
        self._messages += 1
        self._letters += size
        if (self._messages > MESSAGES or self._letters > FLOOD) and not self.why:
            self.why = "it sent far too much output"
            self._flooded = asyncio.ensure_future(self._stop(self.why))  # held, or it may vanish
        if self._letters > KEPT and msg["msg_type"] != "status":
            if self._letters - size <= KEPT:
                cell.outputs.append(new_output("stream", name="stdout", text="\n(more output is not kept)\n"))
            return None
        return super().process_message(msg, cell, cell_index)

    def handle_comm_msg(self, *_: Any) -> None:
        """Widgets are for a browser. nbclient's stand-in for one would stumble over `with Output():`."""


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _is_idle(message: dict[str, Any], parent: str) -> bool:
    return (
        message["parent_header"].get("msg_id") == parent
        and message["content"].get("execution_state") == "idle"
    )
