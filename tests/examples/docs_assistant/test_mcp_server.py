"""The real server in its own process, through the real client."""

import sys
from pathlib import Path

import mcp_server
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import CallToolResult, TextContent


def parameters(folder: Path) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=[mcp_server.__file__, str(folder)])


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "guide.md").write_text("# Guide\nRead me.\n## Stop\nPress the stop button.\n")
    return tmp_path


async def test_search_and_read(folder: Path) -> None:
    async with Client(parameters(folder)) as client:
        tools = await client.list_tools()
        found = await client.call_tool("search", {"query": "stop button"})
        hit = found.structured_content["result"][0]
        read = await client.call_tool("read_section", {"section": hit["id"]})

    assert [tool.name for tool in tools.tools] == ["search", "read_section"]
    assert hit["title"] == "Stop"
    assert read.structured_content == {
        "id": "guide.md#stop",
        "trail": ["Guide", "Stop"],
        "path": "guide.md",
        "line": 3,
        "text": "Press the stop button.",
    }


async def test_a_title_that_does_not_exist_is_refused_with_similar_ones(folder: Path) -> None:
    async with Client(parameters(folder)) as client:
        result = await client.call_tool("read_section", {"section": "Guidance"})

    assert result.is_error
    assert text_of(result).endswith('There is no section "Guidance". Similar titles: Guide.')


async def test_a_missing_folder_is_told_by_tools_and_by_the_resource(tmp_path: Path) -> None:
    async with Client(parameters(tmp_path / "nowhere")) as client:
        result = await client.call_tool("search", {"query": "stop"})
        with pytest.raises(MCPError, match="There is no folder"):
            await client.read_resource("docs://contents")

    assert result.is_error
    assert "There is no folder" in text_of(result)
