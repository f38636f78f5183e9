/** How many digits follow the decimal sign in this currency: 2 for EUR, 0 for JPY, 3 for KWD. */
function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** Minor units as people write them: 1250, "EUR" is "€12.50". */
export function showMoney(minor: number, currency: string, locale?: string): string {
  const major = minor / 10 ** digitsOf(currency);
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(major);
}

/** Minor units as they stand in an input: 1250, "EUR" is "12.50". */
export function writeMoney(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  const figures = String(minor).padStart(digits + 1, "0");
  const split = figures.length - digits;
  return digits ? `${figures.slice(0, split)}.${figures.slice(split)}` : figures;
}

export type Parsed = { minor: number } | { error: string };

/** Minor units from what somebody typed, with a comma or a point. Works on the digits: no floats. */
export function parseMoney(text: string, currency: string): Parsed {
  const digits = digitsOf(currency);
  const match = /^(\d+)(?:[.,](\d*))?$/.exec(text.replace(/[\s\u00a0\u202f]/g, ""));
  if (!match) return { error: `Write an amount like ${writeMoney(1250, currency)}.` };

  const [, whole = "", part = ""] = match;
  if (part.length > digits) {
    const allowed = digits ? `at most ${digits} digits` : "no digits";
    return { error: `${currency} has ${allowed} after the decimal sign.` };
  }
  const minor = Number(whole + part.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? { minor } : { error: "This amount is too large." };
}
