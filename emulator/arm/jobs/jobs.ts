import { armError, ok, page, type Incoming, type Reply } from "../../server/reply.ts";
import type { Runner } from "./runner.ts";
import { seeded, workspacePath } from "../../settings.ts";
import type { Store } from "../../store.ts";
import { isTerminal, type JobDocument } from "./document.ts";
import { jobTypes } from "./types.ts";

/** What acts for its starter needs a token of the service's own audience. */
function withoutServiceToken({ headers }: Incoming, properties: Readonly<Record<string, unknown>>): Reply | undefined {
  const { identityType } = (properties["identity"] ?? {}) as { readonly identityType?: unknown };
  if (properties["jobType"] !== "Pipeline" && identityType !== "UserIdentity") return undefined;
  const payload = headers["x-azureml-token"]?.split(".")[1] ?? "";
  const text = Buffer.from(payload, "base64url").toString("utf8");
  return /"aud":"https:\/\/ml\.azure\.(com|us|cn)\/?"/.test(text)
    ? undefined
    : armError(400, "UserError", "The request has no x-azureml-token of the audience https://ml.azure.com.");
}

/** Whether ARM shows the runs of the first SDK is not recorded: here it does not. */
function isInArm({ properties }: JobDocument): boolean {
  return !/^V1/.test(String(properties["jobType"]));
}

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/;

/** The jobs of the workspace. Types that the emulator does not know are refused by name. */
export function createJobs(store: Store, runner: Runner, pageSize: number) {
  const shown = ({ name, properties, status, createdAt }: JobDocument, request: Incoming) => ({
    id: `${workspacePath}/jobs/${name}`,
    name,
    type: "Microsoft.MachineLearningServices/workspaces/jobs",
    properties: {
      description: null,
      tags: {},
      identity: null,
      ...properties,
      properties: {
        ProcessInfoFile: "azureml-logs/process_info.json",
        ...(properties["properties"] as object | undefined),
      },
      outputs: {
        default: {
          description: null,
          uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${name}`,
          mode: "ReadWriteMount",
          jobOutputType: "uri_folder",
        },
        ...(properties["outputs"] as object | undefined),
      },
      status,
      services: {
        Tracking: {
          jobServiceType: "Tracking",
          port: null,
          endpoint: `azureml://${new URL(request.endpoints.api).host}/mlflow/v1.0${workspacePath}?`,
          status: null,
        },
        Studio: {
          jobServiceType: "Studio",
          port: null,
          endpoint: `${request.endpoints.studio}/runs/${name}?wsid=${workspacePath}`,
          status: null,
        },
      },
    },
    systemData: { createdAt, createdBy: seeded.clientId, createdByType: "Application" },
  });

  return {
    handle: (request: Incoming, name: string | undefined, action: string | undefined): Reply => {
      if (name === undefined) {
        const newestFirst = [...store.list<JobDocument>("jobs")]
          .reverse()
          // Those below another one are listed by run history alone.
          .flatMap(({ value }) => (value.parent === undefined && isInArm(value) ? [shown(value, request)] : []));
        return page(newestFirst, request, pageSize);
      }
      const found = store.get<JobDocument>("jobs", name);
      const known = found !== undefined && isInArm(found) ? found : undefined;
      if (request.method === "PUT") {
        if (!namePattern.test(name)) return armError(400, "UserError", `The job name '${name}' is invalid.`);
        if (known !== undefined) return ok(shown(known, request));
        const properties = (request.body as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
        const type = jobTypes.get(properties["jobType"]);
        const refused =
          type === undefined
            ? armError(
                400,
                "UserError",
                `The emulator does not implement jobs of type ${String(properties["jobType"])}.`,
              )
            : (withoutServiceToken(request, properties) ?? type.check(properties, store));
        if (refused !== undefined) return refused;
        const job: JobDocument = { name, properties, status: "Starting", createdAt: new Date().toISOString() };
        store.put("jobs", name, job);
        runner.submit(name);
        return {
          status: 201,
          body: shown(job, request),
          headers: { Location: `${request.endpoints.arm}${request.path}?${request.query.toString()}` },
        };
      }
      if (known === undefined) return armError(404, "UserError", `Run ${name} could not be found.`);
      if (action === "cancel") {
        // Recorded of a pipeline's run; nothing that has ended can be cancelled.
        if (isTerminal(known))
          return armError(400, "UserError", `The pipeline run ${name} is in terminal status, it can't be canceled.`);
        runner.cancel(name);
        const location = `${request.endpoints.arm}/subscriptions/${seeded.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${seeded.location}/mfeOperationResults/jc:${seeded.workspaceId}:${name}?${request.query.toString()}`;
        return {
          status: 202,
          body: null,
          headers: { Location: location, "x-ms-async-operation-timeout": "PT1H", "Retry-After": "1" },
        };
      }
      return ok(shown(known, request));
    },
    cancelResult: (request: Incoming, name: string): Reply => {
      return isTerminal(store.get<JobDocument>("jobs", name) ?? { status: "Canceled" })
        ? ok(null)
        : {
            status: 202,
            body: null,
            headers: {
              Location: `${request.endpoints.arm}${request.path}?${request.query.toString()}`,
              "Retry-After": "1",
            },
          };
    },
  };
}

export type Jobs = ReturnType<typeof createJobs>;
