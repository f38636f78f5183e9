// What the programs of this folder share: a registration at the simulator, a person at its page, and telling what works.
// Each is run as `node PROGRAM ISSUER` and prints a line of JSON for each call.
import assert from "node:assert/strict"

export const issuer = process.argv[2]
export const callback = "https://party.example/callback"
export const signedOut = "https://party.example/bye"
export { assert }

export async function call(name, act) {
  let error = null
  try {
    await act()
  } catch (problem) {
    error = `${problem?.name}: ${problem?.message} ${problem?.cause?.message ?? ""}`.trim()
  }
  console.log(JSON.stringify({ call: name, error }))
}

export async function register(more = {}) {
  const body = JSON.stringify({ redirect_uris: [callback], post_logout_redirect_uris: [signedOut], ...more })
  const answer = await fetch(`${issuer}/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  })
  assert.equal(answer.status, 201)
  return answer.json()
}

// Presses the button of that person. Where the browser is sent to.
export async function choose(url, button = "person=ada") {
  const answer = await fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(button) })
  assert.equal(answer.status, 303)
  return new URL(answer.headers.get("Location"))
}

// The next ID token is signed by a key that is not published.
export async function forge() {
  const body = JSON.stringify({ signing: "foreign-key", times: 1 })
  const headers = { "Content-Type": "application/json" }
  const answer = await fetch(`${issuer}/_control/faults/id_token`, { method: "PUT", headers, body })
  assert.equal(answer.status, 200)
}
