#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a command against a real livekit-server.

    stack.py [--room NAME[:identity,...]]... [--no-worker] [--track-timeout SECONDS] [--s3] [-- command ...]
    stack.py --devserver PROGRAM [...] -- command ...

Starts redis, livekit-server, the stand-in egress worker and the participants on
free loopback ports, with their data in a temporary folder and credentials made
for this run, then the command with their addresses in its environment. All of
it ends with the command. Without a command the environment is printed and the
stack runs until it is interrupted. With --devserver the command gets
livekit-egress-devserver instead, through the same environment. With --s3 there is
an S3 server with a private bucket too, whose key is where tools of AWS look for it.
"""

import argparse
import contextlib
import ctypes
import http.client
import http.server
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import cache
import tap
from receivers import free_port

READY_SECONDS = 30
S3_BUCKET = "recordings"
S3_REGION = "eu-central-1"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """A part of the stack did not come up."""


class Process:
    """A child in its own group, which ends with this program whatever happens."""

    def __init__(self, name, command, folder, **options):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stderr=log,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
                start_new_session=True,
                **{"stdin": subprocess.DEVNULL, "stdout": log, **options},
            )

    def wait_until(self, ready):
        """Asks ready() again and again until it holds or the child has ended."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if ready():
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(0.02)
                break
        raise self.failure()

    def line(self):
        """The first line that the child prints."""
        timer = threading.Timer(READY_SECONDS, self.child.kill)
        timer.start()
        text = self.child.stdout.readline()
        timer.cancel()
        if not text:
            raise self.failure()
        return text.decode().strip()

    def failure(self):
        tail = self.log.read_text(errors="replace")[-2000:]
        return Failed(f"{self.name} did not come up:\n{tail}")

    def stop(self):
        if self.child.stdin:
            self.child.stdin.close()  # the child's sign to end by itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(5)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(5)
                break
        # Grandchildren that outlived their parent.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        if self.child.stdout:
            self.child.stdout.close()


class Webhooks(http.server.ThreadingHTTPServer):
    """Keeps every webhook as one line of JSON: {"authorization": ..., "body": ...}."""

    def __init__(self, path):
        super().__init__(("127.0.0.1", 0), WebhookHandler)
        self.lines = open(path, "a", encoding="utf-8", buffering=1)
        self.writing = threading.Lock()


class WebhookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        line = json.dumps({"authorization": self.headers["Authorization"], "body": body.decode()})
        with self.server.writing:
            self.server.lines.write(line + "\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Stack:
    def __init__(self, folder):
        self.folder = folder
        self.ending = contextlib.ExitStack()
        self.env = {
            "LIVEKIT_API_KEY": "API" + secrets.token_hex(6),
            "LIVEKIT_API_SECRET": secrets.token_hex(24),
            "LK_E2E_DATA": str(folder),
        }

    def start(self, name, command, **options):
        options.setdefault("env", {**os.environ, **self.env})
        # That criticals are fatal is for our own code.
        options["env"].pop("G_DEBUG", None)
        process = Process(name, command, self.folder, **options)
        self.ending.callback(process.stop)
        return process

    def start_redis(self):
        port = free_port()
        command = [cache.redis_server(), "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.start("redis", command).wait_until(lambda: self.pings(port))
        self.redis = f"127.0.0.1:{port}"

    @staticmethod
    def pings(port):
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        return False

    def start_webhooks(self):
        path = self.folder / "webhooks.jsonl"
        listener = Webhooks(path)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.ending.callback(listener.shutdown)
        self.env["LK_E2E_WEBHOOKS"] = str(path)
        self.webhook_url = f"http://127.0.0.1:{listener.server_port}/"

    def start_server(self):
        port = free_port()
        key = self.env["LIVEKIT_API_KEY"]
        config = {
            "port": port,
            "bind_addresses": ["127.0.0.1"],
            "redis": {"address": self.redis},
            "keys": {key: self.env["LIVEKIT_API_SECRET"]},
            "room": {"enable_remote_unmute": True},
            "webhook": {"api_key": key, "urls": [self.webhook_url]},
            "rtc": {
                "node_ip": "127.0.0.1",
                "udp_port": free_port(socket.SOCK_DGRAM),
                "tcp_port": free_port(),
                "use_external_ip": False,
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
            },
            "logging": {"level": "info", "pion_level": "error"},
        }
        path = self.folder / "livekit-server.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config))  # JSON is YAML
        process = self.start("livekit-server", [cache.livekit_server(), "--config", path])
        process.wait_until(lambda: self.answers(port))
        self.env["LIVEKIT_URL"] = f"ws://127.0.0.1:{port}"

    @staticmethod
    def answers(port, path="/"):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", path)
            return connection.getresponse().status == 200
        return False

    def start_worker(self, track_timeout):
        command = [cache.worker(), "--redis", self.redis, "--url", self.env["LIVEKIT_URL"],
                   "--track-timeout", f"{track_timeout}s", "--out", self.folder]
        process = self.start("worker", command, stdout=subprocess.PIPE)
        self.env["LK_E2E_FAULTS"] = process.line().rpartition(" ")[2]
        self.env["LK_E2E_WORKER_PID"] = str(process.child.pid)

    def start_s3(self):
        port = free_port()
        folder = self.folder / "s3"
        (folder / S3_BUCKET).mkdir(parents=True)
        key = {"AWS_ACCESS_KEY_ID": "AKIA" + secrets.token_hex(8).upper(),
               "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20)}
        env = {**os.environ, "ROOT_ACCESS_KEY": key["AWS_ACCESS_KEY_ID"],
               "ROOT_SECRET_KEY": key["AWS_SECRET_ACCESS_KEY"]}
        command = [cache.s3_server(), "--port", f"127.0.0.1:{port}", "--region", S3_REGION,
                   "--health", "/health", "posix", folder]
        self.start("s3", command, env=env).wait_until(lambda: self.answers(port, "/health"))
        self.env.update(key, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}", AWS_REGION=S3_REGION,
                        LK_E2E_S3_BUCKET=S3_BUCKET, LK_E2E_S3_FOLDER=str(folder / S3_BUCKET))

    def start_rooms(self, rooms):
        command = [cache.python(), cache.HERE / "publisher.py", *rooms]
        process = self.start("publisher", command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.env["LK_E2E_ROOMS"] = process.line()

    def start_devserver(self, program, rooms, track_timeout):
        # It puts what goes to a path of this machine below its folder: let that be the same place.
        twin = self.folder / self.folder.relative_to("/")
        twin.parent.mkdir(parents=True)
        twin.symlink_to(self.folder)
        command = [program, "--port", 0, "--out", self.folder, "--track-timeout", track_timeout]
        for room in rooms:
            command += ["--room", room]
        url = self.start("devserver", command, stdout=subprocess.PIPE).line().rpartition(" ")[2]
        self.env["LIVEKIT_URL"] = url
        self.env["LK_E2E_FAULTS"] = url + "/devserver/faults"
        self.env["LK_E2E_ROOMS"] = json.dumps({
            name: {"participants": {
                identity: {"video": f"TR_{identity}_camera", "audio": f"TR_{identity}_microphone"}
                for identity in filter(None, identities.split(","))
            }}
            for name, _, identities in (room.partition(":") for room in rooms)
        })

    def start_livekit(self, rooms, track_timeout, with_worker):
        self.start_redis()
        self.start_webhooks()
        self.start_server()
        if with_worker:
            self.start_worker(track_timeout)
        self.start_rooms(rooms)

    def end(self):
        self.ending.close()


def interrupted(number, _frame):
    raise SystemExit(128 + number)


def run(options):
    with tempfile.TemporaryDirectory(prefix="livekit-egress-e2e-") as folder:
        stack = Stack(Path(folder))
        try:
            rooms = options.room or ["demo:alice,bob", "lobby"]
            if options.s3:
                stack.start_s3()
            if options.devserver:
                stack.start_devserver(options.devserver, rooms, options.track_timeout)
            else:
                stack.start_livekit(rooms, options.track_timeout, not options.no_worker)
            if options.command:
                command = subprocess.Popen(options.command, env={**os.environ, **stack.env})
                stack.ending.callback(command.kill)
                return command.wait()
            for name, value in stack.env.items():
                print(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
            signal.pause()
        except Failed as error:
            print(f"e2e: {error}", file=sys.stderr)
            return 1
        finally:
            stack.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--room", action="append", metavar="NAME[:identity,...]")
    parser.add_argument("--no-worker", action="store_true")
    parser.add_argument("--track-timeout", type=int, default=30, metavar="SECONDS")
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--devserver", metavar="PROGRAM")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        return run(options)
    except cache.Missing as missing:
        return tap.skip(missing)


if __name__ == "__main__":
    sys.exit(main())
