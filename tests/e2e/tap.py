# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of this folder print."""

import os


def result(good, name, findings=()):
    print(f"{'ok' if good else 'not ok'} - {name}")
    for finding in findings:
        for line in str(finding).splitlines():
            print(f"# {line}")


def plan(count):
    print(f"1..{count}", flush=True)


def skip(reason):
    """The whole test cannot run here. Gives its exit status."""
    if os.environ.get("LK_E2E_REQUIRED"):
        print(f"Bail out! {reason}, and LK_E2E_REQUIRED is set", flush=True)
        return 1
    print(f"1..0 # SKIP {reason}", flush=True)
    return 0
