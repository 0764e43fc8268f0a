/**
 * A limit in seconds, milliseconds or shares of a core. Such numbers grow with whatever else the
 * machine does, so tests print them and only `make bench` judges them.
 */
export const whenJudged = (limit: number): number =>
  process.env.JUDGE_TIMES ? limit : Number.POSITIVE_INFINITY;
