import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { boolean, integer, text } from "../../yaml/shape.ts";
import { speltType } from "./spelling.ts";

const options = () =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("pytorch"), process_count_per_instance: integer().optional() }),
    z.strictObject({ type: z.literal("mpi"), process_count_per_instance: integer().optional() }),
    z.strictObject({
      type: z.literal("tensorflow"),
      parameter_server_count: integer().default(0),
      worker_count: integer().optional(),
    }),
    z.strictObject({
      type: z.literal("ray"),
      port: integer().optional(),
      address: text().optional(),
      include_dashboard: boolean().optional(),
      dashboard_port: integer().optional(),
      head_node_additional_args: text().optional(),
      worker_node_additional_args: text().optional(),
    }),
  ]);

export const distributionSchema = () => speltType(["pytorch", "mpi", "tensorflow", "ray"], options());

export function toDistribution(distribution: z.infer<ReturnType<typeof options>>): object {
  switch (distribution.type) {
    case "pytorch":
      return defined({
        distributionType: "PyTorch",
        processCountPerInstance: distribution.process_count_per_instance,
      });
    case "mpi":
      return defined({
        distributionType: "Mpi",
        processCountPerInstance: distribution.process_count_per_instance,
      });
    case "tensorflow":
      return defined({
        distributionType: "TensorFlow",
        parameterServerCount: distribution.parameter_server_count,
        workerCount: distribution.worker_count,
      });
    case "ray":
      return defined({
        distributionType: "Ray",
        port: distribution.port,
        address: distribution.address,
        includeDashboard: distribution.include_dashboard,
        dashboardPort: distribution.dashboard_port,
        headNodeAdditionalArgs: distribution.head_node_additional_args,
        workerNodeAdditionalArgs: distribution.worker_node_additional_args,
      });
  }
}
