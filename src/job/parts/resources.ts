import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { integer, text } from "../../yaml/shape.ts";

export const resourcesSchema = () =>
  z.strictObject({
    instance_count: integer().optional(),
    max_instance_count: integer().optional(),
    instance_type: text().optional(),
    locations: z.array(text()).optional(),
    shm_size: text().optional(),
    docker_args: z.union([text(), z.array(text())]).optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
  });

/** Keys that the service knows in one spelling only; the official client takes them in any. */
const propertyKeys = new Map<string, string>(
  Object.entries({
    singularity: "AISuperComputer",
    aisupercomputer: "AISuperComputer",
    itp: "itp",
    target_selector: "target_selector",
  }),
);

function toProperties(declared: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(declared).map(([key, value]) => [propertyKeys.get(key.toLowerCase()) ?? key, value]),
  );
}

export function toResources(resources: z.infer<ReturnType<typeof resourcesSchema>>): object {
  const { docker_args: dockerArgs } = resources;
  return defined({
    instanceCount: resources.instance_count,
    maxInstanceCount: resources.max_instance_count,
    instanceType: resources.instance_type,
    locations: resources.locations,
    shmSize: resources.shm_size,
    ...(Array.isArray(dockerArgs) ? { dockerArgsList: dockerArgs } : { dockerArgs }),
    properties: toProperties(resources.properties ?? {}),
  });
}
