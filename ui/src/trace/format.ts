/** Numbers as people read them. `locale` is a BCP 47 tag; unit symbols are international. */

const MS = 1_000;
const SECOND = 1_000 * MS;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const formats = new Map<string, Intl.NumberFormat>();

/** Making a format costs a thousand times as much as using one. */
function formatOf(
  kind: "fixed" | "trimmed" | "money",
  digits: number,
  locale: string,
): Intl.NumberFormat {
  const key = `${kind} ${digits} ${locale}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      minimumFractionDigits: kind === "trimmed" ? 0 : digits,
      maximumFractionDigits: digits,
      ...(kind === "money" ? { style: "currency", currency: "USD" } : {}),
    });
    formats.set(key, format);
  }
  return format;
}

function decimals(value: number, digits: number, locale: string): string {
  return formatOf("fixed", digits, locale).format(value);
}

function trimmed(value: number, digits: number, locale: string): string {
  return formatOf("trimmed", digits, locale).format(value);
}

function money(usd: number, digits: number, locale: string): string {
  return formatOf("money", digits, locale).format(usd);
}

/** A length of time in microseconds: `412 ms`, `1.24 s`, `2 min 05 s`. */
export function formatDuration(us: number, locale = "en"): string {
  if (us < 0.5) return "0 ms";
  if (us < MS) return `${decimals(Math.round(us), 0, locale)} µs`;
  if (us < 10 * MS) return `${decimals(us / MS, 1, locale)} ms`;
  if (us < 999.5 * MS) return `${decimals(us / MS, 0, locale)} ms`;
  if (us < 99.995 * SECOND) return `${decimals(us / SECOND, 2, locale)} s`;
  if (us < HOUR) return twoUnits(Math.round(us / SECOND), 60, "min", "s", locale);
  return twoUnits(Math.round(us / MINUTE), 60, "h", "min", locale);
}

/** Time that is counting up: steady width, no microseconds. */
export function formatElapsed(us: number, locale = "en"): string {
  return us < 99.995 * SECOND
    ? `${decimals(us / SECOND, 2, locale)} s`
    : formatDuration(us, locale);
}

/** A mark of the time axis, in the unit of the distance between marks. */
export function formatTick(us: number, stepUs: number, locale = "en"): string {
  if (us === 0) return "0";
  if (stepUs < MS) return `${trimmed(us / MS, 3, locale)} ms`;
  if (us < SECOND) return `${trimmed(us / MS, 0, locale)} ms`;
  if (us < MINUTE || stepUs < SECOND) return `${trimmed(us / SECOND, 3, locale)} s`;
  if (us < HOUR) return twoUnits(Math.round(us / SECOND), 60, "min", "s", locale);
  return twoUnits(Math.round(us / MINUTE), 60, "h", "min", locale);
}

function twoUnits(total: number, base: number, big: string, small: string, locale: string): string {
  const whole = Math.floor(total / base);
  const rest = String(total % base).padStart(2, "0");
  return `${decimals(whole, 0, locale)} ${big} ${rest} ${small}`;
}

export function formatCount(value: number, locale = "en"): string {
  return decimals(value, 0, locale);
}

/** US dollars: four decimals below ten cents, two above. */
export function formatCost(usd: number, locale = "en"): string {
  if (usd > 0 && usd < 0.00005) return `<${money(0.0001, 4, locale)}`;
  return money(usd, usd > 0 && usd < 0.1 ? 4 : 2, locale);
}

/** A size in UTF-16 code units, which is what a person sees cut: `1.2 MB`. */
export function formatSize(units: number, locale = "en"): string {
  if (units < 1_000) return `${units} B`;
  if (units < 1_000_000) return `${trimmed(units / 1_000, 1, locale)} kB`;
  return `${trimmed(units / 1_000_000, 1, locale)} MB`;
}

/** A moment on the viewer's clock, with milliseconds. */
export function formatMoment(us: number, locale = "en"): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(us / 1000);
}
