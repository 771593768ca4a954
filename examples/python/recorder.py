#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records a room to a file until Ctrl-C, with webhooks, metrics and health on a port of this machine.

recorder.py ROOM FILE [PORT]

Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET."""

import signal
import sys

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402


def main(room, path, port="7890"):
    loop = GLib.MainLoop()
    service = LiveKitEgress.Service.new(None)
    keys = LiveKitEgress.WebhookKeys.new_from_environment()
    receiver = LiveKitEgress.WebhookReceiver.new(service, keys)
    receiver.listen(None, int(port), None)

    def end():
        service.shutdown_async(LiveKitEgress.Shutdown.STOP, 30000, None, lambda *_: loop.quit())
        return GLib.SOURCE_REMOVE

    def started(_, result):
        try:
            job = service.start_room_composite_finish(result)
            job.connect("state-changed", lambda job, state: print(state.value_nick, flush=True))
        except GLib.Error as error:
            print(error.message, flush=True)
            end()

    output = LiveKitEgress.Output.new_file(LiveKitEgress.FileOutput.new(path))
    service.start_room_composite_async(room, "grid", LiveKitEgress.SourceFlags.ALL, [output], None,
                                       started)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, end)
    loop.run()
    print(service.get_health_status().to_json())
    print(service.get_metrics().to_text(LiveKitEgress.MetricsFormat.OPENMETRICS))


if len(sys.argv) not in (3, 4):
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
