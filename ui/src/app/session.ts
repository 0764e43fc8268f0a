import { createContext, useContext, useMemo } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { Conversation } from "@/core/conversation";
import type { ConversationState } from "@/core/conversationState";
import type { Session } from "@/core/session";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession needs a SessionContext around it");
  return session;
}

/** The conversation of a thread; without an id the new one. */
export function useConversation(threadId: string | undefined): Conversation {
  const session = useSession();
  return useMemo(
    () => (threadId ? session.conversation(threadId) : session.newConversation()),
    [session, threadId],
  );
}

/** A part of a conversation; renders again only if that part is another one. */
export function useConversationState<T>(
  conversation: Conversation,
  select: (state: ConversationState) => T,
): T {
  return useStore(conversation.store, useShallow(select));
}
