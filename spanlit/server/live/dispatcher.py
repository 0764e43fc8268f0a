"""Carries out the commands of clients."""

import asyncio
import logging
import time
from contextvars import Context
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from spanlit.server.chat.feedback import Feedback
from spanlit.server.chat.session import Turn
from spanlit.storage.models import Score
from spanlit.storage.writer import Writer

from .commands import (
    Command,
    CommandError,
    MessageSend,
    Reply,
    ScoreDelete,
    ScorePut,
    ThreadClose,
    ThreadOpen,
    ThreadRename,
    TurnStop,
)
from .connection import Connection
from .conversation import Conversation, name_of
from .conversations import Conversations
from .hub import Hub
from .rate_limit import RateLimit
from .refusal import Refusal
from .replies import Replies
from .threads import Threads
from .traces import Traces

logger = logging.getLogger(__name__)

_COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Command)


class Dispatcher:
    """Validates commands, carries each out once, and answers every one.

    Args:
        conversations: Where commands take effect.
        threads: Renames.
        traces: Says whether a span that is rated belongs to the thread.
        hub: Counts deliveries.
        writer: Takes rows of threads and scores.
    """

    def __init__(
        self,
        conversations: Conversations,
        threads: Threads,
        traces: Traces,
        hub: Hub,
        writer: Writer,
    ) -> None:
        self._conversations = conversations
        self._threads = threads
        self._traces = traces
        self._hub = hub
        self._writer = writer
        self._replies = Replies()
        self._background: set[asyncio.Task[None]] = set()

    async def handle(self, connection: Connection, limit: RateLimit, payload: object) -> Reply:
        """Answer one payload of a client; never raises."""
        if not limit.enter():
            return _refused(_id_of(payload), "too-many", "Too many commands; slow down a little.")
        try:
            command = _COMMAND.validate_python(payload)
        except ValidationError as error:
            return _refused(_id_of(payload), "invalid", _explain(error))
        else:
            return await self._once(connection, command)
        finally:
            limit.leave()

    @staticmethod
    def unknown_event() -> Reply:
        """What anything but a command is answered."""
        return _refused(None, "invalid", "The only event that clients may send is `command`.")

    async def _once(self, connection: Connection, command: Command) -> Reply:
        """Carry `command` out unless that was done before."""
        earlier = self._replies.get(connection.user_id, command.id)
        if earlier is not None:
            return await self._again(connection, command, await asyncio.shield(earlier))
        expected = self._replies.expect(connection.user_id, command.id)
        try:
            reply = await self._answer(connection, command)
        except BaseException:
            expected.cancel()
            self._replies.forget(connection.user_id, command.id)
            raise
        expected.set_result(reply)
        if reply.error is not None:
            self._replies.forget(connection.user_id, command.id)
        return reply

    async def _again(self, connection: Connection, command: Command, reply: Reply) -> Reply:
        """A repeated command. Opening is of this connection, so it is done again."""
        if not isinstance(command, ThreadOpen) or reply.error is not None:
            return reply
        again = command.model_copy(update={"thread_id": reply.result["thread_id"]})
        return await self._answer(connection, again)

    async def _answer(self, connection: Connection, command: Command) -> Reply:
        command_id = str(command.id)
        try:
            result = await self._carry_out(connection, command)
        except Refusal as refusal:
            logger.info("%s refused: %s", command.type, refusal)
            return Reply(id=command_id, error=refusal.error)
        except Exception:
            logger.exception("%s failed", command.type)
            return _refused(command_id, "internal", "The server could not do that.")
        return Reply(id=command_id, result=result)

    async def _carry_out(self, connection: Connection, command: Command) -> dict[str, Any]:
        user_id = connection.user_id
        match command:
            case ThreadOpen():
                return await self._open(connection, command)
            case ThreadClose():
                connection.unsubscribe(str(command.thread_id))
            case ThreadRename():
                await self._threads.rename(user_id, str(command.thread_id), command.name)
            case MessageSend():
                await self._send(user_id, command)
            case TurnStop():
                await self._stop(user_id, str(command.thread_id))
            case ScorePut() | ScoreDelete():
                await self._score(user_id, command)
        return {}

    async def _open(self, connection: Connection, command: ThreadOpen) -> dict[str, Any]:
        thread_id = str(command.thread_id) if command.thread_id else None
        connection.require_room(thread_id)  # before `on_chat_start` is run for nothing
        if thread_id is None:
            conversation = self._conversations.begin(connection.user_id)
        else:
            conversation = await self._conversations.open(connection.user_id, thread_id)
        connection.subscribe(conversation, command.epoch, command.last_seq)
        return {"thread_id": conversation.id, "epoch": conversation.log.epoch}

    async def _send(self, user_id: str, command: MessageSend) -> None:
        conversation = await self._conversations.open(user_id, str(command.thread_id))
        command_id = str(command.id)
        if command_id in conversation.commands:
            return
        if conversation.line.full:
            raise Refusal("too-many", "Too many messages wait already.")
        conversation.commands.add(command_id)
        conversation.touch()

        async def answer(turn: Turn) -> None:
            await conversation.hook_turns.message(command.text, command_id, turn)

        conversation.line.put(answer)
        name = name_of(command.text) if not conversation.thread.name else None
        conversation.has_row = True
        self._writer.put(conversation.set_thread(name=name, updated_at_ns=time.time_ns()))

    async def _stop(self, user_id: str, thread_id: str) -> None:
        conversation = self._conversations.live(user_id, thread_id)
        if conversation is None:
            await self._threads.owned(user_id, thread_id)
        elif conversation.line.stop():
            conversation.line.put(conversation.hook_turns.stop)

    async def _score(self, user_id: str, command: ScorePut | ScoreDelete) -> None:
        thread_id = str(command.thread_id)
        conversation = await self._conversations.open(user_id, thread_id)
        await self._traces.require_span(user_id, thread_id, command.trace_id, command.span_id)
        now = time.time_ns()
        score = Score(
            trace_id=command.trace_id,
            span_id=command.span_id,
            name=command.name,
            user_id=user_id,
            created_at_ns=now,
            updated_at_ns=now,
            project=conversation.thread.project,
            thread_id=thread_id,
            value=command.value if isinstance(command, ScorePut) else None,
            comment=command.comment if isinstance(command, ScorePut) else "",
            removed=isinstance(command, ScoreDelete),
        )
        self._writer.put(score)
        conversation.set_score(score, self._hub.next_stamp())
        if isinstance(command, ScorePut):
            self._call_on_feedback(conversation, command)

    def _call_on_feedback(self, conversation: Conversation, command: ScorePut) -> None:
        feedback = Feedback(
            forId=command.span_id,
            value=command.value,
            threadId=conversation.id,
            comment=command.comment,
            name=command.name,
            trace_id=command.trace_id,
        )
        hook = conversation.hook_turns.feedback(feedback, Turn())
        task = asyncio.create_task(hook, context=Context())
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _refused(command_id: str | None, code: Any, message: str) -> Reply:
    logger.info("a command was refused: %s", message)
    return Reply(id=command_id, error=CommandError(code=code, message=message))


def _id_of(payload: object) -> str | None:
    """The id that a reply to an invalid command bears, if the command has a sensible one."""
    command_id = payload.get("id") if isinstance(payload, dict) else None
    return command_id if isinstance(command_id, str) and len(command_id) <= 64 else None


def _explain(error: ValidationError) -> str:
    """The first thing that is wrong with a command, without repeating what was sent."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"][1:])
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "A command needs a known type."
    if problem["type"] == "extra_forbidden":
        return "The command has a key that is not known."  # which is what the client wrote
    return f"{where}: {problem['msg']}" if where else problem["msg"]
