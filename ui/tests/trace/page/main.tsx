/** The trace component alone on a page: its gallery, or one live trace with `?live`. */
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "../../../src/theme/app.css";
import "../../../src/i18n";
import { createRoot } from "react-dom/client";
import { TraceGallery } from "../../../src/trace/gallery";
import { TooltipProvider } from "../../../src/ui/Tooltip";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id 'root'");

createRoot(root).render(
  <TooltipProvider>
    <main>
      <h1 className="sr-only">Trace component</h1>
      <TraceGallery />
    </main>
  </TooltipProvider>,
);
