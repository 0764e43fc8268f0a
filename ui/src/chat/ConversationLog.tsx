import { ArrowDown } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type ScrollToBottom, useStickToBottom } from "use-stick-to-bottom";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { turnBlocks } from "@/core/turns";
import { Skeleton } from "@/ui/Skeleton";
import { Tooltip } from "@/ui/Tooltip";
import { useDelayed } from "@/ui/useDelayed";
import { useMediaQuery } from "@/ui/useMediaQuery";
import { EmptyState } from "./EmptyState";
import { PendingMessages } from "./PendingMessages";
import { Turn } from "./Turn";
import type { TracePanelControls } from "./useTracePanel";

const SKELETON_MS = 150;

interface Props {
  conversation: Conversation;
  panel: TracePanelControls;
}

/** The conversation. Stays at the end while it grows, until the person scrolls away. */
export function ConversationLog({ conversation, panel }: Props) {
  const { t } = useTranslation();
  const { scrollRef, contentRef, isAtBottom, scrollToBottom } = useStickToBottom({
    initial: "instant",
    resize: "instant",
  });
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)");
  useShowOwnMessages(conversation, scrollToBottom);
  const isNew = conversation.id === null;
  const opening = useConversationState(conversation, (state) => state.phase === "opening");
  const showSkeleton = useDelayed(opening && !isNew, SKELETON_MS);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        role="log"
        aria-label={t("chat.conversation")}
        aria-live="off"
        aria-busy={opening}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the arrow keys
        tabIndex={0}
        className="h-full overflow-y-auto outline-offset-[-2px]"
      >
        <div ref={contentRef} className="chat-column pt-6 pb-8">
          {showSkeleton && <Skeleton lines={5} label={t("chat.loading")} />}
          {!opening && <Turns conversation={conversation} panel={panel} />}
          <PendingMessages conversation={conversation} />
        </div>
      </div>
      {!isAtBottom && (
        <JumpButton onClick={() => void scrollToBottom(calm ? "instant" : "smooth")} />
      )}
    </div>
  );
}

/** Whoever sends a message, or goes to another thread, wants to see its end. */
function useShowOwnMessages(conversation: Conversation, scrollToBottom: ScrollToBottom): void {
  useEffect(() => {
    void scrollToBottom("instant");
    return conversation.store.subscribe((state, before) => {
      if (state.pending.length > before.pending.length) void scrollToBottom("instant");
    });
  }, [conversation, scrollToBottom]);
}

function Turns({ conversation, panel }: Props) {
  const parts = useConversationState(conversation, (state) => ({
    messages: state.messages,
    messageOrder: state.messageOrder,
    turns: state.turns,
    turnOrder: state.turnOrder,
  }));
  const pending = useConversationState(conversation, (state) => state.pending.length > 0);
  const blocks = useMemo(() => turnBlocks(parts), [parts]);
  if (blocks.length === 0 && !pending) return <EmptyState />;
  return blocks.map((block) => (
    <Turn
      key={block.traceId}
      conversation={conversation}
      traceId={block.traceId}
      questions={block.questions.join(" ")}
      answers={block.answers.join(" ")}
      strip={panel.strips}
      pressed={panel.open && panel.traceId === block.traceId}
      onRetry={panel.follow}
      {...(panel.available ? { onShowTrace: panel.show } : {})}
    />
  ));
}

function JumpButton({ onClick }: { onClick(): void }) {
  const { t } = useTranslation();
  return (
    <Tooltip text={t("chat.jumpToLatest")}>
      <button
        type="button"
        aria-label={t("chat.jumpToLatest")}
        onClick={onClick}
        className="absolute bottom-3 left-1/2 flex size-9 -translate-x-1/2 items-center justify-center rounded-full border border-line bg-bg1 text-fg2 shadow-float hover:text-fg coarse:size-11"
      >
        <ArrowDown aria-hidden className="size-4" />
      </button>
    </Tooltip>
  );
}
