# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python and JavaScript of the pages runs as it is written there, and all of the GIR has text."""

import contextlib
import io
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree

from gi.repository import GLib

import tap
from devserver import API_KEY, API_SECRET, Devserver

SOURCE = pathlib.Path(os.environ["LK_EGRESS_SOURCE"])
REFERENCE = SOURCE / "docs/reference"
GIR = "{http://www.gtk.org/introspection/core/1.0}"
STRUCT_FOR = "{http://www.gtk.org/introspection/glib/1.0}is-gtype-struct-for"


def blocks(page, language):
    """All code of a language on a page, as one program. Its receiver is one that can be found."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no {language}"
    return "\n".join(found).replace("receiver.example", "127.0.0.1")


class PagesTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(
            Devserver("--room", "demo:alice", "--room", "my-room:alice"))
        self.server.add_fault(life="no-media")
        self.environment = {"LIVEKIT_URL": self.server.url, "LIVEKIT_API_KEY": API_KEY,
                            "LIVEKIT_API_SECRET": API_SECRET}
        self.enterContext(unittest.mock.patch.dict(os.environ, self.environment))

    def run_python(self, *pages):
        """Gives what it printed and the names it left."""
        names = {}
        with contextlib.redirect_stdout(io.StringIO()) as output:
            for page in pages:
                exec(compile(blocks(page, "python"), str(page), "exec"), names)
        return output.getvalue(), names

    def test_readme_python(self):
        self.run_python(SOURCE / "README.md")
        self.assertIn(self.server.statuses(), (["EGRESS_ENDING"], ["EGRESS_COMPLETE"]))

    def test_bindings_python(self):
        output, names = self.run_python(REFERENCE / "bindings.md")
        self.assertIn('"videoBitrate" : 2000', output)
        self.assertIn("gone already: ", output)
        self.assertIn("['srt://127.0.0.1:7000']", output)
        self.assertIn(f"{names['job'].get_egress_id()} active", output)
        self.assertNotIn("still running", output)
        self.assertEqual(names["info"].get_egress_id(), names["manifest"].get_egress_id())

    def test_bindings_properties(self):
        """What the page says of properties, with and without props."""
        text = (REFERENCE / "bindings.md").read_text(encoding="utf-8")
        self.assertIn("`info.props.egress_id`\nin Python", text)
        _, names = self.run_python(REFERENCE / "bindings.md")
        info, request = names["info"], names["request"]
        self.assertEqual(info.props.egress_id, info.get_egress_id())
        with self.assertRaises(AttributeError):
            info.egress_id  # pylint: disable=pointless-statement
        request.room_name = "other"
        self.assertEqual(request.props.room_name, "my-room")

    def interrupt(self, begin, *arguments):
        """Makes the call as the page does, and presses Ctrl-C while it waits."""
        GLib.idle_add(os.kill, os.getpid(), signal.SIGINT)
        with self.assertRaises(KeyboardInterrupt):
            self.names["interruptible"](begin, self.fail, *arguments)

    def test_interrupted_python(self):
        _, self.names = self.run_python(REFERENCE / "bindings.md")
        client, states = self.names["client"], self.names["LiveKitEgress"].JobState
        self.server.add_fault(life="no-media")
        job = self.names["LiveKitEgress"].Job.new(client, self.names["request"])
        job.start()
        self.interrupt(job.wait_async, states.COMPLETE)
        self.interrupt(job.wait_async, states.FAILED)
        self.assertIn(job.props.state, (states.STARTING, states.ACTIVE))
        job.stop()

    def test_storage_python(self):
        """Goes on where the page about Python ends."""
        with unittest.mock.patch.dict(os.environ, AWS_ACCESS_KEY_ID="id",
                                      AWS_SECRET_ACCESS_KEY="hush"):
            _, names = self.run_python(REFERENCE / "bindings.md", REFERENCE / "storage.md")
        self.assertEqual(names["output"].props.file.props.filepath,
                         "talks/{room_name}-{time}.mp4")
        self.assertEqual(names["request"].props.storage.props.s3.props.bucket, "recordings")
        self.assertIn("Credential=id/", names["get"].get_header("Authorization"))

    def test_bindings_js(self):
        program = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "page.js"
        program.write_text(blocks(REFERENCE / "bindings.md", "js"), encoding="utf-8")
        ran = subprocess.run([os.environ["GJS"], "-m", program], text=True, timeout=40, check=True,
                             stdout=subprocess.PIPE)
        [egress] = self.server.state()["egresses"]
        self.assertEqual(ran.stdout.splitlines(),
                         [egress["egress_id"], "404 egress does not exist"])


class GirTest(unittest.TestCase):
    def check(self, element, path):
        if element.get(STRUCT_FOR):
            return
        name = f"{path}/{element.get('name')}"
        texts = [doc.text for doc in element.findall(f"{GIR}doc")]
        self.assertTrue(texts, f"{name} has no text")
        self.assertNotIn("Since:", texts[0], name)
        self.assertTrue(element.tag == f"{GIR}member" or element.get("version"),
                        f"{name} does not say since when")
        for kind in ("method", "constructor", "function", "property", "member", "callback",
                     "{http://www.gtk.org/introspection/glib/1.0}signal"):
            for child in element.findall(kind if kind[0] == "{" else GIR + kind):
                self.check(child, name)

    def test_documented(self):
        tree = xml.etree.ElementTree.parse(os.environ["LK_EGRESS_GIR"])
        symbols = [symbol for symbol in tree.getroot().find(f"{GIR}namespace")
                   if not symbol.tag.endswith(("function-macro", "docsection", "annotation"))]
        self.assertGreater(len(symbols), 50)
        for symbol in symbols:
            with self.subTest(symbol.get("name")):
                self.check(symbol, "")


tap.main()
