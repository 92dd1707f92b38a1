import * as z from "zod";
import type { PartReader } from "../../job/parts/read-part.ts";
import { boolean, integer, text } from "../../yaml/shape.ts";
import type { DeploymentBase } from "../kind.ts";
import { promotedSchema } from "./model.ts";
import { strategySchema } from "./strategy.ts";
import { readTests, testsSchema, type SmokeTest } from "./tests.ts";

/** Ours: the service gives up on a provisioning earlier by itself. */
const provisioningSeconds = 3600;

/** What every mapping of `deploy` may say about the release. */
export const settingKeys = () => ({
  tests: testsSchema().optional(),
  keep_failed: boolean()
    .optional()
    .describe("Keep a failed deployment for inspection. Default false: it is deleted after its logs were read."),
  promote_from: promotedSchema().optional(),
  timeout: integer().optional().describe(`Seconds that one provisioning may take; default ${provisioningSeconds}.`),
});

/** The same with `strategy`, which batch deployments have not. */
export const settingKeysWithStrategy = () => ({ ...settingKeys(), strategy: strategySchema().optional() });

/** One of az ml's documents in the mapping: its path or its keys, which a reader of its own checks. */
export const documentKey = () => z.union([text(), z.record(z.string(), z.unknown())]).optional();

type Declared = z.infer<z.ZodObject<ReturnType<typeof settingKeys>>>;

/**
 * @param declared nothing for az ml's documents by themselves.
 * @param kind of the tests that deployments of the type can have.
 */
export function readSettings(
  declared: Declared | undefined,
  reader: PartReader,
  kind: SmokeTest["kind"],
): Pick<DeploymentBase, "tests" | "keepFailed" | "timeoutSeconds"> {
  const { timeout = provisioningSeconds } = declared ?? {};
  if (timeout < 1) reader.add("out-of-range", ["timeout"], `timeout is ${timeout}.`, "Give seconds, 1 or more.");
  return {
    tests: readTests(declared?.tests, reader, kind),
    keepFailed: declared?.keep_failed ?? false,
    timeoutSeconds: timeout,
  };
}
