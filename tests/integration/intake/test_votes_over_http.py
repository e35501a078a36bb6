"""Votes over HTTP and from the poll's page: one a person, and a repeat gets the first answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2

from tests.integration.intake.harness import Service, eventually
from veche_shared.clock import system_clock
from veche_shared.contracts.surveys import BallotRejected, BallotRejectedV1, PollChanged, PollChangedV1, PollOption
from veche_shared.ids import new_id

VOTES = "/api/v1/votes"


def problem_code(answer: httpx2.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:veche:problem:")


async def test_a_vote_is_stored_and_announced_without_naming_the_voter(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    answer = await vk.post(VOTES, json={"poll_id": poll, "options": ["park"], "voter": "id-of-anna"})
    assert answer.status_code == 201
    events = await service.published("votes", 1)
    event = next(one for one in events if one["subject"] == answer.json()["vote_id"])
    assert (event["type"], event["data"]["options"]) == ("vote.cast.v1", ["park"])
    stored = await service.mongo["votes"].find_one({"_id": answer.json()["vote_id"]})
    assert "id-of-anna" not in str(event)
    assert "id-of-anna" not in str(stored)


async def test_of_many_votes_of_one_person_at_once_one_counts(service: Service, vk: httpx2.AsyncClient) -> None:
    poll = await service.poll()
    answers = await asyncio.gather(
        *(vk.post(VOTES, json={"poll_id": poll, "options": ["park"], "voter": "anna"}) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {problem_code(answer) for answer in answers if answer.status_code == 409} == {"voted_already"}
    assert await service.mongo["votes"].count_documents({"poll_id": poll}) == 1


async def test_a_repeat_gets_the_first_receipt_even_after_the_poll_is_over(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    body, key = {"poll_id": poll, "options": ["park"], "voter": "anna"}, {"Idempotency-Key": new_id()}
    first = await vk.post(VOTES, json=body, headers=key)
    second = await vk.post(VOTES, json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["idempotent-replayed"] == "true"
    other = await vk.post(VOTES, json={**body, "options": ["pier"]}, headers=key)
    assert (other.status_code, problem_code(other)) == (422, "idempotency_key_reused")

    await service.poll(poll_id=poll, version=2, status="closed", closes_at=system_clock())

    async def is_over() -> bool:  # at the latest when intake has forgotten how it remembered the poll
        late = await vk.post(VOTES, json={**body, "voter": new_id()})
        return late.status_code == 409 and problem_code(late) == "poll_closed"

    await eventually(is_over)
    third = await vk.post(VOTES, json=body, headers=key)
    assert (third.status_code, third.json()) == (200, first.json())


async def test_a_vote_counts_by_when_it_was_cast_though_the_poll_is_closed_already(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    closed_at = system_clock()
    poll = await service.poll(status="closed", closes_at=closed_at)
    body = {"poll_id": poll, "options": ["park"]}
    in_time, too_late = closed_at - timedelta(seconds=1), closed_at + timedelta(milliseconds=1)
    late = await vk.post(VOTES, json={**body, "voter": "anna", "cast_at": in_time.isoformat()})
    assert late.status_code == 201
    over = await vk.post(VOTES, json={**body, "voter": "boris", "cast_at": too_late.isoformat()})
    assert (over.status_code, problem_code(over)) == (409, "poll_closed")


async def test_what_a_poll_does_not_allow_is_rejected_precisely(service: Service, vk: httpx2.AsyncClient) -> None:
    poll, now = await service.poll(), system_clock()
    upcoming = await service.poll(opens_at=now + timedelta(hours=1))
    over = await service.poll(closes_at=now - timedelta(hours=1))

    async def answer_to(poll_id: str, *options: str, **given: object) -> tuple[int, str]:
        answer = await vk.post(VOTES, json={"poll_id": poll_id, "options": list(options), "voter": "anna", **given})
        found = answer.json()
        return answer.status_code, found["errors"][0]["code"] if found.get("errors") else problem_code(answer)

    assert await answer_to("no-such-poll", "park") == (404, "poll_unknown")
    assert await answer_to(upcoming, "park") == (409, "poll_not_open")
    assert await answer_to(over, "park") == (409, "poll_closed")
    assert await answer_to(poll, "pool") == (422, "option_unknown")
    assert await answer_to(poll, "park", "pier") == (422, "too_many_choices")
    assert await answer_to(poll, "park", "park") == (422, "option_repeated")
    assert await answer_to(poll) == (422, "too_few")
    assert await answer_to(poll, "park", channel="ok") == (422, "other_channel")
    assert await answer_to(poll, "park", cast_at="2099-01-01T00:00:00Z") == (422, "in_the_future")
    assert await answer_to(poll, "park", cast_at="2999-01-01T00:00:00Z") == (422, "too_late")
    assert await service.mongo["votes"].count_documents({"poll_id": poll}) == 0


async def test_a_batch_answers_each_of_its_votes_in_order(service: Service, vk: httpx2.AsyncClient) -> None:
    poll = await service.poll()
    votes: list[dict[str, object]] = [
        {"poll_id": poll, "options": ["park"], "voter": f"v{n}", "external_id": f"{poll}-{n}"} for n in range(600)
    ]
    votes += [
        {"poll_id": poll, "options": ["pier"], "voter": "v0"},
        {"poll_id": poll, "options": ["pool"], "voter": "w1"},
        {"poll_id": poll, "options": "park", "voter": "w2"},
    ]
    answer = (await vk.post(f"{VOTES}/batch", json={"votes": votes})).json()
    statuses = [result["status"] for result in answer["results"]]
    assert statuses == [201] * 600 + [409, 422, 422]
    again = (await vk.post(f"{VOTES}/batch", json={"votes": votes[:600]})).json()
    assert again["replayed"] == 600
    assert await service.mongo["votes"].count_documents({"poll_id": poll}) == 600


async def test_a_rejected_vote_is_marked_and_its_person_may_vote_again(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    body = {"poll_id": poll, "options": ["park"], "voter": "anna"}
    first = (await vk.post(VOTES, json=body)).json()["vote_id"]
    data = BallotRejected(vote_id=first, poll_id=poll, reason="poll_not_open")
    event = BallotRejectedV1(id=new_id(), source="/veche/surveys", subject=poll, time=system_clock(), data=data)
    await service.publish_event("surveys", event)

    async def marked() -> bool:
        found = await service.mongo["votes"].find_one({"_id": first})
        return found is not None and found.get("rejected", {}).get("reason") == "poll_not_open"

    await eventually(marked)
    assert (await vk.post(VOTES, json=body)).status_code == 201


async def test_a_ballot_of_the_page_leads_back_with_a_receipt_and_counts_once_a_device(
    service: Service, person: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    address = f"/polls/{poll}/vote"
    asked = await person.post(address, data={"options": "park"})
    assert asked.status_code == 307
    assert "httponly" in asked.headers["set-cookie"].lower()
    voted = await person.post(asked.headers["location"], data={"options": "park"})
    assert voted.status_code == 303
    assert urlsplit(voted.headers["location"]).path == f"/polls/{poll}"
    assert urlsplit(voted.headers["location"]).query.startswith("receipt=")

    again = await person.post(address, data={"options": "pier"})
    assert again.status_code == 409
    assert "Считается первый голос" in again.text
    assert await service.mongo["votes"].count_documents({"poll_id": poll}) == 1


async def test_a_rejected_ballot_keeps_the_persons_choice(service: Service, person: httpx2.AsyncClient) -> None:
    options = [PollOption(code=code, text=text) for code, text in (("a", "Парк"), ("b", "Пристань"), ("c", "Каток"))]
    poll = await service.poll(options=options, max_choices=2)
    await person.post(f"/polls/{poll}/vote")
    refused = await person.post(f"/polls/{poll}/vote", data={"options": ["a", "b", "c"]})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 3
    nothing = await person.post(f"/polls/{poll}/vote")
    assert nothing.status_code == 422
    assert "Каток" in nothing.text


async def test_a_browser_without_cookies_and_a_foreign_page_are_refused(
    service: Service, person: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    refused = await person.post(f"/polls/{poll}/vote?cookie=1", data={"options": "park"})
    assert refused.status_code == 400
    foreign = await person.post(
        f"/polls/{poll}/vote", data={"options": "park"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert await service.mongo["votes"].count_documents({"poll_id": poll}) == 0


async def test_an_older_version_of_a_poll_does_not_open_it_again(service: Service) -> None:
    poll = await service.poll(version=5, status="closed")
    options = [PollOption(code=code, text=code) for code in ("park", "pier")]
    older = PollChanged(poll_id=poll, version=4, status="open", question="?", options=options, max_choices=1)
    event = PollChangedV1(id=new_id(), source="/veche/surveys", subject=poll, time=system_clock(), data=older)
    await service.publish_event("surveys", event)

    async def handled() -> bool:
        return await service.mongo["inbox"].find_one({"_id": f"polls:{event.id}"}) is not None

    await eventually(handled)
    found = await service.mongo["polls"].find_one({"_id": poll})
    assert found is not None
    assert (found["version"], found["status"]) == (5, "closed")
