import { expect, test } from "vitest";
import { type Currency, parseMoney, showMoney, writeMoney } from "./money";

const of = (currency: string, currency_digits: number): Currency => ({ currency, currency_digits });
const EUR = of("EUR", 2);
const JPY = of("JPY", 0);
const KWD = of("KWD", 3);

test.each([
  ["12.50", 1250],
  ["12,50", 1250],
  ["12", 1200],
  ["12.", 1200],
  ["0.07", 7],
  [" 1 234,5 ", 123450],
  ["1.15", 115],
  ["8.29", 829],
  ["90071992547409.91", 9007199254740991],
])("%j euros are %i cents, to the cent", (text, minor) => {
  expect(parseMoney(text, EUR)).toEqual({ minor });
});

test.each(["", "a tenner", "-1", "1.2.3", "1e3", "€5", "90071992547409.92"])(
  "%j is no amount of euros",
  (text) => {
    expect(parseMoney(text, EUR)).toHaveProperty("error");
  },
);

test("a currency decides how many digits its amounts have", () => {
  expect(parseMoney("500", JPY)).toEqual({ minor: 500 });
  expect(parseMoney("1.234", KWD)).toEqual({ minor: 1234 });
  expect(parseMoney("1.234", EUR)).toHaveProperty("error");
  expect(parseMoney("5.5", JPY)).toHaveProperty("error");
});

test("what an input shows reads back as the same amount", () => {
  for (const [minor, currency] of [
    [7, EUR],
    [123456, EUR],
    [500, JPY],
    [5, KWD],
  ] as const) {
    expect(parseMoney(writeMoney(minor, currency), currency)).toEqual({ minor });
  }
});

test("money is shown as people write it", () => {
  expect(showMoney(1250, EUR, "en")).toBe("€12.50");
  expect(showMoney(500, JPY, "en")).toBe("¥500");
});

test.each([
  ["HUF", 2, 499000, "HUF 4,990.00", "4990.00"],
  ["ISK", 2, 50000, "ISK 500.00", "500.00"],
  ["UGX", 2, 50000, "UGX 500.00", "500.00"],
  ["MGA", 0, 500, "MGA 500", "500"],
  ["TWD", 2, 4990, "NT$49.90", "49.90"],
])(
  "%s has the digits that the API says, whatever the browser's table holds",
  (currency, digits, minor, shown, written) => {
    const one = of(currency, digits);

    expect(showMoney(minor, one, "en").replace("\u00a0", " ")).toBe(shown);
    expect(writeMoney(minor, one)).toBe(written);
    expect(parseMoney(written, one)).toEqual({ minor });
  },
);
