import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";

interface Props {
  /** Empty once it is older than texts are kept. */
  text: string;
  /** Not shown back by the server yet. */
  dimmed?: boolean;
}

/** What the person said, as they typed it. */
export function UserBubble({ text, dimmed = false }: Props) {
  const { t } = useTranslation();
  return (
    <article aria-label={t("chat.youSaid")} className="flex justify-end">
      <div
        className={cx(
          "wrap-anywhere max-w-[85%] whitespace-pre-wrap unkerned [unicode-bidi:plaintext] rounded-[14px] rounded-br-bar bg-bg2 px-3 py-2 text-ui",
          dimmed && "text-fg2",
        )}
      >
        {text || <span className="text-fg2">{t("chat.noText")}</span>}
      </div>
    </article>
  );
}
