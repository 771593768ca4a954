#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records a whole room into a bucket, until Ctrl-C.

record_to_bucket.py ROOM ADDRESS

ADDRESS is the address of a storage, such as s3://recordings/talks?region=eu-central-1; gs://, azure://
and oss:// work as well. Its credentials are those that the tools of its provider would use.
Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET."""

import signal
import sys

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402

JobState = LiveKitEgress.JobState


def new_request(room, address):
    storage, folder = LiveKitEgress.Storage.new_from_uri(address)
    output = LiveKitEgress.Output.new_for_format(
        LiveKitEgress.OutputFormat.MP4, "{room_name}-{time}.mp4")
    output.prepend_folder(folder)

    request = LiveKitEgress.Request.new_room_composite(room, "grid")
    request.add_output(output)
    request.props.storage = storage
    return request


def main(room, address):
    request = new_request(room, address)
    for warning in request.get_warnings():
        print("Warning:", warning)

    # This comes before the start, so that Ctrl-C never leaves an egress behind.
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)

    job = LiveKitEgress.Job.new(LiveKitEgress.Client.new(None, None), request)
    job.start(None)
    job.wait(JobState.ACTIVE, None)
    print("Recording; Ctrl-C ends it", flush=True)
    loop.run()

    job.stop(None)
    job.wait(JobState.COMPLETE, None)
    info = job.get_info()
    for file in info.get_file_results():
        where = LiveKitEgress.location_to_uri(file.get_location())
        print(f"{where}: {file.get_size()} bytes, {info.get_duration() / 1e9:.1f} s")


if len(sys.argv) != 3:
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
