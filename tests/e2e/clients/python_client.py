# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every call of the egress client of PyPI's livekit-api. Takes two listening SRT URLs."""

import asyncio
import json
import os
import sys
from pathlib import Path

from livekit import api

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tap  # noqa: E402

ROOM = "demo"
TRACKS = json.loads(os.environ["LK_E2E_ROOMS"])[ROOM]["participants"]["alice"]
SMALL = api.EncodingOptions(width=320, height=180, framerate=15, video_bitrate=400)
TERMINAL = (api.EgressStatus.EGRESS_COMPLETE, api.EgressStatus.EGRESS_FAILED,
            api.EgressStatus.EGRESS_ABORTED, api.EgressStatus.EGRESS_LIMIT_REACHED)


def stream(url):
    return api.StreamOutput(protocol=api.StreamProtocol.SRT, urls=[url])


def file(name):
    return api.EncodedFileOutput(file_type=api.EncodedFileType.MP4, filepath=name)


async def until(egress, egress_id, statuses):
    async with asyncio.timeout(30):
        while True:
            found = await egress.list_egress(api.ListEgressRequest(egress_id=egress_id))
            if found.items[0].status in statuses:
                return found.items[0]
            await asyncio.sleep(0.05)


async def ends_well(egress, started):
    """Stops an egress that has just been started."""
    assert started.egress_id.startswith("EG_"), started
    assert started.status == api.EgressStatus.EGRESS_STARTING, started
    await until(egress, started.egress_id, (api.EgressStatus.EGRESS_ACTIVE,))
    stopped = await egress.stop_egress(api.StopEgressRequest(egress_id=started.egress_id))
    assert stopped.status == api.EgressStatus.EGRESS_ENDING, stopped
    ended = await until(egress, started.egress_id, TERMINAL)
    assert ended.status == api.EgressStatus.EGRESS_COMPLETE, ended
    assert ended.details == "End reason: StopEgress API", ended


async def start_egress(egress, url, _):
    await ends_well(egress, await egress.start_egress(api.StartEgressRequest(
        room_name=ROOM, advanced=SMALL,
        media=api.MediaSource(participant_video=api.ParticipantVideo(identity="alice"),
                              audio=api.AudioConfig(capture_all=True)),
        outputs=[api.Output(stream=stream(url))])))


async def start_room_composite(egress, *_):
    await ends_well(egress, await egress.start_room_composite_egress(api.RoomCompositeEgressRequest(
        room_name=ROOM, layout="grid", advanced=SMALL, file_outputs=[file("composite.mp4")])))


async def start_web(egress, *_):
    await ends_well(egress, await egress.start_web_egress(api.WebEgressRequest(
        url="http://127.0.0.1:9/", advanced=SMALL, file_outputs=[file("web.mp4")])))


async def start_participant(egress, *_):
    await ends_well(egress, await egress.start_participant_egress(api.ParticipantEgressRequest(
        room_name=ROOM, identity="alice", advanced=SMALL, file_outputs=[file("participant.mp4")])))


async def start_track_composite(egress, *_):
    await ends_well(egress, await egress.start_track_composite_egress(api.TrackCompositeEgressRequest(
        room_name=ROOM, audio_track_id=TRACKS["audio"], video_track_id=TRACKS["video"], advanced=SMALL,
        file_outputs=[file("tracks.mp4")])))


async def start_track(egress, *_):
    await ends_well(egress, await egress.start_track_egress(api.TrackEgressRequest(
        room_name=ROOM, track_id=TRACKS["audio"], file=api.DirectFileOutput(filepath="track.ogg"))))


async def updates_and_lists(egress, url, other):
    started = await egress.start_participant_egress(api.ParticipantEgressRequest(
        room_name=ROOM, identity="alice", advanced=SMALL, stream_outputs=[stream(url)]))
    await until(egress, started.egress_id, (api.EgressStatus.EGRESS_ACTIVE,))
    added = await egress.update_stream(api.UpdateStreamRequest(egress_id=started.egress_id, add_output_urls=[other]))
    assert [result.url for result in added.stream_results] == [url, other], added
    removed = await egress.update_stream(
        api.UpdateStreamRequest(egress_id=started.egress_id, remove_output_urls=[other]))
    assert removed.stream_results[1].status == api.StreamInfo.Status.FINISHED, removed
    await egress.update_layout(api.UpdateLayoutRequest(egress_id=started.egress_id, layout="speaker"))
    active = await egress.list_egress(api.ListEgressRequest(room_name=ROOM, active=True))
    assert [item.egress_id for item in active.items] == [started.egress_id], active
    await egress.stop_egress(api.StopEgressRequest(egress_id=started.egress_id))
    await until(egress, started.egress_id, TERMINAL)
    active = await egress.list_egress(api.ListEgressRequest(active=True))
    assert not active.items, active


async def refusals(egress, *_):
    for call, request, code in (
        (egress.stop_egress, api.StopEgressRequest(egress_id="EG_nope"), "not_found"),
        (egress.start_participant_egress, api.ParticipantEgressRequest(room_name=ROOM, identity="alice"),
         "invalid_argument"),
    ):
        try:
            await call(request)
        except api.TwirpError as error:
            assert error.code == code, error
        else:
            raise AssertionError(f"{request} was taken")


async def main():
    failed = False
    cases = (start_egress, start_room_composite, start_web, start_participant, start_track_composite,
             start_track, updates_and_lists, refusals)
    async with api.LiveKitAPI() as client:
        for case in cases:
            try:
                await case(client.egress, *sys.argv[1:])
                tap.result(True, f"livekit-api {case.__name__}")
            except (AssertionError, TimeoutError, api.TwirpError) as error:
                failed = True
                tap.result(False, f"livekit-api {case.__name__}", [f"{type(error).__name__} {error}"])
    return 1 if failed else 0


sys.exit(asyncio.run(main()))
