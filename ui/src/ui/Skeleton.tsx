interface Props {
  lines: number;
  label: string;
}

const WIDTHS = ["82%", "64%", "74%", "48%"];

/** Where text will be. */
export function Skeleton({ lines, label }: Props) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-2">
      {Array.from({ length: lines }, (_, line) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
          key={line}
          className="h-3 rounded-control bg-line"
          style={{ width: WIDTHS[line % WIDTHS.length] }}
        />
      ))}
    </div>
  );
}
