import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "./CopyButton";
import { ValueView } from "./PayloadView";
import { textOf } from "./payload";

/** With fewer attributes than this there is nothing to search. */
const SEARCH_FROM = 8;

/** Attributes by key; the search looks into keys and values. */
export function AttributesTable({ attributes }: { attributes: Record<string, unknown> }) {
  const { t } = useTranslation("trace");
  const [search, setSearch] = useState("");
  const all = useMemo(
    () => Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    [attributes],
  );
  const needle = search.trim().toLowerCase();
  const shown = needle
    ? all.filter(([key, value]) => `${key}\n${textOf(value)}`.toLowerCase().includes(needle))
    : all;
  if (all.length === 0) return <p className="text-table text-fg3">{t("detail.noAttributes")}</p>;
  return (
    <div className="flex flex-col gap-2">
      {all.length >= SEARCH_FROM && (
        <input
          type="search"
          aria-label={t("detail.searchAttributes")}
          placeholder={t("detail.searchAttributes")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          spellCheck={false}
          className="h-7 w-full max-w-72 rounded-control border border-line-strong bg-bg1 px-2 text-table text-fg placeholder:text-fg3 coarse:h-11"
        />
      )}
      {shown.length === 0 && <p className="text-table text-fg3">{t("detail.noMatch")}</p>}
      {shown.length > 0 && (
        <table className="w-full table-fixed border-collapse text-left align-top text-table">
          <thead className="sr-only">
            <tr>
              <th>{t("detail.key")}</th>
              <th>{t("detail.value")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(([key, value]) => (
              <tr key={key} className="group/row border-b border-line last:border-0">
                <th
                  scope="row"
                  className="w-[40%] py-1 pr-2 align-top font-mono text-meta font-normal break-words text-fg2"
                >
                  {key}{" "}
                  <CopyButton
                    label={t("detail.copyFor", { name: key })}
                    text={() => textOf(value)}
                    className="-my-1 align-middle opacity-0 group-hover/row:opacity-100 focus-visible:opacity-100 coarse:opacity-100"
                  />
                </th>
                <td className="py-1 align-top">
                  <ValueView value={value} lines={4} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
