"""What people mean who name a topic and nothing else: the article that answers, and questions to tap, each with its own
article. They stand beside the articles, in `topics/*.yml`, a file a language."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from kb_answers.library import ArticleError

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Topic:
    """`article` is the id of the article that is quoted; `ask` gives each question that may be tapped the id of the
    article that answers it."""

    article: str
    ask: Mapping[str, str]


def read_topics(folder: pathlib.Path) -> dict[str, dict[str, Topic]]:
    """The topics of a folder of articles, by language and name; none where it has no folder `topics`. Raises
    `ArticleError` for the first file that cannot be used."""
    return {path.stem: _topics(path) for path in sorted((folder / "topics").glob("*.yml"))}


def _topics(path: pathlib.Path) -> dict[str, Topic]:
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - texts alone, no objects
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ArticleError(f"{path}: cannot be read as YAML: {error}") from error
    if not isinstance(told, dict):
        raise ArticleError(f"{path}: must hold topics, each with `article` and `ask`")
    return {str(name): _topic(path, str(name), topic) for name, topic in told.items()}


def _topic(path: pathlib.Path, name: str, told: object) -> Topic:
    if isinstance(told, dict) and told.keys() <= {"article", "ask"} and isinstance(article := told.get("article"), str):
        ask = told.get("ask") or {}
        if isinstance(ask, dict) and all(isinstance(id, str) and id for id in ask.values()):
            return Topic(article, {str(question): id for question, id in ask.items()})
    raise ArticleError(
        f"{path}: `{name}` must have an `article`, by its id, and may have `ask`: lines of `question: id`"
    )
