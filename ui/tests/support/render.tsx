import "@/i18n";
import { QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { configQuery } from "@/api/queries";
import type { components } from "@/api/schema";
import { Providers } from "@/app/Providers";
import type { Conversation } from "@/core/conversation";
import { FakeTransport } from "@/core/fakeTransport";
import type { Frame } from "@/core/protocol";
import { Session } from "@/core/session";
import { THREAD_ID } from "@/gallery/scenario";

type AppConfig = components["schemas"]["AppConfig"];

const CONFIG: AppConfig = {
  name: "Assistant",
  description: "",
  version: "0",
  trace: "full",
  default_theme: "system",
  user_id: "user-1",
  scores: [],
};

/** A session on a line to nowhere, whose thread has been told `frames`. */
export function playedSession(...frames: Frame[]) {
  const transport = new FakeTransport((command) =>
    command.type === "thread-open" ? { error: null, result: { thread_id: THREAD_ID } } : undefined,
  );
  const session = new Session(transport, { load: () => [], save() {} });
  session.start();
  const conversation = session.conversation(THREAD_ID);
  transport.play(...frames);
  return { session, transport, conversation };
}

type Played = ReturnType<typeof playedSession>;

/** Draw what `draw` makes of a played conversation. */
export function renderPlayed(
  frames: Frame[],
  draw: (conversation: Conversation) => ReactNode,
  config: Partial<AppConfig> = {},
) {
  const played: Played = playedSession(...frames);
  const queryClient = new QueryClient();
  queryClient.setQueryData(configQuery.queryKey, { ...CONFIG, ...config });
  const view = render(
    <Providers session={played.session} queryClient={queryClient}>
      {draw(played.conversation)}
    </Providers>,
  );
  return { ...played, ...view, user: userEvent.setup() };
}
