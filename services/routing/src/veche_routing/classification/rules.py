"""Classification of texts by a lexicon. Pure: the same text gives the same answer, and the answer says why.

A topic's score is the sum of the weights of its words and phrases that occur, each once. The confidence grows with
the score (a single weak word is not enough) and with the lead over the best topic of another department.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from veche_routing.classification.lemmas import forms_of, lemma_of_entry, lemmas_of
from veche_routing.classification.model import NO_TOPIC, TopicGuess
from veche_routing.packs.model import Topic

WORD = re.compile(r"[а-яa-z0-9]+(?:[-/][а-яa-z0-9]+)*")
PHRASE_WINDOW = 6
"""The words of a phrase stand at most so many words apart, in any order."""

HALF_STRENGTH_SCORE = 2.0
"""The score at which the strength is one half: one usual word, or two hints."""

LANDMARK_WORDS = frozenset(
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
"""What the word cache holds for a landmark word, instead of lexicon keys."""

LANDMARK_REACH = 2
"""So many words after a landmark word say where it is («возле магазина»), not what it is about: they are skipped."""

WORD_CACHE_SIZE = 200_000
LONGEST_CACHED_WORD = 40
"""Letters of a word that the cache keeps: what somebody typed without a space would take all memory."""

MAX_REASONS = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the topic with the number ``topic``.

    Each slot holds alternative keys; the phrase occurs where every slot has a word of its own, all of them near each
    other. The keys of a slot are sorted, so that the same one of several in a text is always reported.
    """

    topic: int
    weight: float
    slots: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase in the index under the keys of one slot; ``others`` are the slots that remain to be checked."""

    phrase: Phrase
    others: tuple[tuple[str, ...], ...]


class Lexicon:
    """The words and phrases of all topics, indexed so that a text costs a few dictionary reads a word."""

    def __init__(self, topics: Iterable[Topic], departments: Mapping[str, str] | None = None) -> None:
        """``departments`` gives the department that answers for a topic, code by code.

        Topics of one department do not lower each other's confidence. Where a topic has no department here, its group
        takes that place.
        """
        self._topics = [topic for topic in topics if topic.words or topic.phrases]
        self._owners = [(departments or {}).get(topic.code, topic.group) for topic in self._topics]
        self._words: dict[str, list[tuple[int, float]]] = {}
        self._candidates: dict[str, list[Candidate]] = {}
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
        self._index(phrases)
        self._positive_weights: list[dict[str, float]] = [{} for _ in self._topics]
        for key, weights in self._words.items():
            for number, weight in weights:
                if weight > 0:
                    positive = self._positive_weights[number]
                    positive[key] = max(weight, positive.get(key, weight))
        keys = {*self._words, *(key for phrase in phrases for slot in phrase.slots for key in slot)}
        self._keys = frozenset(keys)
        # A dictionary look-up takes a thousandth of a word's analysis, and most words belong to no topic.
        self._forms = frozenset(form for key in keys if not key.endswith("*") for form in forms_of(key))
        self._stems = tuple(sorted(key[:-1] for key in keys if key.endswith("*")))
        self._word_cache: dict[str, tuple[str, ...]] = {}

    def _index(self, phrases: Sequence[Phrase]) -> None:
        """Index each phrase by its rarest slot, so that common words like «не» yield few candidates."""
        frequency: dict[str, int] = {}
        for phrase in phrases:
            for slot in phrase.slots:
                for key in slot:
                    frequency[key] = frequency.get(key, 0) + 1
        for phrase in phrases:
            rarest = min(phrase.slots, key=lambda slot: sum(frequency[key] for key in slot))
            candidate = Candidate(phrase, tuple(slot for slot in phrase.slots if slot is not rarest))
            for key in rarest:
                self._candidates.setdefault(key, []).append(candidate)

    def _positions(self, words: Sequence[str]) -> dict[str, list[int]]:
        """The positions of the lexicon's keys among ``words``; what only names a landmark is left out."""
        positions: dict[str, list[int]] = {}
        landmark_until = -1
        # Most words have no key: map() reads the cache for them without a call in Python code.
        for position, keys in enumerate(map(self._word_cache.get, words)):
            if keys is None:
                keys = self._cache(words[position])
            if not keys:
                continue
            if keys is LANDMARK:
                landmark_until = position + LANDMARK_REACH
            elif position > landmark_until:
                for key in keys:
                    if key in positions:
                        positions[key].append(position)
                    else:
                        positions[key] = [position]
        return positions

    def _cache(self, word: str) -> tuple[str, ...]:
        keys = LANDMARK if word in LANDMARK_WORDS else self._keys_of(word)
        if len(word) <= LONGEST_CACHED_WORD:
            if len(self._word_cache) >= WORD_CACHE_SIZE:
                self._word_cache.clear()
            self._word_cache[word] = keys
        return keys

    def _keys_of(self, word: str) -> tuple[str, ...]:
        """The lexicon's keys that a word matches; empty for most words."""
        keys: list[str] = []
        if word in self._forms:
            keys = [lemma for lemma in lemmas_of(word) if lemma in self._keys]
        if word in self._keys and word not in keys:
            keys.append(word)
        keys += [f"{stem}*" for stem in self._stems if word.startswith(stem)]
        return tuple(keys)

    def classify(self, text: str) -> TopicGuess:
        """The best topic of ``text`` by the lexicon; ``NO_TOPIC`` where none has a positive score."""
        positions = self._positions(WORD.findall(text.lower().replace("ё", "е")))
        scores: dict[int, float] = {}
        for key in positions:
            for topic, weight in self._words.get(key, ()):
                scores[topic] = scores.get(topic, 0.0) + weight
        phrases = self._occurring(positions)
        for phrase in phrases:
            scores[phrase.topic] = scores.get(phrase.topic, 0.0) + phrase.weight
        return self._decide(scores, positions, phrases)

    def _occurring(self, positions: dict[str, list[int]]) -> list[Phrase]:
        present = positions.keys()
        found: list[Phrase] = []
        for key in positions:
            for candidate in self._candidates.get(key, ()):
                # Most candidates lack a word: this inner loop rejects them without a function call.
                for slot in candidate.others:
                    if present.isdisjoint(slot):
                        break
                else:
                    if occurs(candidate.phrase, positions) and candidate.phrase not in found:
                        found.append(candidate.phrase)
        return found

    def _decide(
        self, scores: dict[int, float], positions: dict[str, list[int]], phrases: Sequence[Phrase]
    ) -> TopicGuess:
        best = _highest(scores)
        if best is None:
            return NO_TOPIC
        owners = self._owners
        owner = owners[best]
        runner_up = _highest({topic: score for topic, score in scores.items() if owners[topic] != owner})
        return TopicGuess(
            topic=self._topics[best].code,
            confidence=confidence(scores[best], 0.0 if runner_up is None else scores[runner_up]),
            words=self._reasons(best, positions, phrases),
            runner_up=None if runner_up is None else self._topics[runner_up].code,
        )

    def _reasons(self, topic: int, positions: dict[str, list[int]], phrases: Sequence[Phrase]) -> tuple[str, ...]:
        """What counted for the topic, the greatest weight first: phrases as the keys found, and single words."""
        weighed = [(phrase.weight, _words_found(phrase, positions)) for phrase in phrases if phrase.topic == topic]
        weights = self._positive_weights[topic]
        weighed += [(weights[key], key) for key in positions if key in weights]
        weighed.sort(key=itemgetter(0), reverse=True)
        return tuple(dict.fromkeys([words for _, words in weighed]))[:MAX_REASONS]


@lru_cache(maxsize=1_000)
def confidence(score: float, runner_up: float) -> float:
    """How sure a topic is, from its score and the best score of another department's topics.

    Strength times lead, both in [0, 1], rounded to hundredths: 0 without a score, near 1 for a high score without a
    competitor, at most one half where the runner-up has the same score.
    """
    if score <= 0:
        return 0.0
    strength = score / (score + HALF_STRENGTH_SCORE)
    lead = (score - min(runner_up, score)) / score
    return round(strength * (0.5 + 0.5 * lead), 2)


def classify(text: str, named: Topic | None, lexicon: Lexicon) -> TopicGuess:
    """The topic of an appeal: the one that the channel ``named``, with certainty; else what the lexicon finds."""
    if named is not None:
        return TopicGuess(topic=named.code, confidence=1.0, basis="hint")
    return lexicon.classify(text)


def occurs(phrase: Phrase, positions: Mapping[str, Sequence[int]]) -> bool:
    """Whether each slot has a word of its own, all within the window around the first slot's word.

    ``positions`` are in order, so that of each key only those in the window are looked at.
    """
    first, *others = [[positions[key] for key in slot if key in positions] for slot in phrase.slots]
    for start in (position for found in first for position in found):
        used = [start]
        for slot in others:
            position = _unused_near(slot, start, used)
            if position is None:
                break
            used.append(position)
        else:
            return True
    return False


def _unused_near(slot: Sequence[Sequence[int]], start: int, used: Sequence[int]) -> int | None:
    """The first position of a slot's keys that is in the window around ``start`` and not used yet."""
    for found in slot:
        within = range(bisect_left(found, start - PHRASE_WINDOW), bisect_right(found, start + PHRASE_WINDOW))
        for at in within:
            if found[at] not in used:
                return found[at]
    return None


def _highest(scores: Mapping[int, float]) -> int | None:
    """The topic with the highest score above zero, the first of the pack among equals; None where there is none."""
    best, highest = None, 0.0
    for topic, score in scores.items():
        if score > highest or (score == highest and best is not None and topic < best):
            best, highest = topic, score
    return best


def _words_found(phrase: Phrase, positions: dict[str, list[int]]) -> str:
    return " ".join([next(key for key in slot if key in positions).rstrip("*") for slot in phrase.slots])


def _phrase(topic: int, weight: float, entry: str) -> Phrase:
    slots = tuple(tuple(sorted({_key(word) for word in slot.split("|")})) for slot in entry.split())
    return Phrase(topic, weight, slots)


def _key(entry: str) -> str:
    entry = entry.lower().replace("ё", "е")
    return entry if entry.endswith("*") else lemma_of_entry(entry)
