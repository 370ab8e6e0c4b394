"""The stock Rasa form bot of `tests/peers/stock_rasa`: trained on the same lines as Askonce's own model, run with its
REST channel."""

from __future__ import annotations

import hashlib
import pathlib
import subprocess

from bot.operations.rasa_service import PROJECT, RasaService, _environment, fingerprint

HOME = pathlib.Path(__file__).resolve().parent / "stock_rasa"


class Stock(RasaService):
    """The peer. Its model is kept under `var/peers`, by the fingerprint of everything that goes into it."""

    @property
    def model(self) -> pathlib.Path:
        own = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(HOME.rglob("*.yml")))).hexdigest()[:12]
        return self._root / "var" / "peers" / f"stock-{fingerprint(self._lock)}-{own}.tar.gz"

    def train(self, *, force: bool = False) -> pathlib.Path:
        """The trained model. Raises `RasaError`."""
        model = self.model
        if not model.exists() or force:
            model.parent.mkdir(parents=True, exist_ok=True)
            command = [
                str(self._venv / "bin" / "rasa"), "train", "--config", "config.yml", "--domain", "domain.yml",
                "--data", "data", str(PROJECT / "data"), "--out", str(model.parent), "--fixed-model-name",
                model.name[:-7],
            ]  # fmt: skip
            self._run("Training the stock bot (about a minute, once)", command, cwd=HOME)
        return model

    def start(self) -> None:
        """Start it; `wait_ready` says when it answers."""
        command = [
            str(self._venv / "bin" / "rasa"), "run", "--enable-api", "--interface", "127.0.0.1", "--port",
            str(self.port), "--model", str(self.model), "--credentials", "credentials.yml", "--quiet",
        ]  # fmt: skip
        log = (self._root / "var" / "peers" / "stock.log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=HOME, env=_environment(), stdout=log, stderr=log, start_new_session=True
        )
