/** Only the fields that were edited: what others have changed meanwhile stays as it is. */
export function edited<T extends object>(before: object, after: T): Partial<T> {
  const known = before as Record<string, unknown>;
  const changed = Object.entries(after).filter(([name, value]) => known[name] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}
