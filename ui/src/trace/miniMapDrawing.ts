/** All spans of a trace as hair lines, in reading order from top to bottom. */
import { ERROR, KINDS } from "./kinds";
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

const FAILED = KINDS.length;

/**
 * One path per colour: setting it for each of 20,000 spans is what would cost. Hundreds of them
 * share a line of pixels, so those inside the one drawn before are left out.
 */
export function drawMiniMap(
  ctx: CanvasRenderingContext2D,
  { store, scale, width, height }: MiniMapView,
  colors: Palette,
): void {
  const { outline } = store;
  const nowUs = store.nowUs();
  const lineHeight = Math.max(1, Math.min(3, height / outline.count));
  const paths = Array.from({ length: KINDS.length + 1 }, () => new Path2D());
  const drawnFrom = new Float64Array(paths.length);
  const drawnTo = new Float64Array(paths.length);
  let line = -1;
  for (let i = 0; i < outline.count; i++) {
    const node = at(outline.node, i);
    const y = Math.floor((i / outline.count) * height);
    if (y !== line) {
      line = y;
      drawnTo.fill(-1);
    }
    const path = at(store.status, node) === ERROR ? FAILED : at(store.kind, node);
    const x = scale.share(at(store.start, node)) * width;
    const end = Math.max(x + 0.75, scale.share(store.stopOr(node, nowUs)) * width);
    if (x >= at(drawnFrom, path) && end <= at(drawnTo, path) + 0.5) continue;
    drawnFrom[path] = x;
    drawnTo[path] = end;
    paths[path]?.rect(x, y, end - x, lineHeight);
  }
  paths.forEach((path, color) => {
    ctx.fillStyle = color === FAILED ? colors.error : (colors.kinds[color] ?? colors.text);
    ctx.fill(path);
  });
}
