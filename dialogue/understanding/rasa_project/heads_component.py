"""The bot's own heads as a component of Rasa: Rasa trains them, and weighs with the very code that the bot runs."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

#: The repository, wherever in it a copy of this project lies; behind everything else on the path, for no module of ours
#: may stand for one of the library's.
sys.path.append(
    str(next(p for p in pathlib.Path(__file__).resolve().parents if (p / "dialogue" / "understanding").is_dir()))
)

from dialogue.understanding.learned import heads
from dialogue.understanding.learned.fit import fit
from dialogue.understanding.learned.lines import answer_lines, settled_lines
from dialogue.understanding.learned.name_lines import name_lines

_FILE = heads.FILE.name


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Heads(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Encoder and heads in one: what a sentence is after. The heads for answers, for names and for what stands beside a yes
    are trained with it."""

    def __init__(self, storage: ModelStorage, resource: Resource, trained: heads.Heads | None = None) -> None:
        self._storage, self._resource, self._trained = storage, resource, trained

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"answers": "answers.tsv", "settled": "settled.tsv"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Heads:
        made = cls(model_storage, resource)
        folder = pathlib.Path(__file__).parent
        made._answers, made._settled = folder / config["answers"], folder / config["settled"]
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the four heads and keep them in the model."""
        lines = [(e.get("intent"), e.get("text").strip()) for e in training_data.intent_examples]
        with self._storage.write_to(self._resource) as folder:
            answers, settled = answer_lines(self._answers), settled_lines(self._settled)
            own = {heads.ANSWER: answers, heads.NAME: name_lines(), heads.SETTLED: settled}
            fit({heads.INTENT: lines, **own}, folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Heads:  # fmt: skip
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, heads.read(folder / _FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message with the intents that its text is after, likeliest first."""
        for message in messages:
            text = message.get("text")
            if self._trained is None or not text:
                continue
            weight = self._trained.weigh([text])[0][heads.INTENT]
            ranked = [
                {"name": name, "confidence": weight[name]} for name in sorted(weight, key=lambda name: -weight[name])
            ]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing to add to the lines."""
        return training_data
