# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real Prometheus scrapes the recorder of examples/python, and promtool reads what it is given."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import tap
from devserver import API_KEY, API_SECRET, Devserver

EXAMPLES = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES"])
PATIENCE = 40  # seconds

CONFIG = """
global:
  scrape_interval: 200ms
  scrape_timeout: 200ms
scrape_configs:
  - job_name: recorder
    static_configs:
      - targets: ["127.0.0.1:%d"]
"""


def find_program(name):
    program = shutil.which(name)
    if program is None and os.environ.get("LK_E2E_REQUIRED"):
        raise AssertionError(f"{name} is not there, and LK_E2E_REQUIRED is set")
    if program is None:
        raise unittest.SkipTest(f"{name} is not there: it is in Debian's package prometheus")
    return program


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class PrometheusTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        server = self.enterContext(Devserver(
            "--out", str(self.folder), "--fault", '{"life":"idle","count":0}',
            "--webhook", self.url + "/webhook"))
        environment = os.environ | {"LIVEKIT_URL": server.url, "LIVEKIT_API_KEY": API_KEY,
                                    "LIVEKIT_API_SECRET": API_SECRET}
        self.recorder = self.start(
            [sys.executable, EXAMPLES / "python/recorder.py", "demo", "demo.mp4", str(self.port)],
            env=environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.recorder.stdout.close)
        self.assertEqual(self.recorder.stdout.readline(), "active\n")

    def start(self, command, **how):
        process = subprocess.Popen([str(word) for word in command], **how)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def ask(self, prometheus, path, **parameters):
        """Its answer, or None while it does not listen yet."""
        try:
            with urllib.request.urlopen(f"{prometheus}/api/v1/{path}?"
                                        + urllib.parse.urlencode(parameters), timeout=10) as answer:
                return json.load(answer)["data"]
        except (urllib.error.URLError, ConnectionError):
            return None

    def query(self, prometheus, expression):
        data = self.ask(prometheus, "query", query=expression)
        return None if not data or not data["result"] else float(data["result"][0]["value"][1])

    def await_value(self, prometheus, expression, expected):
        end = time.monotonic() + PATIENCE
        value = None
        while value != expected and time.monotonic() < end:
            time.sleep(0.05)
            value = self.query(prometheus, expression)
        self.assertEqual(value, expected, expression)

    def test_scrape(self):
        program = find_program("prometheus")
        config = self.folder / "prometheus.yml"
        config.write_text(CONFIG % self.port)
        port = free_port()
        prometheus = f"http://127.0.0.1:{port}"
        process = self.start([program, f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data",
                              f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        for expression, expected in (
                ('up{job="recorder"}', 1),
                ('egress_started_total{request_type="room_composite"}', 1),
                ('egress_active_count{request_type="room_composite"}', 1),
                ("egress_start_room_composite_duration_count", 1),
                ('egress_start_room_composite_duration_bucket{le="+Inf"}', 1),
                ("egress_stop_duration_count", 0),
                ('sum(egress_webhooks_total{result="refused"}) or vector(0)', 0)):
            self.await_value(prometheus, expression, expected)
        kinds = {name: entry[0]["type"] for name, entry in self.ask(prometheus, "metadata").items()}
        self.assertEqual(kinds["egress_active_count"], "gauge")
        self.assertEqual(kinds["egress_stop_duration"], "histogram")
        self.assertEqual(kinds["egress_started"], "counter")

        # It ends with its egress; what was scraped last stays for a moment.
        self.recorder.send_signal(signal.SIGINT)
        output, _ = self.recorder.communicate(timeout=PATIENCE)
        self.assertIn('egress_stopped_total{request_type="room_composite",end_reason="', output)
        self.await_value(prometheus, 'up{job="recorder"}', 0)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_promtool(self):
        program = find_program("promtool")
        with urllib.request.urlopen(self.url + "/metrics", timeout=PATIENCE) as answer:
            text = answer.read()
        self.assertIn(b'\negress_active_count{request_type="room_composite"} 1\n', text)
        check = subprocess.run([program, "check", "metrics"], input=text, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=PATIENCE)
        self.assertEqual((check.stdout, check.returncode), (b"", 0))


if __name__ == "__main__":
    tap.main()
