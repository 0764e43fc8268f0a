/** Filters the tree in place; Enter goes from match to match. */
import { Search, X } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "./format";
import type { TraceT } from "./words";

interface SearchBoxProps {
  ref: Ref<HTMLInputElement>;
  text: string;
  onText(text: string): void;
  /** Number of matches, and which of them has the focus; null without a search. */
  found: { current: number; count: number } | null;
  onNext(direction: 1 | -1): void;
  onLeave(): void;
}

export function SearchBox({ ref, text, onText, found, onNext, onLeave }: SearchBoxProps) {
  const { t, i18n } = useTranslation("trace");
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") onNext(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape" && text !== "") onText("");
    else if (event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="relative flex h-7 min-w-24 flex-1 items-center rounded-control border border-line bg-bg1 text-fg3 focus-within:border-accent coarse:h-11">
      <Search size={13} aria-hidden="true" className="ml-2 shrink-0" />
      <input
        ref={ref}
        type="search"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        spellCheck={false}
        className="h-full min-w-0 flex-1 bg-transparent px-1.5 text-table text-fg outline-none placeholder:text-fg3 [&::-webkit-search-cancel-button]:hidden"
      />
      <output className="shrink-0 text-meta whitespace-nowrap tabular-nums">
        {found && countText(found, t, i18n.language)}
      </output>
      {text !== "" && (
        <button
          type="button"
          aria-label={t("search.clear")}
          onClick={() => onText("")}
          className="grid h-full w-6 shrink-0 place-items-center hover:text-fg"
        >
          <X size={13} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

function countText(
  { current, count }: { current: number; count: number },
  t: TraceT,
  locale: string,
) {
  if (count === 0) return t("search.none");
  return t("search.count", { n: formatCount(current, locale), m: formatCount(count, locale) });
}
