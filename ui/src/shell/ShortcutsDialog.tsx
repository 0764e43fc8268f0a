import { useTranslation } from "react-i18next";
import { usePrefs } from "@/stores/prefs";
import { Dialog } from "@/ui/Dialog";
import { Keys } from "@/ui/Keys";

interface Props {
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** What the keyboard can do. */
export function ShortcutsDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation();
  const { singleKeys, set } = usePrefs();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("shortcuts.title")}>
      <Group title={t("shortcuts.anywhere")}>
        <Shortcut keys={["$mod+Shift+O"]} does={t("shortcuts.newChat")} />
        <Shortcut keys={["$mod+B"]} does={t("shortcuts.toggleNav")} />
        <Shortcut keys={["$mod+J"]} does={t("shortcuts.togglePanel")} />
        <Shortcut keys={["?"]} does={t("shortcuts.help")} />
      </Group>
      <Group title={t("shortcuts.inChat")}>
        <Shortcut keys={["Enter"]} does={t("shortcuts.send")} />
        <Shortcut keys={["Shift+Enter"]} does={t("shortcuts.newLine")} />
        <Shortcut keys={["$mod+Enter"]} does={t("shortcuts.sendAlways")} />
        <Shortcut keys={["↑"]} does={t("shortcuts.history")} />
        <Shortcut keys={["Esc", "Esc"]} does={t("shortcuts.stop")} />
        <Shortcut keys={["Alt+↑"]} does={t("shortcuts.previousAnswer")} />
        <Shortcut keys={["Alt+↓"]} does={t("shortcuts.nextAnswer")} />
      </Group>
      <Group title={t("shortcuts.onAnswer")}>
        <Shortcut keys={["y"]} does={t("shortcuts.copy")} />
        <Shortcut keys={["+"]} does={t("shortcuts.good")} />
        <Shortcut keys={["-"]} does={t("shortcuts.bad")} />
      </Group>
      <Group title={t("shortcuts.onThread")}>
        <Shortcut keys={["F2"]} does={t("shortcuts.rename")} />
      </Group>
      <Group title={t("shortcuts.inTrace")}>
        <Shortcut keys={["↑", "↓"]} does={t("shortcuts.moveRows")} />
        <Shortcut keys={["←", "→"]} does={t("shortcuts.openRow")} />
        <Shortcut keys={["Enter"]} does={t("shortcuts.detail")} />
      </Group>
      <label className="mt-4 flex min-h-8 items-center gap-2 coarse:min-h-11">
        <input
          type="checkbox"
          className="size-4 accent-fg"
          checked={singleKeys}
          onChange={(event) => set({ singleKeys: event.target.checked })}
        />
        {t("shortcuts.singleKeys")}
      </label>
    </Dialog>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mt-3">
      <h3 className="mb-1 font-medium text-fg2 text-meta">{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

function Shortcut({ keys, does }: { keys: readonly string[]; does: string }) {
  return (
    <div className="flex items-center justify-between gap-4 py-1">
      <dt>{does}</dt>
      <dd className="flex gap-2 text-fg2">
        {keys.map((key, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed, and "Esc" stands in it twice
          <Keys key={index} keys={key} />
        ))}
      </dd>
    </div>
  );
}
