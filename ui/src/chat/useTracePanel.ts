import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { configQuery } from "@/api/queries";
import { useConversationState } from "@/app/session";
import type { Conversation } from "@/core/conversation";
import { usePrefs } from "@/stores/prefs";
import type { TraceViewName } from "@/trace";
import { useMediaQuery } from "@/ui/useMediaQuery";

export interface TracePanelControls {
  /** Whether answers show their span strips. */
  strips: boolean;
  /** Whether there is a panel at all: the app's author may not want it. */
  available: boolean;
  open: boolean;
  /** Whether the panel stands beside the chat; otherwise it lies over it. */
  beside: boolean;
  /** The trace that is looked at: the chosen one, or the latest. */
  traceId: string | undefined;
  spanId: string | null;
  view: TraceViewName;
  setView(view: TraceViewName): void;
  show(traceId: string, spanId?: string): void;
  /** Look at a span in the waterfall. */
  select(spanId: string | null): void;
  hide(): void;
  toggle(): void;
  /** Look at the latest answer again. */
  follow(): void;
}

/** What is open beside the chat: the address first, then what this person prefers. */
export function useTracePanel(
  conversation: Conversation,
  threadId: string | undefined,
): TracePanelControls {
  const search = useSearch({ from: "/chat" });
  const navigate = useNavigate();
  const { data: config } = useQuery(configQuery);
  const preferred = usePrefs((prefs) => prefs.panelOpen);
  const beside = useMediaQuery("(min-width: 1024px)");
  const latest = useConversationState(conversation, (state) => state.turnOrder.at(-1));

  // Until the author's choice is known nothing is shown that may have to be taken away again.
  const mode = config?.trace ?? "hidden";
  const available = (mode === "full" || mode === "tool_call") && threadId !== undefined;
  const wanted = search.panel === undefined ? beside && preferred : search.panel === 1;

  const show = useCallback(
    (traceId: string, spanId?: string) => {
      usePrefs.setState(beside ? { panelOpen: true } : {});
      const place = { trace: traceId, ...(spanId ? { span: spanId } : {}) };
      void navigate({
        to: ".",
        search: beside ? place : { ...place, panel: 1 },
        replace: beside,
      });
    },
    [beside, navigate],
  );
  const select = useCallback(
    (spanId: string | null) => {
      void navigate({
        to: ".",
        search: ({ span: _, view: __, ...rest }) => (spanId ? { ...rest, span: spanId } : rest),
        replace: true,
      });
    },
    [navigate],
  );
  const setView = useCallback(
    (view: TraceViewName) => {
      void navigate({
        to: ".",
        search: ({ view: _, ...rest }) => (view === "waterfall" ? rest : { ...rest, view }),
        replace: true,
      });
    },
    [navigate],
  );
  const hide = useCallback(() => {
    usePrefs.setState(beside ? { panelOpen: false } : {});
    void navigate({ to: ".", search: {}, replace: true });
  }, [beside, navigate]);
  const toggle = useCallback(() => {
    if (!available) return;
    if (wanted) hide();
    else if (latest) show(latest);
    else usePrefs.setState({ panelOpen: true });
  }, [available, wanted, hide, show, latest]);
  const follow = useCallback(() => {
    void navigate({
      to: ".",
      search: ({ trace: _, span: __, ...rest }) => rest,
      replace: true,
    });
  }, [navigate]);

  return useMemo(
    () => ({
      strips: mode !== "hidden",
      available,
      open: available && wanted,
      beside,
      traceId: search.trace ?? latest,
      spanId: search.span ?? null,
      view: search.view ?? "waterfall",
      setView,
      show,
      select,
      hide,
      toggle,
      follow,
    }),
    [mode, available, wanted, beside, search, latest, setView, show, select, hide, toggle, follow],
  );
}
