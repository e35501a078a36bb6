"""Checks that a service's words are whole: every language says the same things, and every template's words exist.

Each service's unit tests call :func:`catalogue_faults` on its package and expect an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from jinja2 import Environment, nodes

from veche_shared.web.localisation import LANGUAGES, SHARED_PACKAGE, Language, read_catalogue


def catalogue_faults(package: str) -> list[str]:
    """What is wrong with the catalogues and templates of ``package``, one sentence a fault; empty if all is well.

    Finds: text that is no Fluent; an id twice, or that hides a shared one; an id or a variable that one language has
    and the other lacks; a template that names a message nobody has, or forgets one of its variables. Ids that a
    template puts together at run time (``"status-" ~ status``) cannot be seen here: a test of the service names them.
    """
    return [
        *_language_faults(package),
        *(_hiding_faults(package) if package != SHARED_PACKAGE else []),
        *_template_faults(package),
    ]


class _Variables(Visitor):
    """Collects the names of the variables of a message; terms and referenced messages count by their own variables."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's protocol
        self.names.add(node.id.name)


def _messages(package: str, language: Language) -> Iterator[tuple[str, frozenset[str]]]:
    """Each message's id and variables, in the order of the file; junk as an id that starts with a question mark."""
    for entry in FluentParser().parse(read_catalogue(package, language)).body:
        if isinstance(entry, ast.Junk):
            yield f"?{(entry.content or '').strip().splitlines()[0]}", frozenset()
        elif isinstance(entry, ast.Message):
            variables = _Variables()
            variables.visit(entry)
            yield entry.id.name, frozenset(variables.names)


def _language_faults(package: str) -> Iterator[str]:
    catalogues = {}
    for language in LANGUAGES:
        seen: dict[str, frozenset[str]] = {}
        for message_id, variables in _messages(package, language):
            if message_id.startswith("?"):
                yield f"{package}/{language}: not Fluent: {message_id[1:]}"
            elif message_id in seen:
                yield f"{package}/{language}: {message_id} is there twice"
            seen[message_id] = variables
        catalogues[language] = seen
    for language, catalogue in catalogues.items():
        for other, reference in catalogues.items():
            for message_id in reference:
                if message_id not in catalogue:
                    yield f"{package}/{language}: {message_id} is only in {other}"
                elif language < other and catalogue[message_id] != reference[message_id]:
                    different = ", ".join(sorted(catalogue[message_id] ^ reference[message_id]))
                    yield f"{package}: {message_id} has other variables in {language} than in {other}: {different}"


def _hiding_faults(package: str) -> Iterator[str]:
    shared = dict(_messages(SHARED_PACKAGE, "ru"))
    for message_id, _ in _messages(package, "ru"):
        if message_id in shared:
            yield f"{package}: {message_id} hides a shared message"


def _template_faults(package: str) -> Iterator[str]:
    known = {**dict(_messages(SHARED_PACKAGE, "ru")), **dict(_messages(package, "ru"))}
    environment = Environment(autoescape=True)
    for name, text in _templates(resources.files(package) / "templates"):
        for call in environment.parse(text).find_all(nodes.Call):
            if not _names_a_message(call):
                continue
            message_id = str(call.args[0].as_const())
            if message_id not in known:
                yield f"{package}/templates/{name}: no message {message_id}"
            elif call.dyn_kwargs is None and isinstance(call.node, nodes.Name):
                missing = known[message_id] - {argument.key for argument in call.kwargs}
                yield from (
                    f"{package}/templates/{name}: {message_id} needs ${variable}" for variable in sorted(missing)
                )


def _names_a_message(call: nodes.Call) -> bool:
    """Whether the call is ``t("id", …)`` or ``t.plural_forms("id")`` with an id that is written out."""
    named = call.node.node if isinstance(call.node, nodes.Getattr) else call.node
    return (
        isinstance(named, nodes.Name)
        and named.name == "t"
        and bool(call.args)
        and isinstance(call.args[0], nodes.Const)
    )


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".html", ".txt")):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
