import { describe, expect, it } from "@jest/globals";
import type { SignInDiagnosis } from "../../src/azure/diagnosis.ts";
import { federatedCredential, identityFindings, subjectWords } from "../../src/doctor/identity.ts";

const claims = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  audience: "api://AzureADTokenExchange",
};
const diagnosis: SignInDiagnosis = {
  way: "oidc",
  isAutomatic: true,
  given: { clientId: "client", tenantId: "tenant", hasSecret: false, mayAskForIdTokens: true },
  cloud: {
    ok: true,
    value: {
      name: "AzureCloud",
      resourceManager: "https://management.azure.com",
      authority: "https://login.microsoftonline.com",
      armScope: "https://management.azure.com/.default",
      oidcAudience: claims.audience,
      isCustom: false,
    },
  },
  idToken: { ok: true, claims },
  signedIn: { ok: true, principal: { objectId: "object" } },
};
const refused = (code: string): SignInDiagnosis => ({
  ...diagnosis,
  signedIn: { ok: false, code, message: `Signing in by oidc failed. Entra said: ${code}: no.` },
});

describe("what Entra refuses", () => {
  it.each([
    ["AADSTS700213", "federated-subject", `the subject ${claims.subject}`],
    ["AADSTS700211", "federated-issuer", `the issuer ${claims.issuer}`],
    ["AADSTS700212", "federated-audience", `the audience ${claims.audience}`],
    ["AADSTS70021", "federated-credential", "does not say which"],
    ["AADSTS700024", "sign-in", "AADSTS700024"],
    ["AADSTS700016", "sign-in", "AADSTS700016"],
    ["AADSTS7000222", "sign-in", "AADSTS7000222"],
    ["AADSTS123456", "sign-in", "AADSTS123456"],
  ])("%s is reported as %s, with what differs and what to do", (code, expected, text) => {
    const check = identityFindings(refused(code)).checks.find(({ state }) => state === "error");
    expect(check).toMatchObject({ code: expected, reason: "authentication-failed" });
    expect(check?.message).toContain(text);
    expect(check?.advice).not.toBe("");
  });

  it("keeps the claims and the credential to paste when the token cannot be exchanged", () => {
    expect(identityFindings(refused("AADSTS700213"))).toMatchObject({
      claims,
      federatedCredential: { issuer: claims.issuer, subject: claims.subject, audiences: [claims.audience] },
    });
  });
});

it.each([
  [{ way: "oidc" }, "the job may ask for ID tokens"],
  [{ way: "service-principal" }, "a secret is given"],
  [{ way: "managed-identity", isAutomatic: false }, "the input auth says 'managed-identity'"],
  [
    {
      way: "cli-or-managed-identity",
      given: { hasSecret: false, mayAskForIdTokens: false, clientId: "client" },
    },
    "the permission id-token: write and tenant-id are missing",
  ],
] satisfies [Partial<SignInDiagnosis>, string][])("says why it signs in as it does: %j", (fields, text) => {
  expect(identityFindings({ ...diagnosis, ...fields }).checks[0]?.message).toContain(text);
});

it("a cloud that is not known leaves the rest unchecked", () => {
  const { signedIn: _, idToken: __, ...rest } = diagnosis;
  const { checks } = identityFindings({ ...rest, cloud: { ok: false, message: "There is no cloud." } });
  expect(checks.map(({ state }) => state)).toEqual(["ok", "error", "not-checked"]);
});

it.each([
  ["repo:o/r:ref:refs/heads/main", "this branch"],
  ["repo:o/r:ref:refs/tags/v1", "this tag"],
  ["repo:o/r:pull_request", "pull requests; pushes"],
  ["repo:o/r:environment:production", "an environment, which decides"],
  ["repo:o@1/r@2:ref:refs/heads/main", "the ids of owner and repository"],
  ["organization:o:workflow:w", "has a custom subject"],
])("tells what the subject %s depends on", (subject, text) => {
  expect(subjectWords(subject)).toContain(text);
});

it.each([
  "repo:octo-org/octo-repo:ref:refs/heads/feature/ünïcode",
  `repo:octo-org/octo-repo:environment:${"x".repeat(200)}`,
])("names the credential of %s as Entra takes names", (subject) => {
  expect(federatedCredential({ ...claims, subject }).name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/);
});
