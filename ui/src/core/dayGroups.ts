/** When something happened, as people group it: by day, then by month. */
export type DayGroup = { key: "today" | "yesterday" | "week" } | { key: string; month: Date };

const DAYS_OF_WEEK = 7;

/** The group of `time`, seen from `now`, in the local time zone. */
export function dayGroup(time: Date, now: Date): DayGroup {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days <= 0) return { key: "today" };
  if (days === 1) return { key: "yesterday" };
  if (days < DAYS_OF_WEEK) return { key: "week" };
  const month = new Date(time.getFullYear(), time.getMonth(), 1);
  return { key: `${month.getFullYear()}-${month.getMonth() + 1}`, month };
}

/** `items`, which are sorted by time, cut where the group changes. */
export function groupByDay<T>(
  items: readonly T[],
  timeOf: (item: T) => Date,
  now: Date,
): { group: DayGroup; items: T[] }[] {
  const groups: { group: DayGroup; items: T[] }[] = [];
  for (const item of items) {
    const group = dayGroup(timeOf(item), now);
    const last = groups.at(-1);
    if (last?.group.key === group.key) last.items.push(item);
    else groups.push({ group, items: [item] });
  }
  return groups;
}

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}
