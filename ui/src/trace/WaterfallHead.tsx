/** The head of the waterfall: names of the columns, the splitter and the time axis. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { drawAxisLabels, drawBreakLabels } from "./axis";
import { Canvas } from "./Canvas";
import type { Columns } from "./columns";
import { beginDrawing, usePainter } from "./painter";
import { palette } from "./palette";
import { Splitter } from "./Splitter";
import type { TimeScale } from "./timescale";

const HEIGHT = 24;

interface WaterfallHeadProps {
  columns: Columns;
  scale: TimeScale;
  nameColumn: number;
  onNameColumn(percent: number): void;
}

export function WaterfallHead(props: WaterfallHeadProps) {
  const { columns, scale } = props;
  const { t, i18n } = useTranslation("trace");
  const canvas = useRef<HTMLCanvasElement>(null);
  const invalidate = usePainter((frameMs) => {
    const isMoving = scale.step(frameMs);
    const ctx = beginDrawing(canvas.current, columns.lane, HEIGHT);
    if (!ctx) return false;
    drawAxisLabels(ctx, scale, columns.lane, HEIGHT, palette(), i18n.language);
    drawBreakLabels(ctx, scale, columns.lane, HEIGHT, palette(), i18n.language);
    return isMoving;
  });
  useEffect(() => scale.subscribe(invalidate), [scale, invalidate]);
  return (
    <div className="relative flex shrink-0 border-b border-line text-meta text-fg3">
      <div className="px-4 py-1" style={{ width: columns.name }}>
        {t("column.span")}
      </div>
      <Canvas ref={canvas} width={columns.lane} height={HEIGHT} />
      <div className="pr-3 py-1 text-right" style={{ width: columns.time }}>
        {t("column.time")}
      </div>
      <Splitter
        label={t("column.resize")}
        orientation="vertical"
        value={props.nameColumn}
        min={20}
        max={75}
        length={() => columns.name + columns.lane + columns.time}
        onChange={props.onNameColumn}
        className="absolute inset-y-0 z-10 -translate-x-1/2 rtl:translate-x-1/2"
        style={{ insetInlineStart: columns.name }}
      />
    </div>
  );
}
