import * as z from "zod";
import { boolean, number, oneOf, text } from "../yaml/shape.ts";

const baselineSchema = () =>
  z.strictObject({
    branch: text().optional().describe("The newest completed run of a push to this branch, by the same configuration."),
    run: text().optional().describe("Name of a run."),
    model: text()
      .optional()
      .describe("A registered model, azureml:NAME:VERSION or @latest: the run that it came from."),
    tolerance: z
      .union([number(), text()])
      .optional()
      .describe("How much worse it may be: 0.01, or 2% of the baseline's absolute value. Default: 0."),
  });

export const gateSchema = () =>
  z
    .strictObject({
      metric: text().describe("Name of the metric, as the run logs it."),
      step: text().optional().describe("Name of the pipeline's step that logs it."),
      at_least: number().optional().describe("The last value has to be at least this."),
      at_most: number().optional().describe("The last value has to be at most this."),
      between: z
        .array(number())
        .length(2)
        .optional()
        .describe("The last value has to be one of these, or between them."),
      no_worse_than: baselineSchema().optional().describe("The run whose last value is compared."),
      goal: oneOf(["minimize", "maximize"])
        .optional()
        .describe("Which values are better, where the metric's name does not tell."),
      required: boolean().optional().describe("Whether the gate is missed while there is nothing to compare with."),
    })
    .describe("A condition that the last value of a metric has to meet.");

export type DeclaredGate = z.infer<ReturnType<typeof gateSchema>>;
