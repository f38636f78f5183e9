import { Problem } from "../../api/problem";
import type { PasskeyAnswer, PasskeyChallenge } from "../../api/types";

/** Whether this browser keeps passkeys, and for this address: not for one that is a number. */
export function passkeysPossible(): boolean {
  const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
  return !isNumber && typeof webAuthn()?.parseRequestOptionsFromJSON === "function";
}

/** Whether passkeys can stand among what a browser suggests for a field. */
export async function passkeysSuggested(): Promise<boolean> {
  return passkeysPossible() && !!(await webAuthn()?.isConditionalMediationAvailable?.());
}

/** Makes a passkey on this device, or on a phone beside it. */
export async function makePasskey({ public_key }: PasskeyChallenge) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(public_key as never);
  return (await fromDevice(() => navigator.credentials.create({ publicKey }))).toJSON();
}

/** A passkey's answer to a challenge. `how` tells the browser when to ask for it, and when to stop. */
export async function askPasskey(
  { public_key }: PasskeyChallenge,
  how: Omit<CredentialRequestOptions, "publicKey"> = {},
): Promise<PasskeyAnswer> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(public_key as never);
  return (await fromDevice(() => navigator.credentials.get({ ...how, publicKey }))).toJSON();
}

/** Undefined where a browser has none, whatever the types say. */
const webAuthn = (): Partial<typeof PublicKeyCredential> | undefined =>
  globalThis.PublicKeyCredential;

/** The browser's own errors are few, and say no more than this on purpose. */
async function fromDevice(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask();
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError")
      throw new Problem(409, "passkey_there_already", "");
  }
  throw new Problem(400, "passkey_not_shown", "");
}
