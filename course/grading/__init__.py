"""Grades a class: safely, many at once, and with nbgrader's own gradebook. README.md tells how."""
