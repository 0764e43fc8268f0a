/** Messages of a model call, one under the other. */
import { Brain, CornerDownRight, Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatSize } from "../format";
import { firstLine } from "../words";
import type { ChatMessage, MessagePart } from "./chatMessages";
import { FoldedText } from "./FoldedText";
import { ValueView } from "./PayloadView";

export function ChatMessages({ messages }: { messages: readonly ChatMessage[] }) {
  return (
    <ol className="flex flex-col gap-2">
      {messages.map((message, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no ids and only grow at the end
        <li key={`${i} ${message.role}`}>
          <Message message={message} />
        </li>
      ))}
    </ol>
  );
}

/** Instructions of the system are one line until somebody wants them. */
function Message({ message }: { message: ChatMessage }) {
  const [isOpen, setOpen] = useState(message.role !== "system" && message.role !== "developer");
  const first = message.parts[0];
  const preview = first && "text" in first ? firstLine(first.text) : "";
  return (
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-2">
      {isOpen ? (
        <RoleName role={message.role} />
      ) : (
        <button
          type="button"
          aria-expanded={false}
          onClick={() => setOpen(true)}
          className="col-span-2 grid min-h-5 grid-cols-subgrid text-left hover:bg-bg2 coarse:min-h-11"
        >
          <RoleName role={message.role} />
          <span className="truncate text-table text-fg2">{preview}</span>
        </button>
      )}
      {isOpen && (
        <div className="flex min-w-0 flex-col gap-1.5">
          {message.parts.map((part, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no ids and only grow at the end
            <Part key={i} part={part} />
          ))}
        </div>
      )}
    </div>
  );
}

const KNOWN_ROLES = ["user", "assistant", "system", "tool"] as const;

function RoleName({ role }: { role: string }) {
  const { t } = useTranslation("trace");
  const known = KNOWN_ROLES.find((name) => name === role);
  return (
    <span className="truncate pt-px text-meta text-fg3">{known ? t(`role.${known}`) : role}</span>
  );
}

function Part({ part }: { part: MessagePart }) {
  const { t } = useTranslation("trace");
  switch (part.type) {
    case "text":
      return <FoldedText text={part.text} />;
    case "reasoning":
      return (
        <PartBox icon={<Brain size={13} />} title={t("detail.thinking")}>
          <FoldedText text={part.text} lines={3} className="text-fg2" />
        </PartBox>
      );
    case "call":
      return (
        <PartBox icon={<Wrench size={13} />} title={t("detail.toolCall", { name: part.name })}>
          <ValueView value={part.input} lines={4} />
        </PartBox>
      );
    case "result":
      return (
        <PartBox
          icon={<CornerDownRight size={13} />}
          title={t("detail.toolResult", { name: part.name || part.id })}
        >
          <ValueView value={part.output} lines={4} />
        </PartBox>
      );
    case "media":
      return <Media mime={part.mime} url={part.url} />;
  }
}

interface PartBoxProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
}

function PartBox({ icon, title, children }: PartBoxProps) {
  return (
    <div className="rounded-control border border-line px-2 py-1.5">
      <div className="mb-1 flex items-center gap-1.5 text-meta text-fg2">
        <span aria-hidden="true">{icon}</span>
        <span className="min-w-0 truncate">{title}</span>
      </div>
      {children}
    </div>
  );
}

const SHOWN_IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,/;
const PLAYED_AUDIO = /^data:audio\/[a-z0-9.+-]+;base64,/;

/** Only what the trace itself holds is shown: opening a span must not call foreign servers. */
function Media({ mime, url }: { mime: string; url: string }) {
  const { t, i18n } = useTranslation("trace");
  const caption = t("detail.media", { type: mime, size: formatSize(url.length, i18n.language) });
  if (SHOWN_IMAGE.test(url))
    return <img src={url} alt={caption} className="max-h-60 max-w-full rounded-control" />;
  // biome-ignore lint/a11y/useMediaCaption: a recording inside a trace has no captions
  if (PLAYED_AUDIO.test(url)) return <audio src={url} controls aria-label={caption} />;
  return <p className="text-table break-all text-fg2">{url.startsWith("data:") ? caption : url}</p>;
}
