"""Item 31: what would run in the browser of whoever reads the graded notebook."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tests.grading.hostile.entry import Entry

SCRIPT = "<script>document.title='hostile'</script><img src=x onerror=alert('hostile')>"


def _prose(source: str) -> object:
    def edit(notebook: NotebookNode) -> None:
        notebook.cells.insert(2, new_markdown_cell(source, id="prose"))

    return edit


FAMILY = (
    Entry("xss-markdown", (31,), "writes a script into its prose", edit=_prose(SCRIPT), stock_safe=True),
    Entry("xss-link", (31,), "writes links that are scripts",
          edit=_prose("[go](javascript:alert('hostile')) <a href='javascript:alert(1)'>go</a>"), stock_safe=True),
    Entry("xss-html", (31,), "shows HTML with a script", code=f"""
        from IPython.display import HTML, display
        display(HTML({SCRIPT!r}))
        """, stock_safe=True),
    Entry("xss-svg", (31,), "shows a picture with a script", code="""
        from IPython.display import SVG, display
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload=\\"alert('hostile')\\"><script>1</script></svg>"))
        """, stock_safe=True),
    Entry("xss-javascript", (31,), "shows JavaScript", code="""
        from IPython.display import Javascript, IFrame, display
        display(Javascript("alert('hostile')"), IFrame("javascript:alert(1)", 9, 9))
        """, stock_safe=True),
    Entry("xss-error", (31,), "raises an error whose words and name are markup", code=f"""
        raise type("<script>alert(1)</script>", (Exception,), {{}})({SCRIPT!r})
        """, stock_safe=True),
    Entry("xss-in-verdict", (31,), "has the judge quote it", answer=f"""
        def adjacency(edge_index, num_nodes):
            print({SCRIPT!r})
            raise ValueError({SCRIPT!r})
        """, stock_safe=True),
    Entry("xss-in-answer", (31,), "answers with markup, in a text and in the keys of a dictionary", answer=f"""
        def adjacency(edge_index, num_nodes):
            return {{{SCRIPT!r}: {SCRIPT!r}, "result": [{SCRIPT!r}]}}
        """, stock_safe=True),
    Entry("xss-metadata", (31,), "shows a picture whose width is markup", code="""
        from IPython.display import publish_display_data
        publish_display_data({"image/png": "AAAA", "text/latex": "$\\\\href{javascript:alert(1)}{x}$"},
                             {"image/png": {"width": "1 onerror=alert('hostile')", "height": {}}})
        """, stock_safe=True),
    Entry("xss-widget", (31,), "shows a widget's state that is a script", code="""
        from IPython.display import publish_display_data
        publish_display_data({"application/vnd.jupyter.widget-view+json": {"model_id": "<script>1</script>"},
                              "application/vnd.jupyter.widget-state+json": {"x": "</script><script>1"}})
        """, stock_safe=True),
    Entry("xss-attachment", (31,), "pastes a picture whose name is markup", stock_safe=True,
          edit=lambda notebook: notebook.cells.append(new_markdown_cell(
              "![x](attachment:x)", id="pasted", attachments={"x\"onerror=alert(1)": {"image/svg+xml": SCRIPT}}))),
)  # fmt: skip

