"""What of a student's HTML and Markdown may reach somebody else's browser.

An instructor's browser holds the key to the instructor's Jupyter server, so this is a list of what may pass,
and everything else does not. nh3 (Mozilla's ammonia) reads HTML as a browser does and writes it anew. We
prefer it to bleach, which nbconvert brings along, because bleach is no longer developed, and because it
leaves the rules of a removed <style>, which every pandas table has, as text on the page.

What is not covered: words and pictures that deceive a reader, a link that says one thing and leads to
another (it opens in a tab of its own, and is not told where it was clicked), and a picture that takes long
to draw.
"""

import re
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.token import STANDARD_TYPES

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details",
    "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
    "var",
}  # fmt: skip
# Their content goes with them: it is no text that anybody wrote to be read.
_GONE = {
    "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "style", "svg", "template",
    "title",
}  # fmt: skip
# No id, no name: the formgrader finds its own parts of the page by them. No class but those that only
# colour: a click on anything of the class "full-credit" gives full credit.
_ATTRIBUTES = {
    "a": {"href", "title"},
    "col": {"span"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "*": {"style"},
}
_CLASSES = {
    "div": {"highlight"},
    "span": set(STANDARD_TYPES.values()) - {""},  # the colours of code
    "table": {"dataframe"},
}
# None of them takes a url(), covers other parts of the page, or moves.
_STYLES = {"background-color", "color", "font-style", "font-weight", "text-align", "vertical-align"}
_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# An <img> never runs what its SVG says, and loads nothing for it.
_PICTURE = re.compile(rf"data:(?:{'|'.join(map(re.escape, IMAGES))});base64,[A-Za-z0-9+/=\s]*")


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute == "src":
        return value if _PICTURE.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE,
    attributes=_ATTRIBUTES,
    attribute_filter=_allowed,
    allowed_classes=_CLASSES,
    filter_style_properties=_STYLES,
    set_tag_attribute_values={"a": {"target": "_blank"}},  # not in the formgrader's own frame
    link_rel="noopener noreferrer",
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="deny",  # it would name another file of the submission, on the instructor's own server
)

# Reading HTML as a browser does takes the square of its depth, and each element makes anew every <b> and <i>
# still open, so a few kilobytes could fill the memory. An upper bound of either, which can't be fooled:
_MOST_ELEMENTS, _MOST_MADE_ANEW = 10_000, 1_000_000
_OPENING = re.compile(r"<([a-z][^\s/>]*)", re.IGNORECASE)
_MADE_ANEW = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip

# nbconvert looks for the end of each formula through all of the rest.
_MOST_LETTERS, _MOST_FORMULAS = 50_000, 200

# What MathJax does beyond mathematics: links, styles, ids, more of itself.
_BEYOND_MATHS = re.compile(
    r"\\(?=(?:bbox|class|cssId|data|href|includegraphics|mmlToken|require|style|texttip|toolTip|unicode|url)"
    r"(?![a-z]))",
    re.IGNORECASE,
)


def clean_tex(text: str) -> str:
    """MathJax's own Safe extension does this too; here it holds wherever MathJax comes from.

    >>> clean_tex(r"\\href{javascript:alert(1)}{\\frac{1}{2}}")
    '∖href{javascript:alert(1)}{\\\\frac{1}{2}}'
    """
    return _BEYOND_MATHS.sub("∖", text)


def clean_html(html: str) -> str:
    """HTML of a student's, harmless.

    >>> clean_html('<b onclick="steal()">bold</b><script>steal()</script>')
    '<b>bold</b>'
    """
    if _is_bomb(html):
        html = f"<pre>{escape(html)}</pre>"
    return clean_tex(_CLEANER.clean(html))  # last, since entities and comments are resolved by then


def _is_bomb(html: str) -> bool:
    opened = [tag.lower() for tag in _OPENING.findall(html)]
    made_anew = len(opened) * sum(tag in _MADE_ANEW for tag in opened)
    return len(opened) > _MOST_ELEMENTS or made_anew > _MOST_MADE_ANEW


@pass_context
def markdown_to_html(context: Context, source: str) -> str:
    """The filter that stands in for nbconvert's own: Markdown is rendered as ever, then cleaned.

    Cleaned after and not before, because only HTML says what a browser will see.
    """
    cell: Any = context.get("cell") or {}
    # Headings get no id: one named like an exercise would be found in place of its score.
    renderer = IPythonRenderer(
        escape=False, exclude_anchor_links=True, attachments=cell.get("attachments", {})
    )
    try:
        if len(source) > _MOST_LETTERS or source.count(r"\begin") > _MOST_FORMULAS:
            raise ValueError("too much to render")
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # or an attachment that is not there, a nesting without end: show what was typed
        html = f"<pre>{escape(source)}</pre>"
    return clean_html(html)
