import * as z from "zod";
import { integer, oneOf, readOnly, shape, text, version } from "../../yaml/shape.ts";

const route = () => z.strictObject({ port: integer(), path: text() });

/** An az ml environment, in a file of its own or inside a job. */
export const environmentSchema = shape(() =>
  z
    .strictObject({
      $schema: text().optional(),
      name: text().optional().describe("Name under which it is registered. Ignored inside a job."),
      version: version().optional(),
      description: text().optional(),
      tags: z.record(z.string(), z.unknown()).optional(),
      image: text().optional().describe("Address of a container image."),
      conda_file: z
        .union([text(), z.record(z.string(), z.unknown())])
        .optional()
        .describe("Path of a conda specification, or the specification itself."),
      build: z
        .strictObject({
          path: text().optional().describe("Folder of the Docker build context, or an https address of one."),
          dockerfile_path: text().optional(),
        })
        .optional()
        .describe("Docker build context, in place of image."),
      inference_config: z
        .strictObject({ liveness_route: route(), readiness_route: route(), scoring_route: route() })
        .optional(),
      os_type: oneOf(["linux", "windows"]).optional(),
      datastore: text().optional().describe("Datastore that a local build context is uploaded to."),
      auto_delete_setting: z.unknown().optional().describe("Accepted for compatibility with az ml; ignored."),
      id: readOnly(),
      latest_version: readOnly(),
      creation_context: readOnly(),
      intellectual_property: readOnly(),
    })
    .describe("An Azure Machine Learning environment."),
);

export type DeclaredEnvironment = z.infer<ReturnType<typeof environmentSchema>>;
