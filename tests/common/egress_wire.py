# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages of the Egress API for tests in Python: filled by their descriptors, sent, looked into.

Knows no message classes of its own: they may come from protoc or from an SDK.
"""

import http.server
import os
import random
import subprocess
import threading

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.unknown_fields import UnknownFieldSet

RANGES = {
    FieldDescriptor.TYPE_INT32: (-2**31, 2**31),
    FieldDescriptor.TYPE_UINT32: (1, 2**32),
    FieldDescriptor.TYPE_INT64: (2**53 + 1, 2**63),
}


def is_repeated(field):
    # protobuf 6 has the property and warns of the label.
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def is_map(field):
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


class Filler:
    """Sets every field of a message, of each oneof one that chance picks."""

    def __init__(self, seed, left_out):
        self.random = random.Random(seed)
        self.left_out = left_out

    def fill(self, message):
        picked = {oneof.name: self.pick(oneof) for oneof in message.DESCRIPTOR.oneofs}
        for field in message.DESCRIPTOR.fields:
            oneof = field.containing_oneof
            if field.full_name not in self.left_out and (oneof is None or picked[oneof.name] == field.name):
                self.set(message, field)
        return message

    def pick(self, oneof):
        names = [field.name for field in oneof.fields if field.full_name not in self.left_out]
        return self.random.choice(names) if names else None

    def set(self, message, field):
        target = getattr(message, field.name)
        if is_map(field):
            target.update({"first": "one", "zweiter ä": "two"})
        elif field.message_type and is_repeated(field):
            for _ in range(2):
                self.fill(target.add())
        elif field.message_type:
            target.SetInParent()
            self.fill(target)
        elif is_repeated(field):
            target.extend([self.value(field), self.value(field)])
        else:
            setattr(message, field.name, self.value(field))

    def value(self, field):
        if field.enum_type:
            return self.random.choice([
                value.number for value in field.enum_type.values
                if value.number and f"{value.type.file.package}.{value.name}" not in self.left_out])
        if field.type == FieldDescriptor.TYPE_STRING:
            return f"{field.name} ä😀\"\\ {self.random.randrange(1000)}"
        if field.type == FieldDescriptor.TYPE_BOOL:
            return True
        if field.type == FieldDescriptor.TYPE_DOUBLE:
            return self.random.uniform(-1e9, 1e9)
        return self.random.randrange(*RANGES[field.type]) or 1


def reachable(descriptor, left_out):
    """The full names of all fields that a message and its children have."""
    names, descriptors = set(), [descriptor]
    for descriptor in descriptors:
        for field in descriptor.fields:
            child = field.message_type
            if field.full_name in left_out:
                continue
            names.add(field.full_name)
            if child and not is_map(field) and child not in descriptors:
                descriptors.append(child)
    return names


def walk(message):
    """The message and all within."""
    yield message
    for field, value in message.ListFields():
        if field.message_type and not is_map(field):
            for child in value if is_repeated(field) else [value]:
                yield from walk(child)


def present(message):
    """The full names of all fields that are set in a message and its children."""
    return {field.full_name for part in walk(message) for field, _ in part.ListFields()}


def unknown_fields(message):
    return [f"{part.DESCRIPTOR.name} field {field.field_number}"
            for part in walk(message) for field in UnknownFieldSet(part)]


def to_json(message, **options):
    return json_format.MessageToJson(message, **{"preserving_proto_field_name": True, "indent": None, **options})


def decode(kind, body, message_class):
    """The message, and what is unknown in it."""
    message = message_class()
    if kind == "application/json":
        return json_format.Parse(body, message), []
    message.ParseFromString(body)
    return message, unknown_fields(message)


def compare(call, method, expected):
    """What is wrong with a call that should have this message."""
    sent_method, kind, body = call
    try:
        message, findings = decode(kind, body, type(expected))
    except (json_format.ParseError, ValueError) as error:
        return [error]
    if sent_method != method:
        findings.append(f"sent to {sent_method}")
    if message != expected:
        findings += [f"sent:   {to_json(message)}", f"wanted: {to_json(expected)}"]
    return findings


class Server(http.server.HTTPServer):
    """Keeps (method, content type, body) of every call, and answers with the bytes that a function of
    the three gives."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.calls = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        call = (self.path.rpartition("/")[2], self.headers["Content-Type"], body)
        self.server.calls.append(call)
        data = self.server.answer(*call)
        self.send_response(200)
        self.send_header("Content-Type", call[1])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def send(program, lines, answer, as_json):
    """The calls that the lines lead to, and what the program says."""
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        environment = {**os.environ, "LIVEKIT_URL": f"http://127.0.0.1:{server.server_port}",
                       "LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "secret of thirty-two characters."}
        if as_json:
            environment["LK_TEST_JSON"] = "1"
        output = subprocess.run(
            [program], input="".join(line + "\n" for line in lines), stdout=subprocess.PIPE, encoding="utf-8",
            check=True, timeout=120, env=environment).stdout
        server.shutdown()
        thread.join()
        return server.calls, output
