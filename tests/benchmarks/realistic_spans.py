"""Spans as an agent makes them, for benchmarks: deterministic, in the order of their start.

A trace is a turn with, on average, three steps below it: retrieval, model calls and tools. About
fifteen attributes a span; model calls read 1 to 4 kB, most of it a system prompt and a history
that the calls of a thread share, and the turn repeats the last answer. Three in a hundred turns
fail, two in a hundred threads are Chinese, words follow Zipf's law.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import orjson

from spanlit.storage.models import Thread
from spanlit.tracing.record import ENDED_VERSION, SpanRecord
from spanlit.tracing.types import AttributeValue, Kind

DAY_NS = 86_400 * 10**9
SECOND_NS = 10**9
MS_NS = 10**6
SPANS_PER_TRACE = 4
TURNS_PER_THREAD = 5
OPEN_THREADS = 400
USERS = 5_000
SEED = 7

MODELS = (
    ("openai", "gpt-4o", 2.5, 10.0),
    ("openai", "gpt-4o-mini", 0.15, 0.6),
    ("openai", "gpt-5-mini", 0.25, 2.0),
    ("anthropic", "claude-sonnet-4-5", 3.0, 15.0),
    ("anthropic", "claude-haiku-4-5", 1.0, 5.0),
    ("google", "gemini-2.5-flash", 0.3, 2.5),
    ("mistral", "mistral-large-latest", 2.0, 6.0),
    ("ollama", "llama3.1:8b", 0.0, 0.0),
)
"""Provider, name, and dollars per million tokens read and written."""
MODEL_WEIGHTS = (20, 25, 12, 16, 10, 10, 4, 3)
TOOLS = ("search_orders", "get_weather", "create_ticket", "sql_query", "send_email", "calculator")
PLANS = ("free", "pro", "team", "enterprise")
SYLLABLES = "ba be co da de el en er fi ga ha in is ka la le lo ma me mi na ne no on or pa per"
CHINESE = "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去"


class Texts:
    """Sentences of which texts are put together."""

    def __init__(self, rng: random.Random, words: int = 20_000, sentences: int = 40_000) -> None:
        syllables = SYLLABLES.split()
        known: set[str] = set()
        while len(known) < words:
            known.add("".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3, 3, 4)))))
        self.words = sorted(known, key=lambda word: (len(word), word))
        weights = list(itertools.accumulate(1 / rank**1.05 for rank in range(1, words + 1)))
        self._sentences = [
            " ".join(rng.choices(self.words, cum_weights=weights, k=rng.randint(7, 18)))
            .capitalize()
            .replace("\n", " ")
            + ". "
            for _ in range(sentences)
        ]
        self._chinese = ["".join(rng.choices(CHINESE, k=24)) + "。" for _ in range(5_000)]

    def make(self, rng: random.Random, size: int, *, chinese: bool) -> str:
        """A text of about `size` bytes."""
        if chinese:
            return "".join(rng.choices(self._chinese, k=max(1, size // 75)))
        return "".join(rng.choices(self._sentences, k=max(1, size // 70)))


@dataclass(slots=True)
class _Conversation:
    id: str
    user: int
    model: int
    chinese: bool
    system: str
    turns: int = 0
    history: list[str] = field(default_factory=list)


class RealisticSpans:
    """About `spans` spans over `days` days that end at `until_ns`.

    Iterating yields turns: the list of spans of each.
    """

    def __init__(self, spans: int, *, until_ns: int, days: int = 30, seed: int = SEED) -> None:
        self.traces = spans // SPANS_PER_TRACE
        self.since_ns = until_ns - days * DAY_NS
        self._step_ns = days * DAY_NS // self.traces
        self._rng = random.Random(seed)
        self.texts = Texts(self._rng)
        self._systems = [self.texts.make(self._rng, 600, chinese=False) for _ in range(20)]
        self._open: list[_Conversation] = []
        self.threads: list[Thread] = []
        """Threads that were begun and not yet taken away by the reader."""
        self.text_bytes = 0

    def __iter__(self) -> Iterator[list[SpanRecord]]:
        for number in range(self.traces):
            start_ns = self.since_ns + number * self._step_ns
            yield self._turn(self._conversation(start_ns), start_ns)

    def _conversation(self, now_ns: int) -> _Conversation:
        rng = self._rng
        if len(self._open) == OPEN_THREADS or (self._open and rng.random() < 0.8):
            place = rng.randrange(len(self._open))
            if self._open[place].turns < TURNS_PER_THREAD:
                return self._open[place]
            del self._open[place]
        new = _Conversation(
            id=f"{rng.getrandbits(128):032x}",
            user=int(rng.random() ** 2 * USERS),
            model=rng.choices(range(len(MODELS)), MODEL_WEIGHTS)[0],
            chinese=rng.random() < 0.02,
            system=rng.choice(self._systems),
        )
        self._open.append(new)
        self.threads.append(Thread(new.id, f"user-{new.user:05}", "Thread", now_ns, now_ns))
        return new

    def _turn(self, chat: _Conversation, start_ns: int) -> list[SpanRecord]:
        chat.turns += 1
        question = self._text(60, 400, chat)
        turn = _Turn(self, chat, start_ns, question)
        spans = turn.spans(fails=self._rng.random() < 0.03)
        chat.history += [question, spans[0].output[:900]]
        del chat.history[:-4]
        self.text_bytes += sum(len(span.input) + len(span.output) for span in spans)
        return spans

    def _text(self, shortest: int, longest: int, chat: _Conversation) -> str:
        size = self._rng.randint(shortest, longest)
        return self.texts.make(self._rng, size, chinese=chat.chinese)


class _Turn:
    """The spans of one turn, one after the other."""

    def __init__(
        self, maker: RealisticSpans, chat: _Conversation, start_ns: int, question: str
    ) -> None:
        self._maker, self._chat, self._question = maker, chat, question
        self._rng = maker._rng
        self._now_ns = start_ns + 2 * MS_NS
        self._user = f"user-{chat.user:05}"
        self._common: dict[str, AttributeValue] = {
            "user.id": self._user,
            "session.id": chat.id,
            "gen_ai.conversation.id": chat.id,
            "user.plan": PLANS[chat.user % 4],
            "app.release": "2026.11.2",
        }
        self._root = SpanRecord(
            trace_id=f"{self._rng.getrandbits(128):032x}",
            span_id=f"{self._rng.getrandbits(64):016x}",
            name="turn",
            kind="turn",
            start_time_ns=start_ns,
            version=ENDED_VERSION,
            thread_id=chat.id,
            user_id=self._user,
            process_id="bench",
            scope_name="spanlit",
            resource={"service.name": "bench", "service.version": "1.4.2", "process.pid": 4100},
        )

    def spans(self, *, fails: bool) -> list[SpanRecord]:
        rng = self._rng
        spans = [self._retrieval()] if rng.random() < 0.6 else []
        calls = rng.choices((1, 2, 3), (0.45, 0.40, 0.15))[0]
        for call in range(1, calls + 1):
            spans.append(self._model_call(fails=fails and call == calls, last=call == calls))
            if call < calls:
                spans.append(self._tool())
        tags: list[AttributeValue] = ["chat", PLANS[self._chat.user % 4]]
        if rng.random() < 0.001:
            tags.append("rare")
        root = replace(
            self._root,
            end_time_ns=self._now_ns + MS_NS,
            status="error" if fails else "ok",
            status_message="turn failed" if fails else "",
            input=self._question,
            output=spans[-1].output,
            attributes={
                **self._common,
                "spanlit.kind": "turn",
                "spanlit.step.tags": tags,
                "http.route": "/chat",
                "http.response.status_code": 500 if fails else 200,
                "client.address": f"10.0.{rng.randrange(256)}.{rng.randrange(256)}",
                "network.protocol.version": "1.1",
                "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0",
                "browser.language": "zh-CN" if self._chat.chinese else "en-US",
                "app.turn": self._chat.turns,
            },
        )
        return [root, *spans]

    def _step(self, kind: Kind, name: str, duration_ns: int) -> SpanRecord:
        start_ns = self._now_ns
        self._now_ns += duration_ns
        return replace(
            self._root,
            span_id=f"{self._rng.getrandbits(64):016x}",
            parent_span_id=self._root.span_id,
            name=name,
            kind=kind,
            status="ok",
            start_time_ns=start_ns,
            end_time_ns=self._now_ns,
        )

    def _retrieval(self) -> SpanRecord:
        rng = self._rng
        span = self._step("retrieval", "search knowledge_base", int(rng.gammavariate(3, 10e6)))
        found = [
            {"id": f"{rng.getrandbits(32):08x}", "score": round(rng.random(), 4), "text": text}
            for text in (self._maker._text(300, 500, self._chat) for _ in range(3))
        ]
        span.input, span.output = self._question, orjson.dumps(found).decode()
        span.document_count = 3
        span.attributes = {
            **self._common,
            "db.system.name": "qdrant",
            "db.collection.name": "knowledge_base",
            "db.operation.name": "search",
            "db.query.top_k": 3,
            "server.address": "qdrant",
            "server.port": 6333,
            "retrieval.score.max": round(rng.random(), 4),
            "db.response.returned_rows": 3,
        }
        return span

    def _model_call(self, *, fails: bool, last: bool) -> SpanRecord:
        rng, chat = self._rng, self._chat
        provider, model, read_price, write_price = MODELS[chat.model]
        asked = orjson.dumps(
            [
                {"role": "system", "content": chat.system},
                {"role": "history", "content": "".join(chat.history)[-2_600:]},
                {"role": "user", "content": self._question},
            ]
        ).decode()
        answer = "" if fails else self._maker._text(900, 4_000, chat)
        read, written = len(asked) // 4, len(answer) // 4
        duration_ns = int((0.3 + written / 90) * SECOND_NS * rng.gammavariate(8, 1 / 8))
        span = self._step("llm", f"chat {model}", duration_ns)
        span.input, span.output = asked, answer
        span.provider, span.model = provider, model
        span.input_tokens, span.output_tokens = read, written
        span.cached_tokens = read // 2
        span.cost_usd = (read * read_price + written * write_price) / 1e6
        span.ttft_ms = min(rng.gammavariate(6, 70), duration_ns / MS_NS)
        if fails:
            span.status, span.status_message = "error", "RateLimitError: 429 too many requests"
        span.attributes = {
            **self._common,
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.response.model": f"{model}-2026-01-01",
            "gen_ai.request.temperature": rng.choice((0.0, 0.2, 0.7, 1.0)),
            "gen_ai.request.max_tokens": 2_048,
            "gen_ai.request.stream": True,
            "gen_ai.response.id": f"chatcmpl-{rng.getrandbits(96):024x}",
            "gen_ai.response.finish_reasons": ["stop" if last else "tool_calls"],
            "gen_ai.usage.input_tokens": read,
            "gen_ai.usage.output_tokens": written,
            "server.address": f"api.{provider}.com",
            "server.port": 443,
        }
        return span

    def _tool(self) -> SpanRecord:
        rng = self._rng
        tool, fails = rng.choice(TOOLS), rng.random() < 0.04
        span = self._step("tool", tool, int(rng.gammavariate(2, 120e6)))
        span.input = orjson.dumps({"query": self._question[:80], "limit": 10}).decode()
        span.output = self._maker._text(150, 800, self._chat)
        if fails:
            span.status, span.status_message = "error", "ToolError: upstream timeout"
        span.attributes = {
            **self._common,
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.id": f"call_{rng.getrandbits(80):020x}",
            "gen_ai.tool.type": "function",
            "http.request.method": "POST",
            "url.full": f"https://tools.internal/{tool}",
            "http.response.status_code": 504 if fails else 200,
            "retry.count": int(fails),
            "server.address": "tools.internal",
        }
        return span


def start_row(span: SpanRecord) -> SpanRecord | None:
    """The row that was written while the span was open; None if it was too short for one."""
    if span.duration_ns < SECOND_NS:
        return None
    return replace(
        span,
        end_time_ns=None,
        version=0,
        status="running",
        status_message="",
        output="",
        input_tokens=0,
        output_tokens=0,
        cost_usd=0.0,
        ttft_ms=0.0,
    )
