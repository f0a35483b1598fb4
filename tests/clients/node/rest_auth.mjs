// Drives the sign-in of @esri/arcgis-rest-request, unmodified (captures w5).
// Usage: node rest_auth.mjs http://host:port federated|standalone   → one JSON object on standard output.

import { ArcGISIdentityManager, Job, request } from "@esri/arcgis-rest-request";

const [base, secured] = process.argv.slice(2);
const portal = `${base}/portal/sharing/rest`;
const url = `${base}/arcgis/rest/services/Demo/GPServer/Echo/submitJob`;
const who = { username: "analyst", password: "secret", portal };

const steps = {
  nobody: async () => Job.submitJob({ url, params: { Input_Text: "a" } }),
  "a token nobody made": async () => Job.submitJob({ url, params: { Input_Text: "a" }, authentication: "AAPKbad" }),
  ...(secured === "federated" && {
    "signed in": async () => (await ArcGISIdentityManager.signIn(who)).getUser(),
    portal: async () => (await (await ArcGISIdentityManager.signIn(who)).getPortal()).user.username,
    "wrong password": async () => ArcGISIdentityManager.signIn({ ...who, password: "wrong" }),
    "a server's token": async () => {
      const session = await ArcGISIdentityManager.signIn(who);
      const token = await session.getToken(url);
      return token !== session.token && (await request(`${base}/arcgis/rest/services/SecureDemo/GPServer`, { authentication: session })).tasks;
    },
  }),
  "a job": async () => {
    // A server on its own has no portal to sign in to: the client asks for a token once the one it has is over.
    const alone = { ...who, server: `${base}/arcgis`, token: "over", tokenExpires: new Date(0) };
    const authentication = secured === "federated" ? await ArcGISIdentityManager.signIn(who) : new ArcGISIdentityManager(alone);
    return (await Job.submitJob({ url, params: { Input_Text: "a" }, authentication })).getAllResults();
  },
};

const told = {};
for (const [name, step] of Object.entries(steps)) {
  try {
    told[name] = { value: await step() };
  } catch (error) {
    told[name] = { error: error.name, message: error.message };
  }
}
console.log(JSON.stringify(told));
process.exit(0);
