import { QueryClient } from "@tanstack/react-query";
import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ServerStatus } from "@/core/protocol";
import { snapshotFrame } from "@/gallery/scenario";
import { ConnectionBanner } from "@/shell/ConnectionBanner";
import { StorageNotice } from "@/shell/StorageNotice";
import { useLiveThreads } from "@/shell/useLiveThreads";
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

const STATUS: ServerStatus = {
  storage: "ok",
  hint: "",
  spooled_bytes: 1,
  spooled_rows: 1,
  disk_refuses: false,
  unsaved_rows: 0,
  shed_bodies: 0,
  dropped_rows: 0,
};

function renderNotice(): (status: Partial<ServerStatus>) => string | null {
  const { transport } = renderPlayed([], () => <StorageNotice />);
  return (status) => {
    act(() => transport.report({ ...STATUS, ...status }));
    return screen.getByRole("status").textContent;
  };
}

function dismiss(): void {
  act(() => screen.getByRole("button", { name: "Dismiss" }).click());
}

test("a store that is away is told until it is dismissed", () => {
  const report = renderNotice();
  const lost = { shed_bodies: 3, dropped_rows: 2 };
  const text = report({ ...lost, storage: "away" });
  expect(text).toContain("3 steps are kept without");
  expect(text).toContain("2 records were lost.");
  dismiss();
  expect(screen.getByRole("status").textContent).toBe("");
  expect(report({ ...lost, storage: "memory" })).toContain("Nothing is stored");
});

test("losses are told while the store is well", () => {
  const report = renderNotice();
  expect(report({})).toBe("");
  expect(report({ shed_bodies: 1 })).toContain("1 step is kept without its input and output.");
  dismiss();
  expect(report({ shed_bodies: 2 })).toBe("");
  expect(report({ shed_bodies: 2, dropped_rows: 1 })).toContain("1 record was lost.");
});

test("a disk that refuses is told while it does", () => {
  const report = renderNotice();
  const refuses = { disk_refuses: true, hint: "The log of the server says why." };
  expect(report({ ...refuses, unsaved_rows: 7 })).toBe(
    "The disk takes no more: 7 rows wait in memory and are lost if this server dies." +
      " The log of the server says why.",
  );
  expect(report({ ...refuses, unsaved_rows: 1 })).toContain("1 row waits in memory and is lost");
  expect(report(refuses)).toContain("what waits for the store is lost if this server dies.");
  const away = report({ ...refuses, storage: "away", unsaved_rows: 7 });
  expect(away).toContain("The store is not reachable. The chat goes on. The disk takes no more");
  expect(away).not.toContain("kept on disk");
  expect(report({})).toBe("");
});

test("the list of threads is fetched anew when the store is back", () => {
  const fetched = vi.spyOn(QueryClient.prototype, "invalidateQueries");
  const List = () => {
    useLiveThreads();
    return null;
  };
  const { transport } = renderPlayed([], () => <List />);
  act(() => transport.report({ ...STATUS, storage: "away" }));
  expect(fetched).not.toHaveBeenCalled();
  act(() => transport.report(STATUS));
  expect(fetched).toHaveBeenCalledWith({ queryKey: ["threads"] });
  fetched.mockRestore();
});
