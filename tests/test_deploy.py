"""The files that operators deploy by, as far as that can be checked without a Docker engine, a cluster or a
Prometheus."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import warnings
from typing import Any

import check_jsonschema
import jsonschema
import kubernetes_validate
import pytest
from lxml import etree
from ruamel.yaml import YAML

from bot.settings import Settings
from bot.web.serving import FINISH
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SCHEMAS = pathlib.Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
MANIFESTS: list[dict[str, Any]] = list(YAML(typ="safe").load_all(DEPLOY / "kubernetes" / "askonce.yaml"))
VERSIONS = ("1.28.0", "1.33.0", "1.37.0")


def _kind(kind: str, name: str = "askonce") -> dict[str, Any]:
    return next(m for m in MANIFESTS if m["kind"] == kind and m["metadata"]["name"] == name)


def _variables() -> set[str]:
    return {f"ASKONCE_{name.upper()}" for name in Settings.model_fields}


def validate(manifest: dict[str, Any], version: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the validator's own, of importlib.resources
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']}/{m['metadata']['name']}")
def test_kubernetes_would_take_the_manifests(manifest: dict[str, Any], version: str) -> None:
    validate(manifest, version)


def test_kubernetes_would_refuse_nonsense() -> None:
    wrong = json.loads(json.dumps(_kind("Deployment")))
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(wrong, VERSIONS[-1])


def test_the_manifests_hang_together() -> None:
    pod = _kind("Deployment")["spec"]["template"]
    bot = pod["spec"]["containers"][0]
    assert _kind("Service")["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert _kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert _kind("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == _kind("Deployment")["metadata"]["name"]
    assert (
        _kind("HorizontalPodAutoscaler")["spec"]["minReplicas"] > _kind("PodDisruptionBudget")["spec"]["minAvailable"]
    )
    given = {*_kind("ConfigMap")["data"], *(e["name"] for e in bot["env"])}
    assert given <= _variables() and "ASKONCE_SUPPORT_EMAIL" in given
    Settings(**{n.removeprefix("ASKONCE_").lower(): v for n, v in _kind("ConfigMap")["data"].items()})
    sleep = int(bot["lifecycle"]["preStop"]["exec"]["command"][1])
    drain = float(_kind("ConfigMap")["data"]["ASKONCE_DRAIN"])
    assert sleep + drain + FINISH < pod["spec"]["terminationGracePeriodSeconds"], (
        "it would be killed in the midst of its drain"
    )


def test_nothing_of_rasas_is_needed_to_serve() -> None:
    """The bot runs what Rasa trained; a shop with a Rasa of its own names it."""
    for file in ("compose.yaml", "Dockerfile", "deploy/kubernetes/askonce.yaml"):
        text = (ROOT / file).read_text()
        assert "ASKONCE_RASA_URL" not in text and "rasa run" not in text and "nlu" not in text


def test_no_pod_is_root_or_writes_to_its_image() -> None:
    pod = _kind("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        own = container["securityContext"]
        assert (
            own["readOnlyRootFilesystem"]
            and not own["allowPrivilegeEscalation"]
            and own["capabilities"] == {"drop": ["ALL"]}
        )
        assert {"startupProbe", "livenessProbe", "readinessProbe", "resources"} <= container.keys()


def test_compose_is_sound() -> None:
    compose = YAML(typ="safe").load(ROOT / "compose.yaml")
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(compose)
    services = compose["services"]
    assert {"balancer", "bot-1", "bot-2", "database"} == services.keys()
    assert set(services["bot-1"]["environment"]) <= _variables() | {"PGPASSWORD"}
    assert services["bot-1"]["env_file"] == [{"path": ".env", "required": False}], "every setting reaches the bot"
    url = services["bot-1"]["environment"]["ASKONCE_DATABASE_URL"]
    assert "$" not in url, "a password in an address would have to be encoded"
    assert services["database"]["image"].startswith("postgres:15-"), "as old as postgresql-client of the image's Debian"
    for name in ("bot-1", "bot-2"):
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
    assert [name for name, s in services.items() if s.get("ports")] == ["balancer"], "nothing else faces the world"
    drain, grace = float(services["bot-1"]["environment"]["ASKONCE_DRAIN"]), services["bot-1"]["stop_grace_period"]
    assert drain + FINISH < float(grace.removesuffix("s"))
    servers = set(re.findall(r"server (\S+) \1:8000", (DEPLOY / "haproxy" / "haproxy.cfg").read_text()))
    assert servers == {name for name in services if name.startswith("bot-")}
    for service in services.values():
        target = service.get("build", {}).get("target")
        assert target is None or re.search(rf"^FROM \S+ AS {target}$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_the_dockerfile_copies_what_is_there_and_runs_as_nobody() -> None:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    stages: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "FROM":
            current = stages.setdefault(words[3], [])
        elif words:
            current.append(words)
    assert "bot" in stages
    ignored = (ROOT / ".dockerignore").read_text().split()
    for stage in stages.values():
        for words in stage:
            if words[0] == "COPY" and not words[1].startswith("--from"):
                for source in words[1:-1]:
                    assert (ROOT / source).exists() and source not in ignored
            elif words[0] == "COPY":
                assert words[1].removeprefix("--from=") in stages
    done = [words[0] for words in stages["bot"]]
    assert ["USER", "10001"] in stages["bot"] and "HEALTHCHECK" in done and done[-1] == "CMD"
    assert not any("requirements" in " ".join(w) or "build-essential" in w for w in stages["bot"]), "tools stay behind"
    variables = set(re.findall(r"\b(ASKONCE_[A-Z_]+)=", text))
    assert variables and variables <= _variables()


def test_alerts_are_sound() -> None:
    found = YAML(typ="safe").load(DEPLOY / "prometheus" / "alerts.yml")
    names = [rule["alert"] for group in found["groups"] for rule in group["rules"]]
    assert len(names) == len(set(names)) >= 6
    for rule in (rule for group in found["groups"] for rule in group["rules"]):
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["annotations"].keys() == {"summary", "do"} and rule["labels"]["severity"] in ("page", "ticket")
        assert rule["expr"].count("(") == rule["expr"].count(")") and re.fullmatch(r"\d+[smh]", rule["for"])


def test_the_dashboard_is_sound() -> None:
    found = json.loads((DEPLOY / "grafana" / "askonce.json").read_text())
    panels = [p for p in found["panels"] if p["type"] != "row"]
    assert len({p["id"] for p in found["panels"]}) == len(found["panels"]) and len(panels) >= 12
    for panel in panels:
        assert panel["title"] and panel["description"] and panel["targets"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for target in panel["targets"]:
            assert target["expr"].count("(") == target["expr"].count(")")


def test_magentos_layout_is_well_formed_and_names_the_template_beside_it() -> None:
    block = etree.parse(DEPLOY / "shops" / "magento" / "default_head_blocks.xml").find(".//block")
    module, _, template = block.get("template").partition("::")
    assert module == "Magento_Theme" and (DEPLOY / "shops" / "magento" / template).is_file()
