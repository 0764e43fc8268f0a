import type { Frame } from "@/core/protocol";
import { messageOf, snapshotFrame, spansOf, turnOf } from "./scenario";

const MARKDOWN = `### Q3 revenue

Revenue was **$4.2M**, up 12% quarter on quarter, with \`EMEA\` first. See [the report](https://example.com).

| Region | Revenue | Share |
|---|---:|---:|
| US | $2.3M | 55% |
| EMEA | $1.9M | 45% |

1. The web search failed once with a rate limit.
2. It was retried:
   - the press figure comes from the second try
   - the audited one from *the report*

> Numbers are before tax.

- [x] checked against the ledger
- [ ] checked against the press

\`\`\`python
def share(region: str, total: float) -> float:
    """Part of the total, in percent."""
    return 100 * REVENUE[region] / total  # never zero
\`\`\`
`;

/** What a conversation can look like, by name. Times are relative to `now`, in milliseconds. */
export const STATES: Record<string, (now: number) => Frame[]> = {
  empty: () => [snapshotFrame({})],

  finished: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 60_000)],
      messages: [
        messageOf(1, "10", "user", "What was Q3 revenue, and how sure are we?", now - 60_000),
        messageOf(1, "11", "assistant", MARKDOWN, now - 59_000),
      ],
      spans: spansOf(1, now - 60_000),
    }),
  ],

  streaming: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 1_200, { status: "running", end_us: null })],
      messages: [
        messageOf(1, "10", "user", "What was Q3 revenue, and how sure are we?", now - 1_200),
        messageOf(
          1,
          "11",
          "assistant",
          "### Q3 revenue\n\nRevenue was **$4.2M**, up 12% quarter on quarter. The web search failed once with a rate limit and was retried, so the press figure below comes from the sec",
          now - 300,
          { status: "running", end_us: null },
        ),
      ],
      spans: spansOf(1, now - 1_200, 1_000),
    }),
  ],

  waiting: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 400, { status: "running", end_us: null })],
      messages: [messageOf(1, "10", "user", "And how does that split by region?", now - 400)],
      spans: spansOf(1, now - 400, 400),
    }),
  ],

  stopped: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 60_000, { status: "cancelled" })],
      messages: [
        messageOf(1, "10", "user", "Write a very long story.", now - 60_000),
        messageOf(1, "11", "assistant", "Once upon a time there was", now - 59_000, {
          status: "cancelled",
        }),
      ],
      spans: spansOf(1, now - 60_000),
    }),
  ],

  failed: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 60_000, { status: "error" })],
      messages: [
        messageOf(1, "10", "user", "Divide by zero.", now - 60_000),
        messageOf(1, "11", "assistant", "ZeroDivisionError: division by zero", now - 59_000, {
          status: "error",
          is_error: true,
        }),
      ],
      spans: spansOf(1, now - 60_000),
    }),
  ],

  abandoned: (now) => [
    snapshotFrame({
      turns: [turnOf(1, now - 60_000, { status: "abandoned" })],
      messages: [
        messageOf(1, "10", "user", "Take your time.", now - 60_000),
        messageOf(1, "11", "assistant", "The first part of the", now - 59_000, {
          status: "abandoned",
        }),
      ],
      spans: spansOf(1, now - 60_000),
    }),
  ],
};
