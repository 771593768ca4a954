#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records a LiveKit room with livekitegresssink until Ctrl-C: record_with_pipeline.py ROOM LOCATION
Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET."""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)
if len(sys.argv) != 3:
    sys.exit(__doc__)
sink = Gst.ElementFactory.make("livekitegresssink")
sink.set_property("room-name", sys.argv[1])
sink.set_property("location", sys.argv[2])
pipeline = Gst.Pipeline.new()
pipeline.add(sink)
bus = pipeline.get_bus()
# It stops the egress. EOS comes as a message when the recording is complete.
signal.signal(signal.SIGINT, lambda *_: pipeline.send_event(Gst.Event.new_eos()))
pipeline.set_state(Gst.State.PLAYING)
message = None
while message is None or message.type not in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
    message = bus.timed_pop(Gst.SECOND // 10)
    if message and message.has_name("livekit-egress-state"):
        print(message.get_structure().get_string("state"), flush=True)
    elif message and message.type == Gst.MessageType.PROGRESS:
        print(message.parse_progress()[2], flush=True)
pipeline.set_state(Gst.State.NULL)
if message.type == Gst.MessageType.ERROR:
    sys.exit(message.parse_error()[0].message)
