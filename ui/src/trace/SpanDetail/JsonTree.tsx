/** JSON to look into. Children are rendered when opened, a hundred at a time. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FoldedText } from "./FoldedText";

const PAGE = 100;
const LONG_STRING = 300;
/** Values with fewer entries than this are open at first, in the outer two levels. */
const SMALL = 20;

export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="font-mono text-meta text-fg" dir="ltr">
      <Value value={value} depth={0} />
    </div>
  );
}

function Value({ value, depth, name }: { value: unknown; depth: number; name?: string }) {
  if (typeof value === "object" && value !== null)
    return <Composite value={value} depth={depth} {...(name === undefined ? {} : { name })} />;
  return (
    <div className="flex min-w-0 gap-1.5 py-px pl-4">
      {name !== undefined && <Name name={name} />}
      <Scalar value={value} />
    </div>
  );
}

function Composite({ value, depth, name }: { value: object; depth: number; name?: string }) {
  const { t } = useTranslation("trace");
  const entries = Object.entries(value);
  const [isOpen, setOpen] = useState(depth === 0 || (depth < 2 && entries.length < SMALL));
  const [limit, setLimit] = useState(PAGE);
  const isList = Array.isArray(value);
  const size = t(isList ? "detail.items" : "detail.keys", { count: entries.length });
  if (entries.length === 0)
    return (
      <div className="flex gap-1.5 py-px pl-4">
        {name !== undefined && <Name name={name} />}
        <span className="text-fg3">{isList ? "[]" : "{}"}</span>
      </div>
    );
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={`${name ?? ""} ${size}`.trim()}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-5 max-w-full items-center gap-1 rounded-bar pr-1 text-left hover:bg-bg2 coarse:min-h-11"
      >
        <Icon size={12} aria-hidden="true" className="shrink-0 text-fg3" />
        {name !== undefined && <Name name={name} />}
        <span className="text-fg3">{isList ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </button>
      {isOpen && (
        <div className="ml-[5.5px] border-l border-line pl-1.5">
          {entries.slice(0, limit).map(([key, child]) => (
            <Value key={key} name={key} value={child} depth={depth + 1} />
          ))}
          {entries.length > limit && (
            <button
              type="button"
              onClick={() => setLimit(limit + PAGE)}
              className="min-h-6 pl-4 font-sans text-fg2 underline underline-offset-2 hover:text-fg"
            >
              {t("detail.moreItems", { count: entries.length - limit })}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string }) {
  return <span className="max-w-40 shrink-0 truncate text-fg3">{name}:</span>;
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === "string") {
    if (value.length > LONG_STRING || value.includes("\n"))
      return <FoldedText text={value} lines={4} mono className="min-w-0 flex-1" />;
    return <span className="min-w-0 break-words text-ok">{JSON.stringify(value)}</span>;
  }
  const color = typeof value === "number" ? "text-agent" : "text-llm";
  return <span className={color}>{String(value)}</span>;
}
