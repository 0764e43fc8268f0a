import { useState } from "react";
import { SessionContext } from "@/app/session";
import { Composer } from "@/chat/Composer";
import { ConversationLog } from "@/chat/ConversationLog";
import type { TracePanelControls } from "@/chat/useTracePanel";
import type { Conversation } from "@/core/conversation";
import { FakeTransport } from "@/core/fakeTransport";
import type { Frame, ServerStatus } from "@/core/protocol";
import { Session } from "@/core/session";
import { StorageNotice } from "@/shell/StorageNotice";
import { TracePanel, type TraceViewName } from "@/trace";
import { Button, IconButton } from "@/ui/Button";
import { Logo } from "@/ui/Logo";
import { Skeleton } from "@/ui/Skeleton";
import { THREAD_ID, traceIdOf } from "./scenario";
import { STATES } from "./states";

const STRIPS_ONLY: TracePanelControls = {
  strips: true,
  available: true,
  open: false,
  beside: true,
  traceId: undefined,
  spanId: null,
  view: "waterfall",
  setView() {},
  show() {},
  select() {},
  hide() {},
  toggle() {},
  follow() {},
};

const STATUS: Omit<ServerStatus, "storage"> = {
  hint: "",
  spooled_bytes: 0,
  spooled_rows: 0,
  disk_refuses: false,
  unsaved_rows: 0,
  shed_bodies: 0,
  dropped_rows: 0,
};

/** Every main component in its states, for eyes and for tests. Not part of what is shipped. */
export function GalleryPage() {
  return (
    <main className="flex-1 overflow-y-auto p-6">
      <h1 className="font-semibold text-title">Gallery</h1>
      <Section title="Controls">
        <div className="flex flex-wrap items-center gap-2">
          <Button look="primary">Primary</Button>
          <Button>Outline</Button>
          <Button look="quiet">Quiet</Button>
          <Button look="danger">Danger</Button>
          <Button disabled>Disabled</Button>
          <IconButton label="An icon">
            <Logo />
          </IconButton>
        </div>
        <Skeleton lines={4} label="Loading" />
      </Section>
      <Section title="Notices">
        <Notice status={{ ...STATUS, storage: "away", shed_bodies: 40, dropped_rows: 2 }} />
        <Notice status={{ ...STATUS, storage: "ok", disk_refuses: true, unsaved_rows: 1_200 }} />
        <Notice
          status={{ ...STATUS, storage: "memory", hint: "pip install 'spanlit[embedded]'" }}
        />
      </Section>
      {Object.entries(STATES).map(([name, frames]) => (
        <Section key={name} title={`Conversation: ${name}`}>
          <Played frames={frames}>
            {(conversation) => <Chat conversation={conversation} name={name} />}
          </Played>
        </Section>
      ))}
      {["streaming", "finished"].map((name) => (
        <Section key={name} title={`Trace: ${name}`}>
          <Played frames={STATES[name] ?? (() => [])}>
            {(conversation) => <Trace conversation={conversation} live={name === "streaming"} />}
          </Played>
        </Section>
      ))}
    </main>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mt-8" data-state={title}>
      <h2 className="mb-3 font-medium text-fg2">{title}</h2>
      {children}
    </section>
  );
}

function usePlayed(frames: (now: number) => Frame[]): Session {
  const [session] = useState(() => {
    const transport = new FakeTransport((command) =>
      command.type === "thread-open"
        ? { error: null, result: { thread_id: THREAD_ID } }
        : undefined,
    );
    const played = new Session(transport, { load: () => [], save() {} });
    played.start();
    const conversation = played.conversation(THREAD_ID);
    for (const frame of frames(Date.now())) {
      transport.play(frame);
      fillTraces(conversation, frame);
    }
    return played;
  });
  return session;
}

/** A recording brings the spans of its finished turns along, so that none is fetched. */
function fillTraces(conversation: Conversation, { snapshot }: Frame): void {
  for (const { trace_id, status } of snapshot?.turns ?? []) {
    if (status === "running") continue;
    const spans = snapshot?.spans.filter((span) => span.trace_id === trace_id) ?? [];
    conversation.fillTrace(trace_id, spans);
  }
}

interface PlayedProps {
  frames: (now: number) => Frame[];
  children(conversation: Conversation): React.ReactNode;
}

function Played({ frames, children }: PlayedProps) {
  const session = usePlayed(frames);
  return (
    <SessionContext value={session}>{children(session.conversation(THREAD_ID))}</SessionContext>
  );
}

function Chat({ conversation, name }: { conversation: Conversation; name: string }) {
  return (
    <div className="flex h-130 flex-col overflow-hidden rounded-card border border-line">
      <ConversationLog conversation={conversation} panel={STRIPS_ONLY} />
      <Composer conversation={conversation} threadId={`gallery-${name}`} onSend={() => {}} />
    </div>
  );
}

function Trace({ conversation, live }: { conversation: Conversation; live: boolean }) {
  const [selected, setSelected] = useState<string | null>(null);
  const [view, setView] = useState<TraceViewName>("waterfall");
  return (
    <div className="h-130 overflow-hidden rounded-card border border-line">
      <TracePanel
        store={conversation.trace(traceIdOf(1))}
        traceId={traceIdOf(1)}
        live={live}
        view={view}
        onView={setView}
        selectedSpanId={selected}
        onSelect={(spanId) => {
          setSelected(spanId);
          setView("waterfall");
        }}
        loadDetail={() => Promise.reject(new Error("Recordings have no details."))}
      />
    </div>
  );
}

function Notice({ status }: { status: ServerStatus }) {
  const [session] = useState(() => {
    const transport = new FakeTransport();
    const reported = new Session(transport, { load: () => [], save() {} });
    reported.start();
    transport.report(status);
    return reported;
  });
  return (
    <SessionContext value={session}>
      <StorageNotice />
    </SessionContext>
  );
}
