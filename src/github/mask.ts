import { setSecret } from "@actions/core";

/** Shorter values would mask innocent text everywhere, and are no secrets. */
const shortest = 4;

const longestPassword = 256;

const known = new Set<string>();

/**
 * Has the runner replace a secret by `***` in everything that is logged from now on: the value, each of its lines, and
 * the forms in which it shows up in addresses, JSON and headers.
 */
export function mask(secret: string): void {
  const forms = [secret, ...secret.split(/\r?\n/), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  // A token is sent as it is; only what a person chose ends up in headers of basic authentication.
  if (secret.length < longestPassword) forms.push(Buffer.from(secret, "utf8").toString("base64"));
  for (const form of new Set(forms.map((text) => text.trim()))) {
    if (form.length < shortest) continue;
    known.add(form);
    setSecret(form);
  }
}

/** A value with every secret that was masked so far replaced in its texts: for what the runner itself does not look through. */
export function withoutSecrets<Value>(value: Value): Value {
  const secrets = [...known].sort((a, b) => b.length - a.length);
  const hide = (part: unknown): unknown => {
    if (typeof part === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), part);
    if (Array.isArray(part)) return part.map(hide);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, hide(member)]));
  };
  return hide(value) as Value;
}
