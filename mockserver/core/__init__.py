"""The job engine: pure values and functions, standard library only.

Rules a maintainer must keep:

1. Nothing here waits, reads a clock or touches a socket: time comes in as an argument.
2. Nothing here knows the name of an API, a protocol or an HTTP status.
3. A job never changes: every verb returns another job.
"""
