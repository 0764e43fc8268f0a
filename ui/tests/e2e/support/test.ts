import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { Server } from "./server";

interface WorkerFixtures {
  /** One server for the tests of a file that do no harm to it. */
  server: Server;
}

interface TestFixtures {
  chat: Chat;
}

/** What a person does and sees, by the accessible names that are a contract. */
export class Chat {
  readonly page: Page;
  readonly url: string;
  readonly message: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly log: Locator;
  readonly questions: Locator;
  readonly answers: Locator;
  readonly trace: Locator;
  readonly threads: Locator;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
    this.message = page.getByRole("textbox", { name: "Message", exact: true });
    this.send = page.getByRole("button", { name: "Send", exact: true });
    this.stop = page.getByRole("button", { name: "Stop", exact: true });
    this.log = page.getByRole("log", { name: "Conversation" });
    this.questions = this.log.getByRole("article", { name: "You said" });
    this.answers = this.log.getByRole("article", { name: /^Answer by/ });
    this.trace = page.getByRole("treegrid", { name: "Trace" });
    this.threads = page.getByRole("navigation", { name: "Threads" });
  }

  async open(): Promise<void> {
    await this.page.goto(this.url);
    await expect(this.message).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press("Enter");
    await expect(this.message).toHaveValue("");
  }

  /** Wait until nothing runs any more. */
  async finished(): Promise<void> {
    await expect(this.stop).toBeHidden({ timeout: 30_000 });
    await expect(this.send).toBeVisible();
  }
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from here
    async ({}, use) => {
      const server = new Server("scripted.py");
      await server.start();
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  chat: async ({ page, server }, use) => {
    await use(new Chat(page, server.url));
  },
});

export { expect };
