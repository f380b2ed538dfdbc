"""The oracle itself: the real Argo accepts good manifests and objects to bad ones, each for its own reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.argo_server import ArgoValidator

MANIFESTS = Path(__file__).resolve().parents[1] / "argo" / "manifests"

GOOD = """\
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata:
  name: one
spec:
  entrypoint: one
  templates:
  - name: one
    suspend:
      duration: "0"
"""
CRON = """\
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata:
  name: one
spec:
  schedules:
  - 0 0 * * *
  workflowSpec:
    workflowTemplateRef:
      name: one
"""


@pytest.mark.parametrize(
    ("text", "stage", "words"),
    [
        pytest.param(GOOD.replace('"0"', "0"), "parse", "cannot unmarshal number", id="a number where a string belongs"),
        pytest.param(GOOD.replace("name: one", "name: n"), "parse", "cannot unmarshal bool", id="an unquoted n"),
        pytest.param(GOOD + "    suspend: {}\n", "parse", "already set", id="a key given twice"),
        pytest.param(GOOD + "    nonsense: 1\n", "parse", "unknown field", id="an unknown field"),
        pytest.param(GOOD.replace("entrypoint: one", "entrypoint: two"), "validate", "undefined", id="no such entrypoint"),
        pytest.param(GOOD + "    container:\n      image: a\n", "validate", "multiple template types", id="two kinds of template"),
        pytest.param(GOOD.replace("  name: one\nspec", "  name: My_One\nspec"), "schema", "RFC 1123", id="a name Kubernetes refuses"),
        pytest.param(CRON, "validate", "not found", id="a template that is not there"),
        pytest.param(GOOD + "---\n" + CRON.replace("0 0 * * *", "0 0 * * 8"), "validate", "cron", id="no such weekday"),
    ],
)
def test_a_bad_manifest_is_refused(argo: ArgoValidator, text: str, stage: str, words: str) -> None:
    """Each judge speaks: the strict parser, the validator, and the API server's rules."""
    problems = [problem for document in argo.check(text) for problem in document["problems"]]
    assert any(problem["stage"] == stage and words in problem["message"] for problem in problems), problems


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_manifest_is_accepted(argo: ArgoValidator, path: Path) -> None:
    """The model conversions pass all three judges."""
    assert argo.problems(path.read_text()) == []


def test_templates_are_found_among_the_documents(argo: ArgoValidator) -> None:
    """A CronWorkflow may refer to a WorkflowTemplate of the same text, whichever comes first."""
    assert argo.problems(GOOD + "---\n" + CRON) == []
    assert argo.problems(CRON + "---\n" + GOOD) == []


def test_other_objects_are_skipped(argo: ArgoValidator) -> None:
    """A ConfigMap is none of Argo's business; it is told apart from a checked document."""
    checked = argo.check("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata: {}\n---\n" + GOOD)
    assert [(document["kind"], document["skipped"]) for document in checked] == [("ConfigMap", True), ("WorkflowTemplate", False)]


def test_an_empty_text_has_no_documents(argo: ArgoValidator) -> None:
    """Nothing to say of nothing."""
    assert argo.check("# only a comment\n") == []
