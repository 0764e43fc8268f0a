/** The first screen of a span's detail, by kind. */
import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { TraceStore } from "../store";
import type { SpanDetail } from "../types";
import { Card, CardPair } from "./Card";
import { ChatMessages } from "./ChatMessages";
import { CopyButton } from "./CopyButton";
import { CutNotices } from "./CutNotice";
import { type ChatMessage, readInstructions, readMessages } from "./chatMessages";
import { Documents } from "./Documents";
import { richestDocuments } from "./documents";
import { ErrorBlock } from "./ErrorBlock";
import { failureOf } from "./exceptions";
import { FoldedText } from "./FoldedText";
import { PayloadView, ValueView } from "./PayloadView";
import { textOf } from "./payload";
import { Scores } from "./Scores";
import { Usage } from "./Usage";

interface OverviewProps {
  store: TraceStore;
  detail: SpanDetail;
}

export function Overview({ store, detail }: OverviewProps) {
  const failure = useMemo(() => failureOf(detail), [detail]);
  return (
    <div className="@container flex flex-col gap-2.5">
      {failure && <ErrorBlock failure={failure} />}
      <CutNotices detail={detail} />
      <Scores detail={detail} />
      <Body store={store} detail={detail} />
    </div>
  );
}

function Body({ store, detail }: OverviewProps) {
  switch (detail.kind) {
    case "llm":
      return <ModelCall store={store} detail={detail} />;
    case "tool":
      return <ToolCall store={store} detail={detail} />;
    case "retrieval":
    case "rerank":
      return <Retrieval store={store} detail={detail} />;
    case "message":
      return <Message store={store} detail={detail} />;
    case "embedding":
      return <Embedding store={store} detail={detail} />;
    default:
      return <InputOutput store={store} detail={detail} />;
  }
}

/** What the span has written so far; the text of an ended span is in its detail. */
function useLiveOutput(store: TraceStore, detail: SpanDetail): string {
  const live = useSyncExternalStore(store.subscribeText, () =>
    store.liveText(detail.span_id, "output"),
  );
  return live.length > detail.output.length ? live : detail.output;
}

function ModelCall({ store, detail }: OverviewProps) {
  const { t } = useTranslation("trace");
  const live = useLiveOutput(store, detail);
  const input = useMemo(() => inputMessages(detail), [detail]);
  const output = useMemo(() => readMessages(detail.attributes["gen_ai.output.messages"]), [detail]);
  const isStreaming = detail.status === "running";
  return (
    <>
      <CardPair>
        <Card title={t("detail.input")} actions={<CopyBody name="input" text={detail.input} />}>
          {input ? <ChatMessages messages={input} /> : <PayloadView body={detail.input} />}
        </Card>
        <Card
          title={t(isStreaming ? "detail.streaming" : "detail.output")}
          actions={<CopyBody name="output" text={live} />}
        >
          {output && !isStreaming ? (
            <ChatMessages messages={output} />
          ) : (
            <PayloadView body={live} lines={isStreaming ? 400 : 12} />
          )}
        </Card>
      </CardPair>
      <Usage detail={detail} />
    </>
  );
}

function inputMessages(detail: SpanDetail): ChatMessage[] | null {
  const messages =
    readMessages(detail.attributes["gen_ai.input.messages"]) ?? readMessages(detail.input);
  const system = readInstructions(detail.attributes["gen_ai.system_instructions"]);
  if (!system) return messages;
  return [system, ...(messages ?? [])];
}

function ToolCall({ store, detail }: OverviewProps) {
  const { t } = useTranslation("trace");
  const live = useLiveOutput(store, detail);
  const input = detail.input || textOf(detail.attributes["gen_ai.tool.call.arguments"]);
  const output = live || textOf(detail.attributes["gen_ai.tool.call.result"]);
  return (
    <CardPair>
      <Card title={t("detail.arguments")} actions={<CopyBody name="arguments" text={input} />}>
        <PayloadView body={input} mime={detail.input_mime} />
      </Card>
      <Card title={t("detail.result")} actions={<CopyBody name="result" text={output} />}>
        <PayloadView body={output} mime={detail.output_mime} />
      </Card>
    </CardPair>
  );
}

function Retrieval({ store, detail }: OverviewProps) {
  const { t } = useTranslation("trace");
  const documents = useMemo(
    () => richestDocuments(detail.attributes["gen_ai.retrieval.documents"], detail.output),
    [detail],
  );
  if (!documents) return <InputOutput store={store} detail={detail} />;
  const query = detail.input || textOf(detail.attributes["gen_ai.retrieval.query.text"]);
  return (
    <>
      <Card title={t("detail.query")} actions={<CopyBody name="query" text={query} />}>
        <PayloadView body={query} lines={4} />
      </Card>
      <Card title={`${t("detail.documents")} · ${documents.length}`}>
        <Documents documents={documents} />
      </Card>
    </>
  );
}

function Embedding({ store, detail }: OverviewProps) {
  return (
    <>
      <Usage detail={detail} />
      <InputOutput store={store} detail={detail} />
    </>
  );
}

function Message({ store, detail }: OverviewProps) {
  const { t } = useTranslation("trace");
  const text = useLiveOutput(store, detail);
  const author = detail.message?.author || t("kind.message");
  return (
    <Card title={author} actions={<CopyBody name="output" text={text} />}>
      {text === "" ? (
        <p className="text-table text-fg3">{t("detail.nothing")}</p>
      ) : (
        <FoldedText text={text} lines={40} />
      )}
    </Card>
  );
}

function InputOutput({ store, detail }: OverviewProps) {
  const { t } = useTranslation("trace");
  const output = useLiveOutput(store, detail);
  return (
    <CardPair>
      <Card title={t("detail.input")} actions={<CopyBody name="input" text={detail.input} />}>
        <ValueView value={detail.input} />
      </Card>
      <Card title={t("detail.output")} actions={<CopyBody name="output" text={output} />}>
        <PayloadView body={output} mime={detail.output_mime} />
      </Card>
    </CardPair>
  );
}

interface CopyBodyProps {
  name: "input" | "output" | "arguments" | "result" | "query";
  text: string;
}

function CopyBody({ name, text }: CopyBodyProps) {
  const { t } = useTranslation("trace");
  if (text === "") return null;
  return (
    <CopyButton label={t("detail.copyFor", { name: t(`detail.${name}`) })} text={() => text} />
  );
}
