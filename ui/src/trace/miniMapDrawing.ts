/** All spans of a trace as hair lines, in reading order from top to bottom. */
import { ERROR } from "./kinds";
import { at } from "./links";
import type { Palette } from "./palette";
import type { TraceStore } from "./store";
import type { TimeScale } from "./timescale";

interface MiniMapView {
  store: TraceStore;
  scale: TimeScale;
  width: number;
  height: number;
}

/** One path per kind: setting the colour for each of 20,000 spans is what would cost. */
export function drawMiniMap(
  ctx: CanvasRenderingContext2D,
  view: MiniMapView,
  colors: Palette,
): void {
  const { store, scale, width, height } = view;
  const { outline } = store;
  const nowUs = store.nowUs();
  const lineHeight = Math.max(1, Math.min(3, height / outline.count));
  const failed = new Path2D();
  const paths = colors.kinds.map(() => new Path2D());
  for (let i = 0; i < outline.count; i++) {
    const node = at(outline.node, i);
    const x = scale.share(at(store.start, node)) * width;
    const end = scale.share(store.stopOr(node, nowUs)) * width;
    const path = at(store.status, node) === ERROR ? failed : paths[at(store.kind, node)];
    const y = (i / outline.count) * height;
    path?.rect(x, y, Math.max(0.75, end - x), lineHeight);
  }
  paths.forEach((path, kind) => {
    ctx.fillStyle = colors.kinds[kind] ?? colors.text;
    ctx.fill(path);
  });
  ctx.fillStyle = colors.error;
  ctx.fill(failed);
}
