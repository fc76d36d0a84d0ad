// The JavaScript client of Graph at its defaults, signed in by @azure/identity, as a program uses it that knows nothing of the
// emulator.

import { createRequire } from "node:module";

// The packages are installed where the lock file's copy is, not beside this file.
export const require = createRequire(`${process.cwd()}/`);
const { ClientSecretCredential } = require("@azure/identity");

const [major, minor] = process.versions.node.split(".").map(Number);
// Before Node.js 22.21 and 24, its fetch looks at no proxy unless it is told to.
if (major < 22 || (major === 22 && minor < 21) || major === 23) {
  const { EnvHttpProxyAgent, setGlobalDispatcher } = require("undici");
  setGlobalDispatcher(new EnvHttpProxyAgent());
}

export const scope = "https://graph.microsoft.com/.default";
export const credential = new ClientSecretCredential(
  "7e000000-0000-4000-8000-000000000001",
  "11111111-0000-4000-8000-000000000001",
  "any secret",
);

export function graphClient() {
  const { Client } = require("@microsoft/microsoft-graph-client");
  const azure = "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials";
  const { TokenCredentialAuthenticationProvider } = require(azure);
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [scope] });
  return Client.initWithMiddleware({ authProvider, defaultVersion: "beta" });
}
