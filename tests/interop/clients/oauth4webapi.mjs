import * as oauth from "oauth4webapi"
import { assert, call, callback, choose, forge, issuer, register, signedOut } from "./steps.mjs"

const plain = { [oauth.allowInsecureRequests]: true }
const server = new URL(issuer)
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, plain))

async function signIn(client, way) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  })
  const given = oauth.validateAuthResponse(as, client, await choose(url), state)
  const answer = await oauth.authorizationCodeGrantRequest(as, client, way, given, callback, verifier, plain)
  const checks = { expectedNonce: nonce, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, checks)
  await oauth.validateApplicationLevelSignature(as, answer, plain)
  return tokens
}

const client = await register()
const basic = oauth.ClientSecretBasic(client.client_secret)
let tokens

await call("signs in with client_secret_basic", async () => {
  tokens = await signIn(client, basic)
})
await call("signs in with client_secret_post", () => signIn(client, oauth.ClientSecretPost(client.client_secret)))
await call("userinfo", async () => {
  const answer = await oauth.userInfoRequest(as, client, tokens.access_token, plain)
  const { sub } = oauth.getValidatedIdTokenClaims(tokens)
  const info = await oauth.processUserInfoResponse(as, client, sub, answer)
  assert.equal(info.email, "ada@example.com")
})
await call("a token that is wrong is refused with a challenge", async () => {
  const answer = oauth.userInfoRequest(as, client, "wrong", plain).then((got) =>
    oauth.processUserInfoResponse(as, client, oauth.skipSubjectCheck, got),
  )
  const { cause } = await answer.then(assert.fail, (problem) => problem)
  assert.deepEqual(
    cause.map((each) => [each.scheme, each.parameters.error]),
    [["bearer", "invalid_token"]],
  )
})
await call("introspection", async () => {
  const answer = await oauth.introspectionRequest(as, client, basic, tokens.access_token, plain)
  assert.equal((await oauth.processIntrospectionResponse(as, client, answer)).active, true)
})
await call("refresh", async () => {
  const answer = await oauth.refreshTokenGrantRequest(as, client, basic, tokens.refresh_token, plain)
  assert.ok((await oauth.processRefreshTokenResponse(as, client, answer)).refresh_token)
})
await call("revocation", async () => {
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, basic, tokens.access_token, plain))
})
await call("registration", async () => {
  const metadata = { redirect_uris: [callback], post_logout_redirect_uris: [signedOut] }
  const answer = await oauth.dynamicClientRegistrationRequest(as, metadata, plain)
  assert.ok((await oauth.processDynamicClientRegistrationResponse(answer)).client_secret)
})
for (const algorithm of ["RS256", "EdDSA"]) {
  await call(`ID token and userinfo signed by ${algorithm}`, async () => {
    const algorithms = { id_token_signed_response_alg: algorithm, userinfo_signed_response_alg: algorithm }
    const own = await register(algorithms)
    const signed = await signIn(own, oauth.ClientSecretBasic(own.client_secret))
    const answer = await oauth.userInfoRequest(as, own, signed.access_token, plain)
    await oauth.processUserInfoResponse(as, own, oauth.getValidatedIdTokenClaims(signed).sub, answer)
    await oauth.validateApplicationLevelSignature(as, answer, plain)
  })
}
await call("a forged ID token is refused", async () => {
  await forge()
  await assert.rejects(signIn(client, basic), { message: /signature/i })
})
