import { listOf } from "./members.ts";
import type { ServiceError } from "./outcome.ts";

type Ids = Pick<ServiceError, "correlationId" | "requestId">;

/** How deep a chain of causes is followed. A service that nests deeper says the same thing again. */
const deepest = 12;

/**
 * Any error body that Azure sends, as one chain from the outermost error down to the leaf cause: ARM's
 * `{error: {…}}`, doubly nested errors, operation errors, `provisioningErrors`, run-history errors, `innererror`,
 * `additionalInfo`, JSON within a message, and texts that are not JSON.
 */
export function serviceErrorOf(
  body: unknown,
  fallback: { readonly code: string; readonly message: string },
  ids: Ids = {},
): ServiceError {
  const found = errorOf(body, 0) ?? { ...fallback, details: [] };
  return { ...found, code: found.code === noCode ? fallback.code : found.code, ...ids };
}

/** Of an error that comes without a code of its own. */
const noCode = "Error";

/** @param above the message around it: an inner error is often a code alone, and specifies what that one says. */
function errorOf(body: unknown, depth: number, above = ""): ServiceError | undefined {
  if (depth > deepest) return undefined;
  if (typeof body === "string") return textError(body, depth);
  if (typeof body !== "object" || body === null) return undefined;
  const members = lowerKeys(body);
  const wrapped = members["error"];
  // `{error: {…}}` says nothing by itself, in ARM's answers, in provisioningErrors and in the run history alike.
  if (typeof wrapped === "object" && wrapped !== null && typeof members["code"] !== "string") {
    return errorOf(wrapped, depth + 1, above);
  }
  const code = textOf(members["code"]) ?? textOf(members["name"]);
  // The job's runtime reports what the program printed in this form.
  const printed = textOf(members["noncompliant"]);
  if (printed !== undefined) return { code: "ExecutionFailed", message: programError(printed), details: [] };
  const said =
    textOf(members["message"]) ?? (typeof wrapped === "string" ? textOf(members["error_description"]) : undefined);
  if (code === undefined && said === undefined) return validationError(members) ?? wrappedStatus(members, depth);
  const additional = listOf(members["additionalinfo"]);
  const message = `${said ?? above}${policiesIn(additional, said ?? "")}`;
  const target = textOf(members["target"]);
  const quoted = jsonWithin(said ?? "").map((one) => errorOf(one, depth + 1, message));
  // An inner error without words of its own is told by what the JSON says, not by the JSON.
  const readable = quoted[0] === undefined ? message : leafCause(quoted[0]).message;
  const inner = [
    wrapped,
    ...(Array.isArray(members["details"]) ? listOf(members["details"]) : [members["details"]]),
    members["innererror"],
    ...innerErrorsIn(additional),
    members["statusmessage"],
  ]
    .filter((detail) => typeof detail !== "string" || detail.trim().startsWith("{"))
    .map((detail) => errorOf(detail, depth + 1, readable))
    .concat(quoted)
    .filter((detail) => detail !== undefined)
    .filter((detail) => detail.message !== message || detail.code !== code || detail.details.length > 0);
  return {
    code: code ?? (typeof wrapped === "string" ? wrapped : noCode),
    message,
    ...(target === undefined ? {} : { target }),
    details: inner,
  };
}

/** What a service behind ARM's says of members that it does not take: `{errors: {Traffic: […]}, title}`. */
function validationError({ errors }: Readonly<Record<string, unknown>>): ServiceError | undefined {
  if (typeof errors !== "object" || errors === null || Array.isArray(errors)) return undefined;
  const [first, ...more] = Object.entries(errors).flatMap(([member, messages]) =>
    listOf(messages).flatMap((message) => (typeof message === "string" ? [{ member, message }] : [])),
  );
  if (first === undefined) return undefined;
  return {
    code: "InvalidMember",
    message: [first, ...more].map(({ message }) => message).join(" "),
    ...(first.member === "" ? {} : { target: first.member }),
    details: [],
  };
}

/** A deployment's or an activity's entry: the error is in its `statusMessage`, as an object or as JSON. */
function wrappedStatus(members: Readonly<Record<string, unknown>>, depth: number): ServiceError | undefined {
  const inner = members["statusmessage"] ?? members["properties"];
  if (typeof inner === "string" && !inner.trim().startsWith("{")) return undefined;
  return inner === undefined ? undefined : errorOf(inner, depth + 1);
}

/** Machine Learning puts the chain of causes into an entry of its own, beside ids and times that are none. */
function innerErrorsIn(additional: readonly unknown[]): readonly unknown[] {
  return entriesOf(additional, /^innererror$/i).map(({ value, ...info }) => value ?? info);
}

/** A policy says in a message what it forbids, and names itself only beside it. */
function policiesIn(additional: readonly unknown[], message: string): string {
  const names = entriesOf(additional, /^policyviolation$/i).flatMap((info) => {
    const name =
      textOf(info["policydefinitiondisplayname"]) ??
      textOf(info["policyassignmentdisplayname"]) ??
      textOf(info["policydefinitionname"]) ??
      textOf(info["policyassignmentname"]);
    return name === undefined || message.includes(name) ? [] : [`'${name}'`];
  });
  return names.length === 0 ? "" : ` The policy is ${[...new Set(names)].join(", ")}.`;
}

function entriesOf(additional: readonly unknown[], type: RegExp): readonly Readonly<Record<string, unknown>>[] {
  return additional.flatMap((entry) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { type: word, info } = lowerKeys(entry);
    return typeof word === "string" && type.test(word) && typeof info === "object" && info !== null
      ? [lowerKeys(info)]
      : [];
  });
}

/** Longer ones are no error that a person reads. */
const longestQuoted = 20_000;

/** Every JSON object that a message quotes, whole or after some words, as it is or escaped once more. */
function jsonWithin(message: string): readonly unknown[] {
  if (message.length > longestQuoted) return [];
  return objectsIn(message).flatMap((quoted) => {
    for (const text of [quoted, quoted.replaceAll('\\"', '"')]) {
      try {
        return [JSON.parse(text) as unknown];
      } catch {
        // Braces of another kind.
      }
    }
    return [];
  });
}

/** What stands between a brace and the one that closes it, outermost only. */
function objectsIn(text: string): readonly string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") {
      if (depth === 0) start = at;
      depth += 1;
    } else if (text[at] === "}" && depth > 0) {
      depth -= 1;
      if (depth === 0) found.push(text.slice(start, at + 1));
    }
  }
  return found;
}

/** The line of a program's output that names its error; the first line where none does. */
function programError(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const named = lines.findLast((line) => /^[\w.]*(Error|Exception|Interrupt|Exit)\b:?/.test(line));
  return named ?? lines.find((line) => line !== "") ?? "";
}

/** JSON inside a text (nested services quote each other), XML of storage, or the first line of anything else. */
function textError(text: string, depth: number): ServiceError | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "null") return undefined;
  if (trimmed.startsWith("{")) {
    try {
      return errorOf(JSON.parse(trimmed), depth + 1);
    } catch {
      // Not JSON after all: a text like any other.
    }
  }
  const [, code] = /<Code>([^<]+)<\/Code>/.exec(trimmed) ?? [];
  const [, message] = /<Message>([^<]+)<\/Message>/.exec(trimmed) ?? [];
  if (code !== undefined) return { code, message: message?.split("\n")[0] ?? "", details: [] };
  if (/^<(!doctype|html|head|body)\b/i.test(trimmed)) {
    // A page of a proxy or a gateway: its title is the sentence in it.
    const [, title = ""] = /<title[^>]*>([^<]*)/i.exec(trimmed) ?? [];
    return title.trim() === "" ? undefined : { code: noCode, message: title.trim().slice(0, 500), details: [] };
  }
  return { code: noCode, message: (trimmed.split("\n")[0] ?? "").slice(0, 500), details: [] };
}

function lowerKeys(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member as unknown]));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Words that say only that something below failed. */
const sayNothing =
  /^(error|badrequest|internalservererror|deploymentfailed|resourcedeploymentfailure|usererror|systemerror|ok|conflict|validationerror|provisioningerror|http\d+|\d+)$/i;

/** True for a code that says only that something failed: then the sentence beside it has to tell what. */
export function isGeneralCode(code: string): boolean {
  return (
    sayNothing.test(code) ||
    /^(bad|invalid|user|general|unknown|argument|operation|internal|validation|service|provisioning|unspecified)_?(request|argument|arguments|parameter|parametervalue|invalid|input|error|exception|failed|failure)$/i.test(
      code,
    ) ||
    /(failed|failure)$/i.test(code)
  );
}

/** Refusals with status 409 that no waiting ends, by their code. Every other conflict passes once something else is over. */
const lasting =
  /MissingSubscriptionRegistration|NotRegistered|SubscriptionDisabled|DisabledSubscription|ReadOnly|ScopeLocked|Disallowed|Policy|Quota|SkuNotAvailable|NotSupported|NotAllowedInSubscription|Unauthorized|AuthorizationFailed|Forbidden|NotPermitted|AccountIsDisabled|BillingNotEnabled/i;

/** True where the same request is refused again, however often it is sent. */
export function isLastingConflict({ code, details }: Pick<ServiceError, "code" | "details">): boolean {
  return lasting.test(code) || details.some(isLastingConflict);
}

/** The deepest cause that says something: what a person needs first. */
export function leafCause(error: ServiceError): ServiceError {
  const inner = error.details.map(leafCause).filter(({ message }) => message !== "");
  const telling = inner.find(({ code }) => !sayNothing.test(code)) ?? inner[0];
  return telling ?? error;
}

/**
 * True where machines were taken away from a run. The service says so by a code, or by the name of one inside the message of
 * an error of its own: `AzureMLCompute job failed. PreemptionError: …`.
 *
 * @see https://github.com/Azure/MachineLearningNotebooks/issues/1242
 */
export function isPreempted(error: ServiceError | undefined): boolean {
  if (error === undefined) return false;
  const { code, message, details } = error;
  return (
    /preempt/i.test(code) ||
    /^AzureMLCompute job failed\.\s+PreemptionError:/.test(message) ||
    details.some((detail) => isPreempted(detail))
  );
}
