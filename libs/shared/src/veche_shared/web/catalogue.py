"""Checks that the words and templates of a service are whole, over all of its slices together.

Each service's unit tests call :func:`catalogue_faults` on its package and expect an empty list.
"""

from __future__ import annotations

import ast as python
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from jinja2 import Environment, nodes

from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.web.localisation import LANGUAGES, Language, read_catalogue
from veche_shared.web.slices import SHARED, Slice, slices_of

REJECTED = "rejected-"
"""How the message of a rejection begins (``Rejected.message_id``): it is named where its code stands in the code."""

_TEMPLATE_SUFFIXES = (".html", ".txt")


def catalogue_faults(package: str) -> list[str]:
    """What is wrong with the catalogues and templates of a service's package, one sentence a fault; empty if all is
    well.

    Finds: text that is no Fluent; an id twice, in one catalogue or in two; an id or a variable that one language has
    and the other lacks; a template that names a message nobody has, or forgets one of its variables; a message or a
    template that nothing names. Ids that a template puts together at run time (``"status-" ~ status``) cannot be seen
    here: a test of the service names them, and whatever begins like one of them counts as used. The sentence of a
    rejection is used where its code is.
    """
    slices = slices_of(package)
    named = _names_in(_folder_of(package), slices)
    return [
        *(fault for one in slices for fault in _language_faults(one)),
        *_shared_ids([SHARED, *slices]),
        *(fault for one in slices for fault in _template_faults(one, _known_messages([SHARED, *slices]))),
        *(fault for one in slices for fault in _unused(one, named)),
    ]


def shared_faults(packages: Iterable[str]) -> list[str]:
    """The same for the shared words and templates, which ``packages``, the services' and others, may name too."""
    named = _names_in(SHARED.folder, [SHARED])
    for package in packages:
        named.add(_names_in(_folder_of(package), slices_of(package)))
    return [
        *_language_faults(SHARED),
        *_template_faults(SHARED, _known_messages([SHARED])),
        *_unused(SHARED, named),
    ]


def _folder_of(package: str) -> Path:
    return Path(str(resources.files(package)))


class _References(Visitor):
    """Collects the variables of a message, and the messages that it refers to."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's protocol
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802 - the visitor's protocol
        self.messages.add(node.id.name)


def _messages(part: Slice, language: Language) -> Iterator[tuple[str, frozenset[str]]]:
    """Each message's id and variables, in the order of the file; junk as an id that starts with a question mark."""
    for entry in FluentParser().parse(read_catalogue(part, language)).body:
        if isinstance(entry, ast.Junk):
            yield f"?{(entry.content or '').strip().splitlines()[0]}", frozenset()
        elif isinstance(entry, ast.Message):
            yield entry.id.name, frozenset(_references_of(entry).variables)


def _references_of(message: ast.Message) -> _References:
    references = _References()
    references.visit(message)
    return references


def _known_messages(slices: Iterable[Slice]) -> dict[str, frozenset[str]]:
    return {message_id: variables for one in slices for message_id, variables in _messages(one, "ru")}


def _language_faults(part: Slice) -> Iterator[str]:
    label = _label(part)
    catalogues = {}
    for language in LANGUAGES:
        seen: dict[str, frozenset[str]] = {}
        for message_id, variables in _messages(part, language):
            if message_id.startswith("?"):
                yield f"{label}/{language}: not Fluent: {message_id[1:]}"
            elif message_id in seen:
                yield f"{label}/{language}: {message_id} is there twice"
            seen[message_id] = variables
        catalogues[language] = seen
    for language, catalogue in catalogues.items():
        for other, reference in catalogues.items():
            for message_id in reference:
                if message_id not in catalogue:
                    yield f"{label}/{language}: {message_id} is only in {other}"
                elif language < other and catalogue[message_id] != reference[message_id]:
                    different = ", ".join(sorted(catalogue[message_id] ^ reference[message_id]))
                    yield f"{label}: {message_id} has other variables in {language} than in {other}: {different}"


def _shared_ids(slices: Sequence[Slice]) -> Iterator[str]:
    """Ids that two catalogues have: which of the two texts is shown would be chance."""
    owners: dict[str, Slice] = {}
    for one in slices:
        for message_id in dict.fromkeys(message_id for message_id, _ in _messages(one, "ru")):
            owner = owners.setdefault(message_id, one)
            if owner is not one:
                yield f"{_label(one)}: {message_id} is a message of {_label(owner)} already"


def _template_faults(part: Slice, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    environment = Environment(autoescape=True)
    for name, path in _templates(part):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if not _names_a_message(call):
                continue
            message_id = str(call.args[0].as_const())
            if message_id not in known:
                yield f"{_label(part)}/templates/{name}: no message {message_id}"
            elif call.dyn_kwargs is None and isinstance(call.node, nodes.Name):
                missing = known[message_id] - {argument.key for argument in call.kwargs}
                yield from (
                    f"{_label(part)}/templates/{name}: {message_id} needs ${variable}" for variable in sorted(missing)
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


@dataclass(slots=True)
class _Names:
    """Strings that stand in code, templates and messages: whole ones, and beginnings of those put together."""

    whole: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)

    def add(self, other: _Names) -> None:
        self.whole |= other.whole
        self.beginnings |= other.beginnings

    def begin(self, beginning: object) -> None:
        """Take the beginning of a name that is put together; one that ends elsewhere than at a joint is none."""
        if isinstance(beginning, str) and beginning.endswith(("-", "/")):
            self.beginnings.add(beginning)

    def have(self, name: str) -> bool:
        return name in self.whole or name.startswith(tuple(self.beginnings)) or self._have_rejection(name)

    def _have_rejection(self, name: str) -> bool:
        code = name.removeprefix(REJECTED).replace("-", "_")
        return name.startswith(REJECTED) and (code in self.whole or code == KEY_REUSED)  # which the command log names


def _names_in(folder: Path, slices: Iterable[Slice]) -> _Names:
    names = _Names()
    for path in folder.rglob("*.py"):
        _add_python(names, python.parse(path.read_text(encoding="utf-8")))
    for one in slices:
        for _, path in _templates(one):
            _add_template(names, Environment(autoescape=True).parse(path.read_text(encoding="utf-8")))
        for entry in FluentParser().parse(read_catalogue(one, "ru")).body:
            if isinstance(entry, ast.Message):
                names.whole |= _references_of(entry).messages
    return names


def _add_python(names: _Names, tree: python.AST) -> None:
    for node in python.walk(tree):
        if isinstance(node, python.Constant) and isinstance(node.value, str):
            names.whole.add(node.value)
        elif isinstance(node, python.JoinedStr) and isinstance(node.values[0], python.Constant):
            names.begin(node.values[0].value)


def _add_template(names: _Names, tree: nodes.Template) -> None:
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str):
            names.whole.add(constant.value)
    for joined in tree.find_all(nodes.Concat):
        first = joined.nodes[0]
        if isinstance(first, nodes.Const):
            names.begin(first.value)


def _unused(part: Slice, named: _Names) -> Iterator[str]:
    for message_id, _ in _messages(part, "ru"):
        if not message_id.startswith("?") and not named.have(message_id):
            yield f"{_label(part)}: nothing names the message {message_id}"
    for name, _ in _templates(part):
        whole = name if part is SHARED else f"{part.name}/{name}"
        if not named.have(whole):
            yield f"{_label(part)}: nothing names the template {whole}"


def _templates(part: Slice) -> Iterator[tuple[str, Path]]:
    for path in sorted(part.templates.rglob("*")):
        if path.suffix in _TEMPLATE_SUFFIXES:
            yield path.relative_to(part.templates).as_posix(), path


def _label(part: Slice) -> str:
    return f"{part.service}/{part.name}"
