import { locale } from "../language";

/** "a", "a and b", "a, b and c", in the language of the page. */
export function joinWords(parts: string[], joined: "and" | "or" = "and"): string {
  const type = joined === "and" ? "conjunction" : "disjunction";
  return new Intl.ListFormat(locale(), { type }).format(parts);
}
