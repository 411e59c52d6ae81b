// In: the client of the tests. Out: what schemathesis.toml names, as NAME=value, a line each.

import { call, credentials, requestToken, useToken } from "../service.mjs";

const { clientID, clientSecret } = credentials();
const { access_token } = await (await requestToken()).json();
useToken(access_token);
const { modelId } = (await call("GET", "/v1/topics/osca/models/latest")).json;
console.log(`CLIENT_ID=${clientID}\nCLIENT_SECRET=${clientSecret}\nTOKEN=${access_token}\nMODEL=${modelId}`);
