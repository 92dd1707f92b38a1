import * as z from "zod";
import { number, shape, text } from "../yaml/shape.ts";
import { limitsSchema, retriesSchema } from "./beside-run.ts";
import { gateSchema } from "./gate-shape.ts";

const workspaceSchema = () =>
  z.strictObject({
    subscription_id: text().optional(),
    resource_group: text().optional(),
    name: text().optional(),
  });

/** The top of a declaration file. Targets, run and deployment are read by modules of their own. */
export const declarationSchema = shape(() =>
  z.strictObject({
    $schema: text().optional(),
    workspace: workspaceSchema().optional(),
    targets: z.array(z.unknown()).optional(),
    run: z.unknown().optional(),
    gates: z.array(gateSchema()).optional(),
    deploy: z.unknown().optional(),
    prices: z
      .record(z.string(), number())
      .optional()
      .describe(
        "What an hour of one machine costs, by VM size: { Standard_DS3_v2: 0.229 }. The plan then shows the difference.",
      ),
    limits: limitsSchema().optional(),
    retries: retriesSchema().optional(),
    overrides: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Values of the run by their paths, as the input set has them: { inputs.lr: 0.01 }."),
  }),
);

export type DeclarationShape = z.infer<ReturnType<typeof declarationSchema>>;
