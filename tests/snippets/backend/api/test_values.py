"""Values that are no values: each is a 422 that says where, and repeats nothing of it."""

import json
from typing import Any

from tests.snippets.backend.shop import Shop, is_problem

NUL, HALF = "a\0b", "a\ud800b"
NOT_NUMBERS: list[Any] = [2**63, -(2**63) - 1, 10**300, 1e308, -1, 1.5, True, "1", None, [], {}]
NOT_NUMBERS += [float("nan"), float("inf")]
NOT_TEXTS: list[Any] = [NUL, HALF, "", "x" * 201, 1, None, ["x"], {"x": "y"}, True]
NOT_ADDRESSES = [
    NUL + "@x",
    "a@b" + HALF,
    "",
    "x",
    "@",
    "a@",
    "@b",
    "a@b@c",
    "a b@c",
    "a" * 254 + "@b",
]
NOT_PASSWORDS: list[Any] = [HALF * 9, "short", "x" * 257, 1, None]
PRODUCT: dict[str, Any] = {"name": "Tea", "price_cents": 1, "stock": 1}
ACCOUNT: dict[str, Any] = {"email": "eve@example.com", "password": "correct horse battery"}
LINE: dict[str, Any] = {"product_id": 1, "quantity": 1}
NOT_LINES: list[Any] = [[], {}, None, [LINE, LINE], [LINE] * 101]
NOT_ORDERS: list[Any] = [[], None, 1, "", {"lines": [LINE], "total": 0}]

BODIES: list[tuple[str, str, Any]] = [
    *(("POST", "/products", PRODUCT | {"name": value}) for value in NOT_TEXTS),
    *(("POST", "/products", PRODUCT | {"price_cents": value}) for value in NOT_NUMBERS),
    *(("POST", "/products", PRODUCT | {"stock": value}) for value in NOT_NUMBERS),
    *(("PATCH", "/products/1", {"version": value}) for value in [0, *NOT_NUMBERS]),
    *(("PATCH", "/products/1", {"version": 1, "name": value}) for value in (NUL, HALF, "", 1)),
    *(("POST", "/accounts", ACCOUNT | {"email": value}) for value in [*NOT_ADDRESSES, 1, None]),
    *(("POST", "/accounts", ACCOUNT | {"password": value}) for value in NOT_PASSWORDS),
    *(("POST", "/tokens", ACCOUNT | {"email": value}) for value in NOT_ADDRESSES),
    *(("POST", "/tokens", ACCOUNT | {"password": value}) for value in (HALF, "x" * 257)),
    *(("POST", "/tokens/refresh", {"refresh_token": value}) for value in (1, None, "x" * 101)),
    *(("POST", "/orders", {"lines": [LINE | {"product_id": one}]}) for one in [0, *NOT_NUMBERS]),
    *(("POST", "/orders", {"lines": [LINE | {"quantity": one}]}) for one in [0, *NOT_NUMBERS]),
    *(("POST", "/orders", {"lines": some}) for some in NOT_LINES),
    *(("POST", "/orders", body) for body in NOT_ORDERS),
]


async def test_no_value_that_cannot_be_stored_gets_in(shop: Shop) -> None:
    headers = await shop.account("staff") | {"Idempotency-Key": "k"}
    headers["Content-Type"] = "application/json"
    for method, path, body in BODIES:
        content = json.dumps(body)
        answer = await shop.client.request(method, path, content=content, headers=headers)
        assert is_problem(answer, 422), (path, body, answer.text)
        assert answer.json()["problems"], (path, body)
        assert "correct horse" not in answer.text


NUMBERS = [0, -1, 2**63, 10**30, "x", "%00", "%ff", "1e3"]
LIMITS = [-1, 0, 101, 2**63, "", "x", "1.5", "%00"]
CURSORS = ["", "x", "%00", "Mw." + "A" * 64, "x" * 300]
PATHS = [
    *(f"/{name}/{number}" for name in ("products", "orders") for number in NUMBERS),
    *(f"/products?limit={limit}" for limit in LIMITS),
    *(f"/products?after={after}" for after in CURSORS),
]


async def test_no_address_is_more_than_it_may_be(shop: Shop) -> None:
    who = await shop.account()
    for path in PATHS:
        answer = await shop.client.get(path, headers=who)
        assert is_problem(answer, 422), (path, answer.text)


async def test_a_key_is_short_and_printable(shop: Shop) -> None:
    who = [(name.encode(), value.encode()) for name, value in (await shop.account()).items()]
    for key in (b"", b" ", b"a b", b"\x80", b"x" * 256):
        headers = [*who, (b"Idempotency-Key", key)]
        answer = await shop.client.post("/orders", json={"lines": [LINE]}, headers=headers)
        assert is_problem(answer, 422), key
    answer = await shop.client.post("/orders", json={"lines": [LINE]}, headers=who)
    assert is_problem(answer, 422)


async def test_what_is_no_json_is_refused(shop: Shop) -> None:
    headers = {"Content-Type": "application/json"}
    for content in (b"\xff{", b"\xfe\xff", b"[" * 5000, b"1" * 5000, b"{", b""):
        answer = await shop.client.post("/tokens", content=content, headers=headers)
        assert answer.status_code in (400, 422), content
        assert is_problem(answer, answer.status_code)


async def test_names_of_what_was_sent_are_cut_and_told_in_ascii(shop: Shop) -> None:
    body = json.dumps({HALF + "x" * 100: 1, "email": 1})
    headers = {"Content-Type": "application/json"}
    answer = await shop.client.post("/tokens", content=body, headers=headers)
    assert is_problem(answer, 422)
    assert answer.content.isascii()
    assert all(len(one["at"]) < 40 for one in answer.json()["problems"])
