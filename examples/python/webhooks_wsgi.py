#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The webhooks of a LiveKit server behind any WSGI framework or server.

webhooks_wsgi.py [PORT]

"application" is what a server such as gunicorn runs, and what a framework mounts at a path. Run as a
program, it is served by Python itself. Key and secret of the server: LIVEKIT_API_KEY,
LIVEKIT_API_SECRET."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402

MAX_SIZE = 1024 * 1024
keys = LiveKitEgress.WebhookKeys.new_from_environment()


def application(environ, start_response):
    size = environ.get("CONTENT_LENGTH", "")
    if not size.isdecimal() or int(size) > MAX_SIZE:
        start_response("413 Content Too Large", [])
        return []
    try:
        # The bytes as they came: a framework that has parsed them already has lost them.
        event = LiveKitEgress.webhook_verify(
            GLib.Bytes.new(environ["wsgi.input"].read(int(size))),
            environ.get("HTTP_AUTHORIZATION"), keys, None)
    except GLib.Error as error:
        print(f"Refused: {error.message}", flush=True)
        start_response("401 Unauthorized", [])
        return []

    info = event.get_egress_info()
    if info is not None:
        print(event.get_event(), info.get_egress_id(), info.get_status().value_nick, flush=True)
    start_response("200 OK", [])
    return []


class Quiet(WSGIRequestHandler):
    timeout = 10  # seconds, for a sender that is slow

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    with make_server("127.0.0.1", int(*sys.argv[1:] or ["0"]), application,
                     handler_class=Quiet) as server:
        print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
