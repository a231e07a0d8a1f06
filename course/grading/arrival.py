"""When a submission came in: what timestamp.txt says, if that can be.

Nothing of the student's reaches dateutil, whose time zones may be names of files.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from course.grading.record import Finding

# As nbgrader writes it, "2026-11-20 18:57:29.123456 UTC", and its like.
WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?) ?(?:([+-])(\d\d):?(\d\d)|([A-Za-z][\w/+-]{0,40}))?",
    re.ASCII,
)
SKEW = timedelta(minutes=5)  # by so much two honest clocks may differ


def arrival(content: bytes | str, came: float) -> tuple[str | None, tuple[Finding, ...]]:
    """The time in UTC as nbgrader writes it. `content` is the file's, or a sentence why it can't be read;
    `came` is when the file came to lie where it is, which stands in for a time that can't be."""
    if isinstance(content, str):
        return _instead(content, came)
    text = content.decode("utf-8-sig", "replace").strip()
    if not text:
        return _instead("timestamp.txt is empty.", came)
    match = WRITTEN.fullmatch(text)
    try:
        moment = datetime.fromisoformat(match[1]) if match else None
    except ValueError:
        moment = None
    if match is None or moment is None:
        return _instead(f"timestamp.txt says {text[:60]!r}, which is no time.", came)
    zone, unknown = _zone(match)
    try:
        moment = moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return _instead(f"timestamp.txt says {text!r}, which is out of range.", came)
    if moment > datetime.now(UTC) + SKEW:
        return _instead(f"timestamp.txt says {text!r}, which is still to come.", came)
    says = f"timestamp.txt names a time zone that nobody knows, {match[5]!r}: taken for UTC."
    return _written(moment), (Finding("timestamp", "", says),) if unknown else ()


def _zone(match: re.Match[str]) -> tuple[tzinfo, bool]:
    """The time zone, UTC if none is named, and whether the name is unknown."""
    _, sign, hours, minutes, name = match.groups()
    if sign:
        away = timedelta(hours=min(int(hours), 23), minutes=min(int(minutes), 59))
        return timezone(-away if sign == "-" else away), False
    if name in (None, "UTC", "Z"):
        return UTC, False
    try:
        return ZoneInfo(name), False
    except (KeyError, ValueError, OSError):  # not known, not a name, a folder of names such as Europe
        return UTC, True


def _instead(why: str, came: float) -> tuple[str, tuple[Finding, ...]]:
    moment = _written(datetime.fromtimestamp(came, UTC))
    instead = f"Taken instead: when that file came here, {moment}. If you know better, write it there."
    return moment, (Finding("timestamp", "", f"{why} {instead}"),)


def _written(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(' ', 'microseconds')} UTC"
