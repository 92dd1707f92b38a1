import { setSecret } from "@actions/core";

/** Shorter values would mask innocent text everywhere, and are no secrets. */
const shortest = 4;

const longestPassword = 256;

/**
 * Has the runner replace a secret by `***` in everything that is logged from now on: the value, each of its lines, and
 * the forms in which it shows up in addresses, JSON and headers.
 */
export function mask(secret: string): void {
  const forms = [secret, ...secret.split(/\r?\n/), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  // A token is sent as it is; only what a person chose ends up in headers of basic authentication.
  if (secret.length < longestPassword) forms.push(Buffer.from(secret, "utf8").toString("base64"));
  for (const form of new Set(forms.map((text) => text.trim()))) {
    if (form.length >= shortest) setSecret(form);
  }
}
