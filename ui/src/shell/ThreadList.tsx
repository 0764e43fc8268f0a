import { useInfiniteQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { threadsQuery } from "@/api/queries";
import { type DayGroup, groupByDay } from "@/core/dayGroups";
import type { ThreadView } from "@/core/protocol";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { useDelayed } from "@/ui/useDelayed";
import { ThreadItem } from "./ThreadItem";

const SKELETON_MS = 150;

interface Props {
  /** Called when a thread was chosen. */
  onChoose?: () => void;
}

/** The person's threads by day, the latest first. */
export function ThreadList({ onChoose }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(threadsQuery);
  const scroller = useRef<HTMLElement>(null);
  const showSkeleton = useDelayed(query.isPending, SKELETON_MS);
  const threads = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <nav
      ref={scroller}
      aria-label={t("nav.threads")}
      aria-busy={query.isPending}
      className="min-h-0 flex-1 overflow-y-auto px-2 pb-2"
    >
      {showSkeleton && <Skeleton lines={6} label={t("threads.loading")} />}
      {query.isError && <ListError onRetry={() => void query.refetch()} />}
      {query.isSuccess && threads.length === 0 && (
        <p className="px-2 py-2 text-fg3 text-table">{t("threads.empty")}</p>
      )}
      <Groups threads={threads} {...(onChoose ? { onChoose } : {})} />
      {query.hasNextPage && (
        <MoreButton
          scroller={scroller}
          busy={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      )}
    </nav>
  );
}

function Groups({ threads, onChoose }: Props & { threads: ThreadView[] }) {
  const { t, i18n } = useTranslation();
  const month = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric" });
  const title = (group: DayGroup) =>
    "month" in group ? month.format(group.month) : t(`threads.${group.key}`);
  return groupByDay(threads, (thread) => new Date(thread.updated_us / 1_000), new Date()).map(
    ({ group, items }) => (
      <section key={group.key} aria-label={title(group)} className="mb-3">
        <h2 className="px-2 py-1 font-medium text-fg3 text-meta">{title(group)}</h2>
        <ul>
          {items.map((thread) => (
            <ThreadItem key={thread.id} thread={thread} {...(onChoose ? { onChoose } : {})} />
          ))}
        </ul>
      </section>
    ),
  );
}

function ListError({ onRetry }: { onRetry(): void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col items-start gap-2 px-2 py-2">
      <p className="text-fg2 text-table">{t("threads.failed")}</p>
      <Button size="sm" onClick={onRetry}>
        {t("threads.retry")}
      </Button>
    </div>
  );
}

interface MoreProps {
  scroller: RefObject<HTMLElement | null>;
  busy: boolean;
  onMore(): void;
}

/** Loads the next page when it comes into view; a button as well, for keyboards. */
function MoreButton({ scroller, busy, onMore }: MoreProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!ref.current || busy) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onMore();
      },
      { root: scroller.current },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [busy, onMore, scroller]);
  return (
    <Button ref={ref} look="quiet" size="sm" disabled={busy} onClick={onMore}>
      {busy ? t("threads.loading") : t("threads.more")}
    </Button>
  );
}
