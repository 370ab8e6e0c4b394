"""The door that counts requests by address: whoever has a network of addresses has one account, and forgetting others
gives nobody a fresh one."""

from __future__ import annotations

from starlette.requests import Request

from bot.chat.limits import Door


def _from(address: str, **headers: str) -> Request:
    named = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    return Request({"type": "http", "client": (address, 1), "headers": named})


async def test_a_network_of_addresses_is_one_party() -> None:
    door = Door(2, ())
    assert [await door.admits(_from(f"2001:db8:1:2::{n}")) for n in range(3)] == [True, True, False]
    assert await door.admits(_from("2001:db8:1:3::1"))


async def test_many_other_addresses_give_nobody_a_fresh_account() -> None:
    door = Door(1, (), remembered=3)
    assert await door.admits(_from("192.0.2.1")) and not await door.admits(_from("192.0.2.1"))
    for n in range(10):
        assert await door.admits(_from(f"198.51.100.{n}"))
    assert not await door.admits(_from("192.0.2.1"))


async def test_behind_a_trusted_proxy_the_client_counts() -> None:
    door = Door(1, ("10.0.0.1",))
    assert await door.admits(_from("10.0.0.1", x_forwarded_for="192.0.2.1"))
    assert await door.admits(_from("10.0.0.1", x_forwarded_for="192.0.2.2"))
    assert not await door.admits(_from("10.0.0.1", x_forwarded_for="192.0.2.1"))
