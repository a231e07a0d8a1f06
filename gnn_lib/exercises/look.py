"""How everything that the engine shows looks: one style, for JupyterLab's light and dark theme.

No script, and nothing is loaded from anywhere. Text has the colour of the page's own text. The tones
are only for what goes with words: a white sign on a badge, and the edge of a card. They are dark enough
for the sign, and light enough for the edge to be seen on a dark page.
"""

from html import escape

MARKS = {"right": "✓", "wrong": "✗", "crashed": "!", "not attempted": "○"}
TONES = {"right": "#1b7f4d", "wrong": "#b3541e", "crashed": "#c0395a", "not attempted": "#667080"}
PLAIN = "#3d6fb4"

# `.gnn.gnn` weighs more than JupyterLab's own rules for lists and tables in outputs.
_STYLE = """\
.gnn{border-left:4px solid var(--gnn-tone);padding:.35em 1em .6em;margin:.2em 0;max-width:56em;
 line-height:1.5;color:var(--jp-ui-font-color1,inherit);font-size:14px;
 font-family:var(--jp-ui-font-family,system-ui,sans-serif)}
.gnn.gnn p{margin:.4em 0}
.gnn.gnn .gnn-title{font-weight:600;font-size:1.1em;margin-top:.1em}
.gnn.gnn .gnn-badge{display:inline-block;width:1.5em;height:1.5em;line-height:1.5em;border-radius:50%;
 text-align:center;font-size:.85em;margin-right:.35em;background:var(--gnn-tone);color:#fff}
.gnn.gnn code,.gnn.gnn pre{font-family:var(--jp-code-font-family,monospace);font-size:.93em;color:inherit;
 background:rgba(128,128,128,.14);border-radius:3px}
.gnn.gnn code{padding:.05em .3em}
.gnn.gnn pre{margin:.4em 0;padding:.35em .6em;white-space:pre-wrap;overflow-wrap:anywhere;max-height:14em;
 overflow:auto}
.gnn.gnn ul,.gnn.gnn ol{margin:.3em 0;padding-left:1.6em}
.gnn.gnn ul{padding-left:0;list-style:none}
.gnn.gnn li{margin:.15em 0}
.gnn.gnn .gnn-quiet{opacity:.8}
.gnn.gnn .gnn-case{display:flex;flex-wrap:wrap;gap:.6em 2.2em;align-items:flex-start}
.gnn.gnn .gnn-case ul{flex:1 1 100%}
.gnn.gnn .gnn-case li{overflow-wrap:anywhere}
.gnn.gnn .gnn-wide{overflow-x:auto;max-width:100%}
.gnn.gnn table{border-collapse:collapse;margin:.2em 0;font-size:.95em;table-layout:auto}
.gnn.gnn caption{text-align:left;font-weight:600;padding:.1em 0 .25em;color:inherit;caption-side:top;
 white-space:nowrap}
.gnn.gnn caption .gnn-quiet{font-weight:400}
.gnn.gnn td,.gnn.gnn th{border:1px solid var(--jp-border-color1,rgba(128,128,128,.5));padding:.12em .6em;
 text-align:right;background:none;color:inherit;white-space:nowrap;vertical-align:middle}
.gnn.gnn th{font-weight:400;opacity:.85}
.gnn.gnn td.gnn-first{outline:3px solid var(--gnn-tone);outline-offset:-2px;font-weight:700}
.gnn.gnn table.gnn-words td,.gnn.gnn table.gnn-words th{text-align:left}
.gnn.gnn table.gnn-words td.gnn-wrap{white-space:normal}
.gnn.gnn summary{cursor:pointer}
.gnn.gnn progress{width:6em;vertical-align:middle;margin:0 .5em;accent-color:var(--gnn-tone)}"""


def card(label: str, body: str, tone: str = PLAIN) -> str:
    """A part of the page with a name of its own, for those who move from part to part by ear."""
    return (
        f'<style>{_STYLE}</style><section class="gnn" aria-label="{escape(label, quote=True)}" '
        f'style="--gnn-tone:{tone}">{body}</section>'
    )


def prose(text: str) -> str:
    """Escaped, with `code` between backticks."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # an odd backtick is just a backtick
        return escape(text)
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
