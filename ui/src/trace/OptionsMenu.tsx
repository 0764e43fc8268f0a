/** The switches of the panel, and buttons for what the pointer and the keys do. */
import { Check, SlidersHorizontal } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import type { PanelOptions } from "./options";
import type { TimeScale } from "./timescale";

interface OptionsMenuProps {
  options: PanelOptions;
  onChange(options: PanelOptions): void;
  scale: TimeScale;
  expandAll(): void;
  collapseAll(): void;
}

const ITEM =
  "flex min-h-8 cursor-default items-center gap-2 rounded-control pr-3 pl-2 text-ui outline-none select-none data-highlighted:bg-bg2 coarse:min-h-11";
const SWITCHES = ["compress", "onlyErrors", "onlyCalls", "follow"] as const;

export function OptionsMenu({ options, onChange, scale, ...tree }: OptionsMenuProps) {
  const { t } = useTranslation("trace");
  const isChanged = options.compress || options.onlyErrors || options.onlyCalls;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={t("menu.label")}
        title={t("menu.label")}
        className={cx(
          "grid size-7 shrink-0 place-items-center rounded-control hover:bg-bg2 hover:text-fg coarse:size-11",
          isChanged ? "bg-bg2 text-fg" : "text-fg2",
        )}
      >
        <SlidersHorizontal size={15} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-56 rounded-card border border-line bg-bg1 p-1 text-fg shadow-float"
        >
          {SWITCHES.map((name) => (
            <DropdownMenu.CheckboxItem
              key={name}
              checked={options[name]}
              onCheckedChange={(checked) => onChange({ ...options, [name]: checked })}
              onSelect={(event) => event.preventDefault()}
              className={ITEM}
            >
              <span className="grid size-4 place-items-center">
                <DropdownMenu.ItemIndicator>
                  <Check size={14} aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </span>
              {t(`menu.${name}`)}
            </DropdownMenu.CheckboxItem>
          ))}
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Item onSelect={tree.expandAll} keys="]">
            {t("menu.expandAll")}
          </Item>
          <Item onSelect={tree.collapseAll} keys="[">
            {t("menu.collapseAll")}
          </Item>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Item onSelect={() => scale.zoom(1.6, 0.5)} keys="+">
            {t("menu.zoomIn")}
          </Item>
          <Item onSelect={() => scale.zoom(1 / 1.6, 0.5)} keys="−">
            {t("menu.zoomOut")}
          </Item>
          <Item onSelect={() => scale.fit()} keys="0">
            {t("menu.fit")}
          </Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  keys: string;
  onSelect(): void;
  children: ReactNode;
}

function Item({ keys, onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item onSelect={onSelect} className={cx(ITEM, "pl-8")}>
      <span className="flex-1">{children}</span>
      <kbd className="font-mono text-meta text-fg3">{keys}</kbd>
    </DropdownMenu.Item>
  );
}
