#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Records a LiveKit room with livekitegresssink until Ctrl-C: record-with-pipeline.js ROOM LOCATION
// Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET.

import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import System from 'system';

Gst.init(null);
if (ARGV.length !== 2) {
    printerr('usage: record-with-pipeline.js ROOM LOCATION');
    System.exit(2);
}
const sink = Gst.ElementFactory.make('livekitegresssink', null);
[sink.room_name, sink.location] = ARGV;
const pipeline = Gst.Pipeline.new(null);
pipeline.add(sink);
const loop = new GLib.MainLoop(null, false);
const SIGINT = 2;
// GLib 2.80 has moved and, at first, renamed it.
const addSignal = await import('gi://GLibUnix').then(
    ({default: unix}) => unix.signal_add ?? unix.signal_add_full, () => GLib.unix_signal_add);
let status = 0;

// It stops the egress. EOS comes as a message when the recording is complete.
addSignal(GLib.PRIORITY_DEFAULT, SIGINT, () => pipeline.send_event(Gst.Event.new_eos()));

pipeline.get_bus().add_watch(GLib.PRIORITY_DEFAULT, (_bus, message) => {
    if (message.has_name('livekit-egress-state'))
        print(message.get_structure().get_string('state'));
    else if (message.type === Gst.MessageType.PROGRESS)
        print(message.parse_progress()[2]);
    else if (message.type === Gst.MessageType.ERROR) {
        printerr(message.parse_error()[0].message);
        status = 1;
    }
    if (message.type === Gst.MessageType.EOS || status !== 0)
        loop.quit();
    return GLib.SOURCE_CONTINUE;
});
pipeline.set_state(Gst.State.PLAYING);
loop.run();
pipeline.set_state(Gst.State.NULL);
System.exit(status);
