"""Builds both notebooks of a lesson from its text: `make build`, or python -m course.build."""
