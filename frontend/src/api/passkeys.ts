import { api, body } from "./client";
import { Problem } from "./problem";
import type { components } from "./schema";

type Schemas = components["schemas"];
type Challenge = Schemas["PasskeyChallengeOut"];
type Options = CredentialRequestOptions;

/** Whether this browser keeps passkeys, and for this address: not for one that is a number. */
export function passkeysPossible(): boolean {
  const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
  return !isNumber && typeof browsers()?.parseRequestOptionsFromJSON === "function";
}

/** Whether passkeys can stand among what a browser suggests for a field. */
export async function passkeysSuggested(): Promise<boolean> {
  return passkeysPossible() && !!(await browsers()?.isConditionalMediationAvailable?.());
}

/** Makes a passkey on this device, or on a phone beside it, under a name that its owner knows it by. */
export async function makePasskey(name: string): Promise<Schemas["PasskeyOut"]> {
  const { public_key } = await body(api.POST("/api/profile/passkeys/challenge"));
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(public_key as never);
  const made = await fromDevice(() => navigator.credentials.create({ publicKey }));
  return body(api.POST("/api/profile/passkeys", { body: { name, credential: made.toJSON() } }));
}

/** What a passkey has to say to a challenge. `how` tells the browser when to ask for it, and when to stop. */
export async function askPasskey(
  challenge: Promise<Challenge>,
  how: Omit<Options, "publicKey"> = {},
): Promise<Schemas["Assertion"]> {
  const { public_key } = await challenge;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(public_key as never);
  return (await fromDevice(() => navigator.credentials.get({ ...how, publicKey }))).toJSON();
}

/** Undefined where a browser has none, whatever the types say. */
const browsers = (): Partial<typeof PublicKeyCredential> | undefined =>
  globalThis.PublicKeyCredential;

/** The browser's own errors are few, and say no more than this on purpose. */
async function fromDevice(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await ask();
    if (found) return found as PublicKeyCredential;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError")
      throw new Problem(409, "passkey_there_already", "");
  }
  throw new Problem(400, "passkey_not_shown", "");
}
