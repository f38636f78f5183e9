import { expect, test } from "vitest";
import { themeOf } from "./theme";

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const levels = ["00", "33", "66", "99", "cc", "ff"];
const accents = levels.flatMap((red) =>
  levels.flatMap((green) => levels.map((blue) => `#${red}${green}${blue}`)),
);

test.each([...accents, "#e53935", "#1565c0", "#767676", "#777777"])(
  "text on %s can be read",
  (accent) => {
    const text = themeOf({ primary: "#0d4a4a", accent })["--on-tag"] ?? "";

    expect(contrast(text, accent)).toBeGreaterThanOrEqual(4.5);
  },
);

test("a shop that changed no colour keeps those of the page", () => {
  expect(themeOf({ primary: "#0d4a4a", accent: "#ffd35c" })).toEqual({});
});
