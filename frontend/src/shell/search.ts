/** Reads the part of an address after the `?`, where anything may stand. */
export type Search = Record<string, unknown>;

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value ? value : undefined;

export const number = (value: unknown): number | undefined =>
  Number.isInteger(Number(value)) ? Number(value) || undefined : undefined;

export function paged(search: Search): { page?: number } {
  const page = Number(search.page);
  return { page: Number.isInteger(page) && page > 1 ? page : undefined };
}
