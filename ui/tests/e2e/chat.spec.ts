import { expect, test } from "./support/test";

test.beforeEach(({ chat }) => chat.open());

test("a message is answered, with its trace beside it", async ({ chat, page }) => {
  await chat.message.fill("What is a span?");
  await chat.send.click();
  await expect(page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await expect(chat.message).toBeFocused();
  await chat.finished();
  await expect(chat.questions).toHaveText(["What is a span?"]);
  await expect(chat.answers).toHaveText(["You said What is a span?. That is all."]);
  await expect(chat.answers.locator("strong")).toHaveText("What is a span?");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What is a span?");
  await expect(chat.threads.getByRole("link", { name: "What is a span?" })).toHaveAttribute(
    "aria-current",
    "page",
  );
  await expect(chat.trace.getByRole("row", { name: /find_documents/ })).toBeVisible();
  await expect(chat.trace.getByRole("row", { name: /search_web.*error/ })).toBeVisible();
});

test("a running answer is stopped", async ({ chat }) => {
  await chat.say("endless, please");
  await expect(chat.answers).toContainText("word word");
  await chat.stop.click();
  await chat.finished();
  await expect(chat.log).toContainText("Stopped by you.");
  await chat.say("hello again");
  await expect(chat.answers.last()).toContainText("You said hello again");
});

test("what is said during an answer is queued, and Stop gives it back", async ({ chat, page }) => {
  await chat.say("endless one");
  await expect(chat.answers).toContainText("word word");
  await chat.say("and then?");
  await expect(chat.log).toContainText("Queued: sent when the current answer is finished");
  await chat.stop.click();
  await expect(chat.log).toContainText("Not sent. The run before it was stopped.");
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(chat.answers.last()).toContainText("You said and then?");
});

test("an error in the app is told in the chat", async ({ chat }) => {
  await chat.say("fail now");
  await expect(chat.log.getByRole("article", { name: "Error" })).toContainText(
    "Something went wrong",
  );
  await chat.finished();
});

test("feedback is given, commented and taken back", async ({ chat, page }) => {
  await chat.say("rate me");
  await chat.finished();
  const good = page.getByRole("button", { name: "Good answer" });
  const bad = page.getByRole("button", { name: "Bad answer" });
  await bad.click();
  await expect(bad).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("textbox", { name: "Comment on your feedback" }).fill("Too short.");
  await page.getByRole("button", { name: "Save feedback" }).click();
  await expect(page.getByRole("button", { name: "Save feedback" })).toBeHidden();
  await good.click();
  await expect(good).toHaveAttribute("aria-pressed", "true");
  await expect(bad).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await expect(good).toHaveAttribute("aria-pressed", "true");
  await good.click();
  await expect(good).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await expect(good).toHaveAttribute("aria-pressed", "false");
});

test("code is coloured once it is settled", async ({ chat, page }) => {
  await chat.say("code please");
  await chat.finished();
  const code = page.getByRole("region", { name: "Code, python" });
  await expect(code).toHaveText("print('hello')");
  await expect(code.locator("span[style*='--code-token']").first()).toBeVisible();
});

test("drafts are kept per thread", async ({ chat, page }) => {
  await chat.say("first thread");
  await chat.finished();
  await chat.message.fill("half a thought");
  await page.getByRole("link", { name: "New chat" }).click();
  await expect(chat.message).toHaveValue("");
  await chat.threads.getByRole("link", { name: "first thread" }).first().click();
  await expect(chat.message).toHaveValue("half a thought");
});

test("a thread is renamed with F2 and deleted after a question", async ({ chat, page }) => {
  await chat.say("to be renamed");
  await chat.finished();
  await chat.threads.getByRole("link", { name: "to be renamed" }).focus();
  await page.keyboard.press("F2");
  const field = page.getByRole("textbox", { name: "Name of the thread" });
  await expect(field).toBeFocused();
  await field.fill("Renamed");
  await field.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Renamed");
  await page.reload();
  const link = chat.threads.getByRole("link", { name: "Renamed" });
  await link.hover();
  await page.getByRole("button", { name: "Options of Renamed" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete thread" }).click();
  await expect(page).toHaveURL(`${chat.url}/`);
  await expect(link).toBeHidden();
});

test("a thread that is not there says so", async ({ chat, page }) => {
  await page.goto(`${chat.url}/c/01900000-0000-7000-8000-000000000000`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This thread does not exist");
  await page.getByRole("main").getByRole("link", { name: "Start a new chat" }).click();
  await expect(chat.message).toBeVisible();
});

test("the theme is chosen and remembered", async ({ chat, page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Theme: System" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  expect(await background()).not.toBe(light);
  await page.reload();
  await expect(chat.message).toBeVisible();
  expect(await background()).not.toBe(light);
});

test("on a phone the trace is a sheet", async ({ chat, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.say("on the phone");
  await chat.finished();
  await expect(chat.trace).toBeHidden();
  await page.getByRole("button", { name: /spans/ }).click();
  const sheet = page.getByRole("complementary", { name: "Trace panel" });
  await expect(sheet).toBeFocused();
  const half = (await sheet.boundingBox())?.height ?? 0;
  await page.getByRole("button", { name: "Make the trace taller" }).click();
  await expect.poll(async () => (await sheet.boundingBox())?.height).toBeGreaterThan(half * 1.4);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(chat.threads.getByRole("link", { name: "on the phone" })).toBeVisible();
});
