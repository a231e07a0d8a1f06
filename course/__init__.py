"""What runs the course: the texts, the build, the grading. Learners never need it."""
