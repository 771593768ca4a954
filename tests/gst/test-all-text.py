#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every field of a request, from the text of a property to the server.

protoc makes Python classes from the .proto files. What they fill, by their descriptors, is written as
the text of a structure, as on the command line of gst-launch-1.0: of the property request, and its
outputs, storage and encoding again as the properties of these names. What comes at the server must be
the same; a field that is nowhere in it fails the test by its name.

Usage: test-all-text.py PROTOC PROTO_DIR SEND_ELEMENT
"""

import importlib
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "common"))

from egress_wire import (  # noqa: E402
    Filler, decode, is_map, is_repeated, present, reachable, send, to_json)

# By then chance has picked every member of each oneof.
MAX_SEEDS = 1000

# Of our own making. Never sent.
PRIVATE = "livekit.TemplateSource.audio_mixing"

# A format that leads to the member of an output; the fields say the rest.
FORMATS = {"file": "mp4", "stream": "rtmp", "segments": "hls", "images": "images"}


def import_protos(protoc, folder, output):
    subprocess.run([protoc, f"--proto_path={folder}", f"--python_out={output}",
                    "livekit_egress.proto", "livekit_models.proto"], check=True)
    sys.path.insert(0, output)
    return importlib.import_module("livekit_egress_pb2")


def left_out_fields(file):
    messages = list(file.message_types_by_name.values())
    return {PRIVATE} | {field.full_name for message in messages for field in message.fields
                        if field.GetOptions().deprecated}


def property_name(field):
    """room_name -> room-name, aliOSS -> ali-oss"""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", field.name)
    return name.replace("_", "-").lower()


def write_text(text):
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def write_list(texts):
    return f"<{', '.join(texts)}>"


def write_map(pairs):
    """A structure for keys that can be names of its fields, otherwise a list."""
    if all(re.fullmatch(r"[a-z][a-z0-9-]*", key) for key in pairs):
        return "[map, " + ", ".join(f"{key}={write_text(value)}" for key, value in pairs.items()) + "]"
    return write_list(write_text(f"{key}={value}") for key, value in pairs.items())


def write_value(field, value):
    if field.message_type:
        return write_structure(value)
    if field.type == field.TYPE_STRING:
        return write_text(value)
    if field.type == field.TYPE_BOOL:
        return str(value).lower()
    # Without its type a number beyond those of an int is taken for a negative one.
    return f"(uint){value}" if field.type == field.TYPE_UINT32 else f"{value}"


def write_field(field, value):
    if is_map(field):
        return write_map(value)
    if is_repeated(field):
        return write_list([write_value(field, item) for item in value])
    return write_value(field, value)


def write_fields(message):
    return [f"{property_name(field)}={write_field(field, value)}" for field, value in message.ListFields()]


def write_structure(message):
    return f"[{write_property(message)}]"


def write_property(message):
    """A structure stands in brackets in another only."""
    return ", ".join(["s", *write_fields(message)])


def write_output(output):
    """An entry of the property outputs: the fields of its member are those of the structure."""
    member = output.WhichOneof("config")
    words = ["output", f"format={FORMATS[member]}", *write_fields(getattr(output, member))]
    if output.HasField("storage"):
        words.append(f"storage={write_structure(output.storage)}")
    return "[" + ", ".join(words) + "]"


class AllText(unittest.TestCase):
    maxDiff = None

    def variants(self, name):
        """Messages that together have every field, so every member of each oneof."""
        message_class = getattr(PB, name)
        missing = reachable(message_class.DESCRIPTOR, LEFT_OUT)
        messages = []
        for seed in range(MAX_SEEDS):
            if not missing:
                break
            message = Filler(seed, LEFT_OUT).fill(message_class())
            if missing & present(message):
                messages.append(message)
                missing -= present(message)
        self.assertFalse(missing, f"{name}: nothing was filled with {missing}")
        return messages

    def check(self, name, write, take):
        """write makes a line of a message, take gives what came of it in the request."""
        wanted = self.variants(name)
        calls, _ = send(PROGRAM, [write(message) for message in wanted],
                        lambda *_: PB.EgressInfo(egress_id="EG_1").SerializeToString(), False)
        self.assertEqual(len(calls), len(wanted))
        came = set()
        for (method, kind, body), message in zip(calls, wanted):
            request, unknown = decode(kind, body, PB.StartEgressRequest)
            self.assertEqual((method, unknown), ("StartEgress", []))
            self.assertEqual(to_json(take(request), sort_keys=True), to_json(message, sort_keys=True))
            came |= present(take(request))
        missing = reachable(getattr(PB, name).DESCRIPTOR, LEFT_OUT) - came
        self.assertFalse(missing, f"{name}: nothing had {', '.join(sorted(missing))}")

    def test_request(self):
        self.check("StartEgressRequest", lambda request: f"request\t{write_property(request)}",
                   lambda request: request)

    def test_outputs(self):
        self.check("Output", lambda output: f"room-name\tdemo\toutputs\t<{write_output(output)}>",
                   lambda request: request.outputs[0])

    def test_storage(self):
        self.check("StorageConfig",
                   lambda storage: f"room-name\tdemo\tlocation\ta.mp4\tstorage\t{write_property(storage)}",
                   lambda request: request.storage)

    def test_encoding(self):
        self.check("EncodingOptions",
                   lambda encoding: f"room-name\tdemo\tlocation\ta.mp4\tencoding\t{write_property(encoding)}",
                   lambda request: request.advanced)


if __name__ == "__main__":
    PROTOC, PROTOS, PROGRAM = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as OUTPUT:
        PB = import_protos(PROTOC, PROTOS, OUTPUT)
        LEFT_OUT = left_out_fields(PB.DESCRIPTOR)
        unittest.main(argv=sys.argv[:1])
