import { Check } from "lucide-react";

interface Props {
  legend: string;
  options: readonly string[];
  isOn(option: string): boolean;
  onToggle(option: string): void;
}

/** Short answers to press, and to press again. */
export function Chips({ legend, options, isOn, onToggle }: Props) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-fg2 text-table">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={isOn(option)}
            onClick={() => onToggle(option)}
            className="inline-flex min-h-7 min-w-7 max-w-full items-center justify-center gap-1 rounded-full border border-line-strong px-2.5 py-0.5 text-start text-table text-fg2 hover:bg-bg2 hover:text-fg aria-pressed:border-fg aria-pressed:bg-bg2 aria-pressed:text-fg coarse:min-h-11 coarse:min-w-11"
          >
            {isOn(option) && <Check aria-hidden className="size-3.5 shrink-0" />}
            <span className="wrap-anywhere min-w-0">{option}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}
