import { expect, test } from "./support/test";

test("a pasted word of 30 kB does not freeze the box", async ({ chat }) => {
  await chat.open();
  await chat.message.fill("W".repeat(30_000));
  // With kerned text this takes Chromium several seconds for each key.
  await chat.message.press("a", { timeout: 3_000 });
  await chat.message.press("Enter", { timeout: 3_000 });
  await expect(chat.message).toHaveValue("");
  await chat.finished();
});
