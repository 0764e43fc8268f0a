/** The signature of an answer: its trace in one line, and the door to all of it. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { Canvas } from "./Canvas";
import { beginDrawing, usePainter, useSize } from "./painter";
import { palette } from "./palette";
import type { TraceStore } from "./store";
import { drawStrip, drawUnknown } from "./stripDrawing";
import { type StripFact, stripFacts } from "./stripFacts";
import { useTick } from "./ticker";
import type { TurnView } from "./types";
import { useStoreVersion } from "./useTree";

const CANVAS_HEIGHT = 24;

const STRIP =
  "relative flex h-[34px] w-full items-center gap-4 overflow-hidden rounded-card border bg-bg1 px-2.5 text-left coarse:h-11";

export interface SpanStripProps {
  store: TraceStore;
  turn: TurnView;
  /** Its trace is in the panel. */
  pressed: boolean;
  /** Without it the strip only shows. */
  onClick?: () => void;
}

export function SpanStrip({ store, turn, pressed, onClick }: SpanStripProps) {
  const { t, i18n } = useTranslation("trace");
  const isRunning = turn.status === "running";
  useStoreVersion(store);
  useTick(isRunning, 4);
  const facts = stripFacts(store, turn, t, i18n.language);
  const content = (
    <>
      <StripCanvas store={store} turn={turn} isRunning={isRunning} />
      <span className="max-w-[62%] shrink-0 truncate text-meta text-fg3 tabular-nums">
        {facts.map((fact, i) => (
          <Fact key={fact.key} fact={fact} isFirst={i === 0} />
        ))}
      </span>
    </>
  );
  if (!onClick) return <div className={cx(STRIP, "border-line")}>{content}</div>;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-label={t("strip.label", { facts: facts.map((fact) => fact.text).join(", ") })}
      onClick={onClick}
      className={cx(
        STRIP,
        "transition-colors duration-(--motion-hover)",
        pressed ? "border-accent shadow-[inset_3px_0_0_var(--accent)]" : "border-line hover:bg-bg2",
      )}
    >
      {content}
    </button>
  );
}

function Fact({ fact, isFirst }: { fact: StripFact; isFirst: boolean }) {
  return (
    <>
      {!isFirst && " · "}
      <span className={fact.tone === "error" ? "text-err" : undefined}>{fact.text}</span>
    </>
  );
}

function StripCanvas({
  store,
  turn,
  isRunning,
}: {
  store: TraceStore;
  turn: TurnView;
  isRunning: boolean;
}) {
  const box = useRef<HTMLSpanElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useSize(box, (size) => setWidth(size.width));
  useTick(isRunning, 10);
  const invalidate = usePainter(() => {
    const ctx = beginDrawing(canvas.current, width, CANVAS_HEIGHT);
    if (!ctx) return false;
    if (store.totals.spans > 0) drawStrip(ctx, store, width, CANVAS_HEIGHT, palette());
    else if (!isRunning) drawUnknown(ctx, turn.status === "error", width, CANVAS_HEIGHT, palette());
    return false;
  });
  useEffect(() => store.subscribe(invalidate), [store, invalidate]);
  return (
    <span ref={box} className="block h-6 min-w-0 flex-1">
      <Canvas ref={canvas} width={width} height={CANVAS_HEIGHT} />
    </span>
  );
}
