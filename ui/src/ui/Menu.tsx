import { Check } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps, ReactElement, ReactNode } from "react";

interface Props {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
  /** Where the focus goes when it closes, if not back to the trigger. */
  onCloseAutoFocus?(event: Event): void;
}

const ITEM =
  "flex min-h-8 cursor-default select-none items-center gap-2 rounded-control px-2 text-ui outline-none data-highlighted:bg-bg2 coarse:min-h-11 [&_svg]:size-4";

export function Menu({ trigger, children, align = "end", side, onCloseAutoFocus }: Props) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          {...(side ? { side } : {})}
          {...(onCloseAutoFocus ? { onCloseAutoFocus } : {})}
          className="z-50 min-w-40 rounded-card border border-line bg-bg1 p-1 text-fg shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function MenuItem(props: ComponentProps<typeof Primitive.Item>) {
  return <Primitive.Item className={ITEM} {...props} />;
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon: ReactNode }[];
  onChange(value: T): void;
}

/** One of several, as radio items under a label. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <Primitive.RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as T)}
    >
      {options.map((option) => (
        <Primitive.RadioItem key={option.value} value={option.value} className={ITEM}>
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <Primitive.ItemIndicator>
            <Check aria-hidden />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  );
}
