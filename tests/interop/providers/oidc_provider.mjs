// oidc-provider, with its own pages for development: any login will do, and is the person's name.
// node oidc_provider.mjs PORT REDIRECT_URI CLIENT_ID CLIENT_SECRET
import { Provider } from "oidc-provider"

const [port, redirect, id, secret] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: id, client_secret: secret, redirect_uris: [redirect] }],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
  findAccount: (_, login) => ({
    accountId: login,
    claims: () => ({
      sub: login,
      name: login,
      preferred_username: login,
      email: `${login}@example.com`,
      email_verified: true,
    }),
  }),
})
provider.listen(Number(port), "127.0.0.1")
