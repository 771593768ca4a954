#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what a LiveKit server tells by webhooks of its egresses.

receive_webhooks.py [PORT]

Key and secret of the server: LIVEKIT_API_KEY, LIVEKIT_API_SECRET. It listens on this machine alone:
put a proxy with TLS in front of it."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402

MAX_SIZE = 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds, for a sender that is slow

    def do_POST(self):
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal() or int(size) > MAX_SIZE:
            self.send_error(413)
            return
        try:
            # The bytes as they came: they are what is signed.
            event = LiveKitEgress.webhook_verify(
                GLib.Bytes.new(self.rfile.read(int(size))), self.headers.get("Authorization"),
                self.server.keys, None)
        except GLib.Error as error:
            print(f"Refused: {error.message}", flush=True)
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

        info = event.get_egress_info()
        if info is not None:
            print(event.get_event(), info.get_egress_id(), info.get_status().value_nick, flush=True)

    def log_message(self, *arguments):
        pass


def main(port="0"):
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.keys = LiveKitEgress.WebhookKeys.new_from_environment()
    print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


try:
    main(*sys.argv[1:])
except KeyboardInterrupt:
    pass
except GLib.Error as error:
    sys.exit(error.message)
