import { t } from "@lingui/core/macro";
import { locale } from "../../language";
/** A currency, and how many digits of its amounts follow the decimal sign: 2 for EUR, 0 for JPY, 3 for KWD.
 *
 * The API says so, by the payment provider's table. The browser's own table differs (HUF: 0 there, 2 here),
 * and an amount written by one and charged by the other is off by a hundred.
 */
export type Currency = { currency: string; currency_digits: number };

/** Minor units as people write them: 1250 in EUR is "€12.50". */
export function showMoney(minor: number, of: Currency, where = locale()): string {
  return new Intl.NumberFormat(where, {
    style: "currency",
    currency: of.currency,
    minimumFractionDigits: of.currency_digits,
    maximumFractionDigits: of.currency_digits,
  }).format(minor / 10 ** of.currency_digits);
}

/** Minor units as they stand in an input: 1250 in EUR is "12.50" in English, and "12,50" in German. */
export function writeMoney(minor: number, { currency_digits: digits }: Currency): string {
  const figures = String(minor).padStart(digits + 1, "0");
  const split = figures.length - digits;
  return digits ? `${figures.slice(0, split)}${decimalSign()}${figures.slice(split)}` : figures;
}

const decimalSign = () =>
  new Intl.NumberFormat(locale()).formatToParts(0.5).find(({ type }) => type === "decimal")?.value;

export type Parsed = { minor: number } | { error: string };

/** Minor units from what a user typed, with a comma or a point. Works on the digits: no floats. */
export function parseMoney(text: string, of: Currency): Parsed {
  const { currency, currency_digits: digits } = of;
  const match = /^(\d+)(?:[.,](\d*))?$/.exec(text.replace(/[\s\u00a0\u202f]/g, ""));
  if (!match) return { error: t`Write an amount like ${writeMoney(1250, of)}.` };

  const [, whole = "", part = ""] = match;
  if (part.length > digits) {
    return {
      error: digits
        ? t`${currency} has at most ${digits} digits after the decimal sign.`
        : t`${currency} has no digits after the decimal sign.`,
    };
  }
  const minor = Number(whole + part.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? { minor } : { error: t`This amount is too large.` };
}
