import type { ServerFailure } from "../../serving/server.ts";
import { seeded } from "../../settings.ts";
import type { Failure } from "../course.ts";
import { guide } from "./refused.ts";

/** Why a deployment does not come up. */
export type ServingProblem =
  | ServerFailure
  | { readonly code: "ImageUnavailable"; readonly image: string }
  | { readonly code: "ModelUnavailable"; readonly model: string }
  | { readonly code: "CodeUnavailable"; readonly codeId: string }
  /** What a container's own server would do. */
  | { readonly code: "NotEmulated"; readonly message: string };

/**
 * How the operation of a deployment ends because of a problem, in the codes of the troubleshooting guide.
 *
 * @param log of the container, which tells more of what happened on a Kubernetes cluster.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-online-endpoints
 */
export function failureOf(problem: ServingProblem, isManaged: boolean, log: readonly string[], build: string): Failure {
  const managed = managedFailure(problem, build);
  if (isManaged || problem.code === "NotEmulated" || problem.code === "ImageBuildFailure") return managed;
  // As the cluster's extension has it: JSON within the message.
  const body = {
    code: "BadRequest",
    statusCode: 400,
    message: "The request is invalid.",
    target: null,
    details: [{ code: codeOnKubernetes(problem, log), message: managed.message, details: [], additionalInfo: [] }],
    additionalInfo: [],
  };
  return { code: "InferencingClientCallFailed", message: JSON.stringify(body) };
}

function managedFailure(problem: ServingProblem, build: string): Failure {
  switch (problem.code) {
    case "ImageBuildFailure":
      return {
        code: "ImageBuildFailure",
        message: `Image build failed: ${problem.message} The build log is available in the workspace blob store '${seeded.storageAccount}' under the path '/azureml/${build}'. ${guide("ImageBuildFailure")}`,
      };
    case "ImageUnavailable":
      return {
        code: "BadArgument",
        message: `Unable to download user container image '${problem.image}'. ${guide("BadArgument")}`,
      };
    case "ModelUnavailable":
      return {
        code: "BadArgument",
        message: `Unable to download user model '${problem.model}'. ${guide("BadArgument")}`,
      };
    case "CodeUnavailable":
      return {
        code: "BadArgument",
        message: `Unable to download user code '${problem.codeId}'. ${guide("BadArgument")}`,
      };
    case "ContainerCrashed":
      return {
        code: "ResourceNotReady",
        message: `User container has crashed or terminated. ${guide("ResourceNotReady")}`,
      };
    case "ProbeFailed":
      return {
        code: "ResourceNotReady",
        message: `User container has crashed or terminated: ${problem.message}. ${guide("ResourceNotReady")}`,
      };
    case "NotEmulated":
      return { code: "NotEmulated", message: problem.message };
  }
}

function codeOnKubernetes({ code }: ServingProblem, log: readonly string[]): string {
  if (code === "ImageUnavailable") return "ImagePullLoopBackOff";
  if (code !== "ContainerCrashed") return code === "ProbeFailed" ? "ResourceNotReady" : "BadArgument";
  const text = log.join("\n");
  if (/does not have a (init|run)\(\) function/.test(text)) return "UserScriptFunctionNotFound";
  if (text.includes("User's init function failed")) return "UserScriptInitFailed";
  if (/ModuleNotFoundError|ImportError/.test(text)) return "UserScriptImportError";
  return "DeploymentCrashLoopBackOff";
}
