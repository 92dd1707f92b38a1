import type { SignInDiagnosis } from "../azure/diagnosis.ts";
import { differingClaim, federatedCredential } from "../azure/sign-in.ts";
import type { DoctorReport } from "../report/result.ts";
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
      fine("sign-in-way", diagnosis.described),
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
      ...signInChecks(diagnosis),
    ],
    ...(claims === undefined ? {} : { claims, federatedCredential: federatedCredential(claims) }),
    ...(signedIn?.ok === true ? { principal: signedIn.principal } : {}),
  };
}

function idTokenChecks({ idToken, way }: SignInDiagnosis): readonly Check[] {
  if (idToken === undefined) {
    return way === "oidc"
      ? []
      : [fine("id-token", "The job lacks permissions: { id-token: write }, which only OIDC needs.")];
  }
  if (!idToken.ok) {
    const { message, advice } = idToken;
    return way === "oidc"
      ? [error("authentication-failed", "id-token", message, advice)]
      : [warning("id-token", message, advice)];
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

function signInChecks({ signedIn, cloud }: SignInDiagnosis): readonly Check[] {
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
  const { code, message, advice } = signedIn;
  const differs = differingClaim(code);
  const checked =
    differs === undefined ? "sign-in" : differs === "any" ? "federated-credential" : `federated-${differs}`;
  return [error("authentication-failed", checked, message, advice)];
}
