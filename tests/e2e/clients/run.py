#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the egress clients of the Python and Node SDKs against a server (inside stack.py)."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import cache  # noqa: E402
import tap  # noqa: E402
from backend import Listener  # noqa: E402


def run(*command):
    with Listener() as first, Listener() as second:
        return subprocess.run([*map(str, command), first.url, second.url], stdout=subprocess.PIPE, text=True)


def main():
    try:
        python, node, scripts = cache.sdks(HERE)
    except cache.Missing as missing:
        return tap.skip(missing)
    clients = [run(python, HERE / "python_client.py"), run(node, scripts / "node_client.js")]
    text = "".join(client.stdout for client in clients)
    print(text, end="")
    tap.plan(sum(line.startswith(("ok ", "not ok ")) for line in text.splitlines()))
    return 1 if any(client.returncode for client in clients) else 0


if __name__ == "__main__":
    sys.exit(main())
