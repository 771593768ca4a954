// SPDX-License-Identifier: LGPL-2.1-or-later
// Every call of the egress client of npm's livekit-server-sdk. Takes two
// listening SRT URLs.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DirectFileOutput, EgressInfo, EgressStatus, EncodedFileOutput, EncodedFileType, EncodingOptions,
  StartEgressRequest, StreamInfo_Status, StreamOutput, StreamProtocol,
} from '@livekit/protocol';
import { EgressClient } from 'livekit-server-sdk';

const room = 'demo';
const tracks = JSON.parse(process.env.LK_E2E_ROOMS)[room].participants.alice;
const encodingOptions = new EncodingOptions({ width: 320, height: 180, framerate: 15, videoBitrate: 400 });
const terminal = [
  EgressStatus.EGRESS_COMPLETE, EgressStatus.EGRESS_FAILED,
  EgressStatus.EGRESS_ABORTED, EgressStatus.EGRESS_LIMIT_REACHED,
];
const [url, other] = process.argv.slice(2);
const client = new EgressClient(process.env.LIVEKIT_URL.replace(/^ws/, 'http'));

const stream = (...urls) => ({ stream: new StreamOutput({ protocol: StreamProtocol.SRT, urls }) });
const file = (filepath) => ({ file: new EncodedFileOutput({ fileType: EncodedFileType.MP4, filepath }) });

async function until(egressId, statuses) {
  for (const end = Date.now() + 30000; Date.now() < end; await sleep(50)) {
    const [info] = await client.listEgress({ egressId });
    if (statuses.includes(info.status)) return info;
  }
  throw new Error(`${egressId} did not come to ${statuses}`);
}

// Stops an egress that has just been started.
async function endsWell(started) {
  assert.ok(started instanceof EgressInfo);
  assert.equal(started.status, EgressStatus.EGRESS_STARTING);
  await until(started.egressId, [EgressStatus.EGRESS_ACTIVE]);
  assert.equal((await client.stopEgress(started.egressId)).status, EgressStatus.EGRESS_ENDING);
  const ended = await until(started.egressId, terminal);
  assert.equal(ended.status, EgressStatus.EGRESS_COMPLETE);
  assert.equal(ended.details, 'End reason: StopEgress API');
}

const cases = {
  async startEgress() {
    await endsWell(await client.startEgress(new StartEgressRequest({
      roomName: room,
      source: { case: 'media', value: {
        video: { case: 'participantVideo', value: { identity: 'alice' } }, audio: { captureAll: true },
      } },
      encoding: { case: 'advanced', value: encodingOptions },
      outputs: [{ config: { case: 'stream', value: { protocol: StreamProtocol.SRT, urls: [url] } } }],
    })));
  },
  async startRoomComposite() {
    await endsWell(await client.startRoomCompositeEgress(room, file('composite.mp4'), { layout: 'grid', encodingOptions }));
  },
  async startWeb() {
    await endsWell(await client.startWebEgress('http://127.0.0.1:9/', file('web.mp4'), { encodingOptions }));
  },
  async startParticipant() {
    await endsWell(await client.startParticipantEgress(room, 'alice', file('participant.mp4'), { encodingOptions }));
  },
  async startTrackComposite() {
    await endsWell(await client.startTrackCompositeEgress(room, file('tracks.mp4'), {
      audioTrackId: tracks.audio, videoTrackId: tracks.video, encodingOptions,
    }));
  },
  async startTrack() {
    await endsWell(await client.startTrackEgress(room, new DirectFileOutput({ filepath: 'track.ogg' }), tracks.audio));
  },
  async updatesAndLists() {
    const started = await client.startParticipantEgress(room, 'alice', stream(url), { encodingOptions });
    const id = started.egressId;
    await until(id, [EgressStatus.EGRESS_ACTIVE]);
    const added = await client.updateStream(id, [other]);
    assert.deepEqual(added.streamResults.map((result) => result.url), [url, other]);
    const removed = await client.updateStream(id, [], [other]);
    assert.equal(removed.streamResults[1].status, StreamInfo_Status.FINISHED);
    await client.updateLayout(id, 'speaker');
    const active = await client.listEgress({ roomName: room, active: true });
    assert.deepEqual(active.map((info) => info.egressId), [id]);
    await client.stopEgress(id);
    await until(id, terminal);
    assert.deepEqual(await client.listEgress({ active: true }), []);
  },
  async refusals() {
    await assert.rejects(client.stopEgress('EG_nope'), { code: 'not_found', status: 404 });
    await assert.rejects(client.startParticipantEgress(room, 'alice', {}), { code: 'invalid_argument', status: 400 });
  },
};

let failed = false;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(`ok - livekit-server-sdk ${name}`);
  } catch (error) {
    failed = true;
    console.log(`not ok - livekit-server-sdk ${name}`);
    for (const line of String(error).split('\n')) console.log(`# ${line}`);
  }
}
process.exit(failed ? 1 : 0);
