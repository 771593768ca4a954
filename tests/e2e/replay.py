#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays the same calls against any server and compares the answers of two.

    replay.py record EXCHANGES.json ANSWERS.json    (inside stack.py)
    replay.py compare REFERENCE.json ANSWERS.json
    replay.py run DEVSERVER EXCHANGES.json          (livekit-server, then DEVSERVER)

What differs from run to run (times, ids, ports, tokens) is replaced by what it
stands for, so that two servers that behave alike have equal answers.
"""

import base64
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cache
import tap
from backend import TERMINAL, Backend, sign
from receivers import SrtListener

SMALL = {"width": 320, "height": 180, "framerate": 15, "video_bitrate": 400}
SOME_MEDIA = 40_000  # bytes that only a running stream delivers

# Recorded with a worker that had no processor time left for a browser.
NOT_REPLAYED = ("start_web_bad_url", "room_composite_no_worker")
LAST_REPLAYED = "start_room_composite_both_only"

TOKENS = {
    "no_token": lambda key, secret: None,
    "bad_secret": lambda key, secret: sign(key, secret + "x", {"roomRecord": True}),
    "unknown_key": lambda key, secret: sign("nokey", secret, {"roomRecord": True}),
    "expired": lambda key, secret: sign(key, secret, {"roomRecord": True}, -600),
    "no_grant": lambda key, secret: sign(key, secret, {}),
    "garbage_token": lambda key, secret: "garbage",
}


class Record:
    """The answers of one server, by the name of the case."""

    def __init__(self, backend):
        self.backend = backend
        self.answers = {}
        self.known = []  # (pattern, what it stands for)
        for name, room in backend.rooms.items():
            for identity, tracks in room["participants"].items():
                for kind, sid in tracks.items():
                    self.stands_for(sid, f"<{identity} {kind}>")

    def stands_for(self, text, meaning):
        self.known.append((re.escape(text), meaning))

    def add(self, case, answer):
        body = answer.body.decode(errors="replace")
        try:
            body = self.normal(json.loads(body))
        except ValueError:
            body = self.plain(body)
        self.answers[case] = {"status": answer.status, "type": answer.content_type, "body": body}
        print(f"{case}: {answer.status}", file=sys.stderr, flush=True)

    def note(self, case, value):
        self.answers[case] = self.normal(value)
        print(f"{case}", file=sys.stderr, flush=True)

    def normal(self, value, name=""):
        if isinstance(value, dict):
            return {key: self.normal(item, key) for key, item in sorted(value.items())}
        if isinstance(value, list):
            return [self.normal(item, name) for item in value]
        if name.endswith("_at") or name in ("duration", "size"):
            return "0" if value in ("0", 0) else f"<{name}>"
        return self.plain(value) if isinstance(value, str) else value

    def plain(self, text):
        for pattern, meaning in self.known:
            text = re.sub(pattern, meaning, text)
        text = re.sub(r"\bEG_[0-9A-Za-z]{12}\b", "<egress>", text)
        text = re.sub(r"\bRM_[0-9A-Za-z]+\b", "<room>", text)
        text = re.sub(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "<token>", text)
        # How SRT says that nobody listens depends on the moment.
        text = re.sub(r"(Error on|Failed to write to) SRT socket: (?!test).*", "<SRT error>", text)
        return re.sub(r"\d{4}-\d\d-\d\dT\d{6}", "<time>", text)


def replay_exchanges(record, path):
    backend = record.backend
    for exchange in json.loads(Path(path).read_text(encoding="utf-8"))["exchanges"]:
        case, request = exchange["case"], exchange["request"]
        if case not in NOT_REPLAYED:
            good = sign(backend.key, backend.secret, {"roomRecord": True})
            token = TOKENS[case](backend.key, backend.secret) if case in TOKENS else good
            body = request["body"]
            if request["body_base64"]:
                body = base64.b64decode(request["body_base64"])
            record.add(case, backend.send(request["verb"], request["path"], body, request["content_type"], token))
        if case == LAST_REPLAYED:
            return
    raise KeyError(LAST_REPLAYED)


def stream(*urls):
    return [{"protocol": "SRT", "urls": list(urls)}]


def participant(url, identity="alice"):
    return {"room_name": "demo", "identity": identity, "advanced": SMALL, "stream_outputs": stream(url)}


class Life:
    """One egress, from its start on."""

    def __init__(self, record, name, method, request):
        self.record, self.name = record, name
        answer = record.backend.call(method, request)
        record.add(f"{name} start", answer)
        self.id = answer.json()["egress_id"]

    def call(self, step, method, **request):
        answer = self.record.backend.call(method, {"egress_id": self.id, **request})
        self.record.add(f"{self.name} {step}", answer)

    def until(self, step, *statuses):
        try:
            info = self.record.backend.wait_for(self.id, statuses, 45)
        except TimeoutError:
            info = self.record.backend.info(self.id)
        self.record.note(f"{self.name} {step}", info)

    def active(self):
        self.until("active", "EGRESS_ACTIVE", *TERMINAL)

    def end(self):
        self.until("end", *TERMINAL)

    def media(self, listener):
        self.record.note(f"{self.name} media", listener.received(SOME_MEDIA))


def whole_life(record):
    with SrtListener() as first, SrtListener() as second:
        record.stands_for(first.url, "<first>")
        record.stands_for(second.url, "<second>")
        life = Life(record, "life", "StartEgress", {
            "room_name": "demo", "advanced": SMALL,
            "media": {"participant_video": {"identity": "alice"}, "audio": {"capture_all": True}},
            "outputs": [{"stream": stream(first.url)[0]}],
        })
        life.active()
        life.media(first)
        life.call("add", "UpdateStream", add_output_urls=[second.url])
        life.media(second)
        life.call("add wrong scheme", "UpdateStream", add_output_urls=["rtmp://127.0.0.1/a/b"])
        life.call("remove unknown", "UpdateStream", remove_output_urls=["srt://127.0.0.1:1"])
        life.call("add and remove, both wrong", "UpdateStream",
                  add_output_urls=["http://127.0.0.1/"], remove_output_urls=["srt://127.0.0.1:1"])
        life.call("remove", "UpdateStream", remove_output_urls=[second.url])
        life.call("layout", "UpdateLayout", layout="grid")
        life.call("stop", "StopEgress")
        life.end()
        life.call("stop after the end", "StopEgress")
        life.call("update after the end", "UpdateStream", add_output_urls=[first.url])


def all_kinds(record):
    tracks = record.backend.rooms["demo"]["participants"]["alice"]
    requests = {
        "StartRoomCompositeEgress": {"room_name": "demo", "layout": "grid"},
        "StartWebEgress": {"url": "http://127.0.0.1:9/"},
        "StartParticipantEgress": {"room_name": "demo", "identity": "alice"},
        "StartTrackCompositeEgress": {
            "room_name": "demo", "audio_track_id": tracks["audio"], "video_track_id": tracks["video"],
        },
    }
    for method, request in requests.items():
        with SrtListener() as listener:
            record.stands_for(listener.url, "<listener>")
            life = Life(record, method, method, {**request, "advanced": SMALL, "stream_outputs": stream(listener.url)})
            life.active()
            life.media(listener)
            life.call("stop", "StopEgress")
            life.end()


def last_stream_removed(record):
    with SrtListener() as listener:
        record.stands_for(listener.url, "<listener>")
        life = Life(record, "last stream", "StartParticipantEgress", participant(listener.url))
        life.active()
        life.call("removed", "UpdateStream", remove_output_urls=[listener.url])
        life.end()


def bad_lives(record):
    nowhere = "srt://127.0.0.1:9"
    Life(record, "no listener", "StartParticipantEgress", participant(nowhere)).end()
    with SrtListener() as listener:
        record.stands_for(listener.url, "<listener>")
        life = Life(record, "listener lost", "StartParticipantEgress", participant(listener.url))
        life.active()
        life.media(listener)
    life.end()
    missing = Life(record, "nobody", "StartParticipantEgress", participant(nowhere, "nobody"))
    missing.call("list", "ListEgress")
    missing.call("stop", "StopEgress")
    missing.end()


def faults(record):
    for name in ("fail-starting", "fail-active", "abort", "limit"):
        with SrtListener() as listener:
            record.stands_for(listener.url, "<listener>")
            record.backend.fault(life=name)
            Life(record, name, "StartParticipantEgress", participant(listener.url)).end()
    with SrtListener() as listener:
        record.stands_for(listener.url, "<listener>")
        record.backend.fault(life="never-active")
        life = Life(record, "never-active", "StartParticipantEgress", participant(listener.url))
        life.call("stop", "StopEgress")
        life.end()
    with SrtListener() as listener:
        record.stands_for(listener.url, "<listener>")
        record.backend.fault(life="slow-end")
        life = Life(record, "slow-end", "StartParticipantEgress", participant(listener.url))
        life.active()
        life.call("stop", "StopEgress")
        life.call("stop again", "StopEgress")
        life.end()
    with SrtListener() as listener:
        record.stands_for(listener.url, "<listener>")
        record.backend.fault(life="worker-lost")
        life = Life(record, "worker-lost", "StartParticipantEgress", participant(listener.url))
        life.active()
        life.call("stop", "StopEgress")
        life.call("update", "UpdateStream", add_output_urls=[nowhere_else()])
        life.call("list", "ListEgress")


def nowhere_else():
    return "srt://127.0.0.1:10"


def record_all(exchanges, path):
    record = Record(Backend())
    replay_exchanges(record, exchanges)
    for part in (whole_life, all_kinds, last_stream_removed, bad_lives, faults):
        part(record)
    Path(path).write_text(json.dumps(record.answers, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


def differences(case, reference, answer, path=""):
    if reference == "<absent>" and answer in ("", [], 0, None):
        return  # a field of a newer API level, with nothing in it
    if isinstance(reference, dict) and isinstance(answer, dict):
        for key in sorted({*reference, *answer}):
            yield from differences(case, reference.get(key, "<absent>"), answer.get(key, "<absent>"), f"{path}.{key}")
    elif isinstance(reference, list) and isinstance(answer, list) and len(reference) == len(answer):
        for index, pair in enumerate(zip(reference, answer)):
            yield from differences(case, *pair, f"{path}[{index}]")
    elif reference != answer:
        yield f"{case}{path}: {json.dumps(reference)} became {json.dumps(answer)}"


def compare(reference_path, answers_path):
    reference, answers = (json.loads(Path(path).read_text(encoding="utf-8")) for path in (reference_path, answers_path))
    cases = sorted({*reference, *answers})
    tap.plan(len(cases))
    failed = False
    for case in cases:
        found = list(differences(case, reference.get(case, "<absent>"), answers.get(case, "<absent>")))
        failed = failed or bool(found)
        tap.result(not found, case, found)
    return 1 if failed else 0


def run(devserver, exchanges):
    try:
        cache.prepare()
    except cache.Missing as missing:
        return tap.skip(missing)
    with tempfile.TemporaryDirectory() as folder:
        answers = [Path(folder) / name for name in ("livekit.json", "devserver.json")]
        recordings = [
            subprocess.Popen([sys.executable, cache.HERE / "stack.py", "--track-timeout", "2", *options, "--",
                              sys.executable, __file__, "record", exchanges, path])
            for options, path in zip(([], ["--devserver", devserver]), answers)
        ]
        if any([recording.wait() for recording in recordings]):
            return 1
        return compare(*answers)


if __name__ == "__main__":
    sys.exit({"record": record_all, "compare": compare, "run": run}[sys.argv[1]](*sys.argv[2:]))
