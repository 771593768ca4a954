# SPDX-License-Identifier: LGPL-2.1-or-later
"""Webhooks that a real server signed, and the servers of the examples that take them."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import Gio, GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402

DATA = pathlib.Path(os.environ["LK_EGRESS_TEST_DATA"])
EXAMPLES = pathlib.Path(os.environ["LK_EGRESS_EXAMPLES"])
KEY = "devkey"
SECRET = "devsecretdevsecretdevsecretdevsecret"
BODY = json.dumps({"event": "egress_started", "id": "EV_1",
                   "egressInfo": {"egressId": "EG_1"}}).encode()


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def sign(body, secret):
    claims = {"iss": KEY, "exp": int(time.time()) + 300,
              "sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}
    text = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.digest(secret.encode(), text, "sha256"))).decode()


class WebhooksTest(unittest.TestCase):
    def test_recorded(self):
        keys = LiveKitEgress.WebhookKeys.new()
        keys.add(KEY, SECRET)
        names = set()
        for request in json.loads((DATA / "webhooks.json").read_text())["requests"]:
            body = GLib.Bytes.new(request["body"].encode())
            token = request["headers"]["Authorization"]
            now = GLib.DateTime.new_from_unix_utc(int(request["received_unix"]))
            event = LiveKitEgress.webhook_verify(body, token, keys, now)
            names.add(event.get_event())
            self.assertEqual(event.props.event, json.loads(request["body"])["event"])
            with self.assertRaises(GLib.Error) as caught:
                LiveKitEgress.webhook_verify(body, token, keys, None)
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                     Gio.IOErrorEnum.TIMED_OUT))
        self.assertLessEqual({"egress_started", "egress_updated", "egress_ended"}, names)

    def check_server(self, example):
        environment = os.environ | {"LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}
        process = subprocess.Popen([sys.executable, EXAMPLES / "python" / example],
                                   env=environment, text=True, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        url = process.stdout.readline().removeprefix("Listening on ").strip()

        self.assertEqual(self.post(url, BODY, sign(BODY, SECRET)), 200)
        self.assertEqual(process.stdout.readline(), "egress_started EG_1 starting\n")
        self.assertEqual(self.post(url, BODY, sign(BODY, "another")), 401)
        self.assertRegex(process.stdout.readline(), "^Refused: The signature .* is wrong")
        self.assertEqual(self.post(url, BODY + b" ", sign(BODY, SECRET)), 401)
        self.assertRegex(process.stdout.readline(), "^Refused: The body of the webhook is not")
        self.assertEqual(self.post(url, BODY, None), 401)
        self.assertRegex(process.stdout.readline(), "^Refused: The webhook has no header")

        process.terminate()
        self.assertEqual(process.communicate(timeout=20), ("", None))
        self.assertEqual(process.returncode, -signal.SIGTERM)

    def post(self, url, body, token):
        headers = {"Content-Type": "application/webhook+json"}
        if token is not None:
            headers["Authorization"] = token
        request = urllib.request.Request(url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_http_server(self):
        self.check_server("receive_webhooks.py")

    def test_wsgi(self):
        self.check_server("webhooks_wsgi.py")


tap.main()
