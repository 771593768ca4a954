#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the egress clients and webhook receivers of the Python and Node SDKs against a dev server (inside stack.py), and
has the library read what these SDKs sign. Takes the program that does that."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import cache  # noqa: E402
import tap  # noqa: E402
import webhooks  # noqa: E402
from receivers import SrtListener  # noqa: E402


def run(*command):
    return subprocess.run([*map(str, command)], stdout=subprocess.PIPE, text=True)


def run_client(*command):
    with SrtListener() as first, SrtListener() as second:
        return run(*command, first.url, second.url)


def main():
    try:
        python, node, scripts = cache.sdks(HERE)
    except cache.Missing as missing:
        return tap.skip(missing)
    clients = [run_client(python, HERE / "python_client.py"), run_client(node, scripts / "node_client.js")]
    received = Path(os.environ["LK_E2E_DATA"]) / "dev-webhooks.jsonl"
    webhooks.collect(received)
    signed = Path(os.environ["LK_E2E_DATA"]) / "sdk-webhooks.jsonl"
    signed.unlink(missing_ok=True)
    clients += [run(python, HERE / "python_webhooks.py", received, signed),
                run(node, scripts / "node_webhooks.js", received, signed), run(sys.argv[1], signed)]
    text = "".join(client.stdout for client in clients)
    print(text, end="")
    tap.plan(sum(line.startswith(("ok ", "not ok ")) for line in text.splitlines()))
    return 1 if any(client.returncode for client in clients) else 0


if __name__ == "__main__":
    sys.exit(main())
