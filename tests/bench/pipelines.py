"""Trains and measures candidate Rasa pipelines side by side and prints a table (`make pipelines DATA=folder`).

The shipped pipeline and every file of `pipelines/` get the same lines; each is trained in a copy of Rasa's project
below `var/pipelines`, started, and asked about people's rows of the development files.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import shutil
import statistics
import time

import httpx
import psutil

from bot.evals.measures import intents
from bot.evals.rows import read_data
from bot.operations.progress import tell
from bot.operations.rasa_service import PROJECT, RasaService
from dialogue.understanding.rasa import Rasa, read_reply

ROOT = pathlib.Path(__file__).resolve().parents[2]


async def measure(url: str, folder: pathlib.Path) -> dict[str, float]:
    rows = [r for r in read_data(folder)["intents"] if not r["templated"]]
    right, took = 0, []
    async with httpx.AsyncClient(timeout=20) as client:
        for row in rows[:50]:  # warm
            await client.post(f"{url}/model/parse", json={"text": row["text"]})
        for row in rows:
            started = time.perf_counter()
            reply = (await client.post(f"{url}/model/parse", json={"text": row["text"]})).json()
            took.append(1000 * (time.perf_counter() - started))
            right += read_reply(reply)[0].name.value in {row["label"], *row["alt"]}
    mind = Rasa(url, timeout=20)
    try:
        with_bot = await intents(rows, mind, lambda: None)
    finally:
        await mind.close()
    return {
        "alone": right / len(rows),
        "bot_accuracy": with_bot.figures["human_accuracy_lenient"],
        "bot_f1": with_bot.figures["human_macro_f1_lenient"],
        "oos": with_bot.figures["oos_recall"],
        "p50": statistics.median(took),
        "p95": statistics.quantiles(took, n=20)[-1],
    }


def candidate(name: str, config: pathlib.Path, data: pathlib.Path) -> str:
    project = ROOT / "var" / "pipelines" / name
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(PROJECT, project)
    shutil.copy(config, project / "config.yml")
    service = RasaService(ROOT, say=tell, project=project)
    service.install()
    started = time.monotonic()
    model = service.train(force=True)
    trained = time.monotonic() - started
    service.start()
    try:
        if not service.wait_ready(180):
            return f"| {name} | did not start | | | | | | | | |"
        found = asyncio.run(measure(service.url, data))
        memory = psutil.Process(service.pid).memory_info().rss / 2**20
    finally:
        service.stop()
    size = model.stat().st_size / 2**20
    return (
        f"| {name} | {found['alone']:.3f} | {found['bot_accuracy']:.3f} | {found['bot_f1']:.3f} | {found['oos']:.2f} "
        f"| {trained:.0f} | {size:.1f} | {memory:.0f} | {found['p50']:.1f} | {found['p95']:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data", help="the folder of the development files"
    )
    parser.add_argument("--only", help="one candidate, by its file's name")
    options = parser.parse_args()
    files = {"shipped": PROJECT / "config.yml"}
    files |= {p.stem: p for p in sorted((pathlib.Path(__file__).parent / "pipelines").glob("*.yml"))}
    print(
        "| pipeline | alone | with the bot | macro-F1 | out-of-scope recall | training s "
        "| model MB | memory MB | p50 ms | p95 ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, config in files.items():
        if not options.only or options.only == name:
            print(candidate(name, config, options.data), flush=True)


if __name__ == "__main__":
    main()
