import { useQuery } from "@tanstack/react-query";
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { configQuery } from "@/api/queries";
import { type Theme, usePrefs } from "@/stores/prefs";
import { Button, IconButton } from "@/ui/Button";
import { Menu, MenuChoice } from "@/ui/Menu";

const ICONS = {
  system: <Monitor aria-hidden className="size-4" />,
  light: <Sun aria-hidden className="size-4" />,
  dark: <Moon aria-hidden className="size-4" />,
};

/** System, light or dark. */
export function ThemeMenu({ iconOnly = false }: { iconOnly?: boolean }) {
  const { t } = useTranslation();
  const { data: config } = useQuery(configQuery);
  const chosen = usePrefs((prefs) => prefs.theme);
  const theme = chosen ?? config?.default_theme ?? "system";
  const options = (["system", "light", "dark"] as const).map((value) => ({
    value,
    label: t(`theme.${value}`),
    icon: ICONS[value],
  }));
  const label = `${t("theme.label")}: ${t(`theme.${theme}`)}`;
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        iconOnly ? (
          <IconButton label={label}>{ICONS[theme]}</IconButton>
        ) : (
          <Button look="quiet" aria-label={label}>
            {ICONS[theme]}
            {t(`theme.${theme}`)}
          </Button>
        )
      }
    >
      <MenuChoice<Theme>
        label={t("theme.label")}
        value={theme}
        options={options}
        onChange={(next) => usePrefs.setState({ theme: next })}
      />
    </Menu>
  );
}
