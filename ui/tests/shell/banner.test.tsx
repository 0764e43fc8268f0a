import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { snapshotFrame } from "@/gallery/scenario";
import { ConnectionBanner } from "@/shell/ConnectionBanner";
import { StorageNotice } from "@/shell/StorageNotice";
import { renderPlayed } from "../support/render";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LOST = "Reconnecting. Your text is kept.";

async function pass(ms: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

test("an interruption is told after two seconds, and its end for five", async () => {
  const { transport } = renderPlayed([snapshotFrame({})], () => <ConnectionBanner />);
  await pass(0);
  act(() => transport.goOffline());
  await pass(1_900);
  expect(screen.queryByText(LOST)).toBeNull();
  await pass(200);
  expect(screen.getByText(LOST)).toBeTruthy();
  act(() => transport.goOnline());
  await pass(500);
  expect(screen.queryByText(LOST)).toBeNull();
  expect(screen.getByText("Back.")).toBeTruthy();
  await pass(5_000);
  expect(screen.queryByText("Back.")).toBeNull();
});

test("a short interruption passes without a word", async () => {
  const { transport, container } = renderPlayed([snapshotFrame({})], () => <ConnectionBanner />);
  act(() => transport.goOffline());
  await pass(1_000);
  act(() => transport.goOnline());
  await pass(3_000);
  expect(container.textContent).toBe("");
});

test("a store that is away is told until it is dismissed", () => {
  const status = { hint: "", spooled_bytes: 1, spooled_rows: 1, shed_bodies: 3, dropped_rows: 2 };
  const { transport } = renderPlayed([], () => <StorageNotice />);
  act(() => transport.report({ ...status, storage: "away" }));
  expect(screen.getByRole("status").textContent).toContain("3 steps are kept without");
  expect(screen.getByRole("status").textContent).toContain("2 records were lost.");
  act(() => screen.getByRole("button", { name: "Dismiss" }).click());
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => transport.report({ ...status, storage: "memory" }));
  expect(screen.getByRole("status").textContent).toContain("Nothing is stored");
});
