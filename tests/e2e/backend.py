# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server under test, as its environment variables describe it."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.parse
from dataclasses import dataclass

TERMINAL = ("EGRESS_COMPLETE", "EGRESS_FAILED", "EGRESS_ABORTED", "EGRESS_LIMIT_REACHED")


@dataclass
class Answer:
    status: int
    content_type: str
    body: bytes

    def json(self):
        return json.loads(self.body)


def sign(key, secret, grants, lifetime=600):
    now = int(time.time())
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iss": key, "nbf": now - 5, "exp": now + lifetime, "video": grants}]
    text = b".".join(_base64url(json.dumps(part).encode()) for part in parts)
    return (text + b"." + _base64url(hmac.new(secret.encode(), text, hashlib.sha256).digest())).decode()


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Backend:
    def __init__(self):
        url = urllib.parse.urlsplit(os.environ["LIVEKIT_URL"])
        self.host, self.port = url.hostname, url.port
        self.key = os.environ["LIVEKIT_API_KEY"]
        self.secret = os.environ["LIVEKIT_API_SECRET"]
        self.faults = os.environ["LK_E2E_FAULTS"]
        self.rooms = json.loads(os.environ["LK_E2E_ROOMS"])

    def send(self, verb, path, body=None, content_type="application/json", token=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Content-Type": content_type}
        if token:
            headers["Authorization"] = "Bearer " + token
        with contextlib.closing(connection):
            connection.request(verb, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers.get("Content-Type", ""), response.read())

    def call(self, method, request):
        token = sign(self.key, self.secret, {"roomRecord": True})
        return self.send("POST", "/twirp/livekit.Egress/" + method, json.dumps(request), token=token)

    def info(self, egress_id):
        return self.call("ListEgress", {"egress_id": egress_id}).json()["items"][0]

    def wait_for(self, egress_id, statuses, seconds=60):
        """Asks until the egress has one of the statuses."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            info = self.info(egress_id)
            if info["status"] in statuses:
                return info
            time.sleep(0.05)
        raise TimeoutError(f"{egress_id} is {info['status']}, not {statuses}")

    def fault(self, **wanted):
        """Makes the next egress go wrong."""
        url = urllib.parse.urlsplit(self.faults)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", url.path, json.dumps(wanted), {"Content-Type": "application/json"})
            response = connection.getresponse()
            if response.status >= 300:
                raise RuntimeError(f"fault {wanted} refused: {response.read().decode()}")
