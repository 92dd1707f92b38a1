import type { Reply } from "../../emulator/server/reply.ts";
import { distinct, type AnswerCase, type Answered } from "./answers.ts";
import { altered, pathsOf, valueAt } from "./members.ts";

/** Ways in which an address that belongs to the cloud becomes somebody else's. */
const forms: Readonly<Record<string, (trusted: URL) => string>> = {
  "another host": () => "https://evil.example",
  "another port": ({ hostname }) => `https://${hostname}:8443`,
  "another scheme": ({ host }) => `http://${host}`,
  "no scheme": () => "//evil.example",
  "a user in front of another host": ({ host }) => `https://${host}@evil.example`,
  "a user and a password in front of another host": ({ host }) => `https://${host}:x@evil.example`,
  "a backslash behind another host": ({ host }) => `https://evil.example\\@${host}`,
  "a mark behind another host": ({ host }) => `https://evil.example#@${host}`,
  "a name that ends alike": ({ hostname }) => `https://evil-${hostname.split(".").slice(-2).join(".")}`,
  // In front of the whole name it would be another region, or another account, of the same cloud.
  "a suffix that ends alike": ({ hostname }) => `https://evil${hostname.split(".").slice(1).join(".")}`,
  "the name in front of another": ({ hostname }) => `https://${hostname}.evil.example`,
  "a suffix in front of another": () => "https://api.azureml.ms.evil.example",
  "a name without its dots": ({ hostname }) => `https://${hostname.replaceAll(".", "-")}.evil.example`,
  "a dot behind": ({ hostname }) => `https://${hostname}.`,
  "a dot behind another host": () => "https://evil.example.",
  "letters that look alike": ({ hostname }) => `https://${hostname.replace("a", "\u0430")}`,
  "a dot that looks alike": ({ hostname }) => `https://${hostname.replace(/\.(?=[^.]*$)/, "\u0433")}`,
  "an address of IPv6": () => "https://[::1]:8443",
  "an address of IPv4 in IPv6": () => "https://[::ffff:127.0.0.1]:8443",
  "an address of IPv4": () => "https://127.0.0.1:8443",
  "a number for an address": () => "https://2130706433:8443",
  "the address of the machine's identity": () => "http://169.254.169.254",
  "this machine in the clear": () => "http://localhost:8080",
  "a user's own endpoint": () => "https://mine.eastus.inference.ml.azure.com",
};

/** What an answer names where none of its own addresses is: a page that nobody has asked for yet, and a redirection. */
const added: Readonly<Record<string, (reply: Reply, address: string) => Reply | undefined>> = {
  nextLink: (reply, address) =>
    Array.isArray(valueAt(reply.body, ["value"]))
      ? { ...reply, body: altered(reply.body, ["nextLink"], `${address}/next`) }
      : undefined,
  "a redirection": (reply, address) => ({
    ...reply,
    status: 302,
    headers: { ...reply.headers, location: `${address}/x` },
  }),
  "a place to poll": (reply, address) => ({
    ...reply,
    status: 202,
    headers: { ...reply.headers, location: `${address}/x`, "azure-asyncoperation": `${address}/x` },
  }),
};

/**
 * Every address that an answer names turned into somebody else's, and next pages and redirections added. The cloud's own
 * metadata says who is trusted, and whoever names the cloud trusts it.
 */
export function addressCases(answered: readonly Answered[]): readonly AnswerCase[] {
  const cases = answered.flatMap(({ flow, command, conclusion, answers }) =>
    answers
      .filter(({ place }) => !place.path.startsWith("/metadata/"))
      .flatMap(({ place, reply }) =>
        changesOf(reply).map(([what, change]): AnswerCase => {
          return { flow, command, conclusion, place, what, change, isWrong: false };
        }),
      ),
  );
  return distinct(cases, answered);
}

type Change = readonly [what: string, change: (reply: Reply) => Reply];

function changesOf(reply: Reply): readonly Change[] {
  const changes: Change[] = [];
  for (const [form, of] of Object.entries(forms)) {
    for (const path of pathsOf(reply.body)) {
      const value = valueAt(reply.body, path);
      if (typeof value !== "string" || !isAddress(value)) continue;
      const turn = (answer: Reply) => turned(String(valueAt(answer.body, path)), of);
      changes.push([
        `${path.join(".")} with ${form}`,
        (answer) => ({ ...answer, body: altered(answer.body, path, turn(answer)) }),
      ]);
    }
    for (const [name, value] of Object.entries(reply.headers ?? {}))
      if (isAddress(value))
        changes.push([
          `${name} with ${form}`,
          (answer) => ({
            ...answer,
            headers: { ...answer.headers, [name]: turned(answer.headers?.[name] ?? value, of) },
          }),
        ]);
    const address = of(new URL("https://management.azure.com"));
    for (const [name, add] of Object.entries(added))
      if (add(reply, address) !== undefined)
        changes.push([`${name} with ${form}`, (answer) => add(answer, address) ?? answer]);
  }
  return changes;
}

/** With a scheme, or the bare name of a host as datastores name the end of their account's. */
function isAddress(text: string): boolean {
  return /^(https?|azureml):\/\//.test(text) || /^core\.windows\.net$/.test(text);
}

function turned(text: string, of: (trusted: URL) => string): string {
  const [start = "", scheme, host = ""] = /^(?:(https?|azureml):\/\/)?([^/?]*)/.exec(text) ?? [];
  const address = of(new URL(`https://${host}`));
  const rest = text.slice(start.length);
  if (scheme === undefined) return `${address.replace(/^.*?\/\//, "")}${rest}`;
  return `${scheme === "azureml" ? address.replace(/^https?:/, "azureml:") : address}${rest}`;
}
