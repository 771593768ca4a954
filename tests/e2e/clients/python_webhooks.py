# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the webhook receiver of PyPI's livekit-api believes. Takes a file of webhooks.py, and adds to
a second one the same bodies as that SDK signs them, the last with a secret that nobody knows."""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

from livekit import api

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tap  # noqa: E402


def check(receiver, webhook):
    body = webhook["body"]
    try:
        event = receiver.receive(body, webhook["authorization"])
    except Exception as error:
        assert webhook["forged"], error
        return
    assert not webhook["forged"], "it was believed"
    sent = json.loads(body)
    assert event.event == sent["event"] and event.id == sent["id"], event
    assert event.egress_info.egress_id == sent["egressInfo"]["egressId"], event
    status = sent["egressInfo"].get("status", "EGRESS_STARTING")
    assert api.EgressStatus.Name(event.egress_info.status) == status, event


def sign(webhooks, path):
    key, secret = os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]
    bodies = [(webhook["body"], False) for webhook in webhooks if not webhook["forged"]]
    bodies.append((bodies[-1][0], True))
    with path.open("a", encoding="utf-8") as lines:
        for body, forged in bodies:
            sha256 = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            token = api.AccessToken(key, "x" * 32 if forged else secret).with_sha256(sha256).to_jwt()
            lines.write(json.dumps({"signer": "python", "forged": forged, "authorization": token,
                                    "body": body}) + "\n")


def main():
    receiver = api.WebhookReceiver(api.TokenVerifier(os.environ["LIVEKIT_API_KEY"],
                                                     os.environ["LIVEKIT_API_SECRET"]))
    bad = 0
    webhooks = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    sign(webhooks, Path(sys.argv[2]))
    for webhook in webhooks:
        name = f"python webhook {json.loads(webhook['body'])['event']}, forged: {webhook['forged'] or 'no'}"
        try:
            check(receiver, webhook)
            tap.result(True, name)
        except AssertionError as error:
            bad += 1
            tap.result(False, name, [error])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
