import { expect, test } from "vitest";
import { validateChatSearch } from "@/app/search";

const TRACE = "0123456789abcdef0123456789abcdef";

test("what is open beside the chat is read from the address", () => {
  const search = { trace: TRACE, span: "0123456789abcdef", view: "messages", panel: 1 };
  expect(validateChatSearch(search)).toEqual(search);
});

test("nonsense is left out, and the page still opens", () => {
  expect(
    validateChatSearch({ trace: "<b>", span: 12, view: "graph", panel: "yes", other: "x" }),
  ).toEqual({});
});
