import { connectInSteps, WorkspaceUnavailable, type Azure, type ConnectOptions } from "./azure.ts";
import { CloudUnknown, discoverCloud, type Cloud } from "./cloud.ts";
import { claimsOf, createCredentials, payloadOf, requestIdToken } from "./credentials.ts";
import { defined } from "./defined.ts";
import type { Permissions } from "./permissions.ts";
import {
  AuthenticationFailed,
  chooseWay,
  describeWay,
  mayAskForIdTokens,
  type Claims,
  type SignInWay,
} from "./sign-in.ts";
import type { WorkspaceRef } from "./workspace.ts";

/** Who an access token is for. Only ids; the token itself is never handed out. */
export type Principal = { readonly objectId?: string; readonly applicationId?: string; readonly tenantId?: string };

/** The parts of signing in. */
export type SignInDiagnosis = {
  readonly way: SignInWay;
  /** How the action signs in, and why so. */
  readonly described: string;
  readonly cloud: { readonly ok: true; readonly value: Cloud } | { readonly ok: false; readonly message: string };
  /** Absent where the job lacks `permissions: id-token: write`. */
  readonly idToken?: { readonly ok: true; readonly claims: Claims } | Refused;
  /** Absent where the cloud is not known. */
  readonly signedIn?:
    { readonly ok: true; readonly principal: Principal } | (Refused & { /** `AADSTS700213` */ readonly code?: string });
};

type Refused = { readonly ok: false; readonly message: string; readonly advice: string };

/** A workspace as far as it can be read. */
export type WorkspaceDiagnosis = {
  readonly permissions: Permissions;
  readonly azure:
    { readonly ok: true; readonly value: Azure } | { readonly ok: false; readonly error: WorkspaceUnavailable };
};

/** Checks every part of signing in, and continues after each failure. */
export async function diagnoseSignIn(options: ConnectOptions): Promise<SignInDiagnosis> {
  const { identity } = options;
  const base = {
    way: chooseWay(identity),
    described: describeWay(identity),
  };
  let cloud: Cloud;
  try {
    cloud = await discoverCloud(options);
  } catch (error) {
    if (!(error instanceof CloudUnknown)) throw error;
    return { ...base, cloud: { ok: false, message: error.message } };
  }
  // One after the other, so that GitHub's claims are in the report even where Entra refuses them.
  const idToken = mayAskForIdTokens(identity) ? await readIdToken(cloud, options) : undefined;
  return {
    ...base,
    cloud: { ok: true, value: cloud },
    ...(idToken === undefined ? {} : { idToken }),
    signedIn: await signIn(cloud, options),
  };
}

/** @throws AuthenticationFailed, CloudUnknown */
export async function diagnoseWorkspace(ref: WorkspaceRef, options: ConnectOptions): Promise<WorkspaceDiagnosis> {
  const { permissions, azure } = await connectInSteps(ref, options);
  try {
    return { permissions, azure: { ok: true, value: await azure() } };
  } catch (error) {
    if (!(error instanceof WorkspaceUnavailable)) throw error;
    return { permissions, azure: { ok: false, error } };
  }
}

async function readIdToken(cloud: Cloud, options: ConnectOptions): Promise<NonNullable<SignInDiagnosis["idToken"]>> {
  try {
    const idToken = await requestIdToken(options.identity, cloud.oidcAudience, options);
    const claims = claimsOf(idToken, cloud.oidcAudience);
    return claims === undefined
      ? { ok: false, message: "GitHub's ID token has no issuer or no subject.", advice: "Run the job again." }
      : { ok: true, claims };
  } catch (error) {
    if (!(error instanceof AuthenticationFailed)) throw error;
    return { ok: false, message: error.what, advice: error.advice };
  }
}

async function signIn(cloud: Cloud, options: ConnectOptions): Promise<NonNullable<SignInDiagnosis["signedIn"]>> {
  try {
    const credential = await createCredentials(options.identity, cloud, options)();
    const token = await credential.getToken(cloud.armScope);
    if (token === null) return { ok: false, message: "The sign-in gave no token.", advice: "Run the job again." };
    const { oid, appid, tid } = payloadOf(token.token);
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    return {
      ok: true,
      principal: defined({ objectId: text(oid), applicationId: text(appid), tenantId: text(tid) }),
    };
  } catch (error) {
    if (!(error instanceof AuthenticationFailed)) throw error;
    return { ok: false, message: error.what, advice: error.advice, ...defined({ code: error.entraCode }) };
  }
}
