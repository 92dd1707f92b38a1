import * as z from "zod";
import { number, shape, text } from "../yaml/shape.ts";
import { gateSchema } from "./gates.ts";

const workspaceSchema = () =>
  z.strictObject({
    subscription_id: text().optional(),
    resource_group: text().optional(),
    name: text().optional(),
  });

/** Keys that the interface has and this version does not act on: refused by name, never passed over. */
export const keysNotSupportedYet = ["limits", "retries", "overrides"] as const;

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
    limits: z.unknown().optional(),
    retries: z.unknown().optional(),
    overrides: z.unknown().optional(),
  }),
);

export type DeclarationShape = z.infer<ReturnType<typeof declarationSchema>>;
