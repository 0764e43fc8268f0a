import type { WebSocketRoute } from "@playwright/test";
import { Server } from "./support/server";
import { Chat, expect, test } from "./support/test";

const LINES = Array.from({ length: 120 }, (_, index) => `line ${index + 1} of the answer`);

/** The answer as it was written, line by line: nothing lost, nothing twice. */
async function expectWholeAnswer(chat: Chat): Promise<void> {
  const lines = chat.answers.first().getByRole("listitem");
  await expect(lines).toHaveText(LINES, { timeout: 45_000 });
}

test("a reload in mid-answer loses nothing", async ({ chat, page }) => {
  await chat.open();
  await chat.say("slow answer");
  await expect(chat.answers).toContainText("line 5 of the answer");
  await page.reload();
  await expect(chat.answers).toContainText("line 5 of the answer");
  await expect(chat.stop).toBeVisible();
  await expect(chat.trace.getByRole("row", { name: /find_documents/ })).toBeVisible();
  await expectWholeAnswer(chat);
  await chat.finished();
});

test("a socket that drops in mid-answer comes back and catches up", async ({ chat, page }) => {
  const line = new BreakableLine();
  await page.routeWebSocket(/socket\.io/, (socket) => line.route(socket));
  await chat.open();
  await chat.say("slow answer");
  await expect(chat.answers).toContainText("line 5 of the answer");
  await line.cut();
  await expect(page.getByText("Reconnecting. Your text is kept.").first()).toBeVisible();
  await chat.say("while it was away");
  await expect(chat.log).toContainText("Will be sent when the connection is back");
  line.mend();
  await expect(page.getByText(/^Back\. \d+ events? caught up\.$/).first()).toBeVisible({
    timeout: 20_000,
  });
  await expectWholeAnswer(chat);
  await expect(chat.answers.last()).toContainText("You said while it was away");
  await expect(chat.questions).toHaveText(["slow answer", "while it was away"]);
});

test("kill -9 and a new start: the thread, its answer and its trace are there", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const server = new Server("scripted.py", { storage: "chdb:" });
  await server.start();
  try {
    const chat = new Chat(page, server.url);
    await chat.open();
    await chat.say("remember me");
    await chat.finished();
    await chat.say("slow one, cut off");
    await expect(chat.answers.last()).toContainText("line 9 of the answer");
    await server.kill();
    await expect(page.getByText("Reconnecting. Your text is kept.").first()).toBeVisible();
    await server.start();
    await expect(page.getByText(/^Back\./).first()).toBeVisible({ timeout: 30_000 });
    await page.reload();

    await expect(chat.threads.getByRole("link", { name: "remember me" })).toBeVisible();
    await expect(chat.answers.first()).toHaveText("You said remember me. That is all.");
    await expect(chat.questions).toHaveText(["remember me", "slow one, cut off"]);
    await page.getByRole("button", { name: /spans/ }).first().click();
    await expect(chat.trace.getByRole("row", { name: /search_web.*error/ })).toBeVisible();
    await expect(chat.trace.getByRole("row", { name: /find_documents/ })).toBeVisible();
    await chat.say("still there?");
    await expect(chat.answers.last()).toContainText("You said still there?");
  } finally {
    await server.dispose();
  }
});

/** The way between page and server, which a test can cut. */
class BreakableLine {
  #open = true;
  readonly #sockets = new Set<WebSocketRoute>();

  route(socket: WebSocketRoute): void {
    if (!this.#open) {
      void socket.close();
      return;
    }
    socket.connectToServer();
    this.#sockets.add(socket);
  }

  async cut(): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
    this.#sockets.clear();
  }

  mend(): void {
    this.#open = true;
  }
}
