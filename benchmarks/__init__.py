"""Measurements, each a command: see README.md."""

import os

# Read when numpy loads: as in the worker process, threads of numpy's own would only stand in the way of ours.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
