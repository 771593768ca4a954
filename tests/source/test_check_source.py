# SPDX-License-Identifier: LGPL-2.1-or-later
"""scripts/check-source on small trees: what it finds, and what it lets pass. Prints TAP."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gi"))
import tap  # noqa: E402

CHECK = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/check-source"


def check(name, files):
    """The findings of one check in a tree of these files, {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        script = CHECK.read_text(encoding="utf-8")
        for path, text in {"scripts/check-source": script, **files}.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        output = subprocess.run([sys.executable, top / "scripts/check-source", name],
                                capture_output=True, text=True, check=False)
    lines = output.stdout.splitlines()
    assert lines[0] == "1..1", output
    assert output.returncode == (1 if lines[1].startswith("not ok") else 0), output
    return [line.removeprefix("# ") for line in lines[2:]]


def include(*names):
    return "".join(f'#include "{name}"\n' for name in names)


class Circles(unittest.TestCase):
    def test_headers(self):
        findings = check("circles", {
            "lib/job/a.h": include("b-private.h"),
            "lib/job/b-private.h": "",
            "lib/job/b.c": include("b-private.h", "c.h"),
            "lib/job/c.h": include("a.h"),
            "lib/job/d.c": include("a.h", "c.h"),
        })
        self.assertEqual(findings, [
            "3 files use each other in a circle:",
            "  lib/job/a uses b-private.h of lib/job/b",
            "  lib/job/b uses c.h of lib/job/c",
            "  lib/job/c uses a.h of lib/job/a",
        ])

    def test_functions(self):
        """A header for two files hides no circle."""
        findings = check("circles", {
            "gst/both.h": "void lk_one (void);\nvoid lk_two (int value,\n    int other);\n",
            "gst/one.c": include("both.h") + "void\nlk_one (void)\n{\n  lk_two (1, 2);\n}\n",
            "gst/two.c": include("both.h") + "void\nlk_two (int value,\n    int other)\n{\n  lk_one ();\n}\n",
        })
        self.assertEqual(findings[0], "2 files use each other in a circle:")
        self.assertIn("  gst/one uses lk_two of gst/two", findings)
        self.assertIn("  gst/two uses lk_one of gst/one", findings)

    def test_no_circle(self):
        """One file is its parts; words in comments and static functions are no use of another."""
        self.assertEqual(check("circles", {
            "lib/x.h": include("y.h"),
            "lib/x-private.h": include("x.h"),
            "lib/x.c": include("x-private.h", "y.h") + "static void\nlk_own (void)\n{\n}\n\n"
                       "void\nlk_low (void)\n{\n}\n",
            "lib/y.h": "/* see lk_low (): */",
            "lib/y.c": include("y.h") + "/* lk_low () */\nstatic void\nlk_own (void)\n{\n  f (\"lk_low\");\n}\n",
            "gst/zprivate.h": include("z.h"),
            "gst/z.h": "",
        }), [])


class Layers(unittest.TestCase):
    def test_engine(self):
        files = {
            "lib/client/rpc/start-private.h": "",
            "lib/client/engine/call-private.h": "",
            "lib/model/v1/write-private.h": "",
            "lib/client/rpc/start.c": include("call-private.h", "write-private.h"),
        }
        self.assertEqual(check("library-layers", files), [])
        files["lib/client/engine/call.c"] = include("start-private.h", "write-private.h")
        self.assertEqual(check("library-layers", files), [
            "lib/client/engine/call.c: includes lib/client/rpc/start-private.h, which is above or "
            "beside it",
            "lib/client/engine/call.c: includes lib/model/v1/write-private.h, which is above or "
            "beside it",
        ])

    def test_new_folder(self):
        self.assertEqual(check("library-layers", {"lib/other/x.c": ""}),
                         ["lib/other/x.c: folder is no layer that scripts/check-source knows"])

    def test_receivers(self):
        files = {"gst/receivers/r.c": "#include <libsoup/soup.h>\n", "gst/element.h": ""}
        self.assertEqual(check("library-users", files), [])
        self.assertEqual(check("receivers", files), [])
        files["gst/element.c"] = files["gst/receivers/r.c"]
        files["gst/receivers/r.c"] = include("element.h") + "lk_egress_job_stop ();\n"
        self.assertEqual(check("library-users", files), [
            "gst/element.c: includes libsoup/soup.h, which is the library's work"])
        self.assertEqual(check("receivers", files), [
            "gst/receivers/r.c: includes element.h of the elements",
            "gst/receivers/r.c: lk_egress_job_stop is for the elements to call"])


tap.main()
