/** Dialogs of the shell, loaded after the first paint. */
import { deferred } from "@/ui/deferred";

export const DeleteThreadDialog = deferred(() =>
  import("./DeleteThreadDialog").then((m) => m.DeleteThreadDialog),
);
export const NavSheet = deferred(() => import("./NavSheet").then((m) => m.NavSheet));
export const ShortcutsDialog = deferred(() =>
  import("./ShortcutsDialog").then((m) => m.ShortcutsDialog),
);
