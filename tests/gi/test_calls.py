# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each of the ten calls of the Egress API from Python, answered by the dev server."""

import tempfile
import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import LiveKitEgress  # noqa: E402

import tap  # noqa: E402
from devserver import API_KEY, API_SECRET, Devserver  # noqa: E402

ApiLevel, JobState, Request = LiveKitEgress.ApiLevel, LiveKitEgress.JobState, LiveKitEgress.Request
ADDRESS, SECOND = "srt://127.0.0.1:9", "srt://127.0.0.1:10"
SCREEN = "http://127.0.0.1:9/"

CALLS = {
    "StartEgress", "UpdateLayout", "UpdateStream", "ListEgress", "StopEgress",
    "StartRoomCompositeEgress", "StartWebEgress", "StartParticipantEgress",
    "StartTrackCompositeEgress", "StartTrackEgress",
}


def streamed(request):
    request.add_stream(LiveKitEgress.StreamProtocol.SRT, ADDRESS)
    return request


def requests():
    """What can be started, by the call that the older API has for it."""
    track = Request.new_track("demo", "TR_alice_microphone", LiveKitEgress.TrackKind.AUDIO)
    track.add_output(LiveKitEgress.Output.new_file(LiveKitEgress.FileOutput.new("{track_id}.ogg")))
    return {
        "StartRoomCompositeEgress": streamed(Request.new_room_composite("demo", "grid")),
        "StartWebEgress": streamed(Request.new_web(SCREEN)),
        "StartParticipantEgress": streamed(Request.new_participant("demo", "alice")),
        "StartTrackCompositeEgress": streamed(
            Request.new_track_composite("demo", "TR_alice_microphone", "TR_bob_camera")),
        "StartTrackEgress": track,
    }


class CallsTest(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.server = self.enterContext(Devserver("--out", folder))
        self.server.add_fault(life="no-media", count=4)
        credentials = LiveKitEgress.Credentials.new_for_key(API_KEY, API_SECRET)
        self.client = LiveKitEgress.Client.new(self.server.url, credentials)

    def run_all(self):
        """Starts one of each, looks at them and stops them. Gives the ids by the older calls."""
        ids = {}
        for name, request in requests().items():
            job = LiveKitEgress.Job.new(self.client, request)
            job.start(None)
            job.wait(JobState.ACTIVE, None)
            ids[name] = job.get_egress_id()

        composite = ids["StartRoomCompositeEgress"]
        self.client.update_layout(composite, "speaker", None)
        info = self.client.update_stream(
            LiveKitEgress.StreamUpdate.new_for_urls(composite, [SECOND], None), None)
        self.assertEqual([stream.props.url for stream in info.get_stream_results()],
                         [ADDRESS, SECOND])
        self.assertEqual(self.client.get(composite, None).props.egress_id, composite)

        for egress_id in ids.values():
            self.client.stop(egress_id, None)
            self.client.stop(egress_id, None)  # a second time does no harm
        return ids

    def assert_raised(self, ids):
        """What the server says that was asked for is what was asked for."""
        for name, request in requests().items():
            with self.subTest(name):
                raised = self.client.get(ids[name], None).dup_request()
                self.assertEqual(raised.to_json(LiveKitEgress.JsonFlags.NONE),
                                 request.to_json(LiveKitEgress.JsonFlags.NONE))

    def test_unified(self):
        ids = self.run_all()
        self.assertEqual(set(self.server.state()["calls"]),
                         {"StartEgress", "UpdateLayout", "UpdateStream", "ListEgress",
                          "StopEgress"})
        self.assert_raised(ids)

    def test_older(self):
        self.client.props.api_level = ApiLevel.V1
        ids = self.run_all()
        self.assertEqual(set(self.server.state()["calls"]), CALLS - {"StartEgress"})
        self.assert_raised(ids)

    def test_audio_mixing(self):
        """Only the older API has it, so it is taken where both could be."""
        template = LiveKitEgress.TemplateSource(
            audio_only=True, audio_mixing=LiveKitEgress.AudioMixing.DUAL_CHANNEL_AGENT)
        started = self.client.start(streamed(Request(room_name="demo", template=template)), None)
        self.assertEqual(set(self.server.state()["calls"]), {"StartRoomCompositeEgress"})
        source = started.dup_request().props.template
        self.assertEqual(source.props.audio_mixing, LiveKitEgress.AudioMixing.DUAL_CHANNEL_AGENT)


tap.main()
