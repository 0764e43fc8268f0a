import { useTranslation } from "react-i18next";
import type { RetrievedDocument } from "./documents";
import { FoldedText } from "./FoldedText";

const FIRST = 50;

/** Documents in the order in which they were found, with a bar for the score. */
export function Documents({ documents }: { documents: readonly RetrievedDocument[] }) {
  const { t } = useTranslation("trace");
  const highest = Math.max(...documents.map((document) => document.score ?? 0), 0);
  return (
    <ol className="flex flex-col gap-2.5">
      {documents.slice(0, FIRST).map((document, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the list is what identifies a result
        <li key={i}>
          <div className="flex items-center gap-2 text-meta">
            <span className="min-w-0 flex-1 truncate font-medium text-fg">
              {document.source || t("detail.document", { number: i + 1 })}
            </span>
            {document.score !== null && <Score score={document.score} highest={highest} />}
          </div>
          {document.text && <FoldedText text={document.text} lines={3} className="text-fg2" />}
        </li>
      ))}
      {documents.length > FIRST && (
        <li className="text-meta text-fg3">
          {t("detail.moreItems", { count: documents.length - FIRST })}
        </li>
      )}
    </ol>
  );
}

/** The bar compares the documents with the best of them, because scores have no common scale. */
function Score({ score, highest }: { score: number; highest: number }) {
  const share = highest > 0 ? Math.max(0, score / highest) : 0;
  return (
    <>
      <span aria-hidden="true" className="h-1.5 w-20 overflow-hidden rounded-bar bg-bg2">
        <span className="block h-full bg-retrieval" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="w-12 text-right text-fg2 tabular-nums">{score.toPrecision(3)}</span>
    </>
  );
}
