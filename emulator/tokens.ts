import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from "node:crypto";
import type { Store } from "./store.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** Makes and checks tokens: GitHub's with a key pair that is published, Entra's with a secret that nobody else needs. */
export type Tokens = {
  readonly issueAccess: (claims: Claims, seconds: number) => string;
  /** @returns why the token is not good, or its claims. */
  readonly checkAccess: (token: string) => Claims | "malformed" | "expired";
  readonly issueIdToken: (claims: Claims) => string;
  readonly checkIdToken: (token: string) => Claims | "malformed" | "expired";
  /** JSON Web Key Set of the ID tokens' key. */
  readonly keySet: () => unknown;
};

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

export function createTokens(store: Store): Tokens {
  const { secret, pem } = keysOf(store);
  const privateKey = createPrivateKey(pem);
  const publicKey: KeyObject = createPublicKey(privateKey);
  const mac = (text: string) => createHmac("sha256", secret).update(text).digest();
  const parse = (
    token: string,
    good: (text: string, signature: Buffer) => boolean,
  ): Claims | "malformed" | "expired" => {
    const [header, payload, signature] = token.split(".");
    if (header === undefined || payload === undefined || signature === undefined) return "malformed";
    if (!good(`${header}.${payload}`, Buffer.from(signature, "base64url"))) return "malformed";
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { readonly exp?: number };
    return (claims.exp ?? 0) <= now() ? "expired" : claims;
  };
  return {
    issueAccess: (claims, seconds) => {
      const text = `${encode({ typ: "JWT", alg: "HS256" })}.${encode({ ...claims, iat: now(), nbf: now(), exp: now() + seconds, jti: randomUUID() })}`;
      return `${text}.${mac(text).toString("base64url")}`;
    },
    checkAccess: (token) =>
      parse(token, (text, signature) => signature.length === 32 && timingSafeEqual(mac(text), signature)),
    issueIdToken: (claims) => {
      const text = `${encode({ typ: "JWT", alg: "RS256", kid: "emulator" })}.${encode({ ...claims, iat: now(), nbf: now() - 5, exp: now() + 300, jti: randomUUID() })}`;
      return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
    checkIdToken: (token) =>
      parse(token, (text, signature) => verify("sha256", Buffer.from(text), publicKey, signature)),
    keySet: () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "emulator", alg: "RS256", use: "sig" }] }),
  };
}

function keysOf(store: Store): { readonly secret: string; readonly pem: string } {
  const known = store.get<{ secret: string; pem: string }>("keys", "tokens");
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const made = { secret: randomUUID(), pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  store.put("keys", "tokens", made);
  return made;
}
