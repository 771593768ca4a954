# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/livekitegresssrc.md names what the element has: no more, no less."""

import os
import pathlib
import re
import unittest

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

import tap  # noqa: E402

PAGE = pathlib.Path(os.environ["LK_EGRESS_DOCS"]) / "livekitegresssrc.md"


def first_columns(heading):
    """The `names` in the first column of all tables below a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
    cells = re.findall(r"^\|([^|]*)\|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


class DocsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Gst.init(None)
        cls.element = Gst.ElementFactory.make("livekitegresssrc")

    def test_properties(self):
        own = {pspec.name for pspec in self.element.list_properties()
               if pspec.owner_type == self.element.__gtype__}
        self.assertEqual(first_columns("Properties"), own)

    def test_signals(self):
        own = set(GObject.signal_list_names(self.element.__gtype__))
        self.assertEqual(first_columns("Action signals"), own)

    def test_pads(self):
        own = {template.name_template for template in self.element.get_pad_template_list()}
        self.assertEqual(first_columns("Pads"), own)


tap.main()
