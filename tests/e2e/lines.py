# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each line of the pages that begins with gst-launch-1.0 runs as it is written there, until Ctrl-C: it ends when
the egress has ended, says where that left its files, and with status 0. Only places in the world that a test cannot
have, such as a screen, are others.

Usage: lines.py SOURCE
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import tap
from receivers import RtmpListener

PAGES = ["README.md", "docs/livekitegresssrc.md", "docs/livekitegresssink.md", "gst/gstlivekitegresssrc.c",
         "gst/gstlivekitegresssink.c"]

RECORDING = "gst-launch-1.0 -e livekitegresssink room-name=demo location=rec/room.mp4"
RTMP = "rtmp://live.example/app/KEY"
MAX_SECONDS = 60
FAILED = [1, 255]  # of gst-launch-1.0, for errors when it runs and before

PLACES = {
    "autovideosink": "fakesink",
    "autoaudiosink": "fakesink",
    "…": "fakesink",
    "listen-port=7000": "listen-port=0",
    "203.0.113.5": "127.0.0.1",
    "wss://livekit.example.com": os.environ["LIVEKIT_URL"],
    "s3://bucket/": f"s3://{os.environ.get('LK_E2E_S3_BUCKET')}/",
}


def find_lines(page):
    """The commands in the blocks of code of a page, or in the comments of a file in C."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".c":
        text = re.sub(r"^ \* ?", "", text, flags=re.MULTILINE)
    blocks = re.findall(r"^```sh\n(.*?)^```$|^\|\[\n(.*?)^\]\|", text, re.MULTILINE | re.DOTALL)
    joined = "".join(part for block in blocks for part in block).replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.startswith("gst-launch-1.0 ")]


class Launch:
    """A line that runs, in a folder of its own."""

    def __init__(self, line, folder):
        self.output = ""
        self.active = threading.Event()
        # Messages tell when the egress is active, and when something has come to all sinks of a source: one that
        # ends without media fails.
        self.sign = '"pipeline0" (stream-start)' if "livekitegresssrc" in line else "state=(string)active"
        command = line.replace("gst-launch-1.0", "exec gst-launch-1.0 -m", 1)
        self.child = subprocess.Popen(["bash", "-c", command], cwd=folder, text=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.timer = threading.Timer(MAX_SECONDS, self.child.kill)
        self.timer.start()

    def read(self):
        for line in self.child.stdout:
            self.output += line
            if self.sign in line:
                self.active.set()
        self.active.set()

    def wait(self):
        status = self.child.wait()
        self.reader.join()
        self.timer.cancel()
        self.child.stdout.close()
        return status


def check(launch, wanted, *wanted_texts):
    status = launch.wait()
    findings = [] if status in wanted else [f"ended with status {status}"]
    findings += [f"did not say {text}" for text in wanted_texts if not re.search(text, launch.output)]
    return findings + [launch.output] if findings else []


def interrupt(launch, *wanted_texts):
    """Until it is active and Ctrl-C is pressed."""
    launch.active.wait()
    if launch.child.poll() is None:
        launch.child.send_signal(signal.SIGINT)
    return check(launch, [0], *wanted_texts)


def run_line(line):
    if "attach=room" in line:
        return run_attached(line)
    wanted = [r"Progress: \(egress-stop\) The egress has ended", "Got EOS"]
    wanted += [re.escape(name) for name in re.findall(r"\b(?:rec|live|shots)/[a-z]+", line)]
    with contextlib.ExitStack() as stack:
        for place, replacement in PLACES.items():
            line = line.replace(place, replacement)
        if RTMP in line:
            line = line.replace(RTMP, stack.enter_context(RtmpListener()).url)
        return interrupt(Launch(line, stack.enter_context(tempfile.TemporaryDirectory())), *wanted)


def run_attached(line):
    """Beside what runs already, which goes on when the line has ended."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Launch(RECORDING, folder)
        recording.active.wait()
        findings = interrupt(Launch(line, folder), "Got EOS")
        return findings + interrupt(recording, r"Progress: \(egress-stop\) The egress has ended.*rec/room.mp4")


def run_failing(line, text):
    """What cannot work ends by itself, with another status."""
    with tempfile.TemporaryDirectory() as folder:
        return check(Launch(line, folder), FAILED, text)


def main(source):
    lines = {f"{page}: {line}": line for page in PAGES for line in find_lines(Path(source, page))}
    failing = {
        "gst-launch-1.0 -e livekitegresssink room-name=no-such-room location=rec/a.mp4":
            "ERROR: .*requested room does not exist",
        "gst-launch-1.0 -e livekitegresssrc room-name=no-such-room demux=false ! fakesink":
            "ERROR: .*requested room does not exist",
        "gst-launch-1.0 -e livekitegresssink room-name=demo location=rec/a.ts": "ERROR: .*location: No egress writes",
    }
    assert len(lines) > 8, lines
    tap.plan(len(lines) + len(failing))
    failed = False
    for name, line in lines.items():
        findings = run_line(line)
        tap.result(not findings, name.replace("#", ""), findings)
        failed = failed or bool(findings)
    for line, text in failing.items():
        findings = run_failing(line, text)
        tap.result(not findings, line, findings)
        failed = failed or bool(findings)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
