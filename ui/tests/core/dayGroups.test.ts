import { expect, test } from "vitest";
import { dayGroup, groupByDay } from "@/core/dayGroups";

const now = new Date(2026, 10, 20, 0, 30);

test.each([
  [new Date(2026, 10, 20, 0, 5), "today"],
  [new Date(2026, 10, 20, 23, 0), "today"],
  [new Date(2026, 10, 19, 23, 59), "yesterday"],
  [new Date(2026, 10, 14, 12, 0), "week"],
  [new Date(2026, 10, 13, 12, 0), "2026-11"],
  [new Date(2025, 11, 31, 12, 0), "2025-12"],
])("%s is in %s", (time, key) => {
  expect(dayGroup(time, now).key).toBe(key);
});

test("items are cut where the group changes", () => {
  const times = [new Date(2026, 10, 20), new Date(2026, 10, 19, 5), new Date(2026, 10, 19, 4)];
  const groups = groupByDay(times, (time) => time, now);
  expect(groups.map(({ group, items }) => [group.key, items.length])).toEqual([
    ["today", 1],
    ["yesterday", 2],
  ]);
});
