// SPDX-License-Identifier: LGPL-2.1-or-later
// Decodes the protobuf bodies that capture.py left.

import { readFileSync } from 'node:fs';
import * as protocol from '@livekit/protocol';

// Of a message and of all messages in it.
function* unknownFields(message) {
  const type = message.getType();
  for (const field of type.runtime.bin.listUnknownFields(message)) yield `${type.typeName} field ${field.no}`;
  for (const value of Object.values(message)) yield* unknownIn(value);
}

function* unknownIn(value) {
  if (Array.isArray(value)) for (const item of value) yield* unknownIn(item);
  else if (typeof value?.getType === 'function') yield* unknownFields(value);
  else if (value?.case !== undefined) yield* unknownIn(value.value);
}

let failed = false;
for (const { name, type, body, message } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const findings = [];
  try {
    const sent = protocol[type].fromBinary(Buffer.from(body, 'base64'));
    findings.push(...unknownFields(sent));
    if (!sent.equals(protocol[type].fromJson(message))) findings.push(`sent: ${sent.toJsonString()}`);
  } catch (error) {
    findings.push(String(error));
  }
  console.log(`${findings.length ? 'not ok' : 'ok'} - @livekit/protocol: ${name}`);
  for (const finding of findings) console.log(`# ${finding}`);
  failed ||= findings.length > 0;
}
process.exit(failed ? 1 : 0);
