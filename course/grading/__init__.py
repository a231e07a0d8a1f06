"""Grades a class: safely, many at once, and with nbgrader's own gradebook. README.md tells how."""

import sys

# jsonschema imports it if it can, and reads a grammar for two seconds: no notebook has such an address in it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
