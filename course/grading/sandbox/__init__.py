"""Where a learner's code runs: it sees what a lesson needs, and nothing that it does outlives it.

`levels.py` says which ways there are and which of them this machine has, `view.py` what may be seen,
`limits.py` what may be used. Nothing here knows about Jupyter.
"""
