#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Receives what a voice agent hears: the sound of one participant, in pieces of 20 ms.

voice_agent_audio.py ROOM IDENTITY WAV-FILE [SECONDS]

The egress sends raw audio over a websocket, so that nothing has to be decoded; the server must know
StartEgress. The pieces are 16 kHz, mono, 16 bit, which is what speech recognisers want. This example
writes them to a file and shows their loudness; an agent would call its recogniser in Listener.hear().
Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET."""

import array
import math
import sys
import wave

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

RATE = 16000


class Listener:
    def __init__(self, path, seconds):
        self.file = wave.open(path, "wb")
        self.file.setnchannels(1)
        self.file.setsampwidth(2)
        self.file.setframerate(RATE)
        self.left = int(float(seconds) * 50)  # pieces
        self.square_sum = 0

    def hear(self, piece):
        """Takes one piece of sound. Returns False when it has heard enough."""
        self.file.writeframes(piece)
        self.left -= 1
        self.square_sum += sum(sample * sample for sample in array.array("h", piece))
        if self.left % 50 == 0:
            loudness = math.sqrt(self.square_sum / RATE) / 32768
            print(f"one second heard, loudness {20 * math.log10(max(loudness, 1e-5)):.0f} dB")
            self.square_sum = 0
        return self.left > 0


def main(room, identity, path, seconds="5"):
    Gst.init(None)
    pipeline = Gst.parse_launch(
        "livekitegresssrc name=egress protocol=websocket egress.audio_0 ! queue"
        " ! audioconvert ! audioresample"
        f" ! audio/x-raw,format=S16LE,rate={RATE},channels=1"
        " ! audiobuffersplit output-buffer-duration=1/50 strict-buffer-size=true"
        " ! appsink name=sound sync=false")
    egress, sound = pipeline.get_by_name("egress"), pipeline.get_by_name("sound")
    egress.set_property("room-name", room)
    egress.set_property("participant-identity", identity)

    listener = Listener(path, seconds)
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    try:
        while not sound.get_property("eos"):
            message = bus.pop_filtered(Gst.MessageType.ERROR)
            if message:
                raise message.parse_error()[0]
            sample = sound.emit("try-pull-sample", Gst.SECOND // 10)
            if sample is None:
                continue
            buffer = sample.get_buffer()
            if not listener.hear(buffer.extract_dup(0, buffer.get_size())):
                break
    finally:
        pipeline.set_state(Gst.State.NULL)  # ends the egress
        listener.file.close()


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
