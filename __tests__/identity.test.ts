import { describe, expect, it } from "@jest/globals";
import { signInOf } from "../src/identity.ts";
import { readInputs } from "../src/inputs.ts";

const complete = { clientId: "c", clientSecret: "s3cr3t", tenantId: "t", subscriptionId: "s" };

function signIn(creds: string, environment: Readonly<Record<string, string>> = {}) {
  const all = { INPUT_COMMAND: "plan", INPUT_CREDS: creds, ...environment };
  return signInOf(readInputs(all), all);
}

describe("creds", () => {
  it("are taken whole", () => {
    expect(signIn(JSON.stringify(complete))).toMatchObject({
      identity: { clientId: "c", clientSecret: "s3cr3t", tenantId: "t" },
      subscriptionId: "s",
    });
  });

  it.each([
    ["{", "is not JSON"],
    ['{"clientSecret":"s3cr3t"', "is not JSON"],
    ["[]", "has no clientId and no clientSecret and no tenantId"],
    ["7", "has no clientId"],
    [JSON.stringify({ ...complete, tenantId: "" }), "has no tenantId."],
    [JSON.stringify({ ...complete, clientId: 7 }), "has no clientId."],
    [JSON.stringify({ ...complete, clientSecret: null }), "has no clientSecret."],
  ])("that cannot be used are refused with the form that is wanted, and not shown: %s", (creds, what) => {
    // What the environment holds does not stand in for what is cut off.
    const read = () => signIn(creds, { AZURE_CLIENT_ID: "other", AZURE_TENANT_ID: "other" });
    expect(read).toThrow(what);
    expect(read).toThrow(/az ad sp create-for-rbac --json-auth.*sign in by OIDC/);
    expect(read).not.toThrow(/s3cr3t/);
  });
});
