"""A local server that speaks the part of OpenAI's protocol that the assistant uses."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse


@dataclass
class FakeModel:
    """Answers with `replies`, one per request, and keeps what it was asked."""

    replies: list[str]
    requests: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/models")
        def models() -> dict[str, Any]:
            return {"object": "list", "data": [{"id": "tiny", "object": "model", "created": 0}]}

        @app.post("/v1/chat/completions")
        def complete(request: dict[str, Any]) -> Response:
            self.requests.append(request)
            if not self.replies:
                return JSONResponse({"error": {"message": "out of words"}}, 400)
            chunks = _stream(self.replies.pop(0))
            return StreamingResponse(chunks, media_type="text/event-stream")

        return app


@contextmanager
def serving(model: FakeModel) -> Iterator[FakeModel]:
    """Serve `model` on a free port while this is entered."""
    started = Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(model.app(), port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    started.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    model.base_url = f"http://127.0.0.1:{port}/v1"
    try:
        yield model
    finally:
        server.should_exit = True
        thread.join()


async def _stream(reply: str) -> AsyncIterator[str]:
    words = reply.split(" ")
    for number, word in enumerate(words):
        delta = {"role": "assistant", "content": word if number == 0 else f" {word}"}
        yield _event(choices=[{"index": 0, "delta": delta, "finish_reason": None}])
    usage = {"prompt_tokens": 100, "completion_tokens": len(words), "total_tokens": 0}
    yield _event(choices=[], usage=usage)
    yield "data: [DONE]\n\n"


def _event(**fields: Any) -> str:
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "tiny-2026"}
    return f"data: {json.dumps({**chunk, **fields})}\n\n"
