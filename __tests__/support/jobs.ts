import type { Jobs, LiveJob } from "../../src/azure/jobs.ts";
import { failed, succeeded, type AzureFailure } from "../../src/azure/outcome.ts";

/** A job as the service shows it. */
export function liveJob(name: string, fields: Partial<LiveJob> = {}): LiveJob {
  return { id: `/jobs/${name}`, name, status: "Running", tags: {}, properties: {}, ...fields };
}

export function failing(reason: AzureFailure["reason"], fields: Partial<AzureFailure> = {}) {
  return failed({ reason, error: { code: reason, message: reason, details: [] }, ...fields });
}

/** The jobs of a workspace that takes everything, with what was asked of it. */
export function jobsOf(
  known: readonly LiveJob[] = [],
): Jobs & { readonly asked: string[]; readonly bodies: Map<string, unknown> } {
  const jobs = new Map(known.map((job) => [job.name, job]));
  const asked: string[] = [];
  const bodies = new Map<string, unknown>();
  return {
    asked,
    bodies,
    get: async (name) => succeeded(jobs.get(name)),
    tagged: async (tag) => succeeded([...jobs.values()].filter(({ tags }) => Object.hasOwn(tags, tag))),
    put: async (name, body) => {
      asked.push(`PUT ${name}`);
      bodies.set(name, body);
      const { properties } = (body as { readonly properties: Partial<LiveJob> }) ?? {};
      const job = liveJob(name, {
        status: "NotStarted",
        properties: properties.properties ?? {},
        tags: properties.tags ?? {},
      });
      jobs.set(name, job);
      return succeeded(job);
    },
    cancel: async (name) => {
      asked.push(`cancel ${name}`);
      return succeeded(undefined);
    },
  };
}
