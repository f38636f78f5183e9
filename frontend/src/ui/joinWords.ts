/** "a", "a and b", "a, b and c"; with a comma before the last where one of them has an "and" of its own. */
export function joinWords(parts: string[], joined: "and" | "or" = "and"): string {
  const last = parts.at(-1) ?? "";
  if (parts.length < 2) return last;
  const comma = parts.some((part) => part.includes(` ${joined} `)) ? "," : "";
  return `${parts.slice(0, -1).join(", ")}${comma} ${joined} ${last}`;
}
