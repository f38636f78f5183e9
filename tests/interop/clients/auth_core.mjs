// Auth.js without a framework: what its routes get and answer.
import { Auth } from "@auth/core"
import { assert, call, choose, issuer, register } from "./steps.mjs"

const shop = "https://party.example/auth"
const client = await register({ redirect_uris: [`${shop}/callback/simulator`] })

// Auth.js reads the ID token, which says no more than who it is: name and email are userinfo's (Core 5.4).
const profile = ({ sub }) => ({ id: sub, name: sub })

function configured(more = {}) {
  const provider = { id: "simulator", name: "Simulator", type: "oidc", issuer, profile, ...more }
  return {
    basePath: "/auth",
    secret: "of a site that nothing depends on",
    trustHost: true,
    logger: { error: () => {} },
    providers: [
      { clientId: client.client_id, clientSecret: client.client_secret, checks: ["pkce", "state", "nonce"], ...provider },
    ],
  }
}

class Browser {
  cookies = new Map()

  async ask(path, config, body) {
    const headers = { Cookie: [...this.cookies].map((pair) => pair.join("=")).join("; ") }
    const answer = await Auth(new Request(shop + path, { method: body ? "POST" : "GET", headers, body }), config)
    for (const cookie of answer.headers.getSetCookie()) {
      const [name, ...value] = cookie.split(";")[0].split("=")
      this.cookies.set(name, value.join("="))
    }
    return answer
  }

  async signIn(config, button) {
    const { csrfToken } = await (await this.ask("/csrf", config)).json()
    const left = await this.ask("/signin/simulator", config, new URLSearchParams({ csrfToken }))
    const back = await choose(left.headers.get("Location"), button)
    return this.ask(`/callback/simulator${back.search}`, config)
  }
}

for (const way of ["client_secret_basic", "client_secret_post"]) {
  await call(`signs in with ${way}`, async () => {
    const browser = new Browser()
    const config = configured({ client: { token_endpoint_auth_method: way } })
    await browser.signIn(config)
    const session = await (await browser.ask("/session", config)).json()
    assert.equal(session.user.name, "ada-lovelace")
  })
}
await call("takes the profile from userinfo", async () => {
  const browser = new Browser()
  const config = configured({ idToken: false, profile: undefined })
  await browser.signIn(config)
  const session = await (await browser.ask("/session", config)).json()
  assert.equal(session.user.name, "Ada Lovelace")
})
await call("a person says no", async () => {
  const answer = await new Browser().signIn(configured(), "deny=1")
  assert.match(answer.headers.get("Location"), /error=OAuthCallbackError|error=AccessDenied|error=Configuration/)
})
await call("an ID token of another client is refused", async () => {
  const body = JSON.stringify({ set: { aud: "other" }, times: 1 })
  const headers = { "Content-Type": "application/json" }
  await fetch(`${issuer}/_control/faults/id_token`, { method: "PUT", headers, body })
  const browser = new Browser()
  await browser.signIn(configured())
  assert.equal(await (await browser.ask("/session", configured())).json(), null)
})
