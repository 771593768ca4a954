# SPDX-License-Identifier: LGPL-2.1-or-later
"""scripts/packages on machines that it is told of: what it would install. Prints TAP."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "gi"))
import tap  # noqa: E402

PACKAGES = TESTS.parent / "scripts/packages"
NAMES = subprocess.run([PACKAGES, "--list"], check=True, capture_output=True,
                       text=True).stdout.split()


def installs(installed):
    """What is installed where INSTALLED is, {name: version}."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        for program, text in {
                "dpkg-query": "".join(f"echo installed {name} {version}\n"
                                      for name, version in installed.items()),
                "apt-get": f'echo "$@" >>{log}\n',
                "sudo": '[ "$1" != -n ] || shift\nexec "$@"\n'}.items():
            path = pathlib.Path(folder) / program
            path.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
            path.chmod(0o755)
        subprocess.run([PACKAGES], check=True, capture_output=True, stdin=subprocess.DEVNULL,
                       env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    assert not lines or lines[0] == "update", lines
    return lines[1].split()[3:] if lines else []


class Packages(unittest.TestCase):
    def setUp(self):
        if not pathlib.Path("/usr/bin/dpkg").exists():
            self.skipTest("there is no dpkg here, whose order of versions is asked for")
        self.all = dict.fromkeys(NAMES, "99:1")

    def test_nothing(self):
        self.assertEqual(installs(self.all), [])

    def test_missing(self):
        del self.all["meson"], self.all["valac"]
        self.assertEqual(installs(self.all), ["meson", "valac"])

    def test_all_missing(self):
        self.assertEqual(installs({}), NAMES)

    def test_unsafe(self):
        """libsrt with two stack overflows is replaced, the version that mends them is not."""
        for version, expected in {"1.5.1-1": ["libsrt-gnutls-dev"],
                                  "1.5.1-1+deb12u1": ["libsrt-gnutls-dev"],
                                  "1.5.1-1+deb12u2": [], "1.5.4-1+deb13u1": []}.items():
            self.all["libsrt-gnutls-dev"] = version
            self.assertEqual(installs(self.all), expected, version)


tap.main()
