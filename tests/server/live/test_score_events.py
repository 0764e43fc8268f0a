"""Scores of an app leave the process as events, without comments if content stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import _logs
from opentelemetry._logs import _internal as logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.util._once import Once

import spanlit as cl
from spanlit.server.config import Config, StorageConfig, TracingConfig
from tests.server.support import chatting, make_app


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryLogRecordExporter]:
    """What the logger provider of the application exports."""
    monkeypatch.setattr(logs, "_LOGGER_PROVIDER", None)
    monkeypatch.setattr(logs, "_LOGGER_PROVIDER_SET_ONCE", Once())
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call] # not typed
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    _logs.set_logger_provider(provider)
    yield exporter
    provider.shutdown()


@pytest.mark.parametrize("export_content", [True, False])
async def test_scores_leave_as_events(
    tmp_path: Path, events: InMemoryLogRecordExporter, export_content: bool
) -> None:
    def define() -> None:
        @cl.on_message
        async def answer(_: cl.Message) -> None:
            cl.score("relevance", 0.5, comment="secret", source="judge", by="gpt-5")
            cl.delete_score("relevance", source="judge", by="gpt-5")
            await cl.Message("42").send()

    config = Config(
        storage=StorageConfig(url="memory:", data_dir=tmp_path),
        tracing=TracingConfig(export_content=export_content),
    )
    async with chatting(make_app(config, define)) as chat:
        answer = await chat.send("?")
        await chat.score(answer.messages[0], 1, "thank you, it is secret")
        await chat.wait_for(lambda state: state.scores)

    judged, rated = (event.log_record for event in events.get_finished_logs())
    assert judged.attributes is not None
    assert rated.attributes is not None
    assert judged.span_id == int(answer.turn.span_id, 16)
    assert judged.attributes["spanlit.score.by"] == "gpt-5"
    assert rated.span_id == int(answer.messages[0].id, 16)
    assert rated.attributes["gen_ai.evaluation.score.value"] == 1
    assert rated.attributes["gen_ai.conversation.id"] == chat.thread_id
    assert "spanlit.score.by" not in rated.attributes
    assert ("secret" in str([judged.attributes, rated.attributes])) == export_content
