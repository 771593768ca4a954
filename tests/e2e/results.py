#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds what the stand-in worker sends and reports over RTMP, HLS and a websocket against what a real
worker did. To be run inside stack.py --s3, with the folder of the recordings as its argument."""

import json
import os
import re
import sys
import time
from pathlib import Path

import tap
from backend import TERMINAL, Backend, sign
from receivers import RtmpListener, WebsocketListener
from replay import SOME_MEDIA, Record, differences

ENCODING = {"width": 320, "height": 180, "framerate": 15, "audio_bitrate": 64, "key_frame_interval": 2}
ALICE = {
    "participant_video": {"identity": "alice"},
    "audio": {"routes": [{"participant_identity": "alice", "channel": "AUDIO_CHANNEL_BOTH"}]},
}
SEGMENTS = 6
FRAME = 1920  # bytes of 10 ms


class Results:
    """The findings about one protocol."""

    def __init__(self, recordings, backend, name):
        self.recordings, self.backend, self.name = Path(recordings), backend, name
        self.record = Record(backend)
        self.findings = []

    def check(self, good, what):
        if not good:
            self.findings.append(what)

    def same(self, step, info):
        recorded = json.loads((self.recordings / f"{self.name}-{step}.json").read_text(encoding="utf-8"))
        recorded, info = (self.plain(value) for value in (recorded, info))
        self.findings += differences(f"{self.name} {step}", recorded, info)

    def plain(self, info):
        text = json.dumps(self.record.normal(info))
        text = re.sub(r"127\.0\.0\.1:\d+", "<host>", text)
        text = re.sub(r"\bTR_[\w]+|<alice audio>", "<track>", text)
        return json.loads(re.sub(r'"segment_count": "[1-9]\d*"', '"segment_count": "<some>"', text))

    def start(self, method, request):
        info = self.backend.call(method, request).json()
        if "egress_id" not in info:
            raise RuntimeError(f"{self.name} did not start: {info}")
        self.id = info["egress_id"]
        return self.backend.wait_for(self.id, ("EGRESS_ACTIVE", *TERMINAL))

    def stop(self):
        return self.backend.call("StopEgress", {"egress_id": self.id}).json()

    def end(self):
        self.stop()
        return self.backend.wait_for(self.id, TERMINAL)


def rtmp(results):
    with RtmpListener() as listener:
        results.same("active", results.start("StartEgress", {
            "room_name": "demo", "media": ALICE, "outputs": [{"stream": {"protocol": "RTMP", "urls": [listener.url]}}],
            "advanced": {**ENCODING, "video_bitrate": 200, "key_frame_interval": 1},
        }))
        results.check(listener.received(SOME_MEDIA), "no media came")
        results.same("ended", results.end())


def rtmp_comes_back(results):
    with RtmpListener() as listener:
        results.start("StartEgress", {
            "room_name": "demo", "media": ALICE, "outputs": [{"stream": {"urls": [listener.url]}}], "advanced": ENCODING,
        })
        results.check(listener.received(SOME_MEDIA), "no media came")
        listener.stop()
        os.truncate(listener.file.name, 0)
        listener.start()
        results.check(listener.received(SOME_MEDIA), "no media came after the break")
        info = results.backend.info(results.id)
        results.check(info["status"] == "EGRESS_ACTIVE", f"it was {info['status']} after the break")
        stream = results.end()["stream_results"][0]
        results.check(stream["status"] == "FINISHED", f"the stream ended as {stream['status']}")
        results.check(int(stream["retries"]) > 0, "it never tried again")


def rtmp_nobody_there(results):
    with RtmpListener("s3cr3tkey") as listener:
        listener.stop()
        info = results.start("StartEgress", {
            "room_name": "demo", "media": ALICE, "outputs": [{"stream": {"urls": [listener.url]}}], "advanced": ENCODING,
        })
    results.check(info["status"] == "EGRESS_FAILED", f"it became {info['status']}")
    results.check(info["error"] != "", "it gave no reason")
    results.check("s3cr3tkey" not in json.dumps(info), f"it shows the key: {info}")


def playlist_shape(text):
    """What does not differ from run to run. Of segments like each other it keeps one."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>", text)
    text = re.sub(r"#EXTINF:\d+\.\d{3},", "#EXTINF:<duration>,", text)
    text = re.sub(r"seg_\d{5}\.ts", "<segment>", text)
    text = re.sub(r"SEQUENCE:\d+", "SEQUENCE:<number>", text)
    return re.sub(r"(#EXT-X-PROGRAM.*\n#EXTINF.*\n<segment>\n)+", r"\1", text)


def hls(results):
    folder = Path(os.environ["LK_E2E_DATA"], "hls")
    results.record.stands_for(str(folder), "/srv/egress")
    results.same("active", results.start("StartEgress", {
        "room_name": "demo", "media": ALICE, "advanced": {**ENCODING, "video_bitrate": 150},
        "outputs": [{"segments": {
            "filename_prefix": f"{folder}/seg", "playlist_name": "play.m3u8", "live_playlist_name": "live.m3u8",
            "segment_duration": 2,
        }}],
    }))
    last = folder / f"seg_{SEGMENTS:05}.ts"
    results.check(wait(last.exists), f"{last.name} is not there")
    info = results.end()
    results.same("ended", info)
    files = sorted(folder.glob("seg_*.ts"))
    sizes = sum(file.stat().st_size for file in files)
    segments = info["segment_results"][0]
    results.check(segments["segment_count"] == str(len(files)), f"{segments['segment_count']} of {len(files)} segments")
    results.check(segments["size"] == str(sizes), f"{segments['size']} of {sizes} bytes")
    for name in ("play.m3u8", "live.m3u8"):
        text = (folder / name).read_text(encoding="utf-8")
        recorded = (results.recordings.parent / "hls" / name).read_text(encoding="utf-8")
        results.check(playlist_shape(text) == playlist_shape(recorded), f"{name} has another form:\n{text}")
        listed = re.findall(r"seg_\d{5}\.ts", text)
        wanted = [file.name for file in files]
        results.check(listed == (wanted if name == "play.m3u8" else wanted[-5:]), f"{name} lists {listed}")
    manifest = json.loads(Path(info["manifest_location"]).read_text(encoding="utf-8"))
    listed = [segment["location"] for segment in manifest["playlists"][0]["segments"]]
    results.check(listed == [str(file) for file in files], f"the manifest lists {listed}")


def hls_bucket(results):
    bucket, endpoint = os.environ["LK_E2E_S3_BUCKET"], os.environ["AWS_ENDPOINT_URL_S3"]
    folder = Path(os.environ["LK_E2E_S3_FOLDER"], "live")
    info = results.start("StartEgress", {
        "room_name": "demo", "media": ALICE, "advanced": ENCODING,
        "outputs": [{"segments": {
            "filename_prefix": "live/seg", "playlist_name": "live/play.m3u8", "live_playlist_name": "live/live.m3u8",
            "segment_duration": 1,
        }}],
        "storage": {"s3": {
            "access_key": os.environ["AWS_ACCESS_KEY_ID"], "secret": os.environ["AWS_SECRET_ACCESS_KEY"],
            "region": os.environ["AWS_REGION"], "endpoint": endpoint, "bucket": bucket, "force_path_style": True,
        }},
    })
    results.check(info["segment_results"][0]["playlist_location"] == "", "it tells the location before the end")
    results.check(wait((folder / "seg_00001.ts").exists), "no segment came")
    listed = re.findall(r"seg_\d{5}\.ts", (folder / "live.m3u8").read_text(encoding="utf-8"))
    results.check(listed != [] and all((folder / name).exists() for name in listed), f"live.m3u8 lists {listed}")
    info = results.end()
    results.check(info["status"] == "EGRESS_COMPLETE", f"it ended as {info['status']}: {info['error']}")
    for name in ("playlist_location", "live_playlist_location"):
        location = info["segment_results"][0][name]
        results.check(location.startswith(f"{endpoint}/{bucket}/live/"), f"{name} is {location}")
    results.check((folder / f"{results.id}.json").exists(), "no manifest came")


def hls_no_bucket(results):
    results.start("StartEgress", {
        "room_name": "demo", "media": ALICE, "advanced": ENCODING,
        "outputs": [{"segments": {"filename_prefix": "live/seg", "playlist_name": "play", "segment_duration": 1}}],
        "storage": {"s3": {
            "access_key": os.environ["AWS_ACCESS_KEY_ID"], "secret": os.environ["AWS_SECRET_ACCESS_KEY"],
            "region": os.environ["AWS_REGION"], "endpoint": os.environ["AWS_ENDPOINT_URL_S3"], "bucket": "no-such-bucket",
            "force_path_style": True,
        }},
    })
    info = results.backend.wait_for(results.id, TERMINAL)
    results.check(info["status"] == "EGRESS_FAILED", f"it ended as {info['status']}")
    results.check(info["error"].startswith("S3 upload failed: "), f"it says {info['error']}")
    results.check(info["error_code"] == 400, f"its code is {info['error_code']}")


def wait(holds, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def websocket(results):
    track = results.backend.rooms["demo"]["participants"]["alice"]["audio"]
    with WebsocketListener() as listener:
        results.same("active", results.start("StartTrackEgress", {
            "room_name": "demo", "track_id": track, "websocket_url": listener.url,
        }))
        results.check("\r\nContent-Type: audio/x-raw\r\n" in listener.request, f"the request was {listener.request}")
        results.check(listener.received(100 * FRAME), "no second of samples came")
        mute(results.backend, track, True)
        results.check(listener.until(lambda: (1, b'{"muted":true}') in listener.messages), "it does not say that it is muted")
        count = len(listener.messages)
        results.check(listener.until(lambda: len(listener.messages) > count + 20), "nothing comes while it is muted")
        mute(results.backend, track, False)
        results.check(listener.until(lambda: (1, b'{"muted":false}') in listener.messages), "it does not say that it goes on")
        results.same("ended", results.stop())
        results.check(listener.until(lambda: listener.messages[-1] == (8, b"")), f"it ended with {listener.messages[-1]}")
    frames = [data for opcode, data in listener.messages if opcode == 2]
    results.check({len(data) for data in frames[:-1]} == {FRAME}, "not all messages are 10 ms")
    muted = listener.messages.index((1, b'{"muted":true}'))
    results.check(any(listener.messages[muted - 1][1]), "the tone is silent")
    results.check(not any(listener.messages[muted + 5][1]), "what is muted is not silent")


def mute(backend, track, muted):
    token = sign(backend.key, backend.secret, {"roomAdmin": True, "room": "demo"})
    answer = backend.send("POST", "/twirp/livekit.RoomService/MutePublishedTrack", json.dumps(
        {"room": "demo", "identity": "alice", "track_sid": track, "muted": muted}), token=token)
    if answer.status != 200:
        raise RuntimeError(f"the track was not muted: {answer.body.decode()}")


def main(recordings):
    parts = {"rtmp": rtmp, "rtmp comes back": rtmp_comes_back, "rtmp nobody there": rtmp_nobody_there,
             "hls": hls, "hls bucket": hls_bucket, "hls no bucket": hls_no_bucket, "websocket": websocket}
    tap.plan(len(parts))
    failed = False
    for name, part in parts.items():
        results = Results(recordings, Backend(), name)
        part(results)
        tap.result(not results.findings, name, results.findings)
        failed = failed or bool(results.findings)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
