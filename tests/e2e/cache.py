# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of the e2e suite, built once into the user's cache folder."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIVEKIT_SERVER = "v1.13.5"
VERSITYGW = "v1.8.0"


class Missing(Exception):
    """Something that the suite needs and cannot build is not on this machine."""


def root():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "livekit-egress" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def redis_server():
    return find("redis-server", "the Debian package redis-server")


def livekit_server():
    return _go_install("livekit-server", f"github.com/livekit/livekit-server/cmd/server@{LIVEKIT_SERVER}")


def s3_server():
    """Serves a folder over the protocol of S3."""
    return _go_install("versitygw", f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}")


def _go_install(name, package):
    go = find_go()
    program, _, version = package.rpartition("/")[2].partition("@")

    def build(folder):
        _fetch([go, "install", package], env={**os.environ, "GOBIN": str(folder)})
        return folder / program

    return _once(root() / f"{name}-{version}", build)


def worker():
    go = find_go()
    source = HERE / "worker"
    path = root() / f"egress-worker-{_digest(sorted(source.glob('*.go')) + [source / 'go.sum'])}"

    def build(folder):
        _fetch([go, "mod", "download"], cwd=source)
        _run([go, "build", "-o", str(folder / "worker"), "."], cwd=source)
        return folder / "worker"

    return _once(path, build)


def python():
    """A Python that has the LiveKit SDK."""
    if importlib.util.find_spec("ensurepip") is None:
        raise Missing("Python's venv is not installed (the Debian package python3-venv)")
    wanted = HERE / "requirements.txt"
    path = root() / f"python{sys.version_info[0]}.{sys.version_info[1]}-{_digest([wanted])}"

    def build():
        # A virtual environment cannot be moved, so it is made in its place.
        shutil.rmtree(path, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(path)])
        _fetch([str(path / "bin" / "pip"), "install", "--quiet", "--requirement", str(wanted)])
        (path / "complete").touch()

    with _locked():
        if not (path / "complete").exists():
            build()
    return path / "bin" / "python"


def node(source):
    """A copy of a folder of scripts beside the npm packages that they need."""
    npm = find("npm", "npm")
    path = root() / f"node-{_digest(sorted(source.glob('*.js*')))}"

    def build(folder):
        made = folder / "node"
        shutil.copytree(source, made, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        _fetch([npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"], cwd=made)
        return made

    return _once(path, build)


def sdks(source):
    """Python with its SDK, Node.js, and a folder of scripts with the SDK of Node.js."""
    node_program = find("node", "Node.js")
    find("npm", "npm")
    return python(), node_program, node(source)


def prepare():
    """Builds whatever the stack needs, so that it is quick from then on."""
    redis_server(), livekit_server(), worker(), python()


def find(program, name):
    path = shutil.which(program)
    if path is None:
        raise Missing(f"{name} is not installed")
    return path


def find_go():
    go = find("go", "Go")
    said = subprocess.run([go, "env", "GOVERSION"], check=True, capture_output=True, text=True).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", said)[:2])
    # From 1.21 on it fetches what is newer by itself.
    if version < (1, 21):
        raise Missing(f"Go is {said.strip()}, and 1.21 is the oldest that builds livekit-server")
    return go


def _digest(files):
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _once(path, build):
    with _locked():
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=root()) as folder:
                built = build(Path(folder))
                os.replace(built, path)
    return path


@contextlib.contextmanager
def _locked():
    with open(root() / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command, **options):
    print("e2e:", " ".join(command), file=sys.stderr, flush=True)
    subprocess.run(command, check=True, stdout=sys.stderr, **options)


def _fetch(command, **options):
    """Runs what needs the network, which a machine may lack as it may lack a program."""
    try:
        _run(command, **options)
    except subprocess.CalledProcessError as error:
        raise Missing(f"{Path(command[0]).name} {command[1]} could not fetch what it needs") from error
