import { connectInSteps, WorkspaceUnavailable, type Azure, type ConnectOptions } from "./azure.ts";
import { CloudUnknown, discoverCloud, type Cloud } from "./cloud.ts";
import { AuthenticationFailed, chooseWay, createCredentials, requestIdToken } from "./credentials.ts";
import { defined } from "./defined.ts";
import type { Permissions } from "./permissions.ts";
import type { WorkspaceRef } from "./workspace.ts";

/** What a federated credential is compared with, character by character. */
export type Claims = { readonly issuer: string; readonly subject: string; readonly audience: string };

/** Who an access token is for. Only ids; the token itself is never handed out. */
export type Principal = { readonly objectId?: string; readonly applicationId?: string; readonly tenantId?: string };

/** The parts of signing in. */
export type SignInDiagnosis = {
  readonly way: ReturnType<typeof chooseWay>;
  /** True when the input `auth` leaves the choice to what is given. */
  readonly isAutomatic: boolean;
  /** What is given to sign in with; values stay out of it, but for the ids. */
  readonly given: {
    readonly clientId?: string;
    readonly tenantId?: string;
    readonly hasSecret: boolean;
    /** The job has `permissions: id-token: write`. */
    readonly mayAskForIdTokens: boolean;
  };
  readonly cloud: { readonly ok: true; readonly value: Cloud } | { readonly ok: false; readonly message: string };
  /** Absent where the job lacks `permissions: id-token: write`. */
  readonly idToken?: { readonly ok: true; readonly claims: Claims } | { readonly ok: false; readonly message: string };
  /** Absent where the cloud is not known. */
  readonly signedIn?:
    | { readonly ok: true; readonly principal: Principal }
    | { readonly ok: false; readonly message: string; /** `AADSTS700213` */ readonly code?: string };
};

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
    isAutomatic: identity.auth === "auto",
    given: {
      ...defined({ clientId: identity.clientId, tenantId: identity.tenantId }),
      hasSecret: identity.clientSecret !== undefined,
      mayAskForIdTokens: identity.idTokenRequestUrl !== undefined && identity.idTokenRequestToken !== undefined,
    },
  };
  let cloud: Cloud;
  try {
    cloud = await discoverCloud(options);
  } catch (error) {
    if (!(error instanceof CloudUnknown)) throw error;
    return { ...base, cloud: { ok: false, message: error.message } };
  }
  // One after the other, so that GitHub's claims are in the report even where Entra refuses them.
  const idToken = base.given.mayAskForIdTokens ? await readIdToken(cloud, options) : undefined;
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
    const { iss, sub, aud } = payloadOf(await requestIdToken(options.identity, cloud.oidcAudience, options));
    if (typeof iss !== "string" || typeof sub !== "string")
      return { ok: false, message: "GitHub's ID token has no issuer or no subject." };
    const audience = Array.isArray(aud) ? String(aud[0]) : typeof aud === "string" ? aud : cloud.oidcAudience;
    return { ok: true, claims: { issuer: iss, subject: sub, audience } };
  } catch (error) {
    if (!(error instanceof AuthenticationFailed)) throw error;
    return { ok: false, message: error.message };
  }
}

async function signIn(cloud: Cloud, options: ConnectOptions): Promise<NonNullable<SignInDiagnosis["signedIn"]>> {
  try {
    const credential = await createCredentials(options.identity, cloud, options)();
    const token = await credential.getToken(cloud.armScope);
    if (token === null) return { ok: false, message: "The sign-in gave no token." };
    const { oid, appid, tid } = payloadOf(token.token);
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    return {
      ok: true,
      principal: defined({ objectId: text(oid), applicationId: text(appid), tenantId: text(tid) }),
    };
  } catch (error) {
    if (!(error instanceof AuthenticationFailed)) throw error;
    const code = /AADSTS\d+/.exec(error.message)?.[0];
    return { ok: false, message: error.message, ...(code === undefined ? {} : { code }) };
  }
}

/** The claims of a token, unchecked: they are shown and decide nothing. Empty for a token that is not a JSON web token. */
function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as unknown;
    return typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
