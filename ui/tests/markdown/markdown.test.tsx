import "@/i18n";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import Markdown from "@/markdown/Markdown";
import { TooltipProvider } from "@/ui/Tooltip";

function show(text: string, live = false) {
  return render(
    <TooltipProvider>
      <Markdown text={text} live={live} />
    </TooltipProvider>,
  );
}

test("raw HTML is text", () => {
  const { container } = show(
    'Hello <img src=x onerror="alert(1)"> <b>you</b>\n\n<script>1</script>',
  );
  expect(container.querySelector("img, b, script")).toBeNull();
  expect(container.textContent).toContain("<b>you</b>");
});

test.each([
  ["[a](javascript:alert(1))", ""],
  ["[a](data:text/html,hi)", ""],
  ["[a](https://example.com)", "https://example.com"],
])("%s links to %j", (text, href) => {
  show(text);
  const link = screen.getByText("a");
  expect(link.getAttribute("href") ?? "").toBe(href);
  expect(link.getAttribute("rel")).toContain("noopener");
});

test("images of other servers are links, so that none is fetched without a click", () => {
  const { container } = show("![a chart](https://example.com/leak?q=secret)");
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByRole("link", { name: "Image: a chart" }).getAttribute("href")).toContain(
    "example.com",
  );
});

test("half-written markdown reads well while it streams", async () => {
  await import("remend");
  const { container } = show("Some **bold te", true);
  expect(container.querySelector("strong")?.textContent).toBe("bold te");
  expect(show("See [the rep", true).container.textContent).toBe("See the rep");
});

test("lists, tables and tasks of GitHub's markdown", () => {
  show("| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n");
  expect(screen.getByRole("region", { name: "Table" })).toBeTruthy();
  expect(screen.getByRole("checkbox", { name: "Done" })).toBeTruthy();
  expect(screen.getByRole("checkbox", { name: "Open" })).toBeTruthy();
});

test("a code block names its language and shows its text at once", () => {
  show("```python\nprint(1)\n```");
  expect(screen.getByRole("region", { name: "Code, python" }).textContent).toBe("print(1)");
});
