import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Server } from "./support/server";
import { test as base, type Chat, expect } from "./support/test";

const SCORES = JSON.stringify([
  { name: "user-feedback", good_reasons: ["Clear", "Complete"] },
  { name: "stars", description: "How useful was it?", integer: true, min: 1, max: 5, ask: "user" },
]);
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const test = base.extend<object, { server: Server }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from here
    async ({}, use) => {
      const server = new Server("scored.py", { env: { SPANLIT_SCORES: SCORES } });
      await server.start();
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

/** Where a reviewer of the pictures finds them. */
const shots = process.env.SCREENSHOTS;

async function look(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const found = violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
  }));
  expect(found, name).toEqual([]);
}

async function ask(chat: Chat): Promise<void> {
  await chat.open();
  await chat.say("What is the answer?");
  await chat.finished();
}

test("reasons, other scores and a comment are given with the keyboard", async ({ chat, page }) => {
  await ask(chat);
  const bad = page.getByRole("button", { name: "Bad answer" });
  await bad.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("form", { name: "Feedback on this answer" });
  await expect(panel).toBeVisible();
  await expect(bad).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(panel.getByRole("button", { name: "Incorrect" })).toBeFocused();
  await page.keyboard.press("Space");
  await panel.getByRole("group", { name: "How useful was it?" }).getByText("2").click();
  await panel.getByRole("textbox", { name: "Comment on your feedback" }).fill("It is 43.");
  await page.keyboard.press("Control+Enter");
  await expect(panel).toBeHidden();
  await expect(bad).toBeFocused();
  await expect(page.getByText("Thank you. Your feedback is saved.")).toBeAttached();

  await page.reload();
  const { items } = await (
    await page.request.get(`${chat.url}/api/threads/${page.url().split("/").at(-1)}/scores`)
  ).json();
  const own = items.filter(({ source }: { source: string }) => source === "user");
  expect(own).toMatchObject([
    { name: "user-feedback", value: 0, reasons: ["Incorrect"], comment: "It is 43." },
    { name: "stars", value: 2 },
  ]);
  await bad.click();
  await expect(bad).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByText("Your feedback is taken back.")).toBeAttached();
});

test("good answers have their own reasons, and Escape leaves the panel", async ({ chat, page }) => {
  await ask(chat);
  const good = page.getByRole("button", { name: "Good answer" });
  await good.click();
  const panel = page.getByRole("form", { name: "Feedback on this answer" });
  const clear = panel
    .getByRole("group", { name: "What was good?" })
    .getByRole("button", { name: "Clear" });
  await clear.click();
  await expect(clear).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(good).toBeFocused();
  await expect(good).toHaveAttribute("aria-pressed", "true");

  // Also from the thumb, where the focus is after it was pressed.
  const bad = page.getByRole("button", { name: "Bad answer" });
  await bad.click();
  await expect(panel).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(bad).toHaveAttribute("aria-pressed", "true");
});

test("scores stand beside their spans, and one's own can be removed", async ({ chat, page }) => {
  await ask(chat);
  await page.getByRole("button", { name: "Bad answer" }).click();
  const answer = chat.trace.getByRole("row", { name: /assistant message.*2 scores/ });
  await answer.click();
  const scores = page.getByRole("region", { name: /^Span/ }).getByRole("list").first();
  await expect(scores).toContainText("groundedness0.82 mostly grounded");
  await expect(scores).toContainText("judge gpt-5-mini");
  await page.getByRole("button", { name: "Remove your score user-feedback" }).click();
  await expect(scores).not.toContainText("user-feedback");
  await expect(page.getByRole("button", { name: "Bad answer" })).toHaveAttribute(
    "aria-pressed",
    "false",
  );
  await chat.trace.getByRole("row", { name: /on_message.*2 scores/ }).click();
  await expect(scores).toContainText("topicarithmeticwhole trace");
  await expect(scores).toContainText("solvedYeswhole thread");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, viewport] of Object.entries({
    desktop: { width: 1440, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    test.describe(`${colorScheme}, ${width}`, () => {
      const isPhone = width === "phone";
      test.use({ colorScheme, viewport, reducedMotion: "reduce", hasTouch: isPhone });

      test("the panel and the scores are accessible", async ({ chat, page }) => {
        await ask(chat);
        await page.getByRole("button", { name: "Bad answer" }).click();
        const panel = page.getByRole("form", { name: "Feedback on this answer" });
        await panel.getByRole("button", { name: "Incomplete" }).click();
        await panel.getByRole("textbox").fill("The unit is missing.");
        await panel.scrollIntoViewIfNeeded();
        await look(page, `panel-${colorScheme}-${width}`);
        await panel.getByRole("button", { name: "Save feedback" }).click();
        await expect(panel).toBeHidden();
        if (isPhone) await page.getByRole("button", { name: /spans/ }).click();
        await chat.trace.getByRole("row", { name: /assistant message/ }).click();
        await expect(page.getByText("mostly grounded")).toBeVisible();
        await look(page, `scores-${colorScheme}-${width}`);
      });
    });
  }
}
