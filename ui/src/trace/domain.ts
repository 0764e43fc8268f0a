/** The length of the time axis and its ticks. */

const SHORTEST_US = 1_000;
const FIRST_STEP_US = 100_000;
const STEP = 1.25;

/**
 * Length of the axis of a trace that is still running: it grows in steps of a quarter, so that
 * finished bars stand still in between.
 */
export function steppedLength(neededUs: number): number {
  if (neededUs <= FIRST_STEP_US) return FIRST_STEP_US;
  const steps = Math.ceil(Math.log(neededUs / FIRST_STEP_US) / Math.log(STEP) - 1e-9);
  return FIRST_STEP_US * STEP ** steps;
}

/** Length of the axis: stepped while running, then as long as the trace. */
export function axisLength(neededUs: number, running: boolean): number {
  return running ? steppedLength(neededUs) : Math.max(SHORTEST_US, neededUs);
}

/** The largest of 1, 2, 5 × 10ⁿ that is not above `value`, at least 1. */
function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}

const MINUTE_US = 60_000_000;
const CLOCK_STEPS_US = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 720, 1440].map(
  (minutes) => minutes * MINUTE_US,
);

/** Distance of about `count` ticks: 1, 2 or 5 of a decimal unit, minutes of the clock above. */
export function tickStep(rangeUs: number, count = 5): number {
  const ideal = Math.max(1, rangeUs / count);
  if (ideal < MINUTE_US / 2) {
    const below = niceBelow(ideal);
    const above = [2, 2.5, 5].map((factor) => niceBelow(below * factor * 1.0001));
    return [below, ...above].reduce((best, step) =>
      Math.abs(step - ideal) < Math.abs(best - ideal) ? step : best,
    );
  }
  return CLOCK_STEPS_US.findLast((step) => step <= ideal * 1.4) ?? MINUTE_US;
}

/** Multiples of the step inside the range. */
export function ticks(fromUs: number, toUs: number, count = 5): number[] {
  const step = tickStep(toUs - fromUs, count);
  const marks: number[] = [];
  for (let t = Math.ceil(fromUs / step) * step; t <= toUs; t += step) marks.push(t);
  return marks;
}
