/** Widths of the waterfall's columns in pixels. */
export interface Columns {
  name: number;
  lane: number;
  time: number;
}

const TIME = 76;
const LEAST_LANE = 60;

/** @param nameColumn share of the first column in percent */
export function layOut(width: number, nameColumn: number): Columns {
  const name = Math.min(Math.round((width * nameColumn) / 100), width - TIME - LEAST_LANE);
  return { name: Math.max(0, name), lane: Math.max(1, width - name - TIME), time: TIME };
}

/** Room that names keep, however deep they stand. */
const LEAST_NAME = 140;
const LEAST_NAME_COMPACT = 64;
const CONTROLS = 56;

/** The deepest level that is still indented; deeper rows show their level as a number. */
export function deepestLevel(nameWidth: number, indent: number, compact: boolean): number {
  const name = compact ? LEAST_NAME_COMPACT : LEAST_NAME;
  return Math.max(2, 1 + Math.floor((nameWidth - name - CONTROLS) / indent));
}
