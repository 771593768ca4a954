# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests, and what our client has to send for them, as messages of PyPI's livekit-protocol."""

import sys
from pathlib import Path

from google.protobuf import json_format
from livekit.protocol import egress

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "common"))

from egress_wire import Filler, present, reachable, to_json  # noqa: E402

VARIANTS = 60

# What npm's @livekit/protocol has not caught up with, up to 1.52.1.
NOT_IN_NPM = {"livekit.StreamOutput.destinations", "livekit.HLS_FMP4_PROTOCOL"}


def unified(left_out):
    """StartEgress requests that together have every field that is not left out."""
    missing = reachable(egress.StartEgressRequest.DESCRIPTOR, left_out)
    for seed in range(VARIANTS):
        request = Filler(seed, left_out).fill(egress.StartEgressRequest())
        missing -= present(request)
        yield request
    assert not missing, f"no request has {missing}"


S3 = {"access_key": "key", "secret": "secret", "region": "eu-1", "bucket": "bucket", "metadata": {"a": "b"}}
COMMON = {
    "room_name": "demo",
    "advanced": {"width": 640, "height": 360, "framerate": 25, "video_codec": "H264_HIGH", "key_frame_interval": 2.5},
    "webhooks": [{"url": "https://example.com/hook", "signing_key": "id"}],
}
OUTPUTS = [
    {"file": {"file_type": "MP4", "filepath": "a/b.mp4", "disable_manifest": True}, "storage": {"s3": S3}},
    {"stream": {"protocol": "SRT", "urls": ["srt://10.0.0.1:7", "srt://10.0.0.2:7"]}},
    {"segments": {"filename_prefix": "s", "playlist_name": "p.m3u8", "live_playlist_name": "l.m3u8",
                  "segment_duration": 6, "filename_suffix": "TIMESTAMP"}, "storage": {"s3": S3}},
    {"images": {"capture_interval": 5, "width": 320, "height": 180, "filename_prefix": "i"}, "storage": {"s3": S3}},
]
OLDER_OUTPUTS = {
    "file_outputs": [{**OUTPUTS[0]["file"], "s3": S3}],
    "stream_outputs": [OUTPUTS[1]["stream"]],
    "segment_outputs": [{**OUTPUTS[2]["segments"], "s3": S3}],
    "image_outputs": [{**OUTPUTS[3]["images"], "s3": S3}],
}
TEMPLATE = {"layout": "grid", "audio_only": True, "custom_base_url": "https://example.com/template"}
WEB = {"url": "https://example.com/", "video_only": True, "await_start_signal": True}

# Method, message, what the source is, what the older message has instead.
OLDER = [
    ("StartRoomCompositeEgress", egress.RoomCompositeEgressRequest, {"template": TEMPLATE}, TEMPLATE),
    ("StartWebEgress", egress.WebEgressRequest, {"web": WEB}, WEB),
    ("StartParticipantEgress", egress.ParticipantEgressRequest,
     {"media": {"participant_video": {"identity": "alice", "prefer_screen_share": True},
                "audio": {"routes": [{"participant_identity": "alice"}]}}},
     {"identity": "alice", "screen_share": True}),
    ("StartTrackCompositeEgress", egress.TrackCompositeEgressRequest,
     {"media": {"video_track_id": "TR_v", "audio": {"routes": [{"track_id": "TR_a"}]}}},
     {"video_track_id": "TR_v", "audio_track_id": "TR_a"}),
]
TRACK_MEDIA = {"audio": {"routes": [{"track_id": "TR_a"}]}}


def without(values, *names):
    return {name: value for name, value in values.items() if name not in names}


def lowered():
    """(method, v2 request, v1 message)"""
    for method, kind, source, instead in OLDER:
        common = without(COMMON, "room_name") if method == "StartWebEgress" else COMMON
        request = json_format.ParseDict({**common, **source, "outputs": OUTPUTS}, egress.StartEgressRequest())
        yield method, request, json_format.ParseDict({**common, **instead, **OLDER_OUTPUTS}, kind())
    common = without(COMMON, "advanced")
    for output, instead in (
        ({"file": {"filepath": "a.ogg"}, "storage": {"s3": S3}}, {"file": {"filepath": "a.ogg", "s3": S3}}),
        ({"stream": {"protocol": "WEBSOCKET", "urls": ["wss://10.0.0.1/"]}}, {"websocket_url": "wss://10.0.0.1/"}),
    ):
        request = {**common, "preset": "PASSTHROUGH", "media": TRACK_MEDIA, "outputs": [output]}
        track = {**common, "track_id": "TR_a", **instead}
        yield ("StartTrackEgress", json_format.ParseDict(request, egress.StartEgressRequest()),
               json_format.ParseDict(track, egress.TrackEgressRequest()))


def cases(left_out=frozenset()):
    """(name, line for send-egress, method, message that has to come)"""
    for number, request in enumerate(unified(left_out), 1):
        yield f"StartEgress {number}", f"start\tv2\t{to_json(request)}", "StartEgress", request
    for method, request, message in lowered():
        yield method, f"start\tv1\t{to_json(request)}", method, message
    yield "ListEgress", "list\tdemo\ttrue", "ListEgress", egress.ListEgressRequest(room_name="demo", active=True)
    yield "ListEgress of one", "get\tEG_1", "ListEgress", egress.ListEgressRequest(egress_id="EG_1")
    yield "StopEgress", "stop\tEG_1", "StopEgress", egress.StopEgressRequest(egress_id="EG_1")
    yield ("UpdateLayout", "layout\tEG_1\tgrid", "UpdateLayout",
           egress.UpdateLayoutRequest(egress_id="EG_1", layout="grid"))
    yield ("UpdateStream", "stream\tEG_1\tsrt://10.0.0.1:7,srt://10.0.0.2:7\tsrt://10.0.0.3:7", "UpdateStream",
           egress.UpdateStreamRequest(egress_id="EG_1", add_output_urls=["srt://10.0.0.1:7", "srt://10.0.0.2:7"],
                                      remove_output_urls=["srt://10.0.0.3:7"]))
