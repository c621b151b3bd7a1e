"""The fixtures are found by installation alone, cost nothing until they are used, and keep tests apart."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

INI = "[pytest]\naddopts = --strict-markers -p no:cacheprovider -p no:schemathesis\nfilterwarnings = error\n"
HEAVY = ("starlette", "uvicorn", "jsonschema_rs", "httpx", "PIL", "av", "attr", "legnext_client.client")

ASYNC_PLUGIN = """
    import asyncio
    import inspect

    import pytest


    def pytest_configure(config):
        config.loops = asyncio.Runner()
        config.addinivalue_line("markers", "in_a_loop: run by this plugin")


    def pytest_unconfigure(config):
        config.loops.close()


    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem):
        if inspect.iscoroutinefunction(pyfuncitem.function):
            names = inspect.signature(pyfuncitem.function).parameters
            pyfuncitem.config.loops.run(pyfuncitem.function(**{name: pyfuncitem.funcargs[name] for name in names}))
            return True
"""
"""What the plugins for asyncio do: one event loop, kept from test to test."""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(INI)
    return pytester


def test_the_marker_is_explained(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.legnext(?*settings): settings of the mock server*"])


def test_a_run_that_does_not_use_it_loads_nothing(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other plugins of this installation load httpx themselves, so that only ours is loaded.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makepyfile(
        f"""
        import sys

        def test_nothing_is_loaded(request):
            assert request.config.pluginmanager.has_plugin("legnext_client")
            loaded = {{name.partition(".")[0] for name in sys.modules}} | set(sys.modules)
            assert not loaded & set({HEAVY!r})
            ours = {{name for name in loaded if name.startswith("legnext_client")}}
            assert ours == {{"legnext_client", "legnext_client._version", "legnext_client.pytest_plugin"}}

        def test_it_is_there_all_the_same(legnext_mock):
            assert legnext_mock.balance > 0
            assert "legnext_client.testing" in sys.modules
        """
    )
    project.runpytest_subprocess("-p", "legnext_client").assert_outcomes(passed=2)


def test_tests_do_not_see_each_others_jobs(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        seen = set()

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_it_is_alone(number, legnext_client, legnext_mock):
            assert not legnext_mock.jobs and not legnext_mock.ledger and not len(legnext_mock.faults)
            legnext_mock.jobs.add("a-job")
            legnext_mock.faults.add("job_fails", times=5)
            legnext_client.midjourney.diffusion(text="a fox")
            seen.add(id(legnext_mock))
            assert len(legnext_mock.jobs) == 2
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=3)


def test_nearer_markers_count_setting_by_setting(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.legnext(credits=1000, points=5)

        @pytest.mark.legnext(credits=300, faults=["at_once"])
        class TestClass:
            def test_of_the_class(self, legnext_mock, legnext_client):
                assert legnext_mock.balance == 305
                assert legnext_client.midjourney.diffusion(text="a fox").done

            @pytest.mark.legnext(credits=100, faults=[])
            def test_of_its_own(self, legnext_mock, legnext_client):
                assert legnext_mock.balance == 105
                assert not legnext_client.midjourney.diffusion(text="a fox").done

        def test_of_the_module(legnext_mock):
            assert legnext_mock.balance == 1005
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=3)


WRONG = {
    "creditz=5": "creditz is not a setting; use seed, credits, *, faults.",
    "500": "settings must have names, as in credits=500; got 500.",
    "plan='gold'": 'plan: "gold" is not one of "pro" or "free".',
    "credits='many'": 'credits: "many" is not of type "integer".',
    "time_scale=0": "time_scale: 0 is less than or equal to the minimum of 0.",
    "keys='secret'": 'keys: "secret" is not of type "array".',
    "faults='close_after'": "faults must be a list of names or of dicts; got 'close_after'.",
    "faults=[7]": "faults must be a list of names or of dicts; got [[]7].",
    "faults=['close_afterwards']": "'close_afterwards' is not a fault; choose from close_before, *",
    "faults=[{'name': 'html', 'rate': 7}]": "rate: 7 is greater than the maximum of 1.",
    "faults=[{'name': 'html', 'often': 7}]": "Faults.add() got an unexpected keyword argument 'often'",
}


def test_a_marker_that_cannot_be_is_explained_in_one_line(project: pytest.Pytester) -> None:
    tests = (
        f"@pytest.mark.legnext({arguments})\ndef test_{number}(legnext_client): ...\n"
        for number, arguments in enumerate(WRONG)
    )
    project.makepyfile("import pytest\n\n" + "".join(tests))
    result = project.runpytest_inprocess()
    result.assert_outcomes(errors=len(WRONG))
    result.stdout.fnmatch_lines([f"@pytest.mark.legnext: {said}" for said in WRONG.values()])
    result.stdout.no_fnmatch_line("*Traceback*")


ASYNC_TESTS = """
    import asyncio

    import pytest

    {setting}

    clients = []


    @{marker}
    async def test_waiting(async_legnext_client, legnext_mock):
        job = await async_legnext_client.midjourney.diffusion(text="a fox")
        assert (await job.wait()).ok
        assert (await asyncio.gather(*[async_legnext_client.tasks.get(job.job_id) for _ in range(3)]))[0].ok
        clients.append(async_legnext_client)


    @{marker}
    async def test_it_was_closed_and_the_next_is_another(async_legnext_client):
        assert clients[0] is not async_legnext_client
        with pytest.raises(Exception, match="closed"):
            await clients[0].account.balance()
        assert (await async_legnext_client.account.balance()).available_credits


    @{marker}
    async def test_it_may_be_closed_by_the_test(async_legnext_client):
        async with async_legnext_client as client:
            await client.account.balance()


    def test_without_a_coroutine(async_legnext_client, legnext_client):
        assert legnext_client.account.balance().available_credits
"""
ANYIO = "@pytest.fixture\n    def anyio_backend():\n        return 'asyncio'\n"


def test_async_tests_run_with_anyio(project: pytest.Pytester) -> None:
    project.makepyfile(ASYNC_TESTS.format(marker="pytest.mark.anyio", setting=ANYIO))
    project.runpytest_inprocess().assert_outcomes(passed=4)


def test_async_tests_run_with_a_plugin_that_keeps_its_event_loop(project: pytest.Pytester) -> None:
    project.makeconftest(ASYNC_PLUGIN)
    project.makepyfile(ASYNC_TESTS.format(marker="pytest.mark.in_a_loop", setting=""))
    project.runpytest_inprocess("-p", "no:anyio").assert_outcomes(passed=4)


def test_without_such_a_plugin_the_sync_fixtures_work(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(legnext_client, async_legnext_client): assert legnext_client.account.balance()\n")
    project.runpytest_inprocess("-p", "no:anyio").assert_outcomes(passed=1)


def test_the_event_loop_of_the_thread_is_left_alone(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import asyncio

        import pytest

        @pytest.fixture(scope="module", autouse=True)
        def loop():
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            yield loop
            loop.close()

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(turn, loop, async_legnext_client):
            assert asyncio.get_event_loop_policy().get_event_loop() is loop
            assert loop.run_until_complete(async_legnext_client.account.balance()).available_credits
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_mock_on_a_socket_has_no_shared_async_client_and_says_why(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.legnext(in_process=False)

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        def test_refused(async_legnext_client): ...

        @pytest.mark.anyio
        async def test_as_it_says(legnext_mock):
            async with legnext_mock.async_client() as client:
                assert (await client.account.balance()).available_credits
        """
    )
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*write `async with legnext_mock.async_client() as client:` in the test.*"])


def test_a_scenario_is_found_next_to_the_test(project: pytest.Pytester) -> None:
    project.makefile(".yaml", start="credits: 50\njobs: [{job_id: a}]\nfaults: [rate_limit]")
    project.makepyfile(
        """
        import pytest

        @pytest.mark.legnext(scenario="start.yaml")
        def test_it(legnext_mock):
            assert legnext_mock.balance == 50
            assert list(legnext_mock.jobs) == ["a"]
            assert [fault.name for fault in legnext_mock.faults] == ["rate_limit"]

        @pytest.mark.legnext(scenario="start.yaml", credits=7)
        def test_the_marker_wins(legnext_mock):
            assert legnext_mock.balance == 7

        @pytest.mark.legnext(scenario="missing.yaml")
        def test_none(legnext_mock):
            pass
        """
    )
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.legnext: *missing.yaml*"])
