# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that limits its starts, from Python, with a dev server that has no worker at times."""

import unittest

import gi

gi.require_version("LiveKitEgress", "1.0")
from gi.repository import Gio, GLib, LiveKitEgress  # noqa: E402

import tap  # noqa: E402
from devserver import API_KEY, API_SECRET, Devserver  # noqa: E402

JobState = LiveKitEgress.JobState
NO_WORKER = {"code": "unavailable", "msg": "no response from servers"}


def new_request(room="demo"):
    request = LiveKitEgress.Request.new_room_composite(room, "grid")
    request.add_stream(LiveKitEgress.StreamProtocol.SRT, "srt://127.0.0.1:9")
    return request


class PolicyTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Devserver("--room", "demo", "--room", "lobby"))
        self.server.add_fault(life="idle", count=0)
        credentials = LiveKitEgress.Credentials.new_for_key(API_KEY, API_SECRET)
        client = LiveKitEgress.Client.new(self.server.url, credentials)
        self.policy = LiveKitEgress.StartPolicy(max_concurrent=1, max_queued=5, max_tries=4,
                                                retry_delay=10)
        self.service = LiveKitEgress.Service(client=client, start_policy=self.policy)
        self.context = GLib.MainContext.default()
        self.ends = []

    def start(self, name, request=None, policy=None, cancellable=None):
        """Starts an egress; how that goes is one of self.ends."""
        def started(service, result):
            try:
                self.ends.append((name, service.start_with_policy_finish(result)))
            except GLib.Error as error:
                self.ends.append((name, error))
        self.service.start_with_policy_async(request or new_request(), policy, cancellable, started)

    def run_until(self, reached):
        timer = GLib.timeout_add_seconds(30, lambda: self.fail("it takes too long"))
        while not reached():
            self.context.iteration(True)
        GLib.source_remove(timer)

    def stop(self, job):
        job.stop_async(None, lambda job, result: job.stop_finish(result))
        self.run_until(lambda: job.get_state() == JobState.COMPLETE)

    def queued(self):
        return list(self.service.get_queued_jobs())

    def metrics(self):
        return self.service.get_metrics().to_text(LiveKitEgress.MetricsFormat.OPENMETRICS)

    def assert_error(self, name, domain, code):
        ended, error = self.ends.pop(0)
        self.assertEqual(ended, name)
        self.assertTrue(error.matches(domain, code), error)

    def test_life(self):
        self.server.add_fault(method="StartEgress", twirp=NO_WORKER, count=3)
        for name in "abcdef":
            self.start(name)
        self.assertEqual([job.get_state() for job in self.queued()], [JobState.IDLE] * 5)
        self.run_until(lambda: self.ends)
        name, first = self.ends.pop()
        self.assertEqual(name, "a")
        self.assertEqual(self.server.state()["calls"]["StartEgress"], 4)
        self.assertIn('\negress_start_retries_total{request_type="room_composite",'
                      'error_code="no_worker"} 3\n', self.metrics())

        self.start("g")
        self.run_until(lambda: self.ends)
        self.assert_error("g", LiveKitEgress.Error.quark(), LiveKitEgress.Error.QUEUE_FULL)
        health = self.service.get_health_status()
        self.assertEqual(health.get_queued_count(), 5)
        self.assertEqual(health.get_problem(), LiveKitEgress.HealthProblem.QUEUE_FULL)

        # From the middle of the queue.
        self.assertTrue(self.service.cancel_queued(self.queued()[1]))
        self.run_until(lambda: self.ends)
        self.assert_error("c", Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)

        self.stop(first)
        self.run_until(lambda: self.ends)
        name, second = self.ends.pop()
        self.assertEqual(name, "b")
        self.assertEqual(len(self.queued()), 3)

        self.policy.props.max_concurrent = 2
        self.run_until(lambda: self.ends)
        self.assertEqual(self.ends.pop()[0], "d")
        self.policy.props.max_concurrent = 1
        self.stop(second)
        self.assertEqual(len(self.queued()), 2)

        done = []
        self.service.shutdown_async(LiveKitEgress.Shutdown.STOP, 20000, None,
                                    lambda service, result: done.append(
                                        service.shutdown_finish(result)))
        self.run_until(lambda: done)
        self.assertEqual(done, [True])
        self.assert_error("e", Gio.io_error_quark(), Gio.IOErrorEnum.CLOSED)
        self.assert_error("f", Gio.io_error_quark(), Gio.IOErrorEnum.CLOSED)
        self.assertEqual(self.server.statuses(), ["EGRESS_COMPLETE"] * 3)
        self.assertEqual(self.service.get_health_status().get_completed_count(), 3)

    def test_limits(self):
        """Too long, too late, too often; and a policy of one start alone."""
        self.policy.props.max_duration = 100
        self.start("a")
        self.start("late", policy=LiveKitEgress.StartPolicy(queue_timeout=1))
        self.start("b", policy=LiveKitEgress.StartPolicy(max_duration=0))
        self.run_until(lambda: len(self.ends) == 3)
        names = [name for name, _ in self.ends]
        self.assertEqual([name for name in names if name != "late"], ["a", "b"])
        error = dict(self.ends)["late"]
        self.assertTrue(error.matches(LiveKitEgress.Error.quark(),
                                      LiveKitEgress.Error.QUEUE_TIMEOUT), error)
        self.assertIn('\negress_stopped_total{request_type="room_composite",'
                      'end_reason="max_duration"} 1\n', self.metrics())
        self.assertIn("\negress_queue_wait_duration_count 1\n", self.metrics())
        job = dict(self.ends)["b"]
        self.stop(job)
        self.assertIn('end_reason="stop_api"} 1\n', self.metrics())

        # Its tries are used up.
        self.ends.clear()
        self.server.add_fault(method="StartEgress", twirp=NO_WORKER, count=5)
        self.start("refused")
        self.run_until(lambda: self.ends)
        self.assert_error("refused", LiveKitEgress.Error.quark(), LiveKitEgress.Error.NO_WORKER)
        self.assertEqual(self.server.state()["calls"]["StartEgress"], 6)

        # There is one refusal left, and then what is no matter of workers: that is not tried again.
        self.server.add_fault(method="StartEgress", twirp={"code": "internal", "msg": "no"})
        self.start("broken", policy=LiveKitEgress.StartPolicy(max_tries=9, retry_delay=1))
        self.run_until(lambda: self.ends)
        self.assert_error("broken", LiveKitEgress.Error.quark(), LiveKitEgress.Error.INTERNAL)
        self.assertEqual(self.server.state()["calls"]["StartEgress"], 8)

    def test_lost_answer(self):
        """It is looked for, and not sent again."""
        self.server.add_fault(method="StartEgress", cut="after")
        self.start("a")
        self.run_until(lambda: self.ends)
        self.assertIsInstance(self.ends[0][1], LiveKitEgress.Job)
        self.assertEqual(self.server.state()["calls"]["StartEgress"], 1)
        self.assertEqual(len(self.server.statuses()), 1)


tap.main()
