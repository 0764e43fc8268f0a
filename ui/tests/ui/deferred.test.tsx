import { act, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { deferred } from "@/ui/deferred";

function Words({ text }: { text: string }) {
  return <p>{text}</p>;
}

test("what has been loaded is there in the commit that shows it", async () => {
  const load = vi.fn(async () => Words);
  const Part = deferred(load);
  const { unmount } = await act(async () => render(<Part text="first" />));
  expect(screen.getByText("first")).toBeTruthy();
  unmount();
  render(<Part text="second" />);
  expect(screen.getByText("second")).toBeTruthy();
  expect(load).toHaveBeenCalledTimes(1);
});

test("what could not be loaded ahead is tried again when it is needed", async () => {
  const load = vi.fn(async () => Words).mockRejectedValueOnce(new Error("offline"));
  const Part = deferred(load);
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1), { timeout: 3_000 });
  await Promise.resolve();
  await act(async () => render(<Part text="here" />));
  expect(screen.getByText("here")).toBeTruthy();
});
