/** Scores beside the spans that they are on. Who shows a trace provides them; without, there are none. */
import { createContext, useContext } from "react";
import type { components } from "../api/schema";

export type ScoreView = components["schemas"]["ScoreView"];

export class TraceScores {
  readonly userId: string;
  readonly #bySpan = new Map<string, ScoreView[]>();
  readonly #remove: (score: ScoreView) => Promise<void>;

  /**
   * @param scores on the trace, its spans and its thread
   * @param userId of the person who looks
   * @param remove rejects with words for the person
   */
  constructor(
    scores: readonly ScoreView[],
    userId: string,
    remove: (score: ScoreView) => Promise<void>,
  ) {
    this.userId = userId;
    this.#remove = remove;
    for (const score of scores) {
      const known = this.#bySpan.get(score.span_id);
      if (known) known.push(score);
      else this.#bySpan.set(score.span_id, [score]);
    }
  }

  /** Scores on a span; on a root also those on the whole trace and thread. */
  of(spanId: string, isRoot: boolean): readonly ScoreView[] {
    const own = this.#bySpan.get(spanId) ?? NONE;
    const whole = isRoot ? (this.#bySpan.get("") ?? NONE) : NONE;
    return whole.length === 0 ? own : [...own, ...whole];
  }

  isOwn(score: ScoreView): boolean {
    return score.source === "user" && score.user_id === this.userId;
  }

  remove(score: ScoreView): Promise<void> {
    return this.#remove(score);
  }
}

const NONE: readonly ScoreView[] = [];

export const TraceScoresContext = createContext(new TraceScores([], "", async () => {}));

export function useTraceScores(): TraceScores {
  return useContext(TraceScoresContext);
}
