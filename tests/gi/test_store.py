# SPDX-License-Identifier: LGPL-2.1-or-later
"""A store of egresses from Python: its lists own what is in them, and no more."""

import tempfile
import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import LiveKitEgress  # noqa: E402

import tap  # noqa: E402

OWNER = "studio"


class StoreTest(unittest.TestCase):
    def test_file(self):
        with tempfile.TemporaryDirectory() as folder:
            store = LiveKitEgress.FileStore.new(folder)
            other = LiveKitEgress.FileStore.new(folder)
            entry = LiveKitEgress.StoreEntry.new(OWNER, "https://livekit.example", None, "EG_1")

            self.assertTrue(store.put(entry, None))
            listed = other.list(OWNER, None)
            self.assertEqual([one.get_egress_id() for one in listed], ["EG_1"])
            self.assertEqual(store.renew(OWNER, None), [])
            self.assertEqual(other.claim(OWNER, None), [])
            store.release(entry)
            claimed = other.claim(OWNER, None)
            self.assertEqual([one.get_egress_id() for one in claimed], ["EG_1"])
            self.assertTrue(other.remove(claimed[0], None))
            self.assertEqual(store.list(OWNER, None), [])
            # They are as good as before, though the arrays have gone.
            self.assertEqual({one.get_egress_id() for one in listed + claimed}, {"EG_1"})


tap.main()
