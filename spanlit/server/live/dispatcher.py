"""Carries out the commands of clients."""

import asyncio
import logging
import time
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from spanlit.server.chat.scoring import ScoreTarget
from spanlit.server.chat.session import Turn
from spanlit.storage.writing.writer import Writer

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
from .conversation import name_of
from .conversations import Conversations
from .rate_limit import RateLimit
from .refusal import Refusal
from .replies import Replies
from .scores import Scores
from .threads import Threads

logger = logging.getLogger(__name__)

_COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Command)


class Dispatcher:
    """Validates commands, carries each out once, and answers every one.

    Args:
        conversations: Where commands take effect.
        threads: Renames.
        scores: Takes feedback.
        writer: Takes rows of threads.
    """

    def __init__(
        self,
        conversations: Conversations,
        threads: Threads,
        scores: Scores,
        writer: Writer,
    ) -> None:
        self._conversations = conversations
        self._threads = threads
        self._scores = scores
        self._writer = writer
        self._replies = Replies()

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
            case ScorePut():
                await self._rate(user_id, command)
            case ScoreDelete():
                await self._scores.withdraw(user_id, target_of(command), command.name)
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

    async def _rate(self, user_id: str, command: ScorePut) -> None:
        await self._scores.rate(
            user_id,
            target_of(command),
            command.name,
            command.value,
            label=command.label,
            comment=command.comment,
            reasons=command.reasons,
        )


def target_of(asked: ScorePut | ScoreDelete) -> ScoreTarget:
    """What a score is on.

    Raises:
        Refusal: A span without its trace was given.
    """
    if asked.span_id and not asked.trace_id:
        raise Refusal("invalid", "span_id needs trace_id.")
    return ScoreTarget(asked.trace_id or "", asked.span_id or "", str(asked.thread_id))


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
