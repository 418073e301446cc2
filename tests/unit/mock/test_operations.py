"""What the mock answers, operation by operation. Each answer is held against the document too."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.helpers.mock_client import BRIEF, RENDER, Api, simulate

from layers_contract.mock import FAILING_HOOK


def test_a_render_passes_every_state_and_ends_with_assets_and_captions() -> None:
    """A container moves through the states of the document and is filled when it completes."""

    async def story(api: Api) -> None:
        started = await api.generate()
        seen = []
        for _ in range(int(RENDER) + 1):
            seen.append((await api.container(started["containerId"]))["status"])
            await trio.sleep(1)
        assert tuple(dict.fromkeys(seen)) == api.contract.render.path("success")
        done = await api.container(started["containerId"])
        assert done["assets"]
        assert done["captions"] == [{"platform": "tiktok", "text": BRIEF["hook"]}]

    simulate(story)


def test_progress_rises_from_0_and_is_gone_at_the_end() -> None:
    """Progress lies between 0 and 1, never falls, and an ended job shows none."""

    async def story(api: Api) -> None:
        started = await api.generate()
        seen = []
        while (job := await api.job(started["jobId"]))["status"] == api.contract.job.initial[0]:
            seen.append(job["progress"])
            await trio.sleep(0.5)
        assert seen == sorted(seen)
        assert seen[0] == 0
        assert 0.8 < seen[-1] < 1
        assert "progress" not in job
        assert job["finishedAt"] > job["startedAt"]
        assert job["result"]["containerId"] == started["containerId"]

    simulate(story)


def test_job_and_progress_endpoint_show_the_same() -> None:
    """The progress endpoint is the job endpoint by another id."""

    async def story(api: Api) -> None:
        started = await api.generate()
        for _ in range(25):
            job = await api.job(started["jobId"])
            same = await api.call("getContentProgress", containerId=started["containerId"])
            assert same.json() == job
            await trio.sleep(1)

    simulate(story)


def test_the_failing_hook_fails_the_render() -> None:
    """A hook with the sample in it ends failed, with an error on container and job."""

    async def story(api: Api) -> None:
        started = await api.completed({"brief": {"hook": f"oh {FAILING_HOOK}"}})
        container = await api.container(started["containerId"])
        assert container["status"] == api.contract.render.ending("failure")
        assert container["lastError"] == (await api.job(started["jobId"]))["error"]
        assert container["assets"] == []

    simulate(story)


def test_regenerate_keeps_the_container_and_patches_the_brief() -> None:
    """Regenerating starts another job on the same container with the patched brief."""

    async def story(api: Api) -> None:
        started = await api.completed()
        ids = {"containerId": started["containerId"]}
        again = (await api.call("regenerateContent", {"patch": {"hook": "b"}}, **ids)).json()
        assert again["containerId"] == started["containerId"]
        assert again["jobId"] != started["jobId"]
        container = await api.container(started["containerId"])
        assert container["brief"] == {**BRIEF, "hook": "b"}
        assert container["assets"] == []
        assert (await api.job(started["jobId"]))["result"]["assets"]

    simulate(story)


def test_regenerate_is_refused_while_rendering_and_when_canceled() -> None:
    """Regenerating what is under way or canceled is a conflict about state."""

    async def story(api: Api) -> None:
        started = await api.generate()
        ids = {"containerId": started["containerId"]}
        assert (await api.call("regenerateContent", {}, **ids)).status_code == 409
        await api.call("cancelJob", jobId=started["jobId"])
        refused = await api.call("regenerateContent", {}, **ids)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "CONFLICT"

    simulate(story)


def test_clone_makes_another_container_and_leaves_the_original() -> None:
    """A clone has a new id and the overrides; the original does not change."""

    async def story(api: Api) -> None:
        started = await api.completed()
        ids = {"containerId": started["containerId"]}
        before = await api.container(started["containerId"])
        body = {"sourcePlatformPostId": "post_7301", "overrides": {"hook": "other"}}
        clone = (await api.call("cloneContentFromPost", body, **ids)).json()
        assert clone["containerId"] != started["containerId"]
        assert (await api.container(clone["containerId"]))["brief"]["hook"] == "other"
        assert await api.container(started["containerId"]) == before

    simulate(story)


def test_a_post_that_nobody_tracks_cannot_be_cloned() -> None:
    """Cloning an unknown post is a 404."""

    async def story(api: Api) -> None:
        started = await api.generate()
        body = {"sourcePlatformPostId": "post_0"}
        answer = await api.call("cloneContentFromPost", body, containerId=started["containerId"])
        assert answer.status_code == 404

    simulate(story)


def test_a_gated_container_is_decided_on_once() -> None:
    """A pending container can be approved when it has completed, and not again."""

    async def story(api: Api) -> None:
        started = await api.generate(project=api.world.gated)
        ids = {"containerId": started["containerId"]}
        assert (await api.call("approveContent", **ids)).status_code == 409
        await trio.sleep(RENDER)
        assert (await api.container(ids["containerId"]))["approvalStatus"] == "pending"
        decided = await api.call("approveContent", {"note": "Ship it."}, **ids)
        assert decided.json()["approvalStatus"] == "approved"
        assert (await api.container(ids["containerId"]))["approvalStatus"] == "approved"
        assert (await api.call("rejectContent", {"reason": "no"}, **ids)).status_code == 409

    simulate(story)


def test_a_rejection_starts_the_next_render_in_the_same_step() -> None:
    """Reject with regenerate answers with a job of its own and leaves the container pending."""

    async def story(api: Api) -> None:
        started = await api.completed(project=api.world.gated)
        ids = {"containerId": started["containerId"]}
        body = {"reason": "off brand", "regenerate": True, "patch": {"hook": "calm"}}
        job = (await api.call("rejectContent", body, **ids)).json()["job"]
        assert job["jobId"] != started["jobId"]
        container = await api.container(started["containerId"])
        assert (container["status"], container["approvalStatus"]) == ("queued", "pending")
        assert container["brief"]["hook"] == "calm"

    simulate(story)


def test_a_cancel_ends_a_render_once() -> None:
    """A running job is canceled with 202; after that, and after the end, the answer is 200."""

    async def story(api: Api) -> None:
        started = await api.generate()
        assert (await api.call("cancelJob", jobId=started["jobId"])).status_code == 202
        assert (await api.job(started["jobId"]))["status"] == "canceled"
        late = await api.call("cancelJob", jobId=started["jobId"])
        assert (late.status_code, late.json()["accepted"]) == (200, False)
        done = await api.completed()
        late = await api.call("cancelJob", jobId=done["jobId"])
        assert late.json()["reason"] == "ALREADY_COMPLETED"

    simulate(story)


def test_a_cooperative_cancel_takes_its_time_and_may_lose_the_race() -> None:
    """With a cancel delay the job runs on for a while; a render that is due first wins."""

    async def story(api: Api) -> None:
        early, late = await api.generate(), await api.generate()
        await api.call("cancelJob", jobId=early["jobId"])
        assert (await api.job(early["jobId"]))["status"] == "running"
        await trio.sleep(RENDER - 1)
        assert (await api.job(early["jobId"]))["status"] == "canceled"
        await api.call("cancelJob", jobId=late["jobId"])
        for _ in range(3):
            await trio.sleep(2)
            assert (await api.job(late["jobId"]))["status"] == "completed"

    simulate(story, cancel_delay=3.0)


def test_archive_cancels_what_is_under_way_and_can_be_repeated() -> None:
    """Archiving ends unfinished renders, keeps finished ones, and answers the same again."""

    async def story(api: Api) -> None:
        project = api.world.disposable[0]
        done = await api.completed(project=project)
        running = await api.generate(project=project)
        first = await api.call("archiveProject", projectId=project)
        again = await api.call("archiveProject", projectId=project)
        assert first.json() == again.json()
        assert (await api.container(running["containerId"]))["status"] == "canceled"
        assert (await api.container(done["containerId"]))["status"] == "completed"
        body = {"brief": BRIEF}
        assert (await api.call("generateContent", body, projectId=project)).status_code == 409

    simulate(story)


def test_a_policy_keeps_what_is_set_and_gates_what_comes_after() -> None:
    """A patched policy reads back as set, the rest unchanged, and new containers follow it."""

    async def story(api: Api) -> None:
        ids = {"projectId": api.world.disposable[1]}
        before = (await api.call("getApprovalPolicy", **ids)).json()
        change = {"requiresApproval": True, "autoApproveAfter": "PT48H"}
        after = (await api.call("updateApprovalPolicy", change, **ids)).json()
        assert {**before, **change} == {**after, "updatedAt": before["updatedAt"]}
        assert (await api.call("getApprovalPolicy", **ids)).json() == after
        started = await api.generate(project=ids["projectId"])
        container = await api.container(started["containerId"])
        assert container["approvalStatus"] == "pending"

    simulate(story)


def test_an_unchanged_job_is_304() -> None:
    """A job's ETag is honoured while nothing changes, and changes with the job."""

    async def story(api: Api) -> None:
        started = await api.generate()
        tag = (await api.call("getJob", jobId=started["jobId"])).headers["etag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            same = await api.call(
                "getJob", jobId=started["jobId"], headers={"If-None-Match": known}
            )
            assert (same.status_code, same.content) == (304, b"")
        await trio.sleep(RENDER / 2)
        moved = await api.call("getJob", jobId=started["jobId"], headers={"If-None-Match": tag})
        assert moved.status_code == 200
        assert moved.headers["etag"] != tag

    simulate(story)


@pytest.mark.parametrize("slideshow", [False, True])
def test_a_signed_url_works_until_it_expires(slideshow: bool) -> None:
    """Signed and permanent URLs are served; an expired or altered one is forbidden."""

    async def story(api: Api) -> None:
        chosen = "slideshow_remix" if slideshow else "ugc_remix"
        started = await api.completed({"format": chosen, "brief": BRIEF})
        asset = (await api.container(started["containerId"]))["assets"][-1]
        assert ("durationMs" in asset) is not slideshow
        signed = await api.call(
            "getContentAsset", containerId=started["containerId"], assetId=asset["id"]
        )
        url = signed.json()["url"]
        assert url != asset["url"]
        for good in (url, asset["url"]):
            answer = await api.client.get(good)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == ("image/png" if slideshow else "video/mp4")
        altered = [url[:-1], url.replace("expires=1", "expires=9"), url + "0", url.split("&")[0]]
        for bad in altered:
            assert (await api.client.get(bad)).status_code == 403
        await trio.sleep(3600)
        assert (await api.client.get(url)).status_code == 403
        assert (await api.client.get(asset["url"])).status_code == 200

    simulate(story)


def test_assets_of_unfinished_renders_and_unknown_ones_are_not_there() -> None:
    """An asset can be signed when its container has completed, and only its own."""

    async def story(api: Api) -> None:
        started = await api.completed()
        asset = (await api.container(started["containerId"]))["assets"][0]
        ids = {"containerId": started["containerId"]}
        unknown = await api.call("getContentAsset", assetId="med_0", **ids)
        assert unknown.status_code == 404
        assert (await api.client.get("/_media/med_0")).status_code == 404
        await api.call("regenerateContent", {}, **ids)
        early = await api.call("getContentAsset", assetId=asset["id"], **ids)
        assert early.status_code == 404

    simulate(story)


def test_what_belongs_to_another_organization_is_not_there() -> None:
    """Another organization's key finds nothing, and is told the same as for an unknown id."""

    async def story(api: Api) -> None:
        started = await api.completed()
        other = {"credential": "lk_mock_other"}
        for operation, body in (
            ("getContent", None),
            ("getContentProgress", None),
            ("regenerateContent", {}),
            ("cloneContentFromPost", {"sourcePlatformPostId": "post_7301"}),
            ("approveContent", {}),
            ("rejectContent", {"reason": "x"}),
        ):
            ids = {"containerId": started["containerId"]}
            theirs = await api.call(operation, body, **other, **ids)
            nobody = await api.call(operation, body, containerId="cnt_0")
            assert theirs.status_code == nobody.status_code == 404, operation
            assert theirs.json()["error"]["code"] == nobody.json()["error"]["code"]
        for operation in ("getJob", "cancelJob"):
            assert (await api.call(operation, jobId=started["jobId"], **other)).status_code == 404

    simulate(story)


@pytest.mark.parametrize("credential", [None, "", "lk_mock_own ", "LK_MOCK_OWN", "x" * 5000])
def test_every_operation_asks_for_a_key(credential: str | None) -> None:
    """Without a valid key every operation is 401, whatever else is wrong."""

    async def story(api: Api) -> None:
        ids = {"projectId": "p", "containerId": "c", "jobId": "j", "assetId": "a"}
        for operation in api.contract.operations.values():
            named: dict[str, Any] = {p.name: ids[p.name] for p in operation.path_parameters}
            answer = await api.call(operation.id, credential=credential, **named)
            assert answer.status_code == 401, operation.id

    simulate(story)


def test_a_budget_that_is_spent_is_429_until_the_window_has_passed() -> None:
    """With a tier, calls beyond a class's budget are refused for as long as Retry-After says."""

    async def story(api: Api) -> None:
        limits = api.contract.document.raw["x-rate-limits"]["tiers"]["standard"]
        body = {"brief": BRIEF}
        for _ in range(limits["long-running"]):
            await api.generate()
        refused = await api.call("generateContent", body, projectId=api.world.open)
        assert refused.status_code == 429
        assert refused.headers["x-ratelimit-endpoint-class"] == "long-running"
        assert await api.items()
        await trio.sleep(int(refused.headers["retry-after"]))
        await api.generate()

    simulate(story, rate_limit="standard")
