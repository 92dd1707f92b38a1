import { describe, expect, it } from "@jest/globals";
import {
  chooseWay,
  describeWay,
  explainRefusal,
  federatedCredential,
  linesForOidc,
  type Identity,
} from "../../src/azure/sign-in.ts";

const claims = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  audience: "api://AzureADTokenExchange",
};
const permitted = { idTokenRequestUrl: "u", idTokenRequestToken: "t" };
const identity = (parts: Partial<Identity>): Identity => ({ auth: "auto", ...parts });

it.each<[Partial<Identity>, string]>([
  [
    { clientSecret: "s", idTokenRequestUrl: "u", idTokenRequestToken: "t", clientId: "c", tenantId: "t" },
    "service-principal",
  ],
  [{ idTokenRequestUrl: "u", idTokenRequestToken: "t", clientId: "c", tenantId: "t" }, "oidc"],
  [{ idTokenRequestUrl: "u", idTokenRequestToken: "t", clientId: "c" }, "cli-or-managed-identity"],
  [{ clientId: "c", tenantId: "t" }, "cli-or-managed-identity"],
  [{}, "cli-or-managed-identity"],
  [{ auth: "managed-identity", clientSecret: "s" }, "managed-identity"],
])("with %j the way to sign in is %s", (parts, way) => {
  expect(chooseWay(identity(parts))).toBe(way);
});

describe("why it signs in as it does, and what to add for OIDC", () => {
  it.each<[Partial<Identity>, string, readonly string[]]>([
    [{ ...permitted, clientId: "c", tenantId: "t" }, "the job may ask for ID tokens", []],
    [{ clientSecret: "s" }, "a secret is given, by client-secret, creds or AZURE_CLIENT_SECRET", ["id-token: write"]],
    [{ auth: "managed-identity" }, "the input auth says 'managed-identity'", ["id-token: write"]],
    [
      { clientId: "c", tenantId: "t" },
      "for OIDC the job lacks the permission id-token: write.",
      ["`permissions: { id-token: write, contents: read }`"],
    ],
    [
      { ...permitted, tenantId: "t" },
      "for OIDC client-id is empty.",
      ["`client-id: ${{ vars.AZURE_CLIENT_ID }}` under with:"],
    ],
    [
      {},
      "for OIDC the job lacks the permission id-token: write and client-id and tenant-id are empty.",
      ["id-token: write", "`client-id: ${{ vars.AZURE_CLIENT_ID }}` and `tenant-id: ${{ vars.AZURE_TENANT_ID }}`"],
    ],
  ])("%j", (parts, why, lines) => {
    expect(describeWay(identity(parts))).toContain(why);
    const advice = linesForOidc(identity(parts));
    for (const line of lines) expect(advice).toContain(line);
    if (lines.length === 0) expect(advice).toBe("");
  });
});

describe("what a refused sign-in means, and what to do", () => {
  const oidc = identity({ ...permitted, clientId: "c", tenantId: "t" });
  it.each([
    ["AADSTS700213", `the subject ${claims.subject}`],
    ["AADSTS700211", `the issuer ${claims.issuer}`],
    ["AADSTS700212", `the audience ${claims.audience}`],
    ["AADSTS70021", "does not say which"],
  ])("%s names what the token had, and the credential to add", (code, text) => {
    const { meaning, advice } = explainRefusal(code, oidc, claims);
    expect(meaning).toContain(text);
    const [, credential = ""] = /create --id c --parameters '([^']+)'/.exec(advice) ?? [];
    expect(JSON.parse(credential)).toMatchObject({
      issuer: claims.issuer,
      subject: claims.subject,
      audiences: [claims.audience],
    });
  });

  it.each([
    ["AADSTS700024", "clock of the runner"],
    ["AADSTS700016", "Compare client-id and tenant-id"],
    ["AADSTS7000229", "Compare client-id and tenant-id"],
    ["AADSTS90002", "Compare client-id and tenant-id"],
    ["AADSTS7000215", "the secret's value, not its id"],
    ["AADSTS7000222", "Make a new secret"],
    ["AADSTS123456", "reference-error-codes"],
    [undefined, "reaches Microsoft Entra ID"],
  ])("%s", (code, text) => {
    expect(explainRefusal(code, oidc, claims).advice).toContain(text);
  });

  it.each<[Partial<Identity>, string]>([
    [{ auth: "azure-cli" }, "Run azure/login before this step"],
    [{ auth: "managed-identity", clientId: "c" }, "client-id selects the user-assigned identity c"],
    [{}, "`client-id: ${{ vars.AZURE_CLIENT_ID }}`"],
    [{}, "Run azure/login before this step"],
  ])("without a code it is by the way: %j", (parts, text) => {
    expect(explainRefusal(undefined, identity(parts), undefined).advice).toContain(text);
  });
});

it.each([
  "repo:octo-org/octo-repo:ref:refs/heads/feature/ünïcode",
  `repo:octo-org/octo-repo:environment:${"x".repeat(200)}`,
])("names the credential of %s as Entra takes names", (subject) => {
  expect(federatedCredential({ ...claims, subject }).name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/);
});
