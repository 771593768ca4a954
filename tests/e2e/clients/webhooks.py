# SPDX-License-Identifier: LGPL-2.1-or-later
"""The webhooks of a dev server (inside stack.py), as they came: good ones, and one forged in each way."""

import http.server
import json
import threading
import time

from backend import Backend

FORGERIES = ("signature", "key", "hash", "expired", "none", "rs256")


class Listener(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append({"authorization": self.headers["Authorization"], "body": body})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def run_egress(backend, url, count, received):
    """An egress that fails at once. Waits until so many webhooks have come."""
    backend.fault(life="fail-starting")
    backend.call("StartParticipantEgress", {
        "room_name": "demo", "identity": "alice", "webhooks": [{"url": url}],
        "stream_outputs": [{"protocol": "SRT", "urls": ["srt://127.0.0.1:9"]}]})
    end = time.monotonic() + 30
    while len(received) < count and time.monotonic() < end:
        time.sleep(0.02)
    assert len(received) == count, received


def collect(path):
    """Writes what came into a file of JSON lines, each with what was forged of it (or null)."""
    backend = Backend()
    with Listener() as listener:
        url = f"http://127.0.0.1:{listener.server_port}/"
        for number, forgery in enumerate((None, *FORGERIES)):
            if forgery:
                backend.fault(webhook="forge", forgery=forgery, event="egress_started")
            run_egress(backend, url, 2 * number + 2, listener.received)
        listener.shutdown()
    forged = [None, None]
    for forgery in FORGERIES:
        forged += [forgery, None]
    with open(path, "w", encoding="utf-8") as lines:
        for webhook, forgery in zip(listener.received, forged, strict=True):
            lines.write(json.dumps({**webhook, "forged": forgery}) + "\n")
