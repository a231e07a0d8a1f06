"""The course's secret: what hidden cases are drawn from, and what the judge's words are sealed with.

It lies outside the repository, since everything in there may be read by learners, and outside of every
sandbox: in ~/.config/gnn-course/secret, or in the file that GNN_COURSE_SECRET names. It is made on first
use. Whoever has it can foresee the hidden cases and forge a seal; whoever loses it gets other cases at the
next grading, and must have feedback generated anew.
"""

import hashlib
import hmac
import os
import secrets
import stat
from functools import cache
from pathlib import Path

FILE = "GNN_COURSE_SECRET"
_BYTES = 32


class SecretError(Exception):
    """The secret can't be used."""


def seed_of(*names: str) -> int:
    """A seed of 63 bits for what is called so: always the same, and not to be guessed from the others."""
    return int.from_bytes(_mac("seed", *names).digest()[:8], "little") >> 1


def seal(text: str) -> str:
    """Proof that the judge wrote this."""
    return _mac("seal", text).hexdigest()


def sealed(text: str, proof: object) -> bool:
    return isinstance(proof, str) and hmac.compare_digest(
        seal(text).encode(), proof.encode("utf-8", "replace")
    )


def secret_path() -> Path:
    named = os.environ.get(FILE)
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(named) if named else Path(home).expanduser() / "gnn-course" / "secret"


def _mac(purpose: str, *parts: str) -> "hmac.HMAC":
    mac = hmac.new(_secret(secret_path()), digestmod=hashlib.sha256)
    for part in (purpose, *parts):  # each with its length: ("ab", "c") is not ("a", "bc")
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8, "little") + data)
    return mac


@cache
def _secret(path: Path) -> bytes:
    """Read it, or make it. Two who make it at once agree: a link that is there already is not made again."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_hex(_BYTES) + "\n")
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(f"The course's secret can be read by others. Do this first: chmod 600 {path}")
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except (ValueError, UnicodeDecodeError):
        secret = b""
    if len(secret) < _BYTES:
        raise SecretError(f"{path} holds no secret: put a copy of it there, or remove it to get a new one.")
    return secret
