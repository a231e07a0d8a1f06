"""The proof: every exercise of every lesson knows its stub, its right answers and its wrong ones.

Only descriptions are tested here; that the notebooks agree with them is tests/course's part.
"""

import pytest
import torch

from gnn_lib.exercises import Essay, Exercise, Mistake, Question, Result, load, numbers
from gnn_lib.exercises.as_text import report_text
from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.diagnose import cases_of, check_answer
from gnn_lib.exercises.run import run
from gnn_lib.exercises.source import learner_code
from gnn_lib.exercises.values import check_value

SEEDS = (0, 1, 20_261_120)  # the lessons' own, and two that no learner has seen

ALL = [(n, exercise) for n in numbers() for exercise in load(n).exercises.values()]
CODE = [exercise for _, exercise in ALL if isinstance(exercise, Exercise)]
QUESTIONS = [exercise for _, exercise in ALL if isinstance(exercise, Question)]
RESULTS = [exercise for _, exercise in ALL if isinstance(exercise, Result)]
WRITTEN = [exercise for n, exercise in ALL if isinstance(exercise, Exercise) and n > 0]

by_name = {"ids": lambda value: value.name if hasattr(value, "name") else None}
mistakes = pytest.mark.parametrize(
    ("exercise", "mistake"), [(e, m) for e in CODE for m in e.mistakes], **by_name
)
every_code = pytest.mark.parametrize("exercise", CODE, **by_name)


@every_code
def test_the_stub_is_not_attempted(exercise: Exercise) -> None:
    line = 'raise NotImplementedError("not attempted yet")'
    bodies = [f"def {exercise.name}(*inputs):\n    {line}"]
    if isinstance(exercise.answer, type):
        methods = ("__init__(self, *inputs, **options)", "forward(self, *inputs)")
        head = f"class {exercise.name}(nn.Module):\n    def "
        bodies = [f"{head}{methods[0]}:\n        {line}"]
    for body in bodies:
        report = check_answer(exercise, learner_code(body, exercise.name))
        assert (report.status, report.score) == ("not attempted", 0)


@every_code
@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_is_right_as_a_learner_would_type_it(exercise: Exercise, seed: int) -> None:
    report = check_answer(exercise, learner_code(exercise.code, exercise.name), seed)
    assert report.status == "right", report_text(report)
    assert report.score == report.total == exercise.total


@every_code
def test_other_right_ways_are_right(exercise: Exercise) -> None:
    assert len(exercise.others) >= 3
    for code in exercise.others:
        report = check_answer(exercise, learner_code(code, exercise.name))
        assert report.status == "right", f"{code}\n{report_text(report)}"


@mistakes
@pytest.mark.parametrize("seed", SEEDS)
def test_every_mistake_fails_under_its_own_name(exercise: Exercise, mistake: Mistake, seed: int) -> None:
    report = check_answer(exercise, learner_code(exercise.code_of(mistake), exercise.name), seed)
    assert report.status in ("wrong", "crashed")
    assert report.mistake == mistake.name, report_text(report)
    assert report.score < report.total
    assert mistake.says in report_text(report)


@pytest.mark.parametrize("exercise", WRITTEN, **by_name)
def test_there_is_enough_to_help_with(exercise: Exercise) -> None:
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(names) >= 6
    assert len(set(names)) == len(names)
    assert 3 <= len(exercise.hints) <= 4


@every_code
def test_other_seeds_give_other_cases_of_the_same_kinds(exercise: Exercise) -> None:
    one, other = cases_of(exercise, 1), cases_of(exercise, 2)
    assert [case.group for case in one] == [case.group for case in other]
    assert repr(cases_of(exercise, 1)) == repr(one), "the same seed gives the same cases"
    assert repr(one) != repr(other), "a learner could write the answers down"


@every_code
def test_nothing_but_plain_data_passes_between_the_two_sides(exercise: Exercise) -> None:
    for case in cases_of(exercise):
        call: Call = case.call
        values = [*call.inputs.values(), *(call.build or {}).values(), *call.state.values()]
        values += run(exercise.answer, call).outputs.values()
        assert all(type(value) in (torch.Tensor, int, float, bool, str) for value in values)


@every_code
def test_a_constant_that_fits_the_first_case_is_not_right(exercise: Exercise) -> None:
    first = run(exercise.answer, cases_of(exercise)[0].call).outputs
    constant = tuple(first.values()) if len(first) > 1 else next(iter(first.values()))
    if isinstance(exercise.answer, type):
        return  # a layer answers for itself below, in its mistakes
    report = check_answer(exercise, lambda *inputs: constant)
    assert report.status != "right"
    assert report.score < report.total


@pytest.mark.parametrize("question", QUESTIONS, **by_name)
def test_every_answer_to_a_question_gets_its_own_words(question: Question) -> None:
    right = check_value(question, question.answer)
    assert (right.status, right.score, right.says) == ("right", question.worth, question.why)
    for value, says in question.wrong.items():
        wrong = check_value(question, value)
        assert (wrong.status, wrong.score, wrong.says) == ("wrong", 0, says)
    assert question.wrong
    assert check_value(question, None).status == "not attempted"


@pytest.mark.parametrize("result", RESULTS, **by_name)
def test_every_known_kind_of_result_gets_its_own_words(result: Result) -> None:
    right = check_value(result, result.example())
    assert (right.status, right.score) == ("right", result.worth), report_text(right)
    for clue in result.clues:
        wrong = check_value(result, clue.example())
        assert (wrong.mistake, wrong.says, wrong.score) == (clue.name, clue.says, 0)
    assert len(result.clues) >= 2
    assert check_value(result, None).status == "not attempted"


def test_every_kind_of_exercise_has_its_place() -> None:
    assert all(isinstance(exercise, Exercise | Question | Result | Essay) for _, exercise in ALL)
    assert CODE
