"""The secret: made once, read by its owner alone, and every seed and seal depends on it."""

import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from course.grading.secret import FILE, SecretError, seal, sealed, secret_path, seed_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deep" / "secret"
    monkeypatch.setenv(FILE, str(path))
    return path


def test_it_is_made_on_first_use_and_kept(at: Path) -> None:
    first = seed_of("lesson", "exercise")
    assert at.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in at.parent.iterdir()] == ["secret"]
    assert seed_of("lesson", "exercise") == first
    assert 0 <= first < 2**63


def test_other_names_and_other_secrets_give_other_seeds(
    at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = {seed_of("a", "b"), seed_of("ab"), seed_of("a", "bc"), seed_of("ab", "c"), seed_of("b", "a")}
    monkeypatch.setenv(FILE, str(tmp_path / "another"))
    assert len(seeds | {seed_of("a", "b")}) == 6


def test_a_seal_fits_its_text_alone(at: Path) -> None:
    proof = seal("<p>Right</p>")
    assert sealed("<p>Right</p>", proof)
    for text, other in [("<p>right</p>", proof), ("<p>Right</p>", proof[:-1]), ("<p>Right</p>", None),
                        ("<p>Right</p>", 3), ("<p>Right</p>", ""), ("<p>Right</p>", "é\udc80")]:  # fmt: skip
        assert not sealed(text, other)


def test_a_secret_that_others_can_read_is_refused(at: Path) -> None:
    seed_of("a")
    at.chmod(0o644)
    from course.grading import secret

    secret._secret.cache_clear()
    with pytest.raises(SecretError, match="chmod 600"):
        seed_of("a")


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"00" * 31])
def test_a_file_that_holds_no_secret_is_refused_and_kept(at: Path, content: bytes) -> None:
    at.parent.mkdir()
    at.touch(mode=0o600)
    at.write_bytes(content)
    with pytest.raises(SecretError, match="holds no secret"):
        seed_of("a")
    assert at.read_bytes() == content


def test_many_who_make_it_at_once_agree(at: Path) -> None:
    """In processes of their own: a fork of pytest inherits the locks of its threads, and may hang."""
    code = "from course.grading.secret import seed_of; input('ready\\n'); print(seed_of('a'))"
    runs = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)
        for _ in range(8)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    seeds = [run.communicate("go\n", timeout=60)[0] for run in runs]  # all of them have been waiting for this
    assert len(set(seeds)) == 1
    assert int(seeds[0]) == seed_of("a")


def test_it_lies_in_the_users_own_folder_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    assert secret_path() == Path("/somewhere/gnn-course/secret")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert secret_path() == Path.home() / ".config" / "gnn-course" / "secret"
