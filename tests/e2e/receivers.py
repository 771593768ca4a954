# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plain servers that an egress sends to. They count what they get."""

import base64
import contextlib
import hashlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path


START_SECONDS = 30
BOUND = {"0A", "01", "07"}  # in /proc/net: listens, has a connection; UDP


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A program that listens on a port and writes what it gets into a file."""

    table, kind = None, None  # where /proc lists its sockets

    def __init__(self, suffix):
        self.file = tempfile.NamedTemporaryFile(suffix=suffix)
        self.port = free_port(self.kind)
        self.start()

    def command(self):
        raise NotImplementedError

    def start(self):
        self.child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while not self.bound():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(0.02)
                raise RuntimeError(f"{self.child.args[0]} did not start to listen")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.child.args[0]} does not listen after {START_SECONDS} s")

    def bound(self):
        """Whether it listens, or did: ffmpeg does no more when a sender was there at once."""
        sockets = Path("/proc/net", self.table).read_text(encoding="ascii").splitlines()[1:]
        rows = [line.split() for line in sockets]
        return any(row[1].endswith(f":{self.port:04X}") and row[3] in BOUND for row in rows)

    def received(self, size, seconds=20):
        """Whether so many bytes arrive in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if os.stat(self.file.name).st_size >= size:
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        self.child.kill()
        self.child.wait()

    def close(self):
        self.stop()
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class SrtListener(Program):
    table, kind = "udp", socket.SOCK_DGRAM

    def __init__(self):
        super().__init__(".ts")
        self.url = f"srt://127.0.0.1:{self.port}"

    def command(self):
        return ["gst-launch-1.0", "-q", "srtsrc", f"uri=srt://127.0.0.1:{self.port}?mode=listener", "!",
                "filesink", "buffer-mode=unbuffered", f"location={self.file.name}"]


class RtmpListener(Program):
    table, kind = "tcp", socket.SOCK_STREAM

    def __init__(self, key="k3y"):
        super().__init__(".flv")
        self.url = f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def command(self):
        return ["ffmpeg", "-loglevel", "quiet", "-listen", "1", "-i", f"rtmp://127.0.0.1:{self.port}/live",
                "-c", "copy", "-flush_packets", "1", "-f", "flv", "-y", self.file.name]


class WebsocketListener:
    """Takes one connection, and keeps its headers and messages."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/egress/s3cr3t"
        self.request = ""
        self.messages = []  # (opcode, data)
        self.changed = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            self.connection, _ = self.listener.accept()
            with self.connection, self.connection.makefile("rb") as data:
                while (line := data.readline().decode()) not in ("", "\r\n"):
                    self.request += line
                headers = dict(line.split(": ", 1) for line in self.request.splitlines()[1:])
                key = headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
                self.connection.sendall(
                    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
                while message := self._message(data):
                    with self.changed:
                        self.messages.append(message)
                        self.changed.notify_all()

    @staticmethod
    def _message(data):
        head = data.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 127
        if size == 126:
            size = int.from_bytes(data.read(2), "big")
        mask = data.read(4)
        payload = data.read(size)
        return head[0] & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def received(self, size, seconds=20):
        return self.until(lambda: sum(len(data) for _, data in self.messages) >= size, seconds)

    def until(self, holds, seconds=20):
        with self.changed:
            return self.changed.wait_for(holds, seconds)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
