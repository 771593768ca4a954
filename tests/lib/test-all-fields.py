#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every field of the Egress API, through the library and past it.

protoc makes Python classes from the same .proto files. What they fill, by their descriptors, goes
through the library: requests by the ten RPCs, set property by property; EgressInfo as the server's
answer. What comes out is decoded by these classes again and must be the same; a field that is
nowhere in what came out fails the test by its name.

Usage: test-all-fields.py PROTOC PROTO_DIR SEND_EGRESS
"""

import base64
import importlib
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "common"))

from egress_wire import (  # noqa: E402
    Filler, compare, decode, is_map, is_repeated, present, reachable, send, to_json)

# By then chance has picked every member of each oneof.
MAX_SEEDS = 1000

# The older requests, in EgressInfo and by RPC.
OLDER = {
    "room_composite": ("StartRoomCompositeEgress", "RoomCompositeEgressRequest"),
    "web": ("StartWebEgress", "WebEgressRequest"),
    "participant": ("StartParticipantEgress", "ParticipantEgressRequest"),
    "track_composite": ("StartTrackCompositeEgress", "TrackCompositeEgressRequest"),
    "track": ("StartTrackEgress", "TrackEgressRequest"),
}

# Of our own making, the place of RoomCompositeEgressRequest.audio_mixing. Never sent.
PRIVATE = "livekit.TemplateSource.audio_mixing"

# Both wire formats; JSON as the real server writes it and as webhooks have it.
FORMATS = {
    "protobuf": None,
    "JSON with the names of the .proto": {"including_default_value_fields": True},
    "JSON in lowerCamelCase": {"preserving_proto_field_name": False},
}


def import_protos(protoc, folder, output):
    subprocess.run([protoc, f"--proto_path={folder}", f"--python_out={output}",
                    "livekit_egress.proto", "livekit_models.proto"], check=True)
    sys.path.insert(0, output)
    return importlib.import_module("livekit_egress_pb2")


def deprecated_fields(file):
    messages = list(file.message_types_by_name.values())
    for message in messages:
        messages += message.nested_types
    return {field.full_name for message in messages for field in message.fields if field.GetOptions().deprecated}


def property_name(field):
    """room_name -> room-name, aliOSS -> ali-oss"""
    name = "".join(f"-{c}" if c.isupper() and before.islower() else c
                   for before, c in zip(" " + field.name, field.name))
    return name.replace("_", "-").lower()


def properties(message, left_out):
    """What the properties of a message have to show. The older requests in an info have none."""
    return {property_name(field): property_value(message, field, left_out)
            for field in message.DESCRIPTOR.fields
            if field.full_name not in left_out
            and not (message.DESCRIPTOR.name == "EgressInfo" and field.name in OLDER)}


def property_value(message, field, left_out):
    value = getattr(message, field.name)
    if is_map(field):
        return dict(value) or None
    if field.message_type and is_repeated(field):
        return [properties(child, left_out) for child in value]
    if field.message_type:
        return properties(value, left_out) if message.HasField(field.name) else None
    if is_repeated(field):
        return list(value)
    if field.type == field.TYPE_STRING and not value and not (field.containing_oneof and message.HasField(field.name)):
        return None
    return value


class AllFields(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.present = set()
        self.deprecated = deprecated_fields(PB.DESCRIPTOR)
        self.assertGreater(len(self.deprecated), 10)
        self.left_out = self.deprecated | {PRIVATE}
        self.infos = {}

    def answer(self, method, kind, body, options):
        """A listing has two pages, unless it is for one egress. A stop is answered with what it names."""
        reply = PB.EgressInfo(egress_id="EG_1")
        if method == "StopEgress":
            request, _ = decode(kind, body, PB.StopEgressRequest)
            reply.egress_id = request.egress_id
        if method == "ListEgress":
            request, _ = decode(kind, body, PB.ListEgressRequest)
            infos = [self.infos.get(request.egress_id, reply)]
            reply = PB.ListEgressResponse(items=infos)
            if not request.egress_id and not request.page_token.token:
                reply.next_page_token.token = "page ä😀 2"
        if kind == "application/json":
            return to_json(reply, **options).encode()
        return reply.SerializeToString()

    def run_lines(self, lines, options):
        return send(PROGRAM, lines, lambda *call: self.answer(*call, options or {}), options is not None)

    def variants(self, name, left_out=None):
        """Messages that together have every field, so every member of each oneof, and each something new."""
        message_class, left_out = getattr(PB, name), left_out or self.left_out
        missing = reachable(message_class.DESCRIPTOR, left_out)
        messages = []
        for seed in range(MAX_SEEDS):
            if not missing:
                break
            message = Filler(seed, left_out).fill(message_class())
            if missing & present(message):
                messages.append(message)
                missing -= present(message)
        self.assertFalse(missing, f"{name}: nothing was filled with {missing}")
        return messages

    def check_calls(self, wanted, calls):
        self.assertEqual(len(calls), len(wanted))
        for call, (method, message) in zip(calls, wanted):
            findings = compare(call, method, message)
            self.assertFalse(findings, "\n".join(map(str, findings)))
            self.present |= present(decode(*call[1:], type(message))[0])

    def assert_complete(self, name, left_out=None):
        """Nothing of the message is missing from what came out so far."""
        descriptor = PB.DESCRIPTOR.message_types_by_name[name]
        missing = reachable(descriptor, left_out or self.left_out) - self.present
        self.assertFalse(missing, f"{name}: nothing had {', '.join(sorted(missing))}")

    def both_ways(self, lines, wanted):
        for title, options in FORMATS.items():
            with self.subTest(title):
                self.present = set()
                calls, _ = self.run_lines(lines, options)
                self.check_calls(wanted, calls)
                for _, message in wanted:
                    self.assert_complete(message.DESCRIPTOR.name)

    def test_start(self):
        requests = self.variants("StartEgressRequest")
        self.both_ways([f"rebuild\tv2\t{to_json(request)}" for request in requests],
                       [("StartEgress", request) for request in requests])

    def test_older_starts(self):
        """What an info says was asked for is asked again: the same must come."""
        for member, (method, name) in OLDER.items():
            requests = self.variants(name)
            self.infos = {f"EG_{i}": PB.EgressInfo(egress_id=f"EG_{i}", **{member: request})
                          for i, request in enumerate(requests)}
            with self.subTest(method):
                wanted = [call for egress_id, request in zip(self.infos, requests) for call in (
                    ("ListEgress", PB.ListEgressRequest(egress_id=egress_id)), (method, request))]
                self.check_older(name, [f"again\tv1\t{egress_id}" for egress_id in self.infos], wanted)

    def check_older(self, name, lines, wanted):
        for title, options in FORMATS.items():
            with self.subTest(title):
                self.present = set()
                calls, _ = self.run_lines(lines, options)
                self.check_calls(wanted, calls)
                self.assert_complete(name)

    def test_update_stream(self):
        updates = self.variants("UpdateStreamRequest")
        self.both_ways([f"update\t{to_json(update)}" for update in updates],
                       [("UpdateStream", update) for update in updates])

    def test_update_layout(self):
        update, = self.variants("UpdateLayoutRequest")
        self.both_ways([f"layout\t{update.egress_id}\t{update.layout}"], [("UpdateLayout", update)])

    def test_stop(self):
        stop, = self.variants("StopEgressRequest")
        self.both_ways([f"stop\t{stop.egress_id}"], [("StopEgress", stop)])

    def test_list(self):
        """The filters of a listing, the token of its second page, and the id of a single egress."""
        page = PB.ListEgressRequest(room_name="Raum ä😀", active=True)
        second = PB.ListEgressRequest(room_name="Raum ä😀", active=True)
        second.page_token.token = "page ä😀 2"
        single = PB.ListEgressRequest(egress_id="EG_1")
        self.both_ways([f"list\t{page.room_name}\ttrue", f"get\t{single.egress_id}"],
                       [("ListEgress", page), ("ListEgress", second), ("ListEgress", single)])

    def check_info(self, info, shown):
        """In every form that the library gives it; the program compares the getters that it calls."""
        self.assertGreater(shown["getters"], 20)
        self.assertEqual(shown["properties"], properties(info, self.deprecated))
        for message, findings in (decode("application/json", shown["json"], PB.EgressInfo),
                                  decode("application/json", shown["proto_names"], PB.EgressInfo),
                                  decode("application/protobuf", base64.b64decode(shown["bytes"]), PB.EgressInfo)):
            self.assertFalse(findings)
            self.assertEqual(message, info)
            self.present |= present(message)

    def test_infos(self):
        """The deprecated fields too: they have no property, but are not lost."""
        infos = self.variants("EgressInfo", {PRIVATE})
        for number, info in enumerate(infos):
            info.egress_id += f" {number}"
        self.infos = {info.egress_id: info for info in infos}
        for title, options in FORMATS.items():
            with self.subTest(title):
                self.present = set()
                _, output = self.run_lines([f"show\t{info.egress_id}" for info in infos], options)
                lines = output.splitlines()
                self.assertEqual(len(lines), len(infos))
                for info, line in zip(infos, lines):
                    self.check_info(info, json.loads(line))
                self.assert_complete("EgressInfo", {PRIVATE})


if __name__ == "__main__":
    PROTOC, PROTOS, PROGRAM = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as OUTPUT:
        PB = import_protos(PROTOC, PROTOS, OUTPUT)
        unittest.main(argv=sys.argv[:1])
