// SPDX-License-Identifier: LGPL-2.1-or-later
// What the webhook receiver of npm's livekit-server-sdk believes. Takes a file of webhooks.py, and adds to a second
// one the same bodies as that SDK signs them, the last with a secret that nobody knows.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { EgressStatus } from '@livekit/protocol';
import { AccessToken, WebhookReceiver } from 'livekit-server-sdk';

const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);

async function check({ body, authorization, forged }) {
  if (forged) {
    await assert.rejects(receiver.receive(body, authorization));
    return;
  }
  const event = await receiver.receive(body, authorization);
  const sent = JSON.parse(body);
  assert.equal(event.event, sent.event);
  assert.equal(event.id, sent.id);
  assert.equal(event.egressInfo.egressId, sent.egressInfo.egressId);
  assert.equal(event.egressInfo.status, EgressStatus[sent.egressInfo.status ?? 'EGRESS_STARTING']);
}

async function sign(body, forged) {
  const token = new AccessToken(process.env.LIVEKIT_API_KEY, forged ? 'x'.repeat(32) : process.env.LIVEKIT_API_SECRET);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  const authorization = await token.toJwt();
  appendFileSync(process.argv[3], `${JSON.stringify({ signer: 'node', forged, authorization, body })}\n`);
}

const webhooks = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
const bodies = webhooks.filter(({ forged }) => !forged).map(({ body }) => body);
for (const body of bodies) await sign(body, false);
await sign(bodies.at(-1), true);

for (const webhook of webhooks) {
  const name = `node webhook ${JSON.parse(webhook.body).event}, forged: ${webhook.forged ?? 'no'}`;
  try {
    await check(webhook);
    console.log(`ok - ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`not ok - ${name}`);
    for (const text of String(error.stack).split('\n')) console.log(`# ${text}`);
  }
}
