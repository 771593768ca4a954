#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the dev server sends to a websocket, read by a receiver that shares no code with it.

The environment variable LK_EGRESS_DEVSERVER names the server to test.
"""

import array
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

KEY = "testkey"
SECRET = "testsecrettestsecrettestsecrettest"
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
MESSAGE_BYTES = 1920
RATE = 48000
PATIENCE = 30


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token():
    claims = {"iss": KEY, "exp": int(time.time()) + 600, "video": {"roomRecord": True}}
    head = b".".join(encode(json.dumps(part).encode())
                     for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    digest = hmac.new(SECRET.encode(), head, hashlib.sha256).digest()
    return (head + b"." + encode(digest)).decode()


class Server:
    """A dev server in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [os.environ["LK_EGRESS_DEVSERVER"], "--port", "0", "--api-key", KEY, "--api-secret",
             SECRET, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split(" ready on ")[1].strip()

    def close(self):
        self.process.terminate()
        self.process.stdout.close()
        return self.process.wait(PATIENCE)

    def call(self, method, request):
        """The HTTP status and the answer."""
        message = urllib.request.Request(
            f"{self.url}/twirp/livekit.Egress/{method}", json.dumps(request).encode(),
            {"Content-Type": "application/json", "Authorization": "Bearer " + token()})
        try:
            with urllib.request.urlopen(message, timeout=PATIENCE) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def start(self, url):
        status, info = self.call("StartTrackEgress", {
            "room_name": "demo", "track_id": "TR_alice_microphone", "websocket_url": url})
        assert status == 200, info
        return info["egress_id"]

    def info(self, egress_id):
        return self.call("ListEgress", {"egress_id": egress_id})[1]["items"][0]

    def wait(self, egress_id, *states):
        """The info, when the egress has one of these states."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            info = self.info(egress_id)
            if info["status"] in states:
                return info
            time.sleep(0.02)
        raise TimeoutError(info)


class Connection:
    """The receiving end of RFC 6455."""

    def __init__(self, stream):
        self.stream = stream
        self.stream.settimeout(PATIENCE)
        self.file = stream.makefile("rb")
        self.line = self.file.readline().decode().strip()
        self.headers = {}
        while line := self.file.readline().decode().strip():
            name, value = line.split(": ", 1)
            self.headers[name.lower()] = value
        accept = hashlib.sha1((self.headers["sec-websocket-key"] + MAGIC).encode()).digest()
        stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
                       + base64.b64encode(accept) + b"\r\n\r\n")

    def read(self):
        """One frame: its kind and its payload. None when the connection was cut."""
        head = self.file.read(2)
        if len(head) < 2:
            return None
        assert head[0] & 0x80, "no frame is in parts"
        assert not head[0] & 0x70, "no extension was agreed on"
        assert head[1] & 0x80, "what a client sends is masked"
        size = head[1] & 0x7f
        if size == 126:
            size, = struct.unpack(">H", self.file.read(2))
        mask = self.file.read(4)
        payload = self.file.read(size)
        return head[0] & 0x0f, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def samples(self, messages):
        """The left channel of so many messages."""
        left = array.array("h")
        while messages:
            kind, payload = self.read()
            if kind != BINARY:
                continue
            assert len(payload) == MESSAGE_BYTES, len(payload)
            left += array.array("h", payload)[::2]
            messages -= 1
        return left

    def text(self):
        """The next message of text."""
        while True:
            kind, payload = self.read()
            if kind == TEXT:
                return payload.decode()

    def close(self):
        self.file.close()
        self.stream.close()


class Websocket(unittest.TestCase):
    def setUp(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.addCleanup(self.listener.close)
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/egress/s3cr3t?token=t"

    def serve(self, *arguments):
        server = Server(*arguments)
        self.addCleanup(lambda: self.assertEqual(server.close(), 0))
        return server

    def accept(self):
        connection = Connection(self.listener.accept()[0])
        self.addCleanup(connection.close)
        return connection

    def test_sound(self):
        server = self.serve()
        egress_id = server.start(self.url)
        connection = self.accept()
        self.assertEqual(connection.line, "GET /egress/s3cr3t?token=t HTTP/1.1")
        self.assertEqual(connection.headers["content-type"], "audio/x-raw")
        self.assertNotIn("authorization", connection.headers)
        self.assertNotIn("sec-websocket-extensions", connection.headers)

        # One second of the tone, without a gap: 440 times from below zero to above.
        left = connection.samples(100)
        rises = sum(before < 0 <= after for before, after in zip(left, left[1:]))
        self.assertAlmostEqual(rises, 440 * len(left) / RATE, delta=2)
        server.wait(egress_id, "EGRESS_ACTIVE")

        status, refusal = server.call("UpdateStream", {
            "egress_id": egress_id, "add_output_urls": [self.url]})
        self.assertEqual(status, 400)
        self.assertIn("UpdateStream called on non-streaming egress", refusal["msg"])

        self.assertEqual(server.call("StopEgress", {"egress_id": egress_id})[0], 200)
        kind = BINARY
        while kind == BINARY:
            kind, payload = connection.read()
        self.assertEqual((kind, payload), (CLOSE, b""))
        info = server.wait(egress_id, "EGRESS_COMPLETE", "EGRESS_FAILED")
        self.assertEqual(info["status"], "EGRESS_COMPLETE")
        self.assertEqual(info["stream_results"][0]["status"], "FINISHED")
        self.assertEqual(info["stream_results"][0]["url"], self.url)

    def test_media_source(self):
        """The video that a request has beside its sound is dropped."""
        server = self.serve()
        status, info = server.call("StartEgress", {
            "room_name": "demo",
            "media": {"participant_video": {"identity": "alice"}, "audio": {"capture_all": True}},
            "outputs": [{"stream": {"protocol": "WEBSOCKET", "urls": [self.url]}}]})
        self.assertEqual(status, 200, info)
        self.assertTrue(any(self.accept().samples(10)))

    def test_no_sound(self):
        status, info = self.serve().call("StartRoomCompositeEgress", {
            "room_name": "demo", "video_only": True,
            "stream_outputs": [{"protocol": "WEBSOCKET", "urls": [self.url]}]})
        self.assertEqual((status, info["code"]), (400, "invalid_argument"))

    def test_mute(self):
        server = self.serve("--fault", '{"life":"mute"}')
        server.start(self.url)
        connection = self.accept()
        self.assertEqual(json.loads(connection.text()), {"muted": True})
        connection.samples(50)
        self.assertFalse(any(connection.samples(50)))
        self.assertEqual(json.loads(connection.text()), {"muted": False})
        connection.samples(50)
        self.assertTrue(any(connection.samples(50)))

    def test_nobody(self):
        server = self.serve()
        self.listener.close()
        info = server.wait(server.start(self.url), "EGRESS_FAILED")
        self.assertEqual(info["error_code"], 400)
        self.assertNotIn("s3cr3t", info["error"])
        self.assertEqual(info["stream_results"][0]["status"], "FAILED")

    def test_receiver_gone(self):
        server = self.serve()
        egress_id = server.start(self.url)
        connection = self.accept()
        connection.samples(10)
        connection.close()
        info = server.wait(egress_id, "EGRESS_FAILED")
        self.assertEqual(info["error_code"], 503)

    def test_cut(self):
        server = self.serve("--fault", '{"life":"cut"}')
        egress_id = server.start(self.url)
        connection = self.accept()
        while (frame := connection.read()) is not None:
            self.assertEqual(frame[0], BINARY)
        self.assertTrue(any(self.accept().samples(10)))
        info = server.info(egress_id)
        self.assertEqual(info["status"], "EGRESS_ACTIVE")
        self.assertEqual(info["stream_results"][0]["retries"], 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
