"""Grading: repair, judge, sandbox, engine, feedback, and the ways people try to fool them."""
