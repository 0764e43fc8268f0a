/** The spans of one trace, kept outside React: changed in place, announced at most ten times a second. */
import { type ServerClock, serverClock } from "./clock";
import { ERROR, isBilled, kindCode, RUNNING, statusCode } from "./kinds";
import { ARRIVING, at, FIRST_SPAN, Links, TOP } from "./links";
import { LiveText } from "./liveText";
import { emptyOutline, findCycles, lifted, type Outline, readOutline } from "./outline";
import { Throttle } from "./throttle";
import { computeTotals, type Totals } from "./totals";
import type { BodyField, Kind, LiveEvent, SpanView } from "./types";

export const MAX_SPANS = 100_000;
const FIRST_CAPACITY = 64;

export interface TraceStoreOptions {
  clock?: ServerClock;
  /** Least time between two announcements of a changed tree, in milliseconds. */
  structureMs?: number;
  /** The same for streamed text. */
  textMs?: number;
  maxSpans?: number;
}

type Listener = () => void;

/**
 * Takes events in any order and any number of times: an end before its start, a child before its
 * parent, a parent that never comes or that is its own descendant.
 *
 * A span is an integer below `end`; the arrays are indexed by it. `outline`, `totals` and
 * `version` change together, when subscribers are told.
 */
export class TraceStore {
  /** Microseconds since the epoch. */
  start = new Float64Array(FIRST_CAPACITY);
  /** NaN while the span is open. */
  stop = new Float64Array(FIRST_CAPACITY);
  kind = new Uint8Array(FIRST_CAPACITY);
  status = new Uint8Array(FIRST_CAPACITY);
  /** Counts up with every change of the span. */
  rev = new Uint32Array(FIRST_CAPACITY);
  /** Of calls of models; agents and turns repeat the sums of theirs. */
  tokens = new Float64Array(FIRST_CAPACITY);
  costUsd = new Float64Array(FIRST_CAPACITY);
  /** Equal for spans of equal kind and name. */
  likeness = new Int32Array(FIRST_CAPACITY);
  /** Index after the last span. */
  end = FIRST_SPAN;
  readonly views: SpanView[] = [];
  readonly links: Links;

  version = 0;
  outline: Outline = emptyOutline();
  totals: Totals = computeTotals(this);
  /** There were more than `maxSpans` spans; the later ones are not shown. */
  truncated = false;

  readonly #clock: ServerClock;
  readonly #maxSpans: number;
  readonly #indexById = new Map<string, number>();
  readonly #waiting = new Map<string, Set<number>>();
  readonly #removed = new Set<string>();
  readonly #likenessByName = new Map<string, number>();
  readonly #texts = new Map<string, Record<BodyField, LiveText>>();
  #shownKinds: ReadonlySet<Kind> | null = null;
  readonly #listeners = new Set<Listener>();
  readonly #textListeners = new Set<Listener>();
  readonly #structure: Throttle;
  readonly #text: Throttle;

  constructor(options: TraceStoreOptions = {}) {
    this.#clock = options.clock ?? serverClock;
    this.#maxSpans = options.maxSpans ?? MAX_SPANS;
    this.links = new Links(FIRST_CAPACITY, (a, b) => this.compare(a, b));
    this.#structure = new Throttle(options.structureMs ?? 100, () => this.#publish());
    this.#text = new Throttle(options.textMs ?? 50, () => emit(this.#textListeners));
  }

  // --- What goes in ---------------------------------------------------------------------

  /** Spans from a snapshot or a REST answer. */
  applySpans(spans: readonly SpanView[]): void {
    for (const span of spans) this.#set(span);
    this.#structure.request();
  }

  /** Something that has just happened. Events that are not about spans are ignored. */
  applyEvent(event: LiveEvent): void {
    switch (event.type) {
      case "span-start":
      case "span-set":
      case "span-end":
        this.#clock.observe(event.span.end_us ?? event.span.start_us);
        this.#set(event.span);
        this.#structure.request();
        break;
      case "span-remove":
        this.#remove(event.span_id);
        this.#structure.request();
        break;
      case "span-delta":
        this.applyText(event.span_id, event.field, event.text, event.offset);
        break;
    }
  }

  /** Text of an open span; for the output so far of a snapshot the offset is 0. */
  applyText(spanId: string, field: BodyField, text: string, offset = 0): void {
    const node = this.#indexById.get(spanId);
    if (this.#removed.has(spanId)) return;
    if (node !== undefined && !this.isRunning(node)) return;
    let texts = this.#texts.get(spanId);
    if (!texts) {
      texts = { input: new LiveText(), output: new LiveText() };
      this.#texts.set(spanId, texts);
    }
    texts[field].append(offset, text);
    this.#text.request();
  }

  /** Leave spans of other kinds out of the outline and the totals; null shows all. */
  showOnly(kinds: ReadonlySet<Kind> | null): void {
    if (kinds === this.#shownKinds) return;
    this.#shownKinds = kinds;
    this.#publish();
  }

  // --- What comes out -------------------------------------------------------------------

  /** Tell `listener` of changes to the tree. For `useSyncExternalStore` with `version`. */
  readonly subscribe = (listener: Listener): (() => void) => listen(this.#listeners, listener);

  /** Tell `listener` of streamed text. */
  readonly subscribeText = (listener: Listener): (() => void) =>
    listen(this.#textListeners, listener);

  readonly getVersion = (): number => this.version;

  /** Announce what has been applied without waiting for the interval. */
  flush(): void {
    this.#structure.flush();
    this.#text.flush();
  }

  /** Spans that are known, shown or not. */
  get size(): number {
    return this.#indexById.size;
  }

  indexOf(spanId: string): number | undefined {
    return this.#indexById.get(spanId);
  }

  view(node: number): SpanView {
    const view = this.views[node];
    if (!view) throw new RangeError(`No span has the index ${node}`);
    return view;
  }

  /** Text streamed so far into an open span. */
  liveText(spanId: string, field: BodyField): string {
    return this.#texts.get(spanId)?.[field].toString() ?? "";
  }

  isRunning(node: number): boolean {
    return at(this.status, node) === RUNNING;
  }

  isError(node: number): boolean {
    return at(this.status, node) === ERROR;
  }

  /** The parent has not been seen, or is a descendant. */
  isArriving(node: number): boolean {
    return at(this.links.parent, node) === ARRIVING;
  }

  /** The server's present, never before anything that has happened. */
  nowUs(): number {
    return Math.max(this.#clock.nowUs(), this.totals.lastUs);
  }

  /** End of the span, or `nowUs` while it is open. */
  stopOr(node: number, nowUs: number): number {
    const stop = at(this.stop, node);
    return Number.isNaN(stop) ? Math.max(nowUs, at(this.start, node)) : stop;
  }

  /** Order among siblings: by start, then by id so that it does not depend on arrival. */
  compare(a: number, b: number): number {
    const difference = at(this.start, a) - at(this.start, b);
    if (difference !== 0) return difference;
    return this.view(a).span_id < this.view(b).span_id ? -1 : 1;
  }

  // --- Inside ---------------------------------------------------------------------------

  #set(span: SpanView): void {
    if (this.#removed.has(span.span_id)) return;
    const known = this.#indexById.get(span.span_id);
    if (known === undefined) this.#add(span);
    else if (supersedes(span, this.view(known))) this.#replace(known, span);
  }

  #add(span: SpanView): void {
    if (this.#indexById.size >= this.#maxSpans) {
      this.truncated = true;
      return;
    }
    const node = this.end++;
    if (node >= this.start.length) this.#grow();
    this.#indexById.set(span.span_id, node);
    this.#write(node, span);
    this.#place(node, span);
    this.#adopt(node, span.span_id);
  }

  #replace(node: number, span: SpanView): void {
    const before = this.view(node);
    this.#write(node, span);
    if (before.parent_id !== span.parent_id) {
      this.#unplace(node, before);
      this.#place(node, span);
    } else if (before.start_us !== span.start_us) this.links.touch(node);
  }

  #write(node: number, span: SpanView): void {
    this.views[node] = span;
    this.start[node] = span.start_us;
    this.stop[node] = span.end_us === null ? Number.NaN : Math.max(span.end_us, span.start_us);
    this.kind[node] = kindCode(span.kind);
    this.status[node] = statusCode(span.status);
    this.rev[node] = at(this.rev, node) + 1;
    this.tokens[node] = isBilled(span.kind) ? span.input_tokens + span.output_tokens : 0;
    this.costUsd[node] = isBilled(span.kind) ? span.cost_usd : 0;
    this.likeness[node] = this.#likenessOf(span);
    if (span.status !== "running") this.#texts.delete(span.span_id);
  }

  #place(node: number, span: SpanView): void {
    const parent = span.parent_id ? this.#indexById.get(span.parent_id) : TOP;
    if (parent === undefined && span.parent_id) this.#wait(node, span.parent_id);
    this.links.attach(node, parent ?? ARRIVING);
  }

  #wait(node: number, parentId: string): void {
    const waiting = this.#waiting.get(parentId);
    if (waiting) waiting.add(node);
    else this.#waiting.set(parentId, new Set([node]));
  }

  #unplace(node: number, span: SpanView): void {
    if (span.parent_id) this.#waiting.get(span.parent_id)?.delete(node);
    this.links.detach(node);
  }

  #adopt(node: number, spanId: string): void {
    for (const child of this.#waiting.get(spanId) ?? []) {
      this.links.detach(child);
      this.links.attach(child, node);
    }
    this.#waiting.delete(spanId);
  }

  #remove(spanId: string): void {
    this.#removed.add(spanId);
    this.#texts.delete(spanId);
    const node = this.#indexById.get(spanId);
    if (node === undefined) return;
    this.#indexById.delete(spanId);
    this.#unplace(node, this.view(node));
    for (const child of [...this.links.children(node)]) {
      this.links.detach(child);
      this.#place(child, this.view(child));
    }
  }

  #publish(): void {
    this.links.sort();
    this.outline = readOutline(this.links, this.end);
    if (this.outline.count < this.#indexById.size) this.#breakCycles();
    const kinds = this.#shownKinds;
    if (kinds) this.outline = lifted(this.outline, (node) => kinds.has(this.view(node).kind));
    this.totals = computeTotals(this);
    this.version++;
    emit(this.#listeners);
  }

  #breakCycles(): void {
    const cuts = findCycles(this.links, this.outline, this.end, (a, b) => this.compare(a, b));
    for (const node of cuts) {
      this.links.detach(node);
      this.links.attach(node, ARRIVING);
    }
    this.links.sort();
    this.outline = readOutline(this.links, this.end);
  }

  #likenessOf(span: SpanView): number {
    const key = `${span.kind} ${span.name}`;
    const known = this.#likenessByName.get(key);
    if (known !== undefined) return known;
    this.#likenessByName.set(key, this.#likenessByName.size);
    return this.#likenessByName.size - 1;
  }

  #grow(): void {
    const capacity = this.start.length * 2;
    this.start = copyInto(new Float64Array(capacity), this.start);
    this.stop = copyInto(new Float64Array(capacity), this.stop);
    this.kind = copyInto(new Uint8Array(capacity), this.kind);
    this.status = copyInto(new Uint8Array(capacity), this.status);
    this.rev = copyInto(new Uint32Array(capacity), this.rev);
    this.tokens = copyInto(new Float64Array(capacity), this.tokens);
    this.costUsd = copyInto(new Float64Array(capacity), this.costUsd);
    this.likeness = copyInto(new Int32Array(capacity), this.likeness);
    this.links.grow(capacity);
  }
}

/** A late start does not open a span again, and `abandoned` yields to the real end. */
function supersedes(next: SpanView, present: SpanView): boolean {
  return finality(next) >= finality(present);
}

function finality(span: SpanView): number {
  if (span.status === "running") return 0;
  return span.status === "abandoned" ? 1 : 2;
}

function copyInto<T extends { set(source: T): void }>(target: T, source: T): T {
  target.set(source);
  return target;
}

function listen(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function emit(listeners: Set<Listener>): void {
  for (const listener of [...listeners]) listener();
}
