# SPDX-License-Identifier: LGPL-2.1-or-later
"""A livekit-egress-devserver of its own for a test."""

import json
import os
import subprocess
import urllib.request

API_KEY = "testkey"
API_SECRET = "testsecrettestsecrettestsecrettest"


class Devserver:
    """Runs on a free port while the with block lasts. Its end must be a clean one."""

    def __init__(self, *arguments):
        self._command = [os.environ["LK_EGRESS_DEVSERVER"], "--port", "0",
                         "--api-key", API_KEY, "--api-secret", API_SECRET, *arguments]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        assert " ready on http://" in line, f"the dev server said {line!r}"
        self.url = line.split(" ready on ")[1].strip()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        status = self._process.wait(timeout=30)
        self._process.stdout.close()
        assert status == 0, f"the dev server ended with {status}"

    def add_fault(self, **fault):
        request = urllib.request.Request(self.url + "/devserver/faults",
                                         json.dumps(fault).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def state(self):
        with urllib.request.urlopen(self.url + "/devserver/state", timeout=10) as reply:
            return json.load(reply)

    def statuses(self):
        return [egress["status"] for egress in self.state()["egresses"]]
