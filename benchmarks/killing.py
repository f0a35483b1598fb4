"""What is left of the state file when a server is killed: `python benchmarks/killing.py` (POSIX).

A server that saves twenty times a second is given jobs as fast as it takes them, and killed (`kill -9`) in the middle of
that, again and again. Printed is how many jobs were acknowledged and how many the file holds; exit 1 when a file is torn,
or when no server starts from it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

SERVER = "from mockserver import cli, server; server.SAVE_EVERY = 0.05; cli.main()"
SUBMIT = "/CasJobs/services/jobs.asmx/SubmitJob?wsid=1&pw=secret&qry=q&context=DR7&taskname=t{n}&estimate=1"


def begun(state: Path) -> tuple[subprocess.Popen[bytes], http.client.HTTPConnection]:
    """Start a server over a file; return it and a connection to it."""
    command = [sys.executable, "-c", SERVER, "serve", "--port", "0", "--json", "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "it does not start"
    return process, http.client.HTTPConnection("127.0.0.1", int(json.loads(line)["url"].rpartition(":")[2]))


def submitted(connection: http.client.HTTPConnection, number: int) -> bool:
    """Submit a job; tell whether it was acknowledged."""
    connection.request("GET", SUBMIT.format(n=number))
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def jobs(state: Path) -> int:
    """Return how many jobs of CasJobs the file holds.

    Raises:
        ValueError: it is torn.
    """
    return sum(job["api"] == "casjobs" for job in json.loads(state.read_bytes())["sandboxes"]["default"]["jobs"])


def main() -> int:
    """Kill and look; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--times", type=int, default=10)
    given = reader.parse_args()
    some = Random(0)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder, "state.json")
        process, connection = begun(state)
        before = jobs(state)
        for turn in range(1, given.times + 1):
            asked = some.randint(20, 400)
            told = sum(submitted(connection, number) for number in range(asked))
            process.kill()
            process.wait()
            kept = jobs(state) - before
            process, connection = begun(state)
            connection.request("GET", "/_control/ready")
            ready = connection.getresponse()
            ready.read()
            print(f"killed {turn:2}: {told:4} acknowledged, {kept:4} in the file, {ready.status} after", flush=True)
            if kept > told or ready.status != 200:
                return 1
            before = jobs(state)
        process.terminate()
        process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
