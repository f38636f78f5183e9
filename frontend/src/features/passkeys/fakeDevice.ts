import { vi } from "vitest";

/** What a device answers, as far as the page looks at it. */
export const credential = { id: "a", rawId: "a", type: "public-key", response: {} };

export const answers = async () => ({ toJSON: () => credential });

export const refuses = async () => {
  throw new DOMException("said no", "NotAllowedError");
};

/** A browser that keeps passkeys, and a device that answers like this. */
export function fakeDevice(get: () => Promise<unknown>, suggests = false) {
  vi.stubGlobal("PublicKeyCredential", {
    parseRequestOptionsFromJSON: (options: unknown) => options,
    isConditionalMediationAvailable: async () => suggests,
  });
  const { languages } = navigator;
  vi.stubGlobal("navigator", { languages, credentials: { get: vi.fn(get) } });
}
