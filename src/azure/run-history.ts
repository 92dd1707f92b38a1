import type { Arm } from "./arm.ts";
import type { DataPlane } from "./data-plane.ts";
import { defined } from "./defined.ts";
import { failed, succeeded, type Outcome, type ServiceError } from "./outcome.ts";
import type { Answer } from "./pipeline.ts";
import { serviceErrorOf } from "./service-error.ts";
import type { Workspace } from "./workspace.ts";

/** `GET {api}/history/v1.0{workspace}/runs/{run}/details` */
export type RunDetails = {
  readonly status: string;
  readonly error?: ServiceError;
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** Log name (`user_logs/std_log.txt`) → SAS URL. The URLs are secrets. */
  readonly logFiles: Readonly<Record<string, string>>;
};

export type RunArtifact = { /** `outputs/model.pkl` */ readonly path: string };

/** The run history and the artifacts of one workspace (data plane, found through `discoveryUrl`). */
export type RunHistory = {
  readonly details: (run: string) => Promise<Outcome<RunDetails>>;
  /** All pages. */
  readonly artifacts: (run: string) => Promise<Outcome<readonly RunArtifact[]>>;
  /** SAS URL of one artifact: a secret. */
  readonly artifactUrl: (run: string, path: string) => Promise<Outcome<string>>;
};

export function createRunHistory(arm: Arm, workspace: Workspace, dataPlane: DataPlane): RunHistory {
  const get = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Outcome<Answer>> => {
    const host = await dataPlane();
    if (!host.ok) return host;
    const text = new URLSearchParams(query).toString();
    return arm.getData(`${host.value}${path}${text === "" ? "" : `?${text}`}`);
  };
  const artifacts = `/artifact/v2.0${workspace.id}/artifacts`;
  return {
    details: async (run) => {
      const answer = await get(`/history/v1.0${workspace.id}/runs/${run}/details`, { "api-version": "v1.0" });
      return answer.ok ? succeeded(detailsOf(answer.value.body)) : answer;
    },
    artifacts: async (run) => {
      const found: RunArtifact[] = [];
      let continuation: string | undefined;
      do {
        const page = await get(
          `${artifacts}/ExperimentRun/dcid.${run}`,
          continuation === undefined ? {} : { continuationToken: continuation },
        );
        if (!page.ok) return page.failure.reason === "not-found" ? succeeded(found) : page;
        const body = (page.value.body ?? {}) as {
          readonly value?: readonly { readonly path?: string }[];
          readonly continuationToken?: string | null;
        };
        found.push(...(body.value ?? []).flatMap(({ path }) => (path === undefined ? [] : [{ path }])));
        continuation = body.continuationToken ?? undefined;
      } while (continuation !== undefined);
      return succeeded(found);
    },
    artifactUrl: async (run, path) => {
      const answer = await get(
        `${artifacts}/contentinfo/ExperimentRun/dcid.${run}/${path.split("/").map(encodeURIComponent).join("/")}`,
      );
      if (!answer.ok) return answer;
      const { contentUri } = (answer.value.body ?? {}) as { readonly contentUri?: string };
      if (contentUri !== undefined) return succeeded(contentUri);
      return failed({
        reason: "not-found",
        error: { code: "NoContent", message: `The run has no content for ${path}.`, details: [] },
      });
    },
  };
}

function detailsOf(body: unknown): RunDetails {
  const wire = (body ?? {}) as {
    readonly status?: string;
    readonly error?: unknown;
    readonly warnings?: readonly unknown[] | null;
    readonly startTimeUtc?: string | null;
    readonly endTimeUtc?: string | null;
    readonly logFiles?: Readonly<Record<string, string>> | null;
  };
  return {
    status: wire.status ?? "Unknown",
    warnings: (wire.warnings ?? []).map((warning) =>
      typeof warning === "object" && warning !== null && "message" in warning
        ? String(warning.message)
        : String(warning),
    ),
    logFiles: wire.logFiles ?? {},
    ...defined({
      error:
        wire.error === undefined || wire.error === null
          ? undefined
          : serviceErrorOf(wire.error, { code: "RunFailed", message: "The service gave no reason." }),
      startTime: wire.startTimeUtc ?? undefined,
      endTime: wire.endTimeUtc ?? undefined,
    }),
  };
}
