import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { PageMessage } from "@/ui/PageMessage";

/** In the place of a page that could not be drawn. */
export function ErrorPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <main className="h-full">
      <PageMessage title={t("app.loadFailed")} hint={t("app.loadFailedHint")}>
        <pre className="max-w-full overflow-x-auto whitespace-pre-wrap rounded-card bg-bg2 p-3 text-left font-mono text-table">
          {error instanceof Error ? error.message : String(error)}
        </pre>
        <Button onClick={() => window.location.reload()}>{t("app.reload")}</Button>
      </PageMessage>
    </main>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="h-full flex-1">
      <PageMessage title={t("app.notFound")} hint={t("app.notFoundHint")}>
        <Link to="/" className="font-medium text-accent underline underline-offset-4">
          {t("app.startNew")}
        </Link>
      </PageMessage>
    </main>
  );
}
