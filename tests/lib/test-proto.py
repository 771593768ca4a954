#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the .proto files say, as protoc reads them, against the table of the published API.

protobuf-c drops the names of oneofs, and messages that nothing refers to are not reached by
test-descriptors: this compares the files themselves, row by row.

Usage: test-proto.py PROTOC PROTO_DIR TABLE
"""

import subprocess
import sys
import tempfile
import unittest

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

SCALARS = {
    getattr(FieldDescriptorProto, 'TYPE_' + name.upper()): name
    for name in ('string', 'bool', 'int32', 'uint32', 'int64', 'double')
}


def type_of(field):
    return SCALARS.get(field.type) or field.type_name.removeprefix('.')


def enum_rows(enum, prefix=''):
    for value in enum.value:
        yield ('enum', prefix + enum.name, value.name, str(value.number), '', '', '', '')


def message_rows(message, prefix=''):
    name = prefix + message.name
    for field in message.field:
        yield (
            'field', name, field.name, str(field.number), type_of(field),
            'repeated' if field.label == field.LABEL_REPEATED else '',
            message.oneof_decl[field.oneof_index].name if field.HasField('oneof_index') else '',
            'deprecated' if field.options.deprecated else '',
        )
    for enum in message.enum_type:
        yield from enum_rows(enum, name + '.')
    for nested in message.nested_type:
        yield from message_rows(nested, name + '.')


def service_rows(service):
    for method in service.method:
        types = (method.input_type.removeprefix('.'), method.output_type.removeprefix('.'))
        yield ('rpc', service.name, method.name, '', ' -> '.join(types), '', '', '')


# The one field of our own, the place of what only an older request has.
PRIVATE = {('field', 'TemplateSource', 'audio_mixing', '1000', 'livekit.AudioMixing', '', '', '')}


def compile_files(protoc, folder):
    with tempfile.NamedTemporaryFile() as output:
        subprocess.run(
            [protoc, '--proto_path=' + folder, '--include_imports',
             '--descriptor_set_out=' + output.name,
             'livekit_egress.proto', 'livekit_webhook.proto'],
            check=True)
        files = FileDescriptorSet.FromString(output.read()).file
    return {file.name: file for file in files}


class ProtoTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        protoc, folder, table = ARGUMENTS
        self.files = compile_files(protoc, folder)
        with open(table, encoding='utf-8') as lines:
            rows = [tuple(line.rstrip('\n').split('\t')) for line in lines][1:]
        self.webhook = {row for row in rows if row[1] == 'WebhookEvent'}
        self.egress = set(rows) - self.webhook
        self.assertGreater(len(self.egress), 300)
        self.assertGreater(len(self.webhook), 5)

    def test_egress(self):
        file = self.files['livekit_egress.proto']
        rows = set()
        for enum in file.enum_type:
            rows.update(enum_rows(enum))
        for message in file.message_type:
            rows.update(message_rows(message))
        for service in file.service:
            rows.update(service_rows(service))
        self.assertEqual(rows - self.egress, PRIVATE, 'not in the published API')
        self.assertEqual(self.egress - rows, set(), 'missing from our file')

    def test_webhook_event(self):
        file = self.files['livekit_webhook.proto']
        rows = {row for message in file.message_type if message.name == 'WebhookEvent'
                for row in message_rows(message)}
        self.assertEqual(rows, self.webhook)

    def test_maps(self):
        """Every message named like the entry of a map is one."""
        for file in self.files.values():
            for message in file.message_type:
                for nested in message.nested_type:
                    self.assertEqual(nested.name.endswith('Entry'), nested.options.map_entry)


if __name__ == '__main__':
    ARGUMENTS = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1])
