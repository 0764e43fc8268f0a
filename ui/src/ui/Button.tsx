import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

const button = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-control font-medium text-ui transition-colors duration-(--motion-hover) disabled:opacity-50 coarse:min-h-11",
  {
    variants: {
      look: {
        primary: "bg-fg text-bg1 hover:bg-fg2",
        outline: "border border-line-strong bg-bg1 text-fg hover:bg-bg2",
        quiet: "text-fg2 hover:bg-bg2 hover:text-fg",
        danger: "bg-err text-bg1 hover:opacity-90",
      },
      size: { sm: "h-7 px-2", md: "h-8 px-3" },
    },
    defaultVariants: { look: "outline", size: "md" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof button>;

export function Button({ look, size, className, ...props }: Props) {
  return <button type="button" className={cx(button({ look, size }), className)} {...props} />;
}

interface IconButtonProps extends ComponentProps<"button"> {
  /** The name, shown in a tooltip as well. */
  label: string;
  shortcut?: string;
}

/** A button that is only an icon. Pressed ones are drawn in ink, never by colour alone. */
export function IconButton({ label, shortcut, className, ...props }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(shortcut ? { shortcut } : {})}>
      <button
        type="button"
        aria-label={label}
        className={cx(
          "inline-flex size-8 shrink-0 items-center justify-center rounded-control text-fg2 transition-colors duration-(--motion-hover) hover:bg-bg2 hover:text-fg aria-pressed:text-fg disabled:opacity-50 coarse:size-11 [&_svg]:size-4",
          className,
        )}
        {...props}
      />
    </Tooltip>
  );
}
