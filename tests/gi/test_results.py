# SPDX-License-Identifier: LGPL-2.1-or-later
"""Results and manifests from Python."""

import json
import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402

INFO = {
    "egress_id": "EG_1",
    "status": "EGRESS_FAILED",
    "error": "participant nobody not found",
    "error_code": 404,
    "details": "End reason: Failure",
    "started_at": "1795431477808003422",
    "ended_at": "1795431507870531459",
    "stream": {"info": [{"url": "rtmp://host/app/{str...123}", "retries": 2,
                         "last_retry_at": "1795431480000000000"}]},
}
MANIFEST = {
    "egress_id": "EG_1",
    "started_at": 1795430246769009084,
    "playlists": [{"location": "/out/play.m3u8", "segments": [{"filename": "out/s_00000.ts"}]}],
    "images": [{"filename": "out/i.jpeg", "timestamp": "2026-11-23T10:37:27.022474188Z"}],
}


class ResultsTest(unittest.TestCase):
    def setUp(self):
        self.info = LiveKitEgress.Message.new_from_json(LiveKitEgress.Info, json.dumps(INFO))

    def test_error(self):
        with self.assertRaises(GLib.Error) as raised:
            self.info.propagate_error()
        error = raised.exception
        self.assertTrue(error.matches(LiveKitEgress.Error.quark(), LiveKitEgress.Error.NOT_FOUND))
        self.assertIn("participant nobody not found", error.message)
        self.assertTrue(LiveKitEgress.Info.new().propagate_error())

    def test_times(self):
        self.assertEqual(self.info.get_duration(), 30062528037)
        self.assertEqual(self.info.dup_ended_time().format_iso8601(), "2026-11-23T10:58:27.870531Z")

    def test_streams(self):
        """An old server's stream is in the list, and found by the address it was asked for with."""
        self.assertEqual([stream.props.retries for stream in self.info.props.stream_results], [2])
        stream = self.info.find_stream("rtmp://host/app/stream-key-123")
        self.assertEqual(stream.props.url, "rtmp://host/app/{str...123}")
        self.assertEqual(stream.dup_last_retry_time().to_unix(), 1795431480)
        self.assertIsNone(self.info.find_stream("rtmp://host/app/other"))
        self.assertEqual(len(self.info.find_streams("rtmp://host/app/stream-key-123")), 1)
        self.assertIsNone(self.info.find_stream_by_id("main"))

    def test_manifest(self):
        manifest = LiveKitEgress.Manifest.new_from_json(json.dumps(MANIFEST).encode())
        self.assertEqual(manifest.props.started_at, 1795430246769009084)
        playlist, = manifest.props.playlists
        segment, = playlist.props.segments
        self.assertEqual(segment.props.filename, "out/s_00000.ts")
        image, = manifest.get_images()
        self.assertEqual(image.dup_time().to_unix(), 1795430247)
        self.assertEqual(LiveKitEgress.location_to_uri(playlist.props.location),
                         "file:///out/play.m3u8")

    def test_bad_manifest(self):
        with self.assertRaisesRegex(GLib.Error, "expected an object, found an array"):
            LiveKitEgress.Manifest.new_from_json(b"[]")


tap.main()
