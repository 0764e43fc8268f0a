import { Tooltip as Primitive } from "radix-ui";
import type { ReactElement } from "react";
import { Keys } from "./Keys";

interface Props {
  text: string;
  shortcut?: string;
  children: ReactElement;
}

export const TooltipProvider = Primitive.Provider;

/** Says what an icon means. The trigger has the same words as its accessible name. */
export function Tooltip({ text, shortcut, children }: Props) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex items-center gap-2 rounded-control bg-fg px-2 py-1 text-bg1 text-meta shadow-float"
        >
          {text}
          {shortcut && <Keys keys={shortcut} />}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
