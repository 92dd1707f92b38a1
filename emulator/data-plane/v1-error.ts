import { seeded } from "../settings.ts";
import type { Reply } from "../server/reply.ts";

/** The form of an error of the first SDK's services. */
export function v1Error(status: number, code: string, message: string): Reply {
  const info = (type: string, value: unknown) => ({ type, info: { value } });
  return {
    status,
    body: {
      error: {
        code,
        message,
        details: [],
        additionalInfo: [
          info("ComponentName", "managementfrontend"),
          info("Environment", seeded.location),
          info("Location", seeded.location),
          info("Time", new Date().toISOString()),
        ],
      },
    },
  };
}
