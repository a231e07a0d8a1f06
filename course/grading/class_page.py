"""The class report as one page: no script, nothing loaded, readable by ear, in print, in light and in dark.

It names no student, so that it can be shown to the class. Who made which mistake is in the CSV files.
"""

from collections.abc import Iterable, Mapping
from html import escape

from course.grading.tally import STATUSES, Counted, Made, Students, Tally
from gnn_lib.exercises.look import prose

FIRST = 3  # mistakes to talk about at the beginning of the next class
_BAR = 240  # pixels

_STYLE = """\
:root{color-scheme:light dark;--ink:#1d2430;--quiet:#566072;--line:#d5dae2;--paper:#fff;--card:#f5f7fa;
--right:#1b7f4d;--wrong:#c8702a;--crashed:#b8304f;--not-attempted:#c3c9d3}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--quiet:#a4aebd;--line:#3a4250;--paper:#14171d;
--card:#1d222b;--right:#3fae77;--wrong:#e0904e;--crashed:#e0607c;--not-attempted:#4d5665}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:68rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:0}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem}
h3{font-size:1.02rem;margin:1.6rem 0 .2rem}
p{margin:.3rem 0}
.quiet{color:var(--quiet)}
.first{list-style:none;margin:.6rem 0;padding:0;display:grid;gap:.7rem}
.first li{background:var(--card);border-left:5px solid var(--wrong);border-radius:4px;padding:.7rem 1rem}
.first strong{font-size:1.06rem}
code{font-family:ui-monospace,monospace;font-size:.92em;background:var(--card);padding:.05em .3em;
border-radius:3px}
.first code{background:var(--paper)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--quiet);padding-bottom:.4rem}
th,td{padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.number,th.number{text-align:right;white-space:nowrap}
th[scope=row]{font-weight:600}
thead th{font-weight:500;color:var(--quiet);font-size:.9rem}
svg{display:block}
.bar{width:100%;min-width:7rem;margin-top:.3rem}
th .quiet{font-weight:400}
td:nth-child(2){width:30%}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.4rem 0 .6rem;
font-size:.92rem}
.key svg{display:inline-block;margin-right:.4em;vertical-align:-.1em}
.right{fill:var(--right)}.wrong{fill:var(--wrong)}.crashed{fill:var(--crashed)}
.not-attempted{fill:var(--not-attempted)}
@media print{:root{color-scheme:light}body{max-width:none;font-size:11pt}tr,.first li{break-inside:avoid}
svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"""

# Whatever a mistake or a file is called, nothing on this page runs or loads.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NUMBER = ' class="number"'
_COLUMNS = ("exercise", "how it went", "right", "attempted", "average")


def page(tally: Tally) -> str:
    title = escape(f"{tally.lesson}: {tally.title}")
    parts = [f"<h1>{title}</h1>", f'<p class="quiet">{_summary(tally)}</p>']
    if tally.records:
        parts += [_say_first(tally), _exercises(tally), _mistakes(tally)]
    parts += [
        _list("Noticed on the way", "These changed no score.", tally.findings),
        _list("Stopped early", "What came after has no points.", tally.stopped),
        _damaged(tally.damaged),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style></head>\n'
        "<body><main>\n" + "\n".join(filter(None, parts)) + "\n</main></body></html>\n"
    )


def _summary(tally: Tally) -> str:
    if not tally.records:
        return "Nobody's work has been graded yet."
    records = list(tally.records.values())
    average = sum(record.score for record in records) / len(records)
    most = sum(exercise.points for exercise in tally.exercises if not exercise.by_hand)
    by_hand = ", without those given by hand" if any(one.by_hand for one in tally.exercises) else ""
    return f"{_students(len(records))}. On average {average:.1f} of {most:g} points{by_hand}."


def _say_first(tally: Tally) -> str:
    heading = "<h2>What to say first</h2>"
    told = [made for made in tally.mistakes if made.says][:FIRST]
    if not told:
        return f"{heading}<p>Nobody made a mistake that we know by name.</p>"
    items = "".join(
        f"<li><strong>{prose(made.name)}</strong> in <code>{escape(made.exercise)}</code>: "
        f"{_of(made.students, tally)}<p>{prose(made.says)}</p></li>"
        for made in told
    )
    return f'{heading}<ol class="first">{items}</ol>'


def _exercises(tally: Tally) -> str:
    key = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect class="{_class(status)}" width="12" '
        f'height="12"/></svg>{status}</li>'
        for status in STATUSES
    )
    rows = "".join(_exercise(exercise, len(tally.records)) for exercise in tally.exercises)
    return (
        f'<h2>Exercises</h2><ul class="key">{key}</ul><div class="wide"><table>{_head(_COLUMNS)}'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _head(columns: tuple[str, ...]) -> str:
    """The first two hold words and bars, the others numbers."""
    cells = (
        f'<th scope="col"{"" if place < 2 else _NUMBER}>{column}</th>' for place, column in enumerate(columns)
    )
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _exercise(exercise: Counted, students: int) -> str:
    task = f'<span class="quiet">{prose(exercise.task)}</span>'
    head = f'<tr><th scope="row">{escape(exercise.name)}<br>{task}</th>'
    if exercise.by_hand:
        return f'{head}<td colspan="4" class="quiet">graded by a person, in the formgrader</td></tr>'
    return (
        f'{head}<td>{_stack(exercise)}</td><td class="number">{_percent(exercise.right, students)}</td>'
        f'<td class="number">{_percent(exercise.attempted, students)}</td>'
        f'<td class="number">{exercise.average:.2f} of {exercise.points:g}</td></tr>'
    )


def _stack(exercise: Counted) -> str:
    """One bar, divided by how it went."""
    counts = {status: len(exercise.statuses[status]) for status in STATUSES}
    total = sum(counts.values()) or 1
    words = ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nobody"
    left, pieces = 0.0, []
    for status, count in counts.items():
        width = _BAR * count / total
        pieces.append(f'<rect class="{_class(status)}" x="{left:.1f}" width="{width:.1f}" height="16"/>')
        left += width
    return _svg(f"{exercise.name}: {words}", "".join(pieces))


def _mistakes(tally: Tally) -> str:
    parts = []
    for exercise in tally.exercises:
        if not exercise.mistakes:
            continue
        most = len(exercise.mistakes[0].students)
        rows = "".join(_mistake(made, most, tally) for made in exercise.mistakes)
        parts.append(
            f'<h3>{escape(exercise.name)}</h3><div class="wide"><table>'
            f"{_head(('mistake', 'how many', 'students'))}<tbody>{rows}</tbody></table></div>"
        )
    return f"<h2>Mistakes, exercise by exercise</h2>{''.join(parts)}" if parts else ""


def _mistake(made: Made, most: int, tally: Tally) -> str:
    count = len(made.students)
    bar = f'<rect class="wrong" width="{_BAR * count / most:.1f}" height="12"/>'
    says = f'<br><span class="quiet">{prose(made.says)}</span>' if made.says else ""
    return (
        f"<tr><td>{prose(made.name)}{says}</td><td>{_svg(f'{made.name}: {count}', bar, 12)}</td>"
        f'<td class="number">{_percent(count, len(tally.records))}</td></tr>'
    )


def _list(heading: str, note: str, groups: Mapping[str, Students]) -> str:
    items = (f"<li>{escape(label)}: {_students(len(students))}</li>" for label, students in groups.items())
    return _section(heading, note, items)


def _damaged(files: Mapping[str, str]) -> str:
    items = (
        f"<li><code>{escape(_shown(name))}</code>: {escape(_shown(why))}</li>" for name, why in files.items()
    )
    note = "These records could not be read, so their students are not counted. Grade them again."
    return _section("Damaged records", note, items)


def _section(heading: str, note: str, items: Iterable[str]) -> str:
    listed = "".join(items)
    return f'<h2>{heading}</h2><p class="quiet">{note}</p><ul>{listed}</ul>' if listed else ""


def _svg(words: str, inside: str, height: int = 16) -> str:
    words = escape(words, quote=True)
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 {_BAR} {height}" height="{height}" '
        f'preserveAspectRatio="none" class="bar"><title>{words}</title>{inside}</svg>'
    )


def _class(status: str) -> str:
    return status.replace(" ", "-")


def _of(students: Students, tally: Tally) -> str:
    return f"{len(students)} of {_students(len(tally.records))}"


def _students(count: int) -> str:
    return f"{count} student{'' if count == 1 else 's'}"


def _percent(count: int, whole: int) -> str:
    return f"{count} ({100 * count / whole:.0f} %)" if whole else str(count)


def _shown(name: str) -> str:
    """A file's name may hold bytes that are no text."""
    return name.encode("utf-8", "replace").decode()
