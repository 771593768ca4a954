# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each example against the dev server, as its first lines say."""

import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
import wave

import tap
from devserver import API_KEY, API_SECRET, Devserver

EXAMPLES = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES"])
BUILT = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES_BUILT"])
ADDRESS = "srt://127.0.0.1:9"


class Bucket(http.server.BaseHTTPRequestHandler):
    """Takes whatever is put."""

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.objects[self.path] = (body, self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class ExamplesTest(unittest.TestCase):
    def setUp(self):
        self.recordings = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = self.enterContext(Devserver("--out", str(self.recordings)))
        self.environment = os.environ | {"LIVEKIT_URL": self.server.url,
                                         "LIVEKIT_API_KEY": API_KEY,
                                         "LIVEKIT_API_SECRET": API_SECRET}

    def start(self, *command):
        process = subprocess.Popen(
            [str(word) for word in command], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finish(self, process):
        """Its output; it must end well and leave nothing behind on the server."""
        output, _ = process.communicate(timeout=40)
        self.assertEqual(process.returncode, 0, output)
        self.assertEqual(self.server.statuses(), ["EGRESS_COMPLETE"], output)
        return output

    def wait_active(self, process):
        while self.server.statuses() != ["EGRESS_ACTIVE"]:
            self.assertIsNone(process.poll(), "ended before its egress was active")
            time.sleep(0.05)

    def test_c_record_room(self):
        process = self.start(BUILT / "record-room", "demo", "demo.mp4")
        self.wait_active(process)
        process.send_signal(signal.SIGINT)
        self.finish(process)
        self.assertEqual((self.recordings / "demo.mp4").read_bytes()[4:8], b"ftyp")

    def test_c_record_room_error(self):
        process = self.start(BUILT / "record-room", "no-such-room", "demo.mp4")
        output, _ = process.communicate(timeout=40)
        self.assertEqual(process.returncode, 1, output)
        self.assertIn("requested room does not exist", output)

    def test_c_play_egress(self):
        process = self.start(BUILT / "play-egress", "demo", "alice", "fakesink", "fakesink")
        for line in process.stdout:
            if line.startswith("livekit-egress-first-data"):
                break
        process.send_signal(signal.SIGINT)
        self.finish(process)

    def test_gst_launch_play(self):
        self.environment |= {"VIDEO_SINK": "fakesink", "AUDIO_SINK": "fakesink"}
        process = self.start(EXAMPLES / "gst-launch/play.sh", "demo", "alice")
        self.wait_active(process)
        process.send_signal(signal.SIGINT)
        self.finish(process)

    def test_python_start_and_stop(self):
        self.server.add_fault(life="no-media")
        output = self.finish(self.start(sys.executable, EXAMPLES / "python/start_and_stop.py",
                                        "demo", "alice", ADDRESS, "0.1"))
        self.assertIn("is complete", output)

    def test_python_voice_agent_audio(self):
        path = str(self.recordings / "heard.wav")
        self.finish(self.start(sys.executable, EXAMPLES / "python/voice_agent_audio.py",
                               "demo", "alice", path, "1"))
        with wave.open(path) as heard:
            self.assertEqual((heard.getframerate(), heard.getnchannels(), heard.getnframes()),
                             (16000, 1, 16000))
            self.assertGreater(len(set(heard.readframes(16000))), 16, "silence")

    def test_python_record_to_bucket(self):
        bucket = self.enterContext(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket))
        threading.Thread(target=bucket.serve_forever, daemon=True).start()
        self.addCleanup(bucket.shutdown)
        bucket.objects = {}
        self.environment |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hush",
                             "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{bucket.server_port}"}
        process = self.start(sys.executable, EXAMPLES / "python/record_to_bucket.py", "demo",
                             "s3://recordings/talks?region=eu-central-1")
        for line in process.stdout:
            if line.startswith("Recording"):
                break
        process.send_signal(signal.SIGINT)
        output = self.finish(process)
        self.assertRegex(output, r"/talks/demo-[^/]*\.mp4: [1-9][0-9]* bytes, ")
        self.assertNotIn("hush", output)
        [recording] = (name for name in bucket.objects if name.endswith(".mp4"))
        self.assertTrue(recording.startswith("/recordings/talks/demo-"))
        body, authorization = bucket.objects[recording]
        self.assertEqual(body[4:8], b"ftyp")
        self.assertIn("Credential=AKIDEXAMPLE/", authorization)

    def test_python_recorder(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        self.server = self.enterContext(
            Devserver("--out", str(self.recordings), "--webhook", url + "/webhook"))
        self.environment |= {"LIVEKIT_URL": self.server.url}
        process = self.start(sys.executable, EXAMPLES / "python/recorder.py", "demo", "demo.mp4",
                             str(port))
        self.assertEqual(process.stdout.readline(), "active\n")
        with urllib.request.urlopen(url + "/health/ready", timeout=20) as answer:
            self.assertEqual(json.load(answer)["active_count"], 1)
        with urllib.request.urlopen(url + "/metrics", timeout=20) as answer:
            self.assertIn(b'\negress_active_count{request_type="room_composite"} 1\n',
                          answer.read())
        process.send_signal(signal.SIGINT)
        output = self.finish(process)
        states, health, metrics = output.partition("{")[0], *output.split("\n", 3)[2:]
        self.assertEqual(states, "ending\ncomplete\n")
        self.assertEqual(json.loads(health)["completed_count"], 1)
        self.assertIn('{request_type="room_composite",end_reason="stop_api"} 1\n', metrics)
        self.assertIn('\negress_start_room_composite_duration_count 1\n', metrics)
        self.assertIn('\negress_webhooks_total{result="taken"} ', metrics)
        self.assertEqual((self.recordings / "demo.mp4").read_bytes()[4:8], b"ftyp")

    def test_python_recorder_refused(self):
        process = self.start(sys.executable, EXAMPLES / "python/recorder.py", "no-such-room",
                             "demo.mp4", "0")
        output, _ = process.communicate(timeout=40)
        self.assertRegex(output, "(?m)^StartEgress: requested room does not exist")
        self.assertIn('error_code="not_found"} 1\n', output)

    def check_record_with_pipeline(self, *program):
        process = self.start(*program, "demo", "rec/demo.mp4")
        output = ""
        while not output.endswith("active\n"):
            line = process.stdout.readline()
            self.assertTrue(line, output)
            output += line
        process.send_signal(signal.SIGINT)
        output += self.finish(process)
        states = [line for line in output.splitlines() if " " not in line]
        # The server may be past the end before it is asked.
        self.assertEqual([state for state in states if state != "ending"],
                         ["starting", "active", "complete"], output)
        self.assertRegex(output, r"The egress has ended: \S*/rec/demo\.mp4 \([1-9]")
        self.assertEqual((self.recordings / "rec/demo.mp4").read_bytes()[4:8], b"ftyp")

        process = self.start(*program, "no-such-room", "rec/demo.mp4")
        output, _ = process.communicate(timeout=40)
        self.assertEqual(process.returncode, 1, output)
        self.assertIn("requested room does not exist", output)

    def test_python_record_with_pipeline(self):
        self.check_record_with_pipeline(sys.executable, EXAMPLES / "python/record_with_pipeline.py")

    def test_js_record_with_pipeline(self):
        self.check_record_with_pipeline("gjs", "-m", EXAMPLES / "js/record-with-pipeline.js")

    def test_js_start_and_stop(self):
        self.server.add_fault(life="no-media")
        output = self.finish(self.start("gjs", "-m", EXAMPLES / "js/start-and-stop.js",
                                        "demo", "alice", ADDRESS, "0.1"))
        self.assertIn("is complete", output)


tap.main()
