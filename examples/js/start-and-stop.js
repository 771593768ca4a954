#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Sends a participant of a LiveKit room to an SRT address for some seconds:
// start-and-stop.js ROOM IDENTITY URL [SECONDS]
// Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import LiveKitEgress from 'gi://LiveKitEgress?version=1.0';
import System from 'system';

for (const name of ['start', 'wait', 'stop'])
    Gio._promisify(LiveKitEgress.Job.prototype, `${name}_async`, `${name}_finish`);

function sleep(seconds) {
    return new Promise(resolve => {
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, seconds * 1000, () => {
            resolve();
            return GLib.SOURCE_REMOVE;
        });
    });
}

async function main(room, identity, url, seconds = 10) {
    const client = LiveKitEgress.Client.new(null, null);
    const request = LiveKitEgress.Request.new_participant(room, identity);
    request.add_stream(LiveKitEgress.StreamProtocol.SRT, url);

    const job = LiveKitEgress.Job.new(client, request);
    await job.start_async(null);
    try {
        await job.wait_async(LiveKitEgress.JobState.ACTIVE, null);
        print(`${job.get_egress_id()} runs`);
        await sleep(seconds);
    } finally {
        await job.stop_async(null);
    }
    await job.wait_async(LiveKitEgress.JobState.COMPLETE, null);
    print(`${job.get_egress_id()} is complete`);
}

if (ARGV.length < 3 || ARGV.length > 4) {
    printerr('usage: start-and-stop.js ROOM IDENTITY URL [SECONDS]');
    System.exit(2);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;
main(...ARGV).catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
