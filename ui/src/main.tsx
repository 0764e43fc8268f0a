import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./theme/app.css";
import "./i18n";
import { QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { basePath } from "./api/client";
import { Providers } from "./app/Providers";
import { router } from "./app/router";
import { applyTheme } from "./app/theme";
import { TabPendingStorage } from "./core/pendingStorage";
import { Session } from "./core/session";
import { SocketTransport } from "./core/transport";
import { usePrefs } from "./stores/prefs";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id 'root'");

applyTheme(usePrefs.getState().theme ?? "system");

const session = new Session(
  new SocketTransport(`${basePath}ws/socket.io`),
  new TabPendingStorage(window.sessionStorage),
);
session.start();

const queryClient = new QueryClient({ defaultOptions: { queries: { retry: 2 } } });

createRoot(root).render(
  <Providers session={session} queryClient={queryClient}>
    <RouterProvider router={router} />
  </Providers>,
);
