# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes what send-egress sends and decodes it, in both wire formats.

    capture.py PROGRAM BODIES.json    (in a Python that has livekit-protocol; leaves the protobuf bodies for Node)
"""

import base64
import json
import sys
from pathlib import Path

from livekit.protocol import egress

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "common"), str(TESTS / "e2e")]

from egress_wire import compare, send, to_json  # noqa: E402
from expected import NOT_IN_NPM, cases  # noqa: E402

import tap  # noqa: E402

INFO = egress.EgressInfo(egress_id="EG_1", room_name="demo")


def say_yes(method, kind, _):
    reply = egress.ListEgressResponse(items=[INFO]) if method == "ListEgress" else INFO
    return to_json(reply).encode() if kind == "application/json" else reply.SerializeToString()


def check(program, wanted, title, as_json):
    calls, _ = send(program, [line for _, line, _, _ in wanted], say_yes, as_json)
    good = len(calls) == len(wanted)
    tap.result(good, f"livekit-protocol {title}: one call a line")
    for (name, _, method, message), call in zip(wanted, calls):
        findings = compare(call, method, message)
        good = good and not findings
        tap.result(not findings, f"livekit-protocol {title}: {name}", findings)
    return good


def leave_for_node(program, path):
    wanted = list(cases(NOT_IN_NPM))
    calls, _ = send(program, [line for _, line, _, _ in wanted], say_yes, as_json=False)
    Path(path).write_text(json.dumps([
        {"name": name, "type": message.DESCRIPTOR.name, "body": base64.b64encode(body).decode(),
         "message": json.loads(to_json(message))}
        for (name, _, _, message), (_, _, body) in zip(wanted, calls, strict=True)
    ]), encoding="utf-8")


def main(program, path):
    wanted = list(cases())
    good = all([check(program, wanted, title, as_json) for title, as_json in (("protobuf", False), ("JSON", True))])
    leave_for_node(program, path)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
