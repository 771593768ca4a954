#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our client sends, decoded by the message classes of the Python and Node SDKs.

    run.py PROGRAM    (send-egress of this build)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import cache  # noqa: E402
import tap  # noqa: E402


def main(program):
    try:
        python, node, scripts = cache.sdks(HERE)
    except cache.Missing as missing:
        return tap.skip(missing)
    with tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies.json"
        decoders = [
            subprocess.run(command, stdout=subprocess.PIPE, text=True)
            for command in ([python, HERE / "capture.py", program, bodies], [node, scripts / "decode.js", bodies])
        ]
    text = "".join(decoder.stdout for decoder in decoders)
    print(text, end="")
    tap.plan(sum(line.startswith(("ok ", "not ok ")) for line in text.splitlines()))
    return 1 if any(decoder.returncode for decoder in decoders) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
