"""The connection to the MCP server of `mcp_server.py`, one per app, shared by all chats."""

import asyncio
import contextvars
import sys
from pathlib import Path
from typing import Any

from errors import ToolCallError
from mcp import Client, MCPError, StdioServerParameters
from mcp_server import Contents, Hit, SectionText
from opentelemetry import trace

import spanlit as cl
from spanlit.tracing import attributes

SERVER = Path(__file__).with_name("mcp_server.py")


class DocsClient:
    """Calls the tools of the MCP server; each call is a step of type `tool`.

    The server is started by `start()` or the first use, and again by the first use after it died.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection: Connection | None = None

    def start(self) -> None:
        """Start the server, so that the first question need not wait for it."""
        self._connect()

    async def contents(self) -> Contents:
        """What the server has read.

        Raises:
            ToolCallError: the folder is missing or holds no document.
        """
        client = await self._client()
        try:
            result = await client.read_resource("docs://contents")
        except MCPError as error:
            await self.close()
            raise ToolCallError(str(error)) from error
        return Contents.model_validate_json(getattr(result.contents[0], "text", ""))

    async def search(self, query: str, limit: int = 5) -> list[Hit]:
        """Sections that fit `query`, the best first."""
        found = await self._call("search", {"query": query, "limit": limit})
        return [Hit.model_validate(hit) for hit in found["result"]]

    async def read_section(self, section: str) -> SectionText:
        """The section with this id or exact title.

        Raises:
            ToolCallError: there is no such section.
        """
        return SectionText.model_validate(await self._call("read_section", {"section": section}))

    async def close(self) -> None:
        """Stop the server."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def _call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        async with cl.Step(name=tool, type="tool") as step:
            step.input = arguments
            client = await self._client()
            try:
                result = await client.call_tool(tool, arguments)
            except MCPError as error:
                await self.close()
                raise ToolCallError(f"The MCP server went away ({error}). Ask again.") from error
            if result.is_error:
                text = " ".join(getattr(part, "text", "") for part in result.content)
                raise ToolCallError(text.removeprefix(f"Error executing tool {tool}: "))
            found = result.structured_content or {}
            step.output = found
            documents = found.get("result", [found])
            trace.get_current_span().set_attribute(attributes.DOCUMENT_COUNT, len(documents))
            return found

    async def _client(self) -> Client:
        connection = self._connect()
        try:
            return await connection.ready()
        except Exception as error:
            self._connection = None
            raise ToolCallError(f"The MCP server did not start: {error}") from error

    def _connect(self) -> "Connection":
        if self._connection is None:
            self._connection = Connection(self.folder)
        return self._connection


class Connection:
    """A task that owns an MCP client: its cancel scopes must open and close in one task."""

    def __init__(self, folder: Path) -> None:
        self._closing = asyncio.Event()
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        # An empty context: the connection outlives the turn that happened to need it first.
        self._task = asyncio.create_task(self._run(folder), context=contextvars.Context())

    async def ready(self) -> Client:
        """The client, as soon as the server has answered for the first time."""
        return await asyncio.shield(self._ready)

    async def close(self) -> None:
        self._closing.set()
        await self._task

    async def _run(self, folder: Path) -> None:
        server = StdioServerParameters(command=sys.executable, args=[str(SERVER), str(folder)])
        try:
            async with Client(server) as client:
                await client.list_tools()
                # The first call takes half a second more: the client loads its validator.
                await client.call_tool("search", {"query": "documentation"})
                self._ready.set_result(client)
                await self._closing.wait()
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
