import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import type { Session } from "@/core/session";
import { TooltipProvider } from "@/ui/Tooltip";
import { SessionContext } from "./session";

interface Props {
  session: Session;
  queryClient: QueryClient;
  children: ReactNode;
}

export function Providers({ session, queryClient, children }: Props) {
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <SessionContext value={session}>
          <TooltipProvider delayDuration={400}>{children}</TooltipProvider>
        </SessionContext>
      </QueryClientProvider>
    </StrictMode>
  );
}
