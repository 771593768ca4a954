# SPDX-License-Identifier: LGPL-2.1-or-later
"""The objects of a storage from Python."""

import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import Gio, GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402


class StorageTest(unittest.TestCase):
    def setUp(self):
        s3 = LiveKitEgress.S3Storage.new("examplebucket", "AKIAIOSFODNN7EXAMPLE",
                                         "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        self.storage = LiveKitEgress.Storage.new_s3(s3)
        self.url = "https://examplebucket.s3.amazonaws.com/test.txt"

    def test_object_url(self):
        self.assertEqual(self.storage.get_object_url("test.txt"), self.url)
        with self.assertRaises(GLib.Error) as raised:
            LiveKitEgress.Storage.new().get_object_url("test.txt")
        self.assertTrue(raised.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.INVALID_ARGUMENT))

    def test_sign_get(self):
        now = GLib.DateTime.new_utc(2013, 5, 24, 0, 0, 0)
        headers = self.storage.sign_get(self.url, now)
        pairs = dict(zip(headers[::2], headers[1::2]))
        self.assertEqual(pairs["x-amz-date"], "20130524T000000Z")
        self.assertTrue(pairs["Authorization"].endswith(
            "Signature=df548e2ce037944d03f3e68682813b093763996d597cf890ca3d9037fd231eb4"))
        self.assertEqual(len(self.storage.sign_get(self.url, None)), 6)
        self.assertEqual(self.storage.sign_get("https://elsewhere.example/test.txt", None), [])


tap.main()
