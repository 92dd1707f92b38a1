/** What is known of signing in before anybody is asked, and what to do where it fails: said once, for every command. */

/** Who to sign in as, from inputs and environment. */
export type Identity = {
  readonly auth: "auto" | "oidc" | "service-principal" | "managed-identity" | "azure-cli";
  readonly clientId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** `ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN`; absent where the job lacks `id-token: write`. */
  readonly idTokenRequestUrl?: string | undefined;
  readonly idTokenRequestToken?: string | undefined;
};

export type SignInWay = "oidc" | "service-principal" | "managed-identity" | "azure-cli" | "cli-or-managed-identity";

/** What a federated credential is compared with, character by character. */
export type Claims = { readonly issuer: string; readonly subject: string; readonly audience: string };

/** A sign-in that failed. The message has all of it; `doctor` shows what happened and what to do side by side. */
export class AuthenticationFailed extends Error {
  readonly what: string;
  readonly advice: string;
  /** `AADSTS700213`. Not `code`: that is how faults of the connection are known. */
  readonly entraCode: string | undefined;
  constructor(
    { what, why = "", advice }: { readonly what: string; readonly why?: string; readonly advice: string },
    { entraCode, ...options }: ErrorOptions & { readonly entraCode?: string | undefined } = {},
  ) {
    super([what, why, advice].filter((part) => part !== "").join(" "), options);
    this.name = "AuthenticationFailed";
    this.what = what;
    this.advice = advice;
    this.entraCode = entraCode;
  }
}

/** The way to sign in that the inputs amount to. */
export function chooseWay(identity: Identity): SignInWay {
  if (identity.auth !== "auto") return identity.auth;
  if (identity.clientSecret !== undefined) return "service-principal";
  return mayAskForIdTokens(identity) && missingIds(identity).length === 0 ? "oidc" : "cli-or-managed-identity";
}

/** `permissions: id-token: write`, as the runner shows it to a step. */
export function mayAskForIdTokens({ idTokenRequestUrl, idTokenRequestToken }: Identity): boolean {
  return idTokenRequestUrl !== undefined && idTokenRequestToken !== undefined;
}

/** Which of the ids that OIDC takes are not known. */
function missingIds(identity: Identity): readonly ("clientId" | "tenantId")[] {
  return (["clientId", "tenantId"] as const).filter((key) => identity[key] === undefined);
}

const ways: Readonly<Record<SignInWay, string>> = {
  oidc: "by OIDC, with GitHub's ID token and no secret",
  "service-principal": "as a service principal, with its secret",
  "managed-identity": "as the managed identity of the runner",
  "azure-cli": "with the session of the Azure CLI",
  "cli-or-managed-identity": "with the session of the Azure CLI, else as the managed identity of the runner",
};

/** How the action signs in, and why so. */
export function describeWay(identity: Identity): string {
  const way = chooseWay(identity);
  return `The action signs in ${ways[way]}: ${whyThisWay(way, identity)}.`;
}

function whyThisWay(way: SignInWay, identity: Identity): string {
  if (identity.auth !== "auto") return `the input auth says '${way}'`;
  if (way === "service-principal") return "a secret is given, by client-secret, creds or AZURE_CLIENT_SECRET";
  if (way === "oidc") return "the job may ask for ID tokens, and client-id and tenant-id are known";
  const missing = missingIds(identity);
  const parts = [
    ...(mayAskForIdTokens(identity) ? [] : ["the job lacks the permission id-token: write"]),
    ...(missing.length === 0 ? [] : [areEmpty(missing)]),
  ];
  return `no secret is given, and for OIDC ${parts.join(" and ")}`;
}

const inputNames = { tenantId: "tenant-id", clientId: "client-id", clientSecret: "client-secret" } as const;
/** What is given to sign in with. */
export type SignInKey = keyof typeof inputNames;

/** `client-id and tenant-id are empty` */
export function areEmpty(keys: readonly SignInKey[]): string {
  return `${keys.map((key) => inputNames[key]).join(" and ")} ${keys.length === 1 ? "is" : "are"} empty`;
}

/** What is written in a workflow for each of them. Ids are no secrets. */
const inputLines = {
  clientId: "`client-id: ${{ vars.AZURE_CLIENT_ID }}`",
  tenantId: "`tenant-id: ${{ vars.AZURE_TENANT_ID }}`",
  clientSecret: "`client-secret: ${{ secrets.AZURE_CLIENT_SECRET }}`",
} as const;

/** The lines of a step that are missing. */
export function linesOfStep(keys: readonly SignInKey[]): string {
  return `${keys.map((key) => inputLines[key]).join(" and ")} under with: of this step (such an expression is empty where the repository, its organisation or the job's environment has no variable or secret of that name)`;
}

const lineOfJob = "`permissions: { id-token: write, contents: read }` to the job";

/** The lines of a workflow that are missing for OIDC. Empty where none is. */
export function linesForOidc(identity: Identity): string {
  const keys = missingIds(identity);
  const lacksPermission = !mayAskForIdTokens(identity);
  const lines = [...(lacksPermission ? [lineOfJob] : []), ...(keys.length === 0 ? [] : [linesOfStep(keys)])];
  const fork = lacksPermission ? " A pull request from a fork never gets an ID token." : "";
  return lines.length === 0 ? "" : `To sign in by OIDC, add ${lines.join(", and ")}.${fork}`;
}

/** Which claim Entra's refusals are about. */
const differing: Readonly<Record<string, keyof Claims | "any">> = {
  AADSTS700213: "subject",
  AADSTS700211: "issuer",
  AADSTS700212: "audience",
  AADSTS70021: "any",
};

/** The claim that no federated credential has; `any` where Entra does not say which. */
export function differingClaim(entraCode: string | undefined): keyof Claims | "any" | undefined {
  return entraCode === undefined ? undefined : differing[entraCode];
}

const compareIds = "Compare client-id and tenant-id with the overview of the app registration in the portal.";
const newSecret = "Make a new secret and store its value, or switch to OIDC, which needs none.";

/** What Entra's codes mean here, and what to do. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const meanings: Readonly<Record<string, readonly [meaning: string, advice: string]>> = {
  AADSTS700024: [
    "The ID token had expired when it was used.",
    "Run the job again; if it fails again, set the clock of the runner.",
  ],
  AADSTS7000215: [
    "The client secret is wrong.",
    `Give the secret's value, not its id, and check that it is complete. ${newSecret}`,
  ],
  AADSTS7000222: ["The client secret has expired.", newSecret],
  AADSTS700016: ["The application is not in this tenant.", compareIds],
  AADSTS7000229: ["The application has no service principal in this tenant.", compareIds],
  AADSTS7000112: ["The application is disabled.", "Its owner has to enable it again in the portal."],
  AADSTS90002: ["The tenant does not exist.", compareIds],
  AADSTS900023: ["tenant-id is neither a tenant's id nor its domain.", compareIds],
  AADSTS53003: [
    "A Conditional Access policy of the tenant refuses the sign-in.",
    "Ask the administrators of these policies to allow the identity from the runner's network.",
  ],
};

/** What a refused sign-in means, and what to do about it. @param claims of the ID token that was shown to Entra. */
export function explainRefusal(
  entraCode: string | undefined,
  identity: Identity,
  claims: Claims | undefined,
): { readonly meaning: string; readonly advice: string } {
  const differs = differingClaim(entraCode);
  if (differs !== undefined) return federated(differs, identity, claims);
  const known = entraCode === undefined ? undefined : meanings[entraCode];
  if (known !== undefined) return { meaning: known[0], advice: known[1] };
  return {
    meaning: "",
    advice:
      entraCode === undefined
        ? withoutCode(identity)
        : "Look up the code at https://learn.microsoft.com/entra/identity-platform/reference-error-codes.",
  };
}

function federated(differs: keyof Claims | "any", { clientId }: Identity, claims: Claims | undefined) {
  if (claims === undefined)
    return {
      meaning: "No federated credential of the identity matches the ID token of this job.",
      advice: "Run the command doctor: it shows issuer, subject and audience of the token.",
    };
  const { issuer, subject, audience } = claims;
  return {
    meaning:
      differs === "any"
        ? `No federated credential of the identity has the issuer ${issuer}, the subject ${subject} and the audience ${audience} of this job's ID token; Entra does not say which of them differs.`
        : `It is the ${differs} that differs: no federated credential of the identity has the ${differs} ${claims[differs]} of this job's ID token.`,
    advice:
      `Add this one: az ad app federated-credential create --id ${clientId ?? "CLIENT_ID"} --parameters '${inQuotes(federatedCredential(claims))}'. ` +
      "A user-assigned managed identity takes the same values, under Federated credentials in the portal. " +
      "They are compared exactly, with case and without wildcards; a new credential takes some minutes to work.",
  };
}

/** JSON between single quotes of a shell. */
function inQuotes(value: unknown): string {
  return JSON.stringify(value).replaceAll("'", String.raw`\u0027`);
}

/** The credential that fits a job. Names take 3 to 120 letters, digits, dashes and underscores. */
export function federatedCredential({ issuer, subject, audience }: Claims) {
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

const azureLogin = "Run azure/login before this step, in the same job.";
const ofMachine =
  "Only a runner on an Azure machine has a managed identity, and the identity has to be assigned to that machine.";

/** Where nobody gave a code: the CLI and the machine give none, and a connection that failed has none. */
function withoutCode(identity: Identity): string {
  const { clientId } = identity;
  const chosen =
    clientId === undefined
      ? ""
      : ` client-id selects the user-assigned identity ${clientId}; without it, the machine's own is used.`;
  switch (chooseWay(identity)) {
    case "azure-cli":
      return `${azureLogin} A self-hosted runner needs the Azure CLI.`;
    case "managed-identity":
      return `${ofMachine}${chosen} On GitHub-hosted runners use OIDC: leave auth out.`;
    case "cli-or-managed-identity":
      return `${linesForOidc(identity)} Without OIDC: ${azureLogin} Or use a runner on an Azure machine with a managed identity.`;
    case "oidc":
    case "service-principal":
      return "Check that the runner reaches Microsoft Entra ID (proxy, firewall, DNS), then run the job again.";
  }
}
