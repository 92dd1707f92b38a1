import type { ServiceError } from "./outcome.ts";

type Ids = Pick<ServiceError, "correlationId" | "requestId">;

/** How deep a chain of causes is followed. A service that nests deeper says the same thing again. */
const deepest = 12;

/**
 * Any error body that Azure sends, as one chain from the outermost error down to the leaf cause: ARM's
 * `{error: {…}}`, doubly nested errors, operation errors, `provisioningErrors`, run-history errors, `innererror`, and
 * texts that are not JSON.
 */
export function serviceErrorOf(
  body: unknown,
  fallback: { readonly code: string; readonly message: string },
  ids: Ids = {},
): ServiceError {
  const found = errorOf(body, 0);
  return { ...(found ?? { ...fallback, details: [] }), ...ids };
}

function errorOf(body: unknown, depth: number): ServiceError | undefined {
  if (depth > deepest) return undefined;
  if (typeof body === "string") return textError(body, depth);
  if (typeof body !== "object" || body === null) return undefined;
  const members = lowerKeys(body);
  const wrapped = members["error"];
  // `{error: {…}}` says nothing by itself, in ARM's answers, in provisioningErrors and in the run history alike.
  if (typeof wrapped === "object" && wrapped !== null && typeof members["code"] !== "string") {
    return errorOf(wrapped, depth + 1);
  }
  const code = textOf(members["code"]) ?? textOf(members["name"]);
  const message =
    textOf(members["message"]) ?? (typeof wrapped === "string" ? textOf(members["error_description"]) : undefined);
  if (code === undefined && message === undefined) return undefined;
  const target = textOf(members["target"]);
  const inner = [wrapped, ...listOf(members["details"]), members["innererror"]]
    .map((detail) => errorOf(detail, depth + 1))
    .filter((detail) => detail !== undefined)
    .filter((detail) => detail.message !== (message ?? "") || detail.code !== code || detail.details.length > 0);
  return {
    code: code ?? (typeof wrapped === "string" ? wrapped : "Error"),
    message: message ?? "",
    ...(target === undefined ? {} : { target }),
    details: inner,
  };
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
  return { code: "Error", message: (trimmed.split("\n")[0] ?? "").slice(0, 500), details: [] };
}

function lowerKeys(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member as unknown]));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Words that say only that something below failed. */
const sayNothing =
  /^(error|badrequest|internalservererror|deploymentfailed|resourcedeploymentfailure|usererror|systemerror|ok)$/i;

/** The deepest cause that says something: what a person needs first. */
export function leafCause(error: ServiceError): ServiceError {
  const inner = error.details.map(leafCause).filter(({ message }) => message !== "");
  const telling = inner.find(({ code }) => !sayNothing.test(code)) ?? inner[0];
  return telling ?? error;
}
