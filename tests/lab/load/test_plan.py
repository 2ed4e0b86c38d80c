"""A load is bounded in time, in number and to this machine, before the first request."""

import pytest

from lab.load import Closed, Fixed, Plan, Poisson, Request
from lab.load.plan import from_json, to_json

URL = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:80",
        "http://example.com:80",
        "http://localhost:80",  # whose address is the resolver's choice
        "https://127.0.0.1:443",
        "http://127.0.0.1",
        "http://0.0.0.0:80",
        "http://127.0.0.1.example.com:80",
        "http://127.0.0.1:80@192.0.2.1:80",
        "",
    ],
)
def test_load_goes_to_this_machine_only(url: str) -> None:
    with pytest.raises(ValueError, match="load goes to this machine only"):
        Plan(url, Fixed(1), seconds=1)


@pytest.mark.parametrize("url", [URL, "http://127.1.2.3:80", "http://[::1]:80"])
def test_every_loopback_address_is_this_machine(url: str) -> None:
    assert Plan(url, Fixed(1), seconds=1).address[1] in (80, 8000)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (lambda: Plan(URL, Fixed(1), seconds=601), "at most 600 s"),
        (lambda: Plan(URL, Fixed(1), seconds=600, settle_s=1), "at most 600 s"),
        (lambda: Plan(URL, Fixed(1), seconds=0), "more than 0"),
        (lambda: Plan(URL, Fixed(100_000), seconds=11), "1,100,000 requests are more than"),
        (lambda: Plan(URL, Poisson(0), seconds=1), "rate is 0, not a positive number"),
        (lambda: Plan(URL, Poisson(float("nan")), seconds=1), "rate is nan"),
        (lambda: Plan(URL, Closed(901), seconds=1), "clients is 901: between 1 and 900"),
        (lambda: Plan(URL, Fixed(1), seconds=1, connections=0), "connections is 0"),
        (lambda: Plan(URL, Closed(1, think_s=-1), seconds=1), "think_s is negative"),
        (lambda: Plan(URL, Fixed(1), seconds=1, timeout_s=0), "timeout_s"),
        (lambda: Plan(URL, Fixed(1), seconds=1, lag_bound_s=0), "lag_bound_s"),
        (lambda: Plan(URL, Fixed(1), seconds=1, requests=()), "without requests"),
    ],
)
def test_a_load_without_bounds_is_refused(plan: object, sentence: str) -> None:
    assert callable(plan)
    with pytest.raises(ValueError, match=sentence):
        plan()


@pytest.mark.parametrize("arrivals", [Poisson(5.5), Fixed(3), Closed(2, think_s=0.1)])
def test_a_plan_reaches_the_generator_as_it_is(arrivals: Poisson | Fixed | Closed) -> None:
    request = Request("/a?b=1", "POST", (("X-A", "b"), ("X-A", "c")), "{}")
    plan = Plan(URL, arrivals, seconds=2, requests=(request, Request()), settle_s=1, seed=7)
    assert from_json(to_json(plan)) == plan


def test_a_request_is_sent_as_http() -> None:
    request = Request("/a", "POST", (("X-Name", "x"),), "é")
    assert request.encoded("h:1") == (
        b"POST /a HTTP/1.1\r\nHost: h:1\r\nX-Name: x\r\nContent-Length: 2\r\n\r\n\xc3\xa9"
    )
    assert Request().encoded("h:1") == b"GET / HTTP/1.1\r\nHost: h:1\r\n\r\n"
