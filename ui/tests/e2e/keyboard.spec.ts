import { expect, test } from "./support/test";

test("everything is reached without a pointer", async ({ chat, page }) => {
  await chat.open();
  await expect(chat.message).toBeFocused();

  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("second line");
  await page.keyboard.press("Enter");
  await expect(chat.questions).toHaveText("by keyboard\nsecond line");
  await chat.finished();

  await page.keyboard.press("ArrowUp");
  await expect(chat.message).toHaveValue("by keyboard\nsecond line");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");

  await page.keyboard.press("Alt+ArrowUp");
  await expect(chat.answers.last()).toBeFocused();
  await page.keyboard.press("+");
  const good = page.getByRole("button", { name: "Good answer" });
  await expect(good).toHaveAttribute("aria-pressed", "true");

  const panel = page.getByRole("complementary", { name: "Trace panel" });
  await page.keyboard.press("ControlOrMeta+j");
  await expect(panel).toBeHidden();
  await page.keyboard.press("ControlOrMeta+j");
  await expect(panel).toBeVisible();

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.keyboard.press("ControlOrMeta+b");
  await expect(chat.threads).toBeHidden();
  await page.keyboard.press("ControlOrMeta+b");
  await expect(chat.threads).toBeVisible();

  await page.keyboard.press("ControlOrMeta+Shift+o");
  await expect(page).toHaveURL(`${chat.url}/`);
  await expect(chat.message).toBeFocused();
});

test("skip links lead to the message box and the trace", async ({ chat, page }) => {
  await chat.open();
  await chat.say("skip");
  await chat.finished();
  await page.reload();
  await expect(chat.message).toBeFocused();
  await page.getByRole("button", { name: "Skip to the message box" }).focus();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("button", { name: "Skip to the trace" });
  await expect(skip).toBeFocused();
  expect((await skip.boundingBox())?.width).toBeGreaterThan(50);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Trace panel" })).toBeFocused();
  await page.getByRole("button", { name: "Skip to the message box" }).focus();
  await page.keyboard.press("Enter");
  await expect(chat.message).toBeFocused();
});

test("the splitter obeys the arrow keys and is remembered", async ({ chat, page }) => {
  await chat.open();
  await chat.say("split");
  await chat.finished();
  const splitter = page.getByRole("separator", { name: "Width of the trace panel" });
  const before = Number(await splitter.getAttribute("aria-valuenow"));
  await splitter.focus();
  await page.keyboard.press("ArrowRight");
  await expect(splitter).toHaveAttribute("aria-valuenow", String(before + 2));
  await page.reload();
  await expect(splitter).toHaveAttribute("aria-valuenow", String(before + 2));
});

test("Esc twice stops the answer", async ({ chat, page }) => {
  await chat.open();
  await chat.say("endless one");
  await expect(chat.answers).toContainText("word word");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await chat.finished();
  await expect(chat.log).toContainText("Stopped by you.");
});

test("shortcuts of a single key can be switched off", async ({ chat, page }) => {
  await chat.open();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await page.getByRole("checkbox", { name: /single key/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeHidden();
});
