import { Server } from "./support/server";
import { Chat, expect, test } from "./support/test";

/** An answer with a failed and a repeated call in it, on a server that shows `trace` of it. */
async function withAnswer(
  page: Chat["page"],
  trace: "tool_call" | "strip" | "hidden",
  check: (chat: Chat) => Promise<void>,
): Promise<void> {
  const server = new Server("scripted.py", { trace });
  await server.start();
  try {
    const chat = new Chat(page, server.url);
    await chat.open();
    await chat.say("hello");
    await chat.finished();
    await check(chat);
    await page.reload();
    await expect(chat.answers).toHaveText("You said hello. That is all.");
    await check(chat);
  } finally {
    await server.dispose();
  }
}

test("tool_call: strip and panel show calls only, lifted out of what is hidden", async ({
  page,
}) => {
  await withAnswer(page, "tool_call", async (chat) => {
    await expect(chat.log.getByRole("button", { name: /4 spans/ })).toBeVisible();
    await expect(chat.trace.getByRole("row")).toHaveCount(4);
    await expect(chat.trace.getByRole("row", { name: /find_documents/ })).toHaveAttribute(
      "aria-level",
      "1",
    );
    await expect(chat.trace.getByRole("row", { name: /search_web/ }).first()).toHaveAttribute(
      "aria-level",
      "2",
    );
  });
});

test("strip: the numbers, but no panel", async ({ page }) => {
  await withAnswer(page, "strip", async (chat) => {
    await expect(chat.log.getByText(/\d+ spans/)).toBeVisible();
    await expect(page.getByRole("button", { name: /spans|trace/i })).toHaveCount(0);
    await expect(chat.trace).toHaveCount(0);
  });
});

test("hidden: only the chat", async ({ page }) => {
  await withAnswer(page, "hidden", async (chat) => {
    await expect(page.getByText(/\d+ spans/)).toHaveCount(0);
    await expect(page.getByRole("button", { name: /spans|trace/i })).toHaveCount(0);
    await expect(chat.trace).toHaveCount(0);
  });
});
