"""The lexicon: what a text is about, how sure that is, and which words say so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_routing.classification.model import NO_TOPIC, TopicGuess
from veche_routing.classification.rules import Lexicon, classify, confidence
from veche_routing.packs.files import load_pack
from veche_routing.packs.model import Topic
from veche_routing.packs.rules import edition_of
from veche_routing.responsibility.rules import Ruleset
from veche_shared.city import load_city

PACK = load_pack(load_city("dzerzhinsk"))
EDITION = edition_of(PACK, date(2026, 11, 24))
LEXICON = Ruleset.of(PACK, date(2026, 11, 24)).lexicon


def department_of(text: str) -> str | None:
    """The department that the pack would make responsible in the city; None below the threshold."""
    guess = LEXICON.classify(text)
    if guess.topic is None or guess.confidence < PACK.triage_threshold:
        return None
    rule = EDITION.responsibility.rule_for(guess.topic, "city")
    return rule.department if rule else None


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("На проспекте вторую неделю не горят фонари, вечером темно, дети боятся идти из школы", "roads"),
        ("Огромная яма на дороге у перекрёстка, уже пробили два колеса", "roads"),
        ("Снег не вывозят, тротуары как каток, бабушка поскользнулась и сломала руку", "roads"),
        ("После дождя стоит огромная лужа, ливнёвка забита, вода идёт во двор", "roads"),
        ("Открытый люк на тротуаре возле магазина", "roads"),
        ("Пятые сутки в квартире холодно, батареи ледяные, отопление не включили", "gorkhoz"),
        ("Нет горячей воды третий день, из крана идёт ржавая", "gorkhoz"),
        ("Течёт крыша, заливает лестничную площадку, управляющая компания бездействует", "gorkhoz"),
        ("Лифт не работает с понедельника, живём на девятом этаже", "gorkhoz"),
        ("Пришла квитанция с двойным начислением, сделайте перерасчёт", "gorkhoz"),
        ("Контейнерная площадка завалена, мусор не вывозят неделю", "blago"),
        ("В лесу устроили стихийную свалку строительного мусора", "blago"),
        ("Стая бродячих собак бросается на прохожих", "blago"),
        ("Старый тополь наклонился над детской площадкой, спилите дерево", "blago"),
        ("Ночью с завода идёт едкий химический запах, нечем дышать", "blago"),
        ("Автобус опять не пришёл по расписанию, маршрутка проехала мимо остановки", "transport"),
        ("Не могу поставить ребёнка в очередь в детский сад, мест нет", "education"),
        ("Самострой на соседнем участке, строят без разрешения на строительство", "urban"),
        ("Мне отказали в выплате детского пособия, соцзащита требует справки", "social"),
        ("В ларьке продают алкоголь после одиннадцати, незаконная торговля", "trade"),
        ("Под окнами пьяные всю ночь кричат, громкая музыка, полиция не едет", "safety"),
        ("Хотим выразить благодарность сотрудникам за быструю работу", "interaction"),
        ("Дом аварийный, стены в трещинах, когда будет расселение из барака", "housing"),
        ("Когда откроют каток и хоккейный стадион, тренер спортшколы ничего не знает", "culture"),
    ],
)
def test_a_usual_complaint_finds_its_department(text: str, department: str) -> None:
    assert department_of(text) == department


@pytest.mark.parametrize("text", ["", "...", "Здравствуйте, хочу задать вопрос", "asdf qwer", "12345"])
def test_a_text_without_a_topic_goes_to_a_person(text: str) -> None:
    assert department_of(text) is None


def test_the_answer_says_which_words_decided() -> None:
    guess = LEXICON.classify("Во дворе не горит ни один фонарь")
    assert guess.topic == "0003.0009.0097.0690"
    assert "фонарь" in guess.words
    assert "не гореть" not in guess.words
    assert any(words.startswith("гореть") or words.endswith("фонарь") for words in guess.words)


def test_the_best_topic_of_another_department_lowers_the_confidence_and_is_named() -> None:
    alone = LEXICON.classify("Не вывозят мусор, контейнеры переполнены")
    mixed = LEXICON.classify("Не вывозят мусор, контейнеры переполнены, и отопление не дали, батареи холодные")
    assert mixed.confidence < alone.confidence
    assert mixed.runner_up is not None


def test_topics_of_one_group_do_not_lower_each_others_confidence() -> None:
    topics = [
        Topic(code="a", name="А", group="one", words={3: ("яма",)}),
        Topic(code="b", name="Б", group="one", words={3: ("асфальт",)}),
        Topic(code="c", name="В", group="two", words={3: ("мусор",)}),
    ]
    lexicon = Lexicon(topics)
    assert lexicon.classify("яма и асфальт").confidence == lexicon.classify("яма").confidence
    assert lexicon.classify("яма и мусор").confidence < lexicon.classify("яма").confidence


def test_topics_of_one_department_do_not_lower_each_others_confidence() -> None:
    topics = [
        Topic(code="a", name="А", group="one", words={3: ("мусор",)}),
        Topic(code="b", name="Б", group="two", words={3: ("контейнер",)}),
    ]
    together = Lexicon(topics, {"a": "blago", "b": "blago"})
    apart = Lexicon(topics, {"a": "blago", "b": "gorkhoz"})
    text = "мусор и контейнер"
    assert together.classify(text).confidence > apart.classify(text).confidence


def test_words_are_compared_by_lemma_stems_by_their_beginning_and_phrases_by_nearness() -> None:
    lexicon = Lexicon(
        [
            Topic(code="snow", name="С", words={3: ("снегоуб*",)}),
            Topic(code="light", name="Т", phrases={4: ("не гореть|светить фонарь",)}),
        ]
    )
    assert lexicon.classify("Пришлите снегоуборщик").topic == "snow"
    assert lexicon.classify("фонари уже давно не светят").topic == "light"
    assert lexicon.classify("не знаю, кто и когда, и зачем, и для кого поставил здесь этот фонарь, горит") is NO_TOPIC


def test_a_phrase_needs_a_word_for_each_slot_and_is_reported_as_it_was_found() -> None:
    topic = Topic(
        code="a", name="А", words={1: ("окно",), 2: ("окно",)}, phrases={3: ("сломать|разбить|дверь дверь|окно",)}
    )
    lexicon = Lexicon([topic])
    assert lexicon.classify("окно и ещё раз окно") == TopicGuess("a", 0.6, ("окно",))
    assert lexicon.classify("разбили и сломали окна") == TopicGuess("a", 0.75, ("разбить окно", "окно"))
    assert lexicon.classify("дверь") is NO_TOPIC
    assert lexicon.classify("дверь за дверью").words == ("дверь дверь",)


def test_of_topics_with_equal_scores_the_first_of_the_pack_is_taken() -> None:
    topics = [
        Topic(code="a", name="А", group="one", words={3: ("мусор",)}),
        Topic(code="b", name="Б", group="two", words={3: ("яма",)}),
        Topic(code="c", name="В", group="three", words={3: ("люк",)}),
    ]
    guess = Lexicon(topics).classify("люк, яма и мусор")
    assert (guess.topic, guess.runner_up) == ("a", "b")


def test_a_word_with_a_negative_weight_can_exclude_a_topic() -> None:
    lexicon = Lexicon([Topic(code="a", name="А", words={2: ("мост",), -3: ("зубной",)})])
    assert lexicon.classify("мост шатается").topic == "a"
    assert lexicon.classify("зубной мост шатается") is NO_TOPIC


def test_a_topic_named_by_the_channel_is_certain() -> None:
    topic = EDITION.topic_named("уличное освещение")
    guess = classify("что угодно", topic, LEXICON)
    assert (guess.topic, guess.confidence, guess.basis) == ("0003.0009.0097.0690", 1.0, "hint")


@given(score=st.floats(0.1, 1_000), runner_up=st.floats(0, 1_000), more=st.floats(0.1, 100))
def test_confidence_is_a_share_that_grows_with_the_score_and_falls_with_the_runner_up(
    score: float, runner_up: float, more: float
) -> None:
    assert 0 <= confidence(score, runner_up) <= 1
    assert confidence(score + more, runner_up) >= confidence(score, runner_up)
    assert confidence(score, runner_up + more) <= confidence(score, runner_up)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_and_always_the_same(text: str) -> None:
    first, second = LEXICON.classify(text), LEXICON.classify(text)
    assert first == second
    assert 0 <= first.confidence <= 1
