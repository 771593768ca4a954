# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of an element in docs/ names what it has: no more, no less."""

import os
import pathlib
import re
import unittest

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

import tap  # noqa: E402

DOCS = pathlib.Path(os.environ["LK_EGRESS_DOCS"])


def first_columns(page, heading):
    """The `names` in the first column of all tables below a heading of the page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
    cells = re.findall(r"^\|([^|]*)\|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


class DocsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Gst.init(None)

    def check(self, name, has_pads):
        element = Gst.ElementFactory.make(name)
        page = f"{name}.md"
        properties = {pspec.name for pspec in element.list_properties()
                      if pspec.owner_type == element.__gtype__}
        self.assertEqual(first_columns(page, "Properties"), properties)
        signals = set(GObject.signal_list_names(element.__gtype__))
        self.assertEqual(first_columns(page, "Action signals"), signals)
        pads = {template.name_template for template in element.get_pad_template_list()}
        self.assertEqual(first_columns(page, "Pads") if has_pads else set(), pads)

    def test_src(self):
        self.check("livekitegresssrc", True)

    def test_sink(self):
        self.check("livekitegresssink", False)


tap.main()
