import { describe, expect, it } from "@jest/globals";
import type { SignInDiagnosis } from "../../src/azure/diagnosis.ts";
import { identityFindings, subjectWords } from "../../src/doctor/identity.ts";

const claims = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  audience: "api://AzureADTokenExchange",
};
const diagnosis: SignInDiagnosis = {
  way: "oidc",
  described: "The action signs in by OIDC: so it is.",
  cloud: {
    ok: true,
    value: {
      name: "AzureCloud",
      resourceManager: "https://management.azure.com",
      authority: "https://login.microsoftonline.com",
      armScope: "https://management.azure.com/.default",
      mlScope: "https://ml.azure.com/.default",
      oidcAudience: claims.audience,
      isCustom: false,
    },
  },
  idToken: { ok: true, claims },
  signedIn: { ok: true, principal: { objectId: "object" } },
};
const refused = (code: string): SignInDiagnosis => ({
  ...diagnosis,
  signedIn: { ok: false, code, message: `Signing in failed. Entra said: ${code}: no.`, advice: "Do this." },
});

describe("what Entra refuses", () => {
  it.each([
    ["AADSTS700213", "federated-subject"],
    ["AADSTS700211", "federated-issuer"],
    ["AADSTS700212", "federated-audience"],
    ["AADSTS70021", "federated-credential"],
    ["AADSTS700024", "sign-in"],
    ["AADSTS123456", "sign-in"],
  ])("%s is reported as %s, in the words of every command", (code, expected) => {
    const check = identityFindings(refused(code)).checks.find(({ state }) => state === "error");
    expect(check).toEqual({
      state: "error",
      code: expected,
      message: `Signing in failed. Entra said: ${code}: no.`,
      advice: "Do this.",
      reason: "authentication-failed",
    });
  });

  it("keeps the claims and the credential to paste when the token cannot be exchanged", () => {
    expect(identityFindings(refused("AADSTS700213"))).toMatchObject({
      claims,
      federatedCredential: { issuer: claims.issuer, subject: claims.subject, audiences: [claims.audience] },
    });
  });
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
