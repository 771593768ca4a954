// SPDX-License-Identifier: LGPL-2.1-or-later
// The library from JavaScript: one egress from start to end, with await. Prints TAP.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import LiveKitEgress from 'gi://LiveKitEgress?version=1.0';
import System from 'system';

const KEY = 'testkey';
const SECRET = 'testsecrettestsecrettestsecrettest';

for (const name of ['start', 'start_room_composite', 'start_track_composite', 'start_room_rtmp',
    'start_room_hls', 'update_layout', 'update_stream', 'list', 'get', 'stop'])
    Gio._promisify(LiveKitEgress.Client.prototype, `${name}_async`, `${name}_finish`);
Gio._promisify(LiveKitEgress.Listing.prototype, 'load_more_async', 'load_more_finish');
for (const name of ['start', 'attach', 'wait', 'stop'])
    Gio._promisify(LiveKitEgress.Job.prototype, `${name}_async`, `${name}_finish`);
Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');
Gio._promisify(Gio.Subprocess.prototype, 'wait_async', 'wait_finish');

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

const {JobState, Status, StreamProtocol} = LiveKitEgress;

function newRequest() {
    const request = LiveKitEgress.Request.new_participant('demo', 'alice');
    request.add_stream(StreamProtocol.SRT, 'srt://127.0.0.1:9');
    return request;
}

function newClient(url, secret) {
    return LiveKitEgress.Client.new(url, LiveKitEgress.Credentials.new_for_key(KEY, secret));
}

const cases = {
    async 'objects-of-a-storage'(_url) {
        const s3 = LiveKitEgress.S3Storage.new('examplebucket', 'AKIAIOSFODNN7EXAMPLE',
            'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
        const storage = LiveKitEgress.Storage.new_s3(s3);
        const url = storage.get_object_url('live/a b.m3u8');
        assertEqual(url, 'https://examplebucket.s3.amazonaws.com/live/a%20b.m3u8');
        assertEqual(storage.sign_get(url, null)[4], 'Authorization');
        assertEqual(storage.sign_get('https://elsewhere.example/', null).length, 0);
    },

    async 'start-wait-list-stop'(url) {
        const client = newClient(url, SECRET);
        const job = LiveKitEgress.Job.new(client, newRequest());
        await job.start_async(null);
        await job.wait_async(JobState.ACTIVE, null);

        const running = await client.list_async('demo', true, null);
        assertEqual(running.complete, true);
        assertEqual(running.get_n_items(), 1);
        assertEqual(running.get_item(0).egress_id, job.get_egress_id());

        const listing = LiveKitEgress.Listing.new(client, 'demo', null, true);
        assertEqual(listing.get_n_items(), 0);
        while (!listing.complete)
            await listing.load_more_async(null);
        assertEqual(listing.find(job.get_egress_id()).egress_id, job.get_egress_id());

        await job.stop_async(null);
        await job.wait_async(JobState.COMPLETE, null);
        const info = await client.get_async(job.get_egress_id(), null);
        assertEqual(info.status, Status.COMPLETE);
    },

    async 'start-update-stop'(url) {
        const client = newClient(url, SECRET);
        const stream = new LiveKitEgress.StreamOutput({
            protocol: StreamProtocol.SRT, urls: ['srt://127.0.0.1:9'],
        });
        const started = await client.start_room_composite_async('demo', 'grid',
            LiveKitEgress.SourceFlags.ALL,
            [LiveKitEgress.Output.new_stream(stream)], null);
        const id = started.egress_id;
        await LiveKitEgress.Job.new_for_id(client, id).wait_async(JobState.ACTIVE, null);

        await client.update_layout_async(id, 'speaker', null);
        const updated = await client.update_stream_async(
            LiveKitEgress.StreamUpdate.new_for_urls(id, ['srt://127.0.0.1:10'], null), null);
        const streams = updated.get_stream_results();
        assertEqual(streams.get_n_items(), 2);
        assertEqual(streams.get_item(1).url, 'srt://127.0.0.1:10');
        assertEqual(updated.dup_request().template.layout, 'grid');

        const update = LiveKitEgress.StreamUpdate.new(id);
        update.add_destination(LiveKitEgress.StreamDestination.new('third', 'srt://127.0.0.1:11'));
        const named = await client.update_stream_async(update, null);
        assertEqual(named.find_stream_by_id('third').url, 'srt://127.0.0.1:11');

        await client.stop_async(id, null);
        await client.stop_async(id, null);
    },

    async 'shorthands'(url) {
        const client = newClient(url, SECRET);
        const stream = new LiveKitEgress.StreamOutput({
            protocol: StreamProtocol.SRT, urls: ['srt://127.0.0.1:9'],
        });
        const started = await client.start_track_composite_async('demo', null, 'TR_bob_camera',
            [LiveKitEgress.Output.new_stream(stream)], null);
        await client.stop_async(started.egress_id, null);

        const sent = await client.start_room_rtmp_async('demo', null, ['rtmp://127.0.0.1:9/app/key'],
            null);
        await client.stop_async(sent.egress_id, null);

        // The dev server has no folder for files here.
        const [start] = await Promise.allSettled([
            client.start_room_hls_async('demo', null, 'hls/demo', null, null, null),
        ]);
        assertEqual(start.reason.matches(LiveKitEgress.Error,
            LiveKitEgress.Error.UNIMPLEMENTED), true);
        assertEqual(LiveKitEgress.Error.get_http_status(start.reason), 501);
    },

    async 'token-function'(url) {
        let asked = 0;
        const client = LiveKitEgress.Client.new(url, LiveKitEgress.Credentials.new_for_func(() => {
            asked++;
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, 'none left');
        }));
        try {
            await client.list_async(null, false, null);
        } catch (error) {
            assertEqual(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND), true);
            assertEqual(error.message, 'No access token for the call: none left');
            assertEqual(asked, 1);
            return;
        }
        throw new Error('there was no token, and no error');
    },

    async 'wrong-secret'(url) {
        const client = newClient(url, 'not the secret that the server knows');
        try {
            await client.start_async(newRequest(), null);
        } catch (error) {
            if (error.matches(LiveKitEgress.Error, LiveKitEgress.Error.UNAUTHENTICATED))
                return;
            throw error;
        }
        throw new Error('the server took a wrong secret');
    },

    // What is made with new and properties, as JavaScript does, is as good as by the constructors.
    async 'properties'(url) {
        for (const [name, value] of [['URL', url], ['API_KEY', KEY], ['API_SECRET', SECRET]])
            GLib.setenv(`LIVEKIT_${name}`, value, true);
        const listing = new LiveKitEgress.Listing({room_name: 'demo', active: true});
        await listing.load_more_async(null);
        assertEqual(listing.complete, true);
        const job = new LiveKitEgress.Job({egress_id: 'EG_unknown'});
        try {
            await job.attach_async(null);
        } catch (error) {
            if (error.matches(LiveKitEgress.Error, LiveKitEgress.Error.NOT_FOUND))
                return;
            throw error;
        }
        throw new Error('there is an egress that nobody started');
    },

    async 'results'() {
        const info = LiveKitEgress.Message.new_from_json(LiveKitEgress.Info, JSON.stringify({
            status: 'EGRESS_FAILED', error: 'track TR_1 not found', errorCode: 404,
            stream: {info: [{url: 'rtmp://host/app/{str...123}'}]},
        }));
        try {
            info.propagate_error();
            throw new Error('the info of a failed egress has no error');
        } catch (error) {
            assertEqual(error.matches?.(LiveKitEgress.Error, LiveKitEgress.Error.NOT_FOUND), true);
        }
        assertEqual(info.find_stream('rtmp://host/app/stream-key-123').url,
            'rtmp://host/app/{str...123}');

        const manifest = LiveKitEgress.Manifest.new_from_json('{"room_name":"demo"}');
        assertEqual(manifest.room_name, 'demo');
    },
};

async function main() {
    const server = Gio.Subprocess.new([GLib.getenv('LK_EGRESS_DEVSERVER'), '--port', '0',
        '--api-key', KEY, '--api-secret', SECRET, '--fault', '{"life":"no-media","count":3}'],
    Gio.SubprocessFlags.STDOUT_PIPE);
    const lines = new Gio.DataInputStream({base_stream: server.get_stdout_pipe()});
    const [ready] = await lines.read_line_async(GLib.PRIORITY_DEFAULT, null);
    const url = ready.split(' ready on ')[1];

    let failed = false;
    let number = 0;
    print(`1..${Object.keys(cases).length}`);
    for (const [name, run] of Object.entries(cases)) {
        number++;
        try {
            await run(url);
            print(`ok ${number} /gjs/${name}`);
        } catch (error) {
            failed = true;
            print(`not ok ${number} /gjs/${name}`);
            print(`# ${error}`);
        }
    }
    server.send_signal(15);
    await server.wait_async(null);
    return failed || server.get_exit_status() !== 0 ? 1 : 0;
}

const loop = new GLib.MainLoop(null, false);
let status = 1;
main().then(result => {
    status = result;
}, error => {
    print(`Bail out! ${error}`);
}).finally(() => loop.quit());
loop.run();
System.exit(status);
