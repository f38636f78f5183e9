import createClient from "openapi-fetch";
import { language } from "../language";
import { Problem, problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";

export const api = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call, so that a test can put another fetch in its place.
  fetch: (request) => fetch(request),
});

let last: string | null = null;

/** Which request was answered last: what staff look up where a page broke without saying why. */
export const lastRequestId = () => last;

api.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", language());
  },
  async onResponse({ response }) {
    last = response.headers.get("X-Request-ID");
    if (!response.ok) throw await problemFrom(response);
  },
  onError({ error }) {
    return error instanceof Problem ? error : unreachable();
  },
});

/** The body of a call. A failed call has thrown a Problem before this. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** The header by which only that version is changed; without an ETag whatever is there. */
export const ifMatch = (etag: string | undefined) => (etag ? { "If-Match": etag } : {});

/** The body together with the ETag that stands for this version of it. */
export async function versioned<T>(call: Promise<{ data?: T; response: Response }>) {
  const { data, response } = await call;
  return { value: data as T, etag: response.headers.get("ETag") ?? "" };
}
