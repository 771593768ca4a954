#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends a participant of a LiveKit room to an SRT address for some seconds.

start_and_stop.py ROOM IDENTITY URL [SECONDS]

Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET."""

import sys
import time

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402


def main(room, identity, url, seconds="10"):
    client = LiveKitEgress.Client.new(None, None)
    request = LiveKitEgress.Request.new_participant(room, identity)
    request.add_stream(LiveKitEgress.StreamProtocol.SRT, url)

    job = LiveKitEgress.Job.new(client, request)
    job.start(None)
    try:
        job.wait(LiveKitEgress.JobState.ACTIVE, None)
        print(f"{job.get_egress_id()} runs")
        time.sleep(float(seconds))
    finally:
        job.stop(None)
    job.wait(LiveKitEgress.JobState.COMPLETE, None)
    print(f"{job.get_egress_id()} is complete")


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
