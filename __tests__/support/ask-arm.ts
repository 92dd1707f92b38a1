import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Emulator } from "../../emulator/emulator.ts";

/** One request as another tool of the machine would send it. @returns the status of the answer. */
export function askArm(
  emulator: Emulator,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${emulator.origin}${path}`,
      {
        method,
        ca: readFileSync(emulator.caFile),
        headers: { authorization: `Bearer ${emulator.accessToken()}`, "content-type": "application/json" },
      },
      (answer) => answer.resume().on("end", () => resolve(answer.statusCode ?? 0)),
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
