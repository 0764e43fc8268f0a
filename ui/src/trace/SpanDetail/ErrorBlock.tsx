import { useTranslation } from "react-i18next";
import { CopyButton } from "./CopyButton";
import { type Failure, failureText } from "./exceptions";
import { FoldedText } from "./FoldedText";

/** Why the span failed: type and message, the app's own frames, the rest folded. */
export function ErrorBlock({ failure }: { failure: Failure }) {
  const { t } = useTranslation("trace");
  return (
    <section className="rounded-card border border-err bg-err-soft px-2.5 py-2 text-table">
      <div className="flex items-start gap-2">
        <h4 className="min-w-0 flex-1 font-semibold break-words text-err">
          {failure.type || t("detail.error.title")}
        </h4>
        <CopyButton
          label={t("detail.error.copy")}
          text={() => failureText(failure)}
          className="-my-0.5 text-err"
        />
      </div>
      {failure.message && <FoldedText text={failure.message} lines={6} />}
      {failure.ownFrames.length > 0 && (
        <pre className="wrap-anywhere mt-1.5 whitespace-pre-wrap font-mono text-meta text-fg2">
          {failure.ownFrames.join("\n")}
        </pre>
      )}
      {failure.stack && (
        <details className="mt-1.5">
          <summary className="min-h-6 text-meta text-fg2">{t("detail.error.stack")}</summary>
          <FoldedText text={failure.stack} lines={40} mono />
        </details>
      )}
    </section>
  );
}
