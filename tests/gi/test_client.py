# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library from Python, through its typelib, against the dev server."""

import os
import unittest
import unittest.mock

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import Gio, GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402
from devserver import API_KEY, API_SECRET, Devserver  # noqa: E402

Error, JobState, Status = LiveKitEgress.Error, LiveKitEgress.JobState, LiveKitEgress.Status
ADDRESS = "srt://127.0.0.1:9"


class ClientTest(unittest.TestCase):
    """Each case has a server of its own, whose first egress sends no media."""

    def setUp(self):
        self.server = self.enterContext(Devserver())
        self.server.add_fault(life="no-media")
        self.client = self.client_with_secret(API_SECRET)

    def client_with_secret(self, secret):
        credentials = LiveKitEgress.Credentials.new_for_key(API_KEY, secret)
        return LiveKitEgress.Client.new(self.server.url, credentials)

    def request(self, identity="alice"):
        request = LiveKitEgress.Request.new_participant("demo", identity)
        request.add_stream(LiveKitEgress.StreamProtocol.SRT, ADDRESS)
        return request

    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Error.quark(), code),
                        repr(caught.exception))
        return caught.exception

    def test_start_wait_list_stop(self):
        job = LiveKitEgress.Job.new(self.client, self.request())
        self.assertTrue(job.start(None))
        self.assertTrue(job.wait(JobState.ACTIVE, None))
        self.assertEqual(job.get_state(), JobState.ACTIVE)

        egress_id = job.get_egress_id()
        self.assertEqual([info.props.egress_id for info in self.client.list("demo", True, None)],
                         [egress_id])
        self.assertEqual(self.client.get(egress_id, None).props.room_name, "demo")

        self.assertTrue(job.stop(None))
        self.assertTrue(job.wait(JobState.COMPLETE, None))
        self.assertEqual(self.client.get(egress_id, None).props.status, Status.COMPLETE)
        self.assertEqual(list(self.client.list("demo", True, None)), [])
        self.assertEqual(self.server.statuses(), ["EGRESS_COMPLETE"])

    def test_start_wait_stop_async(self):
        loop = GLib.MainLoop()
        job = LiveKitEgress.Job.new(self.client, self.request())
        seen, failures = [], []

        def step(finish, following):
            def callback(source, result):
                try:
                    finish(source, result)
                    seen.append(job.get_state())
                    following()
                except GLib.Error as error:
                    failures.append(error)
                    loop.quit()
            return callback

        def wait_active():
            job.wait_async(JobState.ACTIVE, None, step(LiveKitEgress.Job.wait_finish, stop))

        def stop():
            job.stop_async(None, step(LiveKitEgress.Job.stop_finish, wait_end))

        def wait_end():
            job.wait_async(JobState.COMPLETE, None,
                           step(LiveKitEgress.Job.wait_finish, loop.quit))

        job.start_async(None, step(LiveKitEgress.Job.start_finish, wait_active))
        loop.run()
        self.assertEqual(failures, [])
        self.assertEqual((seen[0], seen[1], seen[-1]),
                         (JobState.STARTING, JobState.ACTIVE, JobState.COMPLETE))

    def test_list_async(self):
        started = self.client.start(self.request(), None)
        loop = GLib.MainLoop()
        found = []

        def listed(client, result):
            found.extend(client.list_finish(result))
            loop.quit()

        self.client.list_async("demo", False, None, listed)
        loop.run()
        self.assertEqual([info.props.egress_id for info in found], [started.props.egress_id])

    def test_shorthands(self):
        file = LiveKitEgress.Output.new_file(LiveKitEgress.FileOutput.new("a.mp4"))
        # This server was given no folder for files.
        self.assert_error(Error.UNIMPLEMENTED, self.client.start_room_composite,
                          "demo", "grid", LiveKitEgress.SourceFlags.VIDEO_ONLY, [file], None)
        stream = LiveKitEgress.StreamOutput(protocol=LiveKitEgress.StreamProtocol.SRT,
                                            urls=[ADDRESS])
        info = self.client.start_track_composite(
            "demo", "TR_alice_microphone", None, [LiveKitEgress.Output.new_stream(stream)], None)
        self.assertEqual(info.props.room_name, "demo")
        self.client.stop(info.props.egress_id, None)

    def test_listing(self):
        started = self.client.start(self.request(), None)
        listing = LiveKitEgress.Listing.new(self.client, "demo", None, False)
        changes = []
        listing.connect("items-changed", lambda _, *change: changes.append(change))

        self.assertEqual((len(listing), listing.props.complete), (0, False))
        while not listing.is_complete():
            self.assertTrue(listing.load_more(None))
        self.assertEqual(changes, [(0, 0, 1)])
        self.assertEqual(listing[0].props.egress_id, started.props.egress_id)
        self.assertIs(listing.find(started.props.egress_id), listing[0])
        self.assertIsNone(listing.find("EG_nope"))

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            self.client.list(None, False, cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_wrong_secret(self):
        client = self.client_with_secret("not the secret that the server knows")
        error = self.assert_error(Error.UNAUTHENTICATED, client.start, self.request(), None)
        self.assertNotIn("not the secret", error.message)
        self.assertEqual(self.server.statuses(), [])

    def test_token_function(self):
        """It gives a token, or raises what the call then fails with."""
        def give():
            asked.append(True)
            if len(asked) == 1:
                return "a.b.c"
            raise GLib.Error("none left", "giver-of-tokens", 7)

        asked = []
        client = LiveKitEgress.Client.new(self.server.url,
                                          LiveKitEgress.Credentials.new_for_func(give))
        self.assert_error(Error.UNAUTHENTICATED, client.list, None, False)
        with self.assertRaises(GLib.Error) as caught:
            client.list(None, False)
        self.assertTrue(caught.exception.matches(GLib.quark_from_string("giver-of-tokens"), 7))
        self.assertEqual(caught.exception.message, "No access token for the call: none left")
        self.assertEqual(len(asked), 2)

    def test_bare(self):
        """Made with properties, as Python does."""
        client = LiveKitEgress.Client(url=self.server.url, credentials=LiveKitEgress.Credentials())
        with self.assertRaisesRegex(GLib.Error, "hold nothing"):
            client.list(None, False)
        with self.assertRaisesRegex(GLib.Error, "no request to start"):
            LiveKitEgress.Job(client=client).start()

    def test_unknown_egress(self):
        self.assert_error(Error.NOT_FOUND, self.client.get, "EG_unknown", None)

    def test_unknown_room(self):
        request = LiveKitEgress.Request.new_room_composite("no-such-room", "grid")
        request.add_stream(LiveKitEgress.StreamProtocol.SRT, ADDRESS)
        self.assert_error(Error.NOT_FOUND, self.client.start, request, None)

    def test_nobody_listens(self):
        credentials = LiveKitEgress.Credentials.new_for_key(API_KEY, API_SECRET)
        client = LiveKitEgress.Client.new("http://127.0.0.1:1", credentials)
        with self.assertRaises(GLib.Error) as caught:
            client.start(self.request(), None)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.CONNECTION_REFUSED))


class MessageTest(unittest.TestCase):
    """The model needs no server."""

    def test_properties(self):
        options = LiveKitEgress.EncodingOptions(width=640, height=360, framerate=15)
        self.assertEqual((options.props.width, options.props.height), (640, 360))
        options.props.video_bitrate = 900
        self.assertEqual(options.props.video_bitrate, 900)
        self.assertTrue(options.equal(options.copy()))
        other = options.copy()
        other.props.width = 320
        self.assertFalse(options.equal(other))

    def test_json(self):
        options = LiveKitEgress.EncodingOptions(video_bitrate=900)
        text = options.to_json(LiveKitEgress.JsonFlags.PROTO_NAMES)
        self.assertEqual(text, '{"video_bitrate":900}')
        again = LiveKitEgress.Message.new_from_json(LiveKitEgress.EncodingOptions, text)
        self.assertTrue(options.equal(again))

    def test_string_list(self):
        output = LiveKitEgress.StreamOutput(protocol=LiveKitEgress.StreamProtocol.SRT,
                                            urls=[ADDRESS, "srt://127.0.0.1:10"])
        self.assertEqual(output.props.urls, [ADDRESS, "srt://127.0.0.1:10"])

    def test_text_holds_no_secret(self):
        request = LiveKitEgress.Request.new_participant("demo", "alice")
        request.add_stream(LiveKitEgress.StreamProtocol.SRT,
                           "srt://127.0.0.1:9?passphrase=hush-hush-hush")
        self.assertIn("127.0.0.1:9", request.to_string())
        self.assertNotIn("hush-hush-hush", request.to_string())

    def test_validate(self):
        with self.assertRaises(GLib.Error) as caught:
            LiveKitEgress.Request.new_participant("demo", "alice").validate()
        self.assertIn("output", caught.exception.message)

    def test_warnings(self):
        request = LiveKitEgress.Request.new_participant("demo", "alice")
        self.assertEqual(request.get_warnings(), [])
        request.add_stream(LiveKitEgress.StreamProtocol.RTMP, "rtmp://127.0.0.1/app/")
        [warning] = request.get_warnings()
        self.assertTrue(warning.startswith("outputs[0].stream.urls[0]: "), warning)

    def test_storage_from_uri(self):
        uri = "s3://recordings/talks?region=eu-central-1"
        with unittest.mock.patch.dict(os.environ, AWS_ACCESS_KEY_ID="id",
                                      AWS_SECRET_ACCESS_KEY="hush"):
            storage, folder = LiveKitEgress.Storage.new_from_uri(uri)
        self.assertEqual(folder, "talks")
        self.assertEqual(storage.get_provider(), LiveKitEgress.StorageProvider.S3)
        self.assertEqual(storage.props.s3.props.secret, "hush")
        output = LiveKitEgress.Output.new_for_format(LiveKitEgress.OutputFormat.MP4, "talk.mp4")
        output.prepend_folder(folder)
        self.assertEqual(output.props.file.props.filepath, "talks/talk.mp4")
        with self.assertRaises(GLib.Error) as caught:
            LiveKitEgress.Storage.new_from_uri("s3://id:hush@recordings")
        self.assertNotIn("hush", caught.exception.message)


tap.main()
