"""A client on the Python SDK, line 1.x or 2.x, that does what it is told line by line.

A line on stdin is an order, a line on stdout is its outcome. Each session has a task of its own and
takes its orders one after the other. Every order ends in time: what does not is its own kind of error.
"""

import functools
import json
import os
import sys
from contextlib import asynccontextmanager

import anyio
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

try:
    # Line 2.x.
    from mcp import Client
except ImportError:
    Client = None
    from mcp import ClientSession


@asynccontextmanager
async def connected_v1(transport, url):
    open_transport = sse_client if transport == "sse" else streamable_http_client
    async with open_transport(url) as streams, ClientSession(*streams[:2]) as session:
        await session.initialize()
        yield session


@asynccontextmanager
async def connected_v2(transport, url):
    # By default it takes no event over 1 MiB. Over the older transport that cannot be changed.
    streamable_http = functools.partial(streamable_http_client, max_sse_event_size=None)
    open_transport = sse_client if transport == "sse" else streamable_http
    async with Client(open_transport(url)) as client:
        yield client


connected = connected_v2 if Client else connected_v1


async def do(session, order):
    if order["do"] == "list":
        return {"tools": [tool.name for tool in (await session.list_tools()).tools]}
    result = await session.call_tool(order["name"], order["arguments"])
    wire = result.model_dump(mode="json", by_alias=True)
    return {
        "isError": bool(wire.get("isError")),
        "text": "".join(content["text"] for content in wire["content"]),
    }


def reply(order, outcome):
    print(json.dumps({"id": order["id"], **outcome}), flush=True)


def failure(error):
    """The error, or what a group of errors has inside."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return {"error": {"kind": "error", "type": type(error).__name__, "message": str(error)}}


def timeout(order):
    message = f"{order['do']} did not end within {order['seconds']} s"
    return {"error": {"kind": "timeout", "type": "TimeoutError", "message": message}}


async def serve(orders):
    """One session: the first order connects it. Where it ends by itself, each later order fails."""
    order = await anext(orders)
    end = {"error": {"kind": "error", "type": "Closed", "message": "The session is closed"}}
    try:
        scope = anyio.CancelScope(deadline=anyio.current_time() + order["seconds"])
        with scope:
            async with connected(order["transport"], order["url"]) as session:
                scope.deadline = float("inf")
                reply(order, {"result": {}})
                async for order in orders:
                    if order["do"] == "close":
                        # What closing takes counts as well.
                        scope.deadline = anyio.current_time() + order["seconds"]
                        break
                    await obey(session, order)
        end = timeout(order) if scope.cancelled_caught else {"result": {}}
    except Exception as error:
        end = failure(error)
    # The one under way, unless it has had its reply; nobody waits for a second one.
    reply(order, end)
    async for order in orders:
        reply(order, {"result": {}} if order["do"] == "close" else end)


async def obey(session, order):
    try:
        with anyio.fail_after(order["seconds"]):
            outcome = {"result": await do(session, order)}
    except TimeoutError:
        outcome = timeout(order)
    except Exception as error:
        outcome = failure(error)
    reply(order, outcome)


async def main():
    sessions = {}
    async with anyio.create_task_group() as tasks:
        async for line in anyio.wrap_file(sys.stdin):
            order = json.loads(line)
            if order["session"] not in sessions:
                sessions[order["session"]], orders = anyio.create_memory_object_stream(float("inf"))
                tasks.start_soon(serve, orders)
            sessions[order["session"]].send_nowait(order)
        # Whoever gave the orders is gone.
        os._exit(0)


anyio.run(main)
