"""`askonce train`: the environment in which Rasa trains, and how what it learned reaches the bot."""

from __future__ import annotations

import io
import pathlib
import shutil
import tarfile

import numpy as np
import pytest

from bot.operations.rasa_service import LEARNED, PROJECT, RasaError, RasaService, fingerprint
from bot.operations.trained_heads import hand_over, heads_in
from dialogue.understanding.learned import heads

INSIDE = "components/train_heads_component.Heads0/heads.npz"


def model_with(path: pathlib.Path, *files: tuple[str, bytes]) -> pathlib.Path:
    """An archive as Rasa makes them."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("metadata.json", b"{}"), *files):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def packed(*, sharper: float = 0.0, compressed: bool = True) -> bytes:
    """The bot's own heads, packed anew; `sharper`: made to differ."""
    with np.load(heads.FILE, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["intent_sharpness"] = arrays["intent_sharpness"] + sharper
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def test_heads_that_differ_replace_the_old_ones_and_no_others(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "heads.npz"
    model = model_with(tmp_path / "m.tar.gz", (INSIDE, packed(sharper=1)))
    assert hand_over(model, target) and target.read_bytes() == packed(sharper=1), "there was none"
    assert not hand_over(model, target)
    same = model_with(tmp_path / "same.tar.gz", (INSIDE, packed(sharper=1, compressed=False)))
    assert not hand_over(same, target) and target.read_bytes() == packed(sharper=1), "packed otherwise"
    assert hand_over(model_with(tmp_path / "new.tar.gz", (INSIDE, packed(sharper=2))), target)
    assert heads.read(target).heads["intent"].sharpness == heads.heads().heads["intent"].sharpness + 2
    target.write_bytes(b"not what it should be")
    assert hand_over(model, target) and target.read_bytes() == packed(sharper=1)
    assert {path.name for path in tmp_path.iterdir()} == {"heads.npz", "m.tar.gz", "same.tar.gz", "new.tar.gz"}


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ((), "holds no files heads.npz"),
        (((INSIDE, b""), ("components/b/heads.npz", b"")), "holds 2 files heads.npz"),
        (((INSIDE, b"no heads"),), "could not be put"),
        (((INSIDE, packed()[:5000]),), "could not be put"),
    ],
)
def test_a_model_without_heads_changes_nothing(
    tmp_path: pathlib.Path, files: tuple[tuple[str, bytes], ...], what: str
) -> None:
    target = tmp_path / "heads.npz"
    target.write_bytes(packed())
    with pytest.raises(RasaError, match=what):
        hand_over(model_with(tmp_path / "m.tar.gz", *files), target)
    assert target.read_bytes() == packed() and len(list(tmp_path.iterdir())) == 2


def test_what_is_no_archive_is_said_in_a_line(tmp_path: pathlib.Path) -> None:
    (tmp_path / "m.tar.gz").write_bytes(b"x" * 100)
    with pytest.raises(RasaError, match="cannot be read as a model"):
        heads_in(tmp_path / "m.tar.gz")
    with pytest.raises(RasaError, match="cannot be read as a model"):
        heads_in(tmp_path / "none.tar.gz")


@pytest.mark.parametrize(
    "changed", ["project/answers.tsv", "project/heads_component.py", "project/config.yml", "project/data/orders.yml",
                "learned/fit.py", "learned/ngrams.py", "lock"],
)  # fmt: skip
def test_a_model_is_kept_until_something_of_it_changes(tmp_path: pathlib.Path, changed: str) -> None:
    shutil.copytree(PROJECT, tmp_path / "project")
    shutil.copytree(LEARNED, tmp_path / "learned")
    (tmp_path / "lock").write_text("rasa==3.6.21\n")

    def now() -> str:
        return fingerprint(tmp_path / "lock", tmp_path / "project", tmp_path / "learned")

    before = now()
    (tmp_path / "learned" / "heads.npz").write_bytes(b"what was trained is no cause to train anew")
    assert now() == before
    with (tmp_path / changed).open("a") as file:
        file.write("\n# another line\n")
    assert now() != before


def test_training_sums_in_one_thread(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the same lines give the same numbers whatever the number of cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "64")
    (tmp_path / "requirements-rasa.lock").write_text("")
    rasa = tmp_path / ".venv-rasa" / "bin" / "rasa"
    rasa.parent.mkdir(parents=True)
    rasa.write_text(
        '#!/bin/sh\nwhile [ "$1" != --out ]; do shift; done\n'
        'echo "$OMP_NUM_THREADS $OPENBLAS_NUM_THREADS" > "$2/$4.tar.gz"\n'
    )
    rasa.chmod(0o700)
    model = RasaService(tmp_path, say=lambda _: None).train()
    assert model.read_text() == "1 1\n"
