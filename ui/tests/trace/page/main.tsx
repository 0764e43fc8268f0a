/**
 * The trace component alone on a page: its gallery; `?live` for a trace that grows beside
 * streaming markdown; `?open` for a large one that has ended.
 */
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "@/theme/app.css";
import "@/i18n";
import { createRoot } from "react-dom/client";
import { TraceGallery } from "@/trace/gallery";
import { TooltipProvider } from "@/ui/Tooltip";
import { LivePage } from "./LivePage";
import { OpenPage } from "./OpenPage";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id 'root'");

const query = new URLSearchParams(window.location.search);
createRoot(root).render(<TooltipProvider>{page()}</TooltipProvider>);

function page() {
  if (query.has("live")) return <LivePage feed={`/feed?${query}`} />;
  if (query.has("open")) return <OpenPage url={`/trace?${query}`} />;
  return (
    <main>
      <h1 className="sr-only">Trace component</h1>
      <TraceGallery />
    </main>
  );
}
