"""The lexicon and how it decides. Pure: the same text gives the same answer, and the answer says why.

A topic's score is the sum of the weights of its words and phrases that occur, each once. The confidence grows with
the score (a single weak word convinces nobody) and with the lead over the best topic that somebody else answers for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from veche_routing.classification.lemmas import forms_of, lemma_of_entry, lemmas_of
from veche_routing.classification.model import NO_TOPIC, TopicGuess
from veche_routing.packs.model import Topic

WORD = re.compile(r"[а-яa-z0-9]+(?:[-/][а-яa-z0-9]+)*")
WINDOW = 6
"""Words of a phrase stand within so many words of each other, in any order."""

DOUBT = 2.0
"""A score equal to this alone gives half of the strength: one usual word, or two hints."""

LANDMARKS_FOLLOW = frozenset(
    {
        "возле",
        "около",
        "напротив",
        "рядом",
        "вблизи",
        "мимо",
        "неподалеку",
        "недалеко",
        "вдоль",
        "позади",
        "угол",
        "углу",
    }
)
LANDMARK = ("(landmark)",)
LANDMARK_REACH = 2
"""«Возле магазина», «рядом с школой»: so many words after these tell where it is, not what it is about."""

REMEMBERED_WORDS = 200_000
SHOWN_WORDS = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """Slots of alternatives; the phrase occurs where each slot has a word, all of them near each other.

    The alternatives of a slot are sorted, so that of several in a text the same one is always told.
    """

    topic: int
    weight: float
    slots: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that one of its words has called up; ``others`` are the slots that must have a word as well."""

    phrase: Phrase
    others: tuple[tuple[str, ...], ...]


class Lexicon:
    """The words and phrases of all topics, indexed so that a text costs a few dictionary reads a word."""

    def __init__(self, topics: Iterable[Topic], answered_by: Mapping[str, str] | None = None) -> None:
        """``answered_by`` names who answers for a topic: topics of one answerer do not doubt one another.

        Without it, or for a topic that it does not name, the topic's group stands in.
        """
        self._topics = [topic for topic in topics if topic.words or topic.phrases]
        self._answerers = [(answered_by or {}).get(topic.code, topic.group) for topic in self._topics]
        self._words: dict[str, list[tuple[int, float]]] = {}
        self._anchored: dict[str, list[Candidate]] = {}
        phrases: list[Phrase] = []
        for number, topic in enumerate(self._topics):
            for weight, entries in topic.words.items():
                for entry in entries:
                    if " " in entry:
                        phrases.append(_phrase(number, weight, entry))
                    else:
                        self._words.setdefault(_key(entry), []).append((number, weight))
            phrases += [
                _phrase(number, weight, entry) for weight, entries in topic.phrases.items() for entry in entries
            ]
        self._anchor(phrases)
        self._speaking: list[dict[str, float]] = [{} for _ in self._topics]
        for key, weights in self._words.items():
            for number, weight in weights:
                if weight > 0:
                    self._speaking[number][key] = max(weight, self._speaking[number].get(key, weight))
        known = {*self._words, *(key for phrase in phrases for slot in phrase.slots for key in slot)}
        self._known = frozenset(known)
        # A dictionary look-up takes a thousandth of a word's analysis, and most words say nothing of any topic.
        self._forms = frozenset(form for key in known if not key.endswith("*") for form in forms_of(key))
        self._stems = tuple(sorted(key[:-1] for key in known if key.endswith("*")))
        self._remembered: dict[str, tuple[str, ...]] = {}

    def _anchor(self, phrases: Sequence[Phrase]) -> None:
        """File each phrase under its rarest slot, so that common words like «не» call up few candidates."""
        frequency: dict[str, int] = {}
        for phrase in phrases:
            for slot in phrase.slots:
                for key in slot:
                    frequency[key] = frequency.get(key, 0) + 1
        for phrase in phrases:
            anchor = min(phrase.slots, key=lambda slot: sum(frequency[key] for key in slot))
            candidate = Candidate(phrase, tuple(slot for slot in phrase.slots if slot is not anchor))
            for key in anchor:
                self._anchored.setdefault(key, []).append(candidate)

    def _places(self, words: Sequence[str]) -> dict[str, list[int]]:
        """Where the lexicon's keys stand among ``words``; landmarks are left out."""
        places: dict[str, list[int]] = {}
        landmark_until = -1
        # Most words say nothing: they are passed over by their remembered emptiness, without a step of their own.
        for place, keys in enumerate(map(self._remembered.get, words)):
            if keys is None:
                keys = self._remember(words[place])
            if not keys:
                continue
            if keys is LANDMARK:
                landmark_until = place + LANDMARK_REACH
            elif place > landmark_until:
                for key in keys:
                    if key in places:
                        places[key].append(place)
                    else:
                        places[key] = [place]
        return places

    def _remember(self, word: str) -> tuple[str, ...]:
        if len(self._remembered) >= REMEMBERED_WORDS:
            self._remembered.clear()
        keys = self._remembered[word] = LANDMARK if word in LANDMARKS_FOLLOW else self._analyse(word)
        return keys

    def _analyse(self, word: str) -> tuple[str, ...]:
        """The lexicon's keys that a word answers to; empty for a word that the lexicon does not know."""
        keys: list[str] = []
        if word in self._forms:
            keys = [lemma for lemma in lemmas_of(word) if lemma in self._known]
        if word in self._known and word not in keys:
            keys.append(word)
        keys += [f"{stem}*" for stem in self._stems if word.startswith(stem)]
        return tuple(keys)

    def classify(self, text: str) -> TopicGuess:
        """The best topic of ``text`` by the lexicon."""
        places = self._places(WORD.findall(text.lower().replace("ё", "е")))
        scores: dict[int, float] = {}
        for key in places:
            for topic, weight in self._words.get(key, ()):
                scores[topic] = scores.get(topic, 0.0) + weight
        phrases = self._occurring(places)
        for phrase in phrases:
            scores[phrase.topic] = scores.get(phrase.topic, 0.0) + phrase.weight
        return self._decide(scores, places, phrases)

    def _occurring(self, places: dict[str, list[int]]) -> list[Phrase]:
        present = places.keys()
        found: list[Phrase] = []
        for key in places:
            for candidate in self._anchored.get(key, ()):
                # Most candidates lack a word: that is seen without a step of their own.
                for slot in candidate.others:
                    if present.isdisjoint(slot):
                        break
                else:
                    if occurs(candidate.phrase, places) and candidate.phrase not in found:
                        found.append(candidate.phrase)
        return found

    def _decide(self, scores: dict[int, float], places: dict[str, list[int]], phrases: Sequence[Phrase]) -> TopicGuess:
        best = _strongest(scores)
        if best is None:
            return NO_TOPIC
        answerers = self._answerers
        answerer = answerers[best]
        rival = _strongest({topic: score for topic, score in scores.items() if answerers[topic] != answerer})
        return TopicGuess(
            topic=self._topics[best].code,
            confidence=confidence(scores[best], 0.0 if rival is None else scores[rival]),
            words=self._reasons(best, places, phrases),
            rival=None if rival is None else self._topics[rival].code,
        )

    def _reasons(self, topic: int, places: dict[str, list[int]], phrases: Sequence[Phrase]) -> tuple[str, ...]:
        """What spoke for the topic, strongest first: phrases as the lemmas found, single words not repeated."""
        weighed = [(phrase.weight, _wording(phrase, places)) for phrase in phrases if phrase.topic == topic]
        speaking = self._speaking[topic]
        weighed += [(speaking[key], key) for key in places if key in speaking]
        weighed.sort(key=itemgetter(0), reverse=True)
        return tuple(dict.fromkeys([words for _, words in weighed]))[:SHOWN_WORDS]


@lru_cache(maxsize=1_000)
def confidence(score: float, rival: float) -> float:
    """How sure a score is beside its rival: strength times lead, both in [0, 1], rounded to hundredths.

    0 without a score; near 1 for a high score that nothing contests; at most half where the rival is as good.
    """
    if score <= 0:
        return 0.0
    strength = score / (score + DOUBT)
    lead = (score - min(rival, score)) / score
    return round(strength * (0.5 + 0.5 * lead), 2)


def classify(text: str, hinted: Topic | None, lexicon: Lexicon) -> TopicGuess:
    """The topic of an appeal. What the channel itself named is certain; else the lexicon decides."""
    if hinted is not None:
        return TopicGuess(topic=hinted.code, confidence=1.0, basis="hint")
    return lexicon.classify(text)


def occurs(phrase: Phrase, places: dict[str, list[int]]) -> bool:
    """Whether each slot has a word of its own and all stand within the window of the first slot's word."""
    starts, *others = [[place for key in slot if key in places for place in places[key]] for slot in phrase.slots]
    for start in starts:
        used = [start]
        for slot in others:
            for place in slot:
                if -WINDOW <= place - start <= WINDOW and place not in used:
                    used.append(place)
                    break
        if len(used) == len(phrase.slots):
            return True
    return False


def _strongest(scores: Mapping[int, float]) -> int | None:
    """The topic with the highest score above zero, of equal ones the first of the pack; None where there is none."""
    best, highest = None, 0.0
    for topic, score in scores.items():
        if score > highest or (score == highest and best is not None and topic < best):
            best, highest = topic, score
    return best


def _wording(phrase: Phrase, places: dict[str, list[int]]) -> str:
    return " ".join([next(key for key in slot if key in places).rstrip("*") for slot in phrase.slots])


def _phrase(topic: int, weight: float, entry: str) -> Phrase:
    slots = tuple(tuple(sorted({_key(word) for word in slot.split("|")})) for slot in entry.split())
    return Phrase(topic, weight, slots)


def _key(entry: str) -> str:
    entry = entry.lower().replace("ё", "е")
    return entry if entry.endswith("*") else lemma_of_entry(entry)
