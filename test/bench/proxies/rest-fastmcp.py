"""FastMCP's server of the same API: `/mcp`, and `/cpu`, its CPU time in microseconds."""

import json
import pathlib
import socket
import sys
import time

import httpx2
import uvicorn
from fastmcp import FastMCP
from starlette.responses import PlainTextResponse

origin = sys.argv[1]
document = json.loads((pathlib.Path(__file__).parent.parent / "rest-document.json").read_text())
client = httpx2.AsyncClient(base_url=origin)
server = FastMCP.from_openapi(openapi_spec=document, client=client, name="orders")


@server.custom_route("/cpu", methods=["GET"])
async def cpu(_request):
    return PlainTextResponse(str(round(time.process_time() * 1e6)))


app = server.http_app(path="/mcp", stateless_http=True, json_response=True)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
