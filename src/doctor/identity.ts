import type { Claims, SignInDiagnosis } from "../azure/diagnosis.ts";
import type { DoctorReport, FederatedCredential } from "../report/result.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

export type IdentityFindings = Pick<DoctorReport, "claims" | "federatedCredential" | "principal"> & {
  readonly checks: readonly Check[];
};

/** Who the action signs in as and why, what GitHub says of the job, and what Entra makes of it. */
export function identityFindings(diagnosis: SignInDiagnosis): IdentityFindings {
  const { idToken, cloud, signedIn } = diagnosis;
  const claims = idToken?.ok === true ? idToken.claims : undefined;
  return {
    checks: [
      fine("sign-in-way", `The action signs in ${words[diagnosis.way]}: ${whyThisWay(diagnosis)}.`),
      ...(cloud.ok
        ? [fine("cloud", `The cloud is ${cloud.value.name}; its ARM is ${cloud.value.resourceManager}.`)]
        : [
            error(
              "invalid-input",
              "cloud",
              cloud.message,
              "Set cloud to AzureCloud, AzureUSGovernment, AzureChinaCloud, or to the URL of an ARM endpoint.",
            ),
          ]),
      ...idTokenChecks(diagnosis),
      ...signInChecks(diagnosis, claims),
    ],
    ...(claims === undefined ? {} : { claims, federatedCredential: federatedCredential(claims) }),
    ...(signedIn?.ok === true ? { principal: signedIn.principal } : {}),
  };
}

const words: Readonly<Record<SignInDiagnosis["way"], string>> = {
  oidc: "by OIDC, with an ID token of GitHub's and no secret",
  "service-principal": "as a service principal, with its secret",
  "managed-identity": "as the managed identity of the runner",
  "azure-cli": "with the session of the Azure CLI",
  "cli-or-managed-identity": "with the session of the Azure CLI, else as the managed identity of the runner",
};

function whyThisWay({ way, isAutomatic, given }: SignInDiagnosis): string {
  if (!isAutomatic) return `the input auth says '${way}'`;
  if (way === "service-principal") return "a secret is given, by client-secret, creds or AZURE_CLIENT_SECRET";
  if (way === "oidc") return "the job may ask for ID tokens, and client-id and tenant-id are known";
  const missing = [
    ...(given.mayAskForIdTokens ? [] : ["the permission id-token: write"]),
    ...(given.clientId === undefined ? ["client-id"] : []),
    ...(given.tenantId === undefined ? ["tenant-id"] : []),
  ];
  return `no secret is given, and for OIDC ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`;
}

function idTokenChecks({ idToken, way }: SignInDiagnosis): readonly Check[] {
  if (idToken === undefined) {
    return way === "oidc"
      ? []
      : [fine("id-token", "The job lacks permissions: { id-token: write }, which only OIDC needs.")];
  }
  if (!idToken.ok) {
    const advice = "Run the job again; if it fails again, look at GitHub's status.";
    return way === "oidc"
      ? [error("authentication-failed", "id-token", idToken.message, advice)]
      : [warning("id-token", idToken.message, advice)];
  }
  const { issuer, subject, audience } = idToken.claims;
  return [
    fine(
      "id-token-claims",
      `GitHub's ID token of this job has issuer ${issuer}, subject ${subject}, audience ${audience}. ${subjectWords(subject)}`,
    ),
  ];
}

/**
 * What a subject depends on, for people who wonder why theirs is not the one they registered.
 *
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export function subjectWords(subject: string): string {
  const [, owner = "", repository = "", rest = ""] = /^repo:([^/:]+)\/([^:]+):(.+)$/.exec(subject) ?? [];
  if (rest === "") return "The repository or its organisation has a custom subject.";
  const ids =
    /@\d+$/.test(owner) || /@\d+$/.test(repository)
      ? " The repository was created, renamed or moved after 15 July 2026: the ids of owner and repository are part of its subjects, and a credential without them does not match."
      : "";
  const kind = /^environment:/.test(rest)
    ? "This job has an environment, which decides the subject; jobs without one have another."
    : rest === "pull_request"
      ? "This is the subject of pull requests; pushes and jobs with an environment have others."
      : /^ref:refs\/heads\//.test(rest)
        ? "This is the subject of this branch; pull requests, tags, other branches and jobs with an environment have others."
        : /^ref:refs\/tags\//.test(rest)
          ? "This is the subject of this tag; branches, pull requests and jobs with an environment have others."
          : "The repository or its organisation has a custom subject.";
  return kind + ids;
}

/** Which claim Entra's refusals are about. */
const claimOf: Readonly<Record<string, keyof Claims | "any">> = {
  AADSTS700213: "subject",
  AADSTS700211: "issuer",
  AADSTS700212: "audience",
  AADSTS70021: "any",
};

function signInChecks({ signedIn, given, way, cloud }: SignInDiagnosis, claims: Claims | undefined): readonly Check[] {
  if (signedIn === undefined) {
    return cloud.ok
      ? []
      : [
          notChecked(
            "sign-in",
            "Signing in was not tried, because the cloud is not known.",
            "Set the input cloud first.",
          ),
        ];
  }
  if (signedIn.ok) {
    const { objectId, applicationId, tenantId } = signedIn.principal;
    const ids = [
      ...(objectId === undefined ? [] : [`object id ${objectId}`]),
      ...(applicationId === undefined ? [] : [`application ${applicationId}`]),
      ...(tenantId === undefined ? [] : [`tenant ${tenantId}`]),
    ];
    return [fine("signed-in", `Signed in${ids.length === 0 ? "" : `: ${ids.join(", ")}`}.`)];
  }
  const { code, message } = signedIn;
  const differs = code === undefined ? undefined : claimOf[code];
  if (way !== "oidc" || differs === undefined || claims === undefined)
    return [error("authentication-failed", "sign-in", message, adviceFor(code, way))];
  const what =
    differs === "any"
      ? "Entra does not say which of issuer, subject and audience differs."
      : `It is the ${differs} that differs: no federated credential of the identity has the ${differs} ${claims[differs]}.`;
  return [
    error(
      "authentication-failed",
      differs === "any" ? "federated-credential" : `federated-${differs}`,
      `${what} ${message}`,
      `Add the federated credential below to the identity: az ad app federated-credential create --id ${given.clientId ?? "CLIENT_ID"} --parameters credential.json. ` +
        "The three values are compared exactly, with case and without wildcards; a new credential takes some minutes to work.",
    ),
  ];
}

function adviceFor(code: string | undefined, way: SignInDiagnosis["way"]): string {
  switch (code) {
    case "AADSTS700024":
      return "Run the job again; if it fails again, set the clock of the runner.";
    case "AADSTS700016":
    case "AADSTS90002":
    case "AADSTS900023":
      return "Compare client-id and tenant-id with the overview of the app registration in the portal.";
    case "AADSTS7000215":
    case "AADSTS7000222":
      return "Make a new secret and store its value, or switch to OIDC, which needs none.";
    case undefined:
      return way === "oidc"
        ? "Add permissions: { id-token: write, contents: read } to the job, and set client-id and tenant-id."
        : way === "service-principal"
          ? "Set client-id, tenant-id and client-secret, or creds."
          : "Run azure/login before this step, or set client-id and tenant-id and give the job permissions: { id-token: write }.";
    default:
      return "Look the code up at https://learn.microsoft.com/entra/identity-platform/reference-error-codes.";
  }
}

/** The credential that fits this job. Names take 3 to 120 letters, digits, dashes and underscores. */
export function federatedCredential({ issuer, subject, audience }: Claims): FederatedCredential {
  const name = subject
    .replace(/^repo:/, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/^[-_]+|[-_]+$/g, "")
    .slice(0, 110);
  return {
    name: `github-${name}`,
    issuer,
    subject,
    audiences: [audience],
    description: "The GitHub Action azureml-targets",
  };
}
