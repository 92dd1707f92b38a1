import type { Reply } from "../server/reply.ts";

/** What is wrong with a request, by the service's own code. */
export type Detail = { readonly code: string; readonly message: string };

const outermost: Readonly<Record<number, Detail>> = {
  400: { code: "BadRequest", message: "The request is invalid" },
  401: { code: "Unauthorized", message: "Unauthorized" },
  404: { code: "NotFound", message: "The requested resource was not found." },
  409: { code: "Conflict", message: "Conflict" },
  412: { code: "PreconditionFailed", message: "Precondition failed" },
};

/**
 * The form of an error of the model management service: flat, with what matters among the details.
 *
 * @see https://github.com/microsoft/MLOpsPython/issues/171
 */
export function mmsError(statusCode: keyof typeof outermost, ...details: readonly Detail[]): Reply {
  return { status: statusCode, body: errorDocument(statusCode, ...details) };
}

/** The same as part of another answer. */
export function errorDocument(statusCode: keyof typeof outermost, ...details: readonly Detail[]) {
  const { code, message } = outermost[statusCode] ?? { code: "BadRequest", message: "The request is invalid" };
  return { code, statusCode, message, details };
}

export function noService(name: string): Reply {
  return mmsError(404, {
    code: "ServiceNotFound",
    message: `No service with the name ${name} exists in the workspace.`,
  });
}
