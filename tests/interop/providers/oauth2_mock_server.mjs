// oauth2-mock-server, which signs in the same person each time without asking.
// node oauth2_mock_server.mjs PORT
import { OAuth2Server } from "oauth2-mock-server"

const server = new OAuth2Server()
await server.issuer.keys.generate("RS256")
server.service.on("beforeUserinfo", (answer) => Object.assign(answer.body, { preferred_username: "johndoe" }))
await server.start(Number(process.argv[2]), "127.0.0.1")
server.issuer.url = `http://127.0.0.1:${process.argv[2]}`
