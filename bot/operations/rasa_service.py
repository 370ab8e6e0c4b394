"""Rasa next door: its environment, its model, its process. The bot needs none of it to run: Rasa trains the heads that
the bot runs itself (`trained_heads`), and may be started beside it to be tried.

Rasa 3.6 runs on Python 3.8 to 3.10 only, so it has an environment of its own, `.venv-rasa`, made from
`requirements-rasa.lock`. The model is trained once for a fingerprint of the project's files and kept under `var/rasa`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable

from bot.operations.leash import leashed
from bot.store.private import make_private
from dialogue.understanding.learned.name_lines import LISTS
from ticket_bridge.faults import outline

PROJECT = pathlib.Path(__file__).resolve().parents[2] / "dialogue" / "understanding" / "rasa_project"
#: The code that Rasa's project trains and weighs with.
LEARNED = PROJECT.parent / "learned"
NO_PYTHON = (
    "Rasa needs Python 3.10, and none was found (looked on PATH, in pyenv's versions and uv's pythons). Get one with "
    "'pyenv install 3.10' or 'uv python install 3.10'. The bot runs without it."
)
Say = Callable[[str], None]


class RasaError(Exception):
    """Rasa could not be set up, trained or started; the message says what to do."""


def _candidates() -> Iterable[pathlib.Path]:
    if given := os.environ.get("ASKONCE_RASA_PYTHON"):
        yield pathlib.Path(given)
    home = pathlib.Path.home()
    roots = [pathlib.Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"]
    roots += [pathlib.Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python"))]
    for root in roots:
        yield from sorted(root.glob("*3.10*/bin/python3.10"), reverse=True)
    if found := shutil.which("python3.10"):
        yield pathlib.Path(found)
    if uv := shutil.which("uv"):
        answer = subprocess.run([uv, "python", "find", "3.10"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield pathlib.Path(answer.stdout.strip())


def find_python() -> pathlib.Path | None:
    """A Python 3.10 that runs: from `ASKONCE_RASA_PYTHON`, pyenv, uv or PATH; None where there is none."""
    check = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))"
    for path in _candidates():
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if subprocess.run([path, "-c", check], capture_output=True, timeout=20, check=False).returncode == 0:
                return path
    return None


def fingerprint(lock: pathlib.Path, project: pathlib.Path = PROJECT, code: pathlib.Path = LEARNED) -> str:
    """Changes exactly when the model would: Rasa's project files, the code that trains, the lists that it reads, the
    pinned packages."""
    digest = hashlib.sha256()
    own = [path for kind in ("*.yml", "*.tsv", "*.py", "data/*.yml") for path in sorted(project.glob(kind))]
    for path in (*own, *sorted(code.glob("*.py")), *LISTS, lock):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class RasaService:
    """Sets Rasa up, trains it and runs it, below `root` (the project's folder)."""

    def __init__(
        self, root: pathlib.Path, *, say: Say, port: int | None = None, project: pathlib.Path = PROJECT
    ) -> None:
        self._root, self._say, self._project = root, say, project
        self._venv = root / ".venv-rasa"
        self._lock = root / "requirements-rasa.lock"
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self.port = port or _free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process of the running service; None where it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def model(self) -> pathlib.Path:
        """Where the model of the present fingerprint is, or will be."""
        return self._root / "var" / "rasa" / f"askonce-{fingerprint(self._lock, self._project)}.tar.gz"

    def install(self) -> None:
        """Make `.venv-rasa` from its lock file, unless it is there. Raises `RasaError`."""
        stamp = self._venv / f".installed-{hashlib.sha256(self._lock.read_bytes()).hexdigest()[:16]}"
        if stamp.exists():
            return
        python = find_python()
        if python is None:
            raise RasaError(NO_PYTHON)
        if self._venv.exists():
            shutil.rmtree(self._venv)
        self._run("Making Rasa's environment", [str(python), "-m", "venv", str(self._venv)])
        pip = [
            str(self._venv / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-compile",
        ]
        self._run("Installing Rasa 3.6 (a few minutes, once)", [*pip, "--require-hashes", "-r", str(self._lock)])
        stamp.touch()

    def train(self, *, force: bool = False) -> pathlib.Path:
        """The trained model's path; trains unless a model of the same fingerprint is there. Raises `RasaError`."""
        model = self.model
        if model.exists() and not force:
            return model
        model.parent.mkdir(parents=True, exist_ok=True)
        making = model.with_name(f"making-{os.getpid()}.tar.gz")
        command = [
            str(self._venv / "bin" / "rasa"), "train", "nlu", "--config", "config.yml", "--nlu", "data",
            "--domain", "domain.yml", "--out", str(making.parent),
            "--fixed-model-name", making.name.removesuffix(".tar.gz"),
        ]  # fmt: skip
        self._run("Training with Rasa (a few minutes, once)", command, cwd=self._project)
        making.replace(model)
        return model

    def start(self) -> None:
        """Start Rasa in the background, in a process group of its own."""
        command = [
            str(self._venv / "bin" / "rasa"), "run", "--enable-api", "--interface", "127.0.0.1",
            "--port", str(self.port), "--model", str(self.model), "--endpoints", "endpoints.yml", "--quiet",
        ]  # fmt: skip
        written = self._root / "var" / "rasa" / "rasa.log"
        make_private(written)  # Rasa may write into it what it was asked
        with written.open("wb") as log:
            self._process = subprocess.Popen(
                leashed(command), cwd=self._project, env=_environment(), stdin=subprocess.PIPE, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_ready(self, within: float) -> bool:
        """True once Rasa answers; False where it died or took longer than `within` seconds."""
        import httpx

        deadline = time.monotonic() + within
        with httpx.Client(timeout=2) as client:
            while time.monotonic() < deadline and not self._stopping.is_set():
                if self._process is None or self._process.poll() is not None:
                    return False
                with contextlib.suppress(httpx.HTTPError):
                    if client.get(f"{self.url}/status").status_code == 200:
                        return True
                time.sleep(0.5)
        return False

    def start_ready(self) -> None:
        """All of it, waited for: installed, trained, started and answering. Raises `RasaError`."""
        self.install()
        self.train()
        self.start()
        self._say("Starting Rasa …")
        if not self.wait_ready(180):
            raise RasaError("Rasa did not start; see var/rasa/rasa.log, or do without it")

    def bring_up(self) -> None:
        """All of it, in a thread beside the bot; says in plain words how it went, and never raises."""
        try:
            self.install()
            self.train()
            if self._stopping.is_set():
                return
            self.start()
            if self.wait_ready(180):
                self._say("Rasa has joined: its opinion counts beside the bot's own from now on.")
            elif not self._stopping.is_set():
                self._say("Rasa did not start (see var/rasa/rasa.log); the bot goes on without it.")
        except (RasaError, OSError) as error:
            if not self._stopping.is_set():
                self._say(str(error))
        except Exception as error:  # nobody waits for this thread: what it dies of is said, or seen by no one
            self._say(f"Setting up Rasa failed unexpectedly ({outline(error)}); the bot goes on without it.")

    def stop(self) -> None:
        """Stop whatever is under way, Rasa included."""
        self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                _let_go(process)
                return

    def _run(self, what: str, command: list[str], cwd: pathlib.Path | None = None) -> None:
        """Run a step to its end, showing that it lives. Raises `RasaError` with the end of its output."""
        started = time.monotonic()
        self._say(f"{what} …")
        process = subprocess.Popen(
            leashed(command),
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._process = process
        output: list[bytes] = []
        reader = threading.Thread(target=lambda: output.extend(process.stdout or ()), daemon=True)
        reader.start()
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None and not self._stopping.is_set():
                self._say(f"{what} … {time.monotonic() - started:.0f} s")
        reader.join(5)
        if process.stdout and not reader.is_alive():
            process.stdout.close()
        _let_go(process)
        self._process = None
        if process.returncode and not self._stopping.is_set():
            tail = " / ".join(line.decode(errors="replace").strip() for line in output[-3:])
            raise RasaError(f"{what} failed (status {process.returncode}): {tail[-400:]}")
        if self._stopping.is_set():
            raise RasaError("stopped")
        self._say(f"{what}: done in {time.monotonic() - started:.0f} s")


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Close the leash of a process that has ended."""
    if process.stdin is not None:
        process.stdin.close()


def _environment() -> dict[str, str]:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
             "PYTHONWARNINGS": "ignore", "CUDA_VISIBLE_DEVICES": "",
             # No cache of Rasa's: it knows neither our code nor the answers, and would give a model of older ones.
             "RASA_MAX_CACHE_SIZE": "0",
             # One sum in one order, whatever the number of cores; for matrices of this size one thread is quickest too.
             "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip
    inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return inherited | quiet


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
