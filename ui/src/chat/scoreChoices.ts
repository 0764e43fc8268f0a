import type { TFunction } from "i18next";
import type { ScoreForm, ScoreView } from "@/core/protocol";

export type Choice = Pick<ScoreView, "value" | "label">;

/** More numbers than this are no question that a row of buttons can ask. */
const MOST_NUMBERS = 11;

/** What a score can be, by the words for it; nothing if that cannot be listed. */
export function choicesOf(form: ScoreForm, t: TFunction): ReadonlyMap<string, Choice> {
  switch (form.type) {
    case "boolean":
      return new Map([
        [t("answer.yes"), { value: 1, label: "" }],
        [t("answer.no"), { value: 0, label: "" }],
      ]);
    case "category":
      return new Map(form.labels.map((label) => [label, { value: null, label }]));
    case "number":
      return new Map(numbersOf(form).map((value) => [String(value), { value, label: "" }]));
    case "text":
      return new Map();
  }
}

function numbersOf({ integer, min, max }: ScoreForm): number[] {
  if (!integer || min === null || max === null || max - min >= MOST_NUMBERS) return [];
  const first = Math.ceil(min);
  return Array.from({ length: Math.floor(max) - first + 1 }, (_, index) => first + index);
}
