import * as client from "openid-client"
import { assert, call, callback, choose, forge, issuer, signedOut } from "./steps.mjs"

const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }
const server = new URL(issuer)

function register(more = {}) {
  const metadata = { redirect_uris: [callback], post_logout_redirect_uris: [signedOut], ...more }
  return client.dynamicClientRegistration(server, metadata, undefined, options)
}

async function begin(config, button) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: "openid email profile offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  })
  return [await choose(url, button), checks]
}

async function signIn(config) {
  const [back, checks] = await begin(config)
  return client.authorizationCodeGrant(config, back, checks)
}

const config = await register()
let tokens

await call("registers, and signs in", async () => {
  tokens = await signIn(config)
  assert.equal(tokens.claims().aud, config.clientMetadata().client_id)
})
await call("finds a client that is registered", async () => {
  const { client_id: id, client_secret: secret } = config.clientMetadata()
  for (const way of [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)]) {
    await signIn(await client.discovery(server, id, secret, way, options))
  }
})
await call("userinfo", async () => {
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(info.email, "ada@example.com")
})
await call("introspection", async () => {
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
})
await call("refresh", async () => {
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
  assert.equal(fresh.claims().sub, tokens.claims().sub)
  tokens = { ...fresh, claims: tokens.claims }
})
await call("revocation", async () => {
  await client.tokenRevocation(config, tokens.access_token)
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
})
await call("sign-out", async () => {
  const url = client.buildEndSessionUrl(config, { post_logout_redirect_uri: signedOut, id_token_hint: tokens.id_token })
  const answer = await fetch(url, { redirect: "manual" })
  assert.equal(answer.headers.get("Location"), signedOut)
})
for (const algorithm of ["RS256", "EdDSA"]) {
  await call(`ID token and userinfo signed by ${algorithm}`, async () => {
    const own = await register({
      id_token_signed_response_alg: algorithm,
      userinfo_signed_response_alg: algorithm,
    })
    const signed = await signIn(own)
    const info = await client.fetchUserInfo(own, signed.access_token, signed.claims().sub)
    assert.equal(info.email, "ada@example.com")
  })
}
await call("a person says no", async () => {
  const [back, checks] = await begin(config, "deny=1")
  await assert.rejects(client.authorizationCodeGrant(config, back, checks), { error: "access_denied" })
})
await call("a forged ID token is refused", async () => {
  await forge()
  await assert.rejects(signIn(config), (problem) => /signature/.test(problem.cause.message))
})
await call("the device flow is refused in words", async () => {
  const metadata = { ...config.serverMetadata(), device_authorization_endpoint: `${issuer}/device_authorization` }
  const { client_id: id, client_secret: secret } = config.clientMetadata()
  const own = new client.Configuration(metadata, id, secret)
  client.allowInsecureRequests(own)
  await assert.rejects(client.initiateDeviceAuthorization(own, {}), { error: "unsupported_grant_type" })
})
