/** The tree with the keyboard alone, and what assistive technology is told. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { type PageServer, servePage } from "./server";

let server: PageServer;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  server = await servePage();
});

test.afterAll(() => server.close());

/** One state of the gallery. */
async function open(page: Page, state: string): Promise<Locator> {
  await page.goto(server.url);
  const region = page.getByRole("region", { name: state, exact: true });
  await region.scrollIntoViewIfNeeded();
  return region;
}

const focusedRow = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label")?.split(",")[0] ?? "");

async function walk(page: Page, keys: readonly string[]): Promise<string[]> {
  const rows: string[] = [];
  for (const key of keys) {
    await page.keyboard.press(key);
    rows.push(await focusedRow(page));
  }
  return rows;
}

test("arrows, Home, End and letters go where they should", async ({ page }) => {
  const region = await open(page, "Finished, a failed tool open");
  const tree = region.getByRole("treegrid", { name: "Trace" });
  await tree.getByRole("row").first().focus();

  expect(await walk(page, ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft"])).toEqual([
    "agent.plan",
    "retrieve_docs",
    "embed",
    "retrieve_docs",
  ]);
  expect(await walk(page, ["End", "Home", "e", "l", "E", "PageDown"])).toEqual([
    "gpt-5-mini",
    "chat.turn",
    "search_web",
    "gpt-5-mini",
    "search_web",
    "gpt-5-mini",
  ]);
});

test("Left closes, Right opens, brackets do it to all", async ({ page }) => {
  const region = await open(page, "Finished, a failed tool open");
  const tree = region.getByRole("treegrid");
  const row = (name: string) => tree.getByRole("row", { name: new RegExp(`^${name},`) });
  await row("agent.plan").focus();

  await page.keyboard.press("ArrowLeft");
  await expect(row("agent.plan")).toHaveAttribute("aria-expanded", "false");
  await expect(row("agent.plan")).toContainText("+6");
  await expect(tree).toHaveAttribute("aria-rowcount", "2");
  await page.keyboard.press("e");
  await expect(row("search_web")).toBeFocused();
  await expect(tree).toHaveAttribute("aria-rowcount", "8");
  await page.keyboard.press("[");
  await expect(tree).toHaveAttribute("aria-rowcount", "2");
  await expect(row("agent.plan")).toBeFocused();
  await page.keyboard.press("]");
  await expect(tree).toHaveAttribute("aria-rowcount", "8");
});

test("Enter opens the detail, Escape closes it", async ({ page }) => {
  const region = await open(page, "Kinds and ends");
  const tree = region.getByRole("treegrid");
  await tree.getByRole("row").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(region.getByRole("region", { name: "Span a turn" })).toBeVisible();
  await expect(tree.getByRole("row", { selected: true })).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(region.getByRole("region", { name: "Span a turn" })).toBeHidden();
  expect(await focusedRow(page)).toBe("a turn");
});

test("the search counts, walks and gives the focus back", async ({ page }) => {
  const region = await open(page, "Finished, a failed tool open");
  const tree = region.getByRole("treegrid");
  await tree.getByRole("row").first().focus();
  await page.keyboard.press("/");
  const search = region.getByRole("searchbox", { name: "Search spans" });
  await expect(search).toBeFocused();
  await page.keyboard.type("search_web");
  await expect(tree).toHaveAttribute("aria-rowcount", "4");
  await page.keyboard.press("Enter");
  await expect(region.getByText("1 of 2")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(region.getByText("2 of 2")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  expect(await focusedRow(page)).toBe("search_web retry");
});

test("there is one tab stop, and rows tell their place", async ({ page }) => {
  const region = await open(page, "Running, a model call open");
  const tree = region.getByRole("treegrid", { name: "Trace" });
  await expect(tree.locator('[role=row][tabindex="0"]')).toHaveCount(1);
  const llm = tree.getByRole("row", { name: /^gpt-5-mini/ });
  await expect(llm).toHaveAttribute("aria-level", "3");
  await expect(llm).toHaveAttribute("aria-posinset", "5");
  await expect(llm).toHaveAttribute("aria-setsize", "5");
  await expect(llm).toHaveAttribute("aria-busy", "true");
  await expect(llm).toHaveAttribute("aria-selected", "true");
  await expect(tree.getByRole("row", { name: /^search_web, tool, error HTTP 429/ })).toBeVisible();
});

test("splitters obey the arrow keys", async ({ page }) => {
  const region = await open(page, "Finished, a failed tool open");
  const splitter = region.getByRole("separator", { name: "Width of the first column" });
  await splitter.focus();
  await page.keyboard.press("ArrowRight");
  await expect(splitter).toHaveAttribute("aria-valuenow", "48");
});

test("on a phone the detail is a page with a way back", async ({ page }) => {
  const region = await open(page, "Phone");
  const row = region.getByRole("row", { name: /^search_web,/ });
  await region.getByRole("row", { name: /^agent.plan,/ }).press("ArrowRight");
  await row.press("Enter");
  const back = region.getByRole("button", { name: "Back to the trace" });
  await expect(back).toBeFocused();
  await expect(row).toBeHidden();
  await page.keyboard.press("Enter");
  await expect(row).toBeFocused();
});

test("following stops when somebody looks elsewhere", async ({ page }) => {
  await page.goto(`${server.url}?live&spans=600&rate=150`);
  const tree = page.getByRole("treegrid", { name: "Trace" });
  const scrolled = () => tree.evaluate((element) => element.scrollTop);
  await expect.poll(scrolled).toBeGreaterThan(200);
  await tree.hover();
  await page.mouse.wheel(0, -120);
  const left = await scrolled();
  await page.waitForFunction(() => document.documentElement.dataset.feed === "ended");
  expect(await scrolled()).toBeLessThanOrEqual(left);
});

test("the focus stays on its row while a thousand rows arrive", async ({ page }) => {
  await page.goto(`${server.url}?live&spans=1000&rate=250`);
  const tree = page.getByRole("treegrid", { name: "Trace" });
  const rowCount = async () => Number(await tree.getAttribute("aria-rowcount"));
  await expect.poll(rowCount).toBeGreaterThan(20);
  await tree.getByRole("row").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const focused = await focusedRow(page);

  await page.waitForFunction(() => document.documentElement.dataset.feed === "ended");
  await expect.poll(rowCount).toBeGreaterThan(900);
  expect(await focusedRow(page)).toBe(focused);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`nothing in the gallery is wrong for axe, ${colorScheme}`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme });
    await page.goto(server.url);
    await expect(page.getByRole("treegrid").first()).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      // The gallery has several panels with the same sample; a page has one.
      .disableRules(["landmark-unique"])
      .analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join("\n  ")}`,
    );
    expect(found).toEqual([]);
  });
}
