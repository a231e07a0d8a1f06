"""`python -m course.grading LESSON`: see `command.py`. Workers import this file, so it stays light."""

import sys

if __name__ == "__main__":
    from course.grading.command import main

    sys.exit(main())
