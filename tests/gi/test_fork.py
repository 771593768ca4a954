# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that the processes of multiprocessing use, made by fork() as it does by default."""

import multiprocessing
import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import Gio, GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402
from devserver import API_KEY, API_SECRET, Devserver  # noqa: E402

PROCESSES, CALLS, LONG_ENOUGH = 4, 25, 45

# Later GLib cannot start threads after fork(), which is what a call is told then.
NOT_SUPPORTED = "fork() is not supported"

# What the processes share by being forked.
client = None


def is_not_supported(error):
    return (error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_SUPPORTED)
            and "fork()" in error.message)


def list_rooms(_):
    try:
        return [list(client.list("demo", False, None)) for _ in range(CALLS)] == [[]] * CALLS
    except GLib.Error as error:
        return NOT_SUPPORTED if is_not_supported(error) else False


def list_without_answer(_):
    client.props.timeout = 200
    try:
        client.list("demo", False, None)
    except GLib.Error as error:
        if is_not_supported(error):
            return NOT_SUPPORTED
        return error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT)
    return False


class ForkTest(unittest.TestCase):
    def setUp(self):
        global client
        self.server = self.enterContext(Devserver())
        client = LiveKitEgress.Client.new(
            self.server.url, LiveKitEgress.Credentials.new_for_key(API_KEY, API_SECRET))
        self.assertEqual(list(client.list("demo", False, None)), [])

    def check(self, results):
        """All went well, or all were told the reason."""
        results = results.get(timeout=LONG_ENOUGH)
        if GLib.check_version(2, 76, 0) is None and results == [NOT_SUPPORTED] * PROCESSES:
            self.skipTest("this GLib cannot start threads after fork(), which the calls were told")
        self.assertEqual(results, [True] * PROCESSES)

    def run_in_processes(self, function):
        with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
            results = pool.map_async(function, range(PROCESSES))
            self.assertIs(list_rooms(None), True)
            self.check(results)
        self.assertIs(list_rooms(None), True)

    def test_calls(self):
        """Each process has a connection of its own, where the parent has kept one."""
        self.server.add_fault(count=0, headers={"Connection": "keep-alive"})
        self.assertIs(list_rooms(None), True)
        self.run_in_processes(list_rooms)

    def test_timeout(self):
        self.server.add_fault(count=PROCESSES, method="ListEgress", delay_ms=600000)
        with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
            results = pool.map_async(list_without_answer, range(PROCESSES), 1)
            self.check(results)


if __name__ == "__main__":
    tap.main()
