import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { createServer } from "vite";
import { expect, test } from "./support/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDTHS = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
};

async function expectNoViolations(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const found = violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
  }));
  expect(found, what).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    test.describe(`${colorScheme}, ${width}`, () => {
      test.use({ colorScheme, viewport, reducedMotion: "reduce" });

      test("a new chat and an unknown thread", async ({ chat, page }) => {
        await chat.open();
        await expect(page.getByText("Ask something below.")).toBeVisible();
        await expectNoViolations(page, "new chat");
        await page.goto(`${chat.url}/c/01900000-0000-7000-8000-000000000000`);
        await expect(page.getByRole("link", { name: "Start a new chat" })).toBeVisible();
        await expectNoViolations(page, "unknown thread");
        await page.goto(`${chat.url}/nowhere`);
        await expectNoViolations(page, "unknown page");
      });

      test("a thread with its trace, dialogs and menus", async ({ chat, page }) => {
        await chat.open();
        await chat.say("code please");
        await chat.finished();
        if (width === "phone") await page.getByRole("button", { name: /spans/ }).click();
        await chat.trace.getByRole("row", { name: /search_web.*error/ }).click();
        await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
        await expectNoViolations(page, "thread and trace");
        if (width === "phone") await page.getByRole("button", { name: "Close trace" }).click();
        await page.getByRole("button", { name: "Good answer" }).click();
        await expect(page.getByRole("button", { name: "Save feedback" })).toBeVisible();
        await expectNoViolations(page, "feedback");
        await page.getByRole("button", { name: "Options of this thread" }).click();
        await expectNoViolations(page, "menu");
        await page.getByRole("menuitem", { name: "Delete…" }).click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectNoViolations(page, "delete dialog");
        await page.keyboard.press("Escape");
        if (width === "phone") {
          await page.getByRole("button", { name: "Open navigation" }).click();
          await expect(chat.threads).toBeVisible();
          await expectNoViolations(page, "navigation sheet");
        }
        await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
        await expect(page.getByRole("heading", { name: "On a focused answer" })).toBeVisible();
        await expectNoViolations(page, "shortcuts");
      });

      test("a running answer", async ({ chat, page }) => {
        await chat.open();
        await chat.say("endless answer");
        await expect(chat.answers).toContainText("word word");
        await chat.message.fill("next");
        await expectNoViolations(page, "running");
        await chat.stop.click();
        await chat.finished();
      });
    });
  }
}

test("every state of the gallery", async ({ page, server }) => {
  test.setTimeout(240_000);
  process.env.VITE_PROXY_TO = server.url;
  const vite = await createServer({ server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
  try {
    await vite.listen();
    const url = `${vite.resolvedUrls?.local[0] ?? ""}gallery`;
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [width, viewport] of Object.entries(WIDTHS)) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(url);
        await expect(page.getByRole("treegrid", { name: "Trace" })).toHaveCount(2);
        await expectNoViolations(page, `gallery, ${colorScheme}, ${width}`);
      }
    }
  } finally {
    await vite.close();
  }
});
