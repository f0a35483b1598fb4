"""A sandbox of four real asynchronous job APIs."""

__version__ = "0.1.0"
