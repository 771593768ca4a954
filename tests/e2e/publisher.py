# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fills rooms with participants who publish a picture and a tone.

Takes NAME or NAME:identity,... as arguments. Prints one line of JSON when all
tracks are published, and publishes until standard input is closed.
"""

import asyncio
import json
import os
import struct
import sys

from livekit import api, rtc

WIDTH, HEIGHT, FRAMES = 320, 240, 10
RATE, SAMPLES = 48000, 480


def token(room, identity):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()


async def paint(source):
    shade = 0
    while True:
        shade = (shade + 5) % 256
        pixels = bytes((shade, 128, 255 - shade, 255)) * (WIDTH * HEIGHT)
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, pixels))
        await asyncio.sleep(1 / FRAMES)


async def hum(source):
    # A square wave of 400 Hz.
    half = RATE // 800
    samples = [4000 if n // half % 2 == 0 else -4000 for n in range(SAMPLES)]
    data = struct.pack(f"<{SAMPLES}h", *samples)
    while True:
        await source.capture_frame(rtc.AudioFrame(data, RATE, 1, SAMPLES))


async def publish(name, identity, tasks):
    room = rtc.Room()
    await room.connect(os.environ["LIVEKIT_URL"], token(name, identity), rtc.RoomOptions(auto_subscribe=False))
    video = rtc.VideoSource(WIDTH, HEIGHT)
    audio = rtc.AudioSource(RATE, 1)
    camera = await room.local_participant.publish_track(
        rtc.LocalVideoTrack.create_video_track("camera", video),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA),
    )
    microphone = await room.local_participant.publish_track(
        rtc.LocalAudioTrack.create_audio_track("microphone", audio),
        rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE),
    )
    tasks += [asyncio.create_task(paint(video)), asyncio.create_task(hum(audio))]
    return room, {"video": camera.sid, "audio": microphone.sid}


async def main():
    connected, tasks, said = [], [], {}
    async with api.LiveKitAPI() as client:
        for argument in sys.argv[1:]:
            name, _, identities = argument.partition(":")
            made = await client.room.create_room(api.CreateRoomRequest(name=name, empty_timeout=3600))
            said[name] = {"sid": made.sid, "participants": {}}
            for identity in filter(None, identities.split(",")):
                room, tracks = await publish(name, identity, tasks)
                connected.append(room)
                said[name]["participants"][identity] = tracks
    print(json.dumps(said), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    for room in connected:
        await room.disconnect()


asyncio.run(main())
