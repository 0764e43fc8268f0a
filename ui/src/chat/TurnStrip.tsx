import { useRef } from "react";
import type { Conversation } from "@/core/conversation";
import type { TurnView } from "@/core/protocol";
import { SpanStrip } from "@/trace";
import { useVisible } from "@/ui/useVisible";
import { useTrace } from "./useTrace";

interface Props {
  conversation: Conversation;
  turn: TurnView;
  pressed: boolean;
  onShowTrace?: (traceId: string) => void;
}

/** The span strip of a turn; its spans are fetched when it comes into view. */
export function TurnStrip({ conversation, turn, pressed, onShowTrace }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const visible = useVisible(ref);
  const { store } = useTrace(conversation, turn, visible);
  return (
    <div ref={ref} className="mb-3">
      <SpanStrip
        store={store}
        turn={turn}
        pressed={pressed}
        {...(onShowTrace ? { onClick: () => onShowTrace(turn.trace_id) } : {})}
      />
    </div>
  );
}
