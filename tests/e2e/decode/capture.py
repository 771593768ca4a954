# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes what send-egress sends and decodes it, in both wire formats.

    capture.py PROGRAM BODIES.json    (in a Python that has livekit-protocol; leaves the protobuf bodies for Node)
"""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from google.protobuf import json_format
from google.protobuf.unknown_fields import UnknownFieldSet
from livekit.protocol import egress

from expected import NOT_IN_NPM, cases, to_json

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tap  # noqa: E402

INFO = egress.EgressInfo(egress_id="EG_1", room_name="demo")


class Server(http.server.HTTPServer):
    """Keeps (method, content type, body) of every call, and says yes."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        method, kind = self.path.rpartition("/")[2], self.headers["Content-Type"]
        self.server.calls.append((method, kind, body))
        reply = egress.ListEgressResponse(items=[INFO]) if method == "ListEgress" else INFO
        data = to_json(reply).encode() if kind == "application/json" else reply.SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def send(program, lines, **environment):
    """The calls that the lines lead to."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        subprocess.run(
            [program], input="".join(line + "\n" for line in lines), text=True, check=True,
            env={**os.environ, "LIVEKIT_URL": f"http://127.0.0.1:{server.server_port}", "LIVEKIT_API_KEY": "key",
                 "LIVEKIT_API_SECRET": "secret of thirty-two characters.", **environment})
        server.shutdown()
        thread.join()
        return server.calls


def unknown_fields(message):
    yield from (f"{message.DESCRIPTOR.name} field {field.field_number}" for field in UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type and not field.message_type.GetOptions().map_entry:
            for child in value if field.is_repeated else [value]:
                yield from unknown_fields(child)


def decode(kind, body, expected):
    """The message, and what is unknown in it."""
    message = type(expected)()
    if kind == "application/json":
        return json_format.Parse(body, message), []
    message.ParseFromString(body)
    return message, list(unknown_fields(message))


def compare(call, method, expected):
    sent_method, kind, body = call
    try:
        message, findings = decode(kind, body, expected)
    except (json_format.ParseError, ValueError) as error:
        return [error]
    if sent_method != method:
        findings.append(f"sent to {sent_method}")
    if message != expected:
        findings += [f"sent:   {to_json(message)}", f"wanted: {to_json(expected)}"]
    return findings


def check(program, wanted, title, **environment):
    calls = send(program, [line for _, line, _, _ in wanted], **environment)
    good = len(calls) == len(wanted)
    tap.result(good, f"livekit-protocol {title}: one call a line")
    for (name, _, method, message), call in zip(wanted, calls):
        findings = compare(call, method, message)
        good = good and not findings
        tap.result(not findings, f"livekit-protocol {title}: {name}", findings)
    return good


def leave_for_node(program, path):
    wanted = list(cases(NOT_IN_NPM))
    calls = send(program, [line for _, line, _, _ in wanted])
    Path(path).write_text(json.dumps([
        {"name": name, "type": message.DESCRIPTOR.name, "body": base64.b64encode(body).decode(),
         "message": json.loads(to_json(message))}
        for (name, _, _, message), (_, _, body) in zip(wanted, calls, strict=True)
    ]), encoding="utf-8")


def main(program, path):
    wanted = list(cases())
    good = all([check(program, wanted, title, **environment)
                for title, environment in (("protobuf", {}), ("JSON", {"LK_E2E_JSON": "1"}))])
    leave_for_node(program, path)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
