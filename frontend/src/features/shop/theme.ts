import type { Shop } from "../../api/types";

/** As in ui/base.css and app/shop/models.py. */
const own = { primary: "#0d4a4a", accent: "#ffd35c" };

/** What of ui/base.css the owner's colours set; a colour that was not changed sets nothing. */
export function themeOf(colours: Shop["colours"] | undefined): Record<string, string> {
  const { primary, accent } = { ...own, ...colours };
  return {
    ...(primary !== own.primary && {
      "--head": primary,
      "--brand": primary,
      "--brand-over": `color-mix(in srgb, ${primary} 85%, black)`,
      "--on-brand": "#ffffff",
      "--link": `light-dark(${primary}, color-mix(in srgb, ${primary} 35%, white))`,
    }),
    ...(accent !== own.accent && {
      "--tag": accent,
      "--tag-over": `color-mix(in srgb, ${accent} 88%, ${isLight(accent) ? "white" : "black"})`,
      "--on-tag": isLight(accent) ? "#000000" : "#ffffff",
      "--stripe": accent,
      "--stamp": `light-dark(color-mix(in srgb, ${accent} 45%, black), color-mix(in srgb, ${accent} 45%, white))`,
    }),
  };
}

/**
 * Whether black text is easier to read on it than white, by https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 * The better of the two has a contrast of at least 4.58 on any colour.
 */
function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

const linear = (value: number) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
