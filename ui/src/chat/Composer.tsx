import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { isRunning } from "@/core/conversationState";
import { MESSAGE_BOX_ID } from "@/shell/SkipLinks";
import { Button } from "@/ui/Button";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { useDraft } from "./useDraft";

const MAX_CHARS = 100_000;

type BoxRef = RefObject<HTMLTextAreaElement | null>;

interface Props {
  conversation: Conversation;
  threadId: string | undefined;
  onSend(): void;
}

/** Where messages are written. Enter sends; while an answer runs it queues. */
export function Composer({ conversation, threadId, onSend }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useDraft(threadId);
  const running = useConversationState(conversation, isRunning);
  const hasAsked = useConversationState(conversation, ({ messageOrder, messages }) =>
    messageOrder.some((id) => messages[id]?.role === "user"),
  );
  const excess = text.length - MAX_CHARS;
  const canSend = text.trim() !== "" && excess <= 0;
  useAutoGrow(box, text);
  useAutoFocus(box, threadId);

  const send = () => {
    if (!canSend) return;
    conversation.send(text.trim());
    setText("");
    onSend();
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that ends an input method's composition belongs to the input method.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (!event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "") {
      const last = lastQuestion(conversation);
      if (last !== undefined) {
        event.preventDefault();
        setText(last);
      }
    }
  };
  return (
    <div className="chat-column shrink-0 pb-4 max-sm:pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        className="rounded-composer border border-line-strong bg-bg1 has-[textarea:focus-visible]:border-accent has-[textarea:focus-visible]:ring-1 has-[textarea:focus-visible]:ring-accent"
      >
        <textarea
          ref={box}
          id={MESSAGE_BOX_ID}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t("composer.label")}
          placeholder={hasAsked ? t("composer.followUp") : t("composer.placeholder")}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="unkerned block max-h-[40dvh] w-full resize-none bg-transparent px-4 pt-3 pb-1 text-answer outline-none placeholder:text-fg3"
        />
        <div className="flex min-h-8 items-center justify-end gap-2 px-2.5 pb-2.5">
          {excess > 0 && (
            <p role="alert" className="mr-auto pl-1.5 text-err text-table">
              {t("composer.tooLong", { count: excess })}
            </p>
          )}
          {running && <StopButton conversation={conversation} />}
          {(!running || text !== "") && (
            <Button type="submit" look={running ? "outline" : "primary"} disabled={!canSend}>
              {t("composer.send")}
            </Button>
          )}
        </div>
      </form>
    </div>
  );
}

function StopButton({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const stopping = useConversationState(conversation, (state) => state.stopping);
  return (
    <Button
      look="primary"
      aria-disabled={stopping}
      onClick={() => {
        if (!stopping) void conversation.stop(t("chat.notSentStopped"));
      }}
    >
      {stopping ? t("composer.stopping") : t("composer.stop")}
    </Button>
  );
}

/** As tall as the text, up to what CSS allows. */
function useAutoGrow(box: BoxRef, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [box, text]);
}

/** Ready to type at once, except where that would open a keyboard over half the screen. */
function useAutoFocus(box: BoxRef, threadId: string | undefined): void {
  const coarse = useMediaQuery("(pointer: coarse)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread is a new start
  useEffect(() => {
    if (!coarse) box.current?.focus({ preventScroll: true });
  }, [box, coarse, threadId]);
}

function lastQuestion(conversation: Conversation): string | undefined {
  const { messageOrder, messages } = conversation.store.getState();
  const id = messageOrder.findLast((message) => messages[message]?.role === "user");
  return id === undefined ? undefined : conversation.text(id).text;
}
