# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs each example against the dev server, as its first lines say."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import wave

import tap
from devserver import API_KEY, API_SECRET, Devserver

EXAMPLES = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES"])
BUILT = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES_BUILT"])
ADDRESS = "srt://127.0.0.1:9"


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
        self.environment |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hush"}
        process = self.start(sys.executable, EXAMPLES / "python/record_to_bucket.py", "demo",
                             "s3://recordings/talks?region=eu-central-1")
        for line in process.stdout:
            if line.startswith("Recording"):
                break
        process.send_signal(signal.SIGINT)
        output = self.finish(process)
        self.assertRegex(output, r"/talks/demo-[^/]*\.mp4: [1-9][0-9]* bytes, ")
        self.assertNotIn("hush", output)
        [recording] = (self.recordings / "talks").glob("*.mp4")
        self.assertEqual(recording.read_bytes()[4:8], b"ftyp")

    def test_js_start_and_stop(self):
        self.server.add_fault(life="no-media")
        output = self.finish(self.start("gjs", "-m", EXAMPLES / "js/start-and-stop.js",
                                        "demo", "alice", ADDRESS, "0.1"))
        self.assertIn("is complete", output)


tap.main()
