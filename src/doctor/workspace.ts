import type { WorkspaceUnavailable } from "../azure/azure.ts";
import type { DataPlane } from "../azure/data-plane.ts";
import type { RunHistory } from "../azure/run-history.ts";
import type { Workspace } from "../azure/workspace.ts";
import { reasonOf, sentenceOf } from "../report/failure.ts";
import type { FailureReason } from "../report/result.ts";
import { error, fine, notChecked, warning, type Check } from "./check.ts";

/** What the workspace says of itself. */
export function workspaceChecks(workspace: Workspace, declaresRun: boolean): readonly Check[] {
  const { name, location, provisioningState: state, v1LegacyMode, publicNetworkAccess } = workspace;
  const found = fine("workspace", `The workspace '${name}' is there, in ${location}.`);
  return [
    found,
    ...(/^succeeded$/i.test(state)
      ? [fine("workspace-state", `It is ${state}.`)]
      : /^(failed|canceled|deleting|softdeleted)$/i.test(state)
        ? [
            error(
              "workspace-unavailable",
              "workspace-state",
              `The workspace is ${state}.`,
              "Repair or restore it in the portal before anything is attached to it.",
            ),
          ]
        : [
            warning(
              "workspace-state",
              `The workspace is ${state}: an operation on it is in progress.`,
              "Wait until it is Succeeded.",
            ),
          ]),
    ...(v1LegacyMode
      ? [
          declaresRun
            ? error(
                "workspace-unavailable",
                "v1-legacy-mode",
                "The workspace is in v1 legacy mode, which does not accept jobs of version 2.",
                "Switch it off: az ml workspace update --name … --set v1_legacy_mode=false; it takes some minutes.",
              )
            : warning(
                "v1-legacy-mode",
                "The workspace is in v1 legacy mode, which does not accept jobs of version 2.",
                "Switch it off before you train: az ml workspace update --name … --set v1_legacy_mode=false.",
              ),
        ]
      : []),
    ...(/^disabled$/i.test(publicNetworkAccess ?? "")
      ? [
          warning(
            "public-network-access",
            "The workspace does not accept calls from public networks.",
            "Run the job on a runner inside its network; the parts Data plane and Storage below say what this runner reaches.",
          ),
        ]
      : []),
  ];
}

export function workspaceUnavailable({ message, failure }: WorkspaceUnavailable): Check {
  if (failure?.status === 403) {
    return error(
      "not-authorized",
      "workspace",
      message,
      "Give the identity the role below; what is missing is listed under Permissions. A change takes up to an hour.",
    );
  }
  return failure?.reason === "not-found"
    ? error(
        "workspace-unavailable",
        "workspace",
        message,
        "Check subscription-id, resource-group and workspace, and that nothing is misspelled or ends in a space.",
      )
    : error(
        failure === undefined ? "workspace-unavailable" : reasonOf(failure),
        "workspace",
        message,
        "Check the connection to Azure Resource Manager: proxy, firewall, certificates.",
      );
}

/** No run has this name: that the run history knows it not says that it can be asked. */
const nobodysRun = "azureml-targets-doctor";

/** Whether the regional data plane answers, from which logs and metrics come. */
export async function dataPlaneChecks(
  { dataPlane, runHistory }: { readonly dataPlane: DataPlane; readonly runHistory: RunHistory },
  declaresRun: boolean,
): Promise<readonly Check[]> {
  const broken = (code: string, message: string, reason: FailureReason) => {
    const advice =
      "Let the runner reach the host: proxy, firewall, or a runner inside the network of a workspace without public access. Logs and metrics of runs come from there.";
    return declaresRun ? error(reason, code, message, advice) : warning(code, message, advice);
  };
  const host = await dataPlane();
  if (!host.ok) {
    return [
      broken(
        "discovery",
        `The discovery document of the workspace could not be read: ${sentenceOf(host.failure.error)}.`,
        reasonOf(host.failure),
      ),
    ];
  }
  const found = fine("discovery", `The discovery document names ${host.value}.`);
  const asked = await runHistory.details(nobodysRun);
  if (asked.ok || asked.failure.reason === "not-found") return [found, fine("run-history", "The run history answers.")];
  if (asked.failure.status === 403) {
    return [
      found,
      notChecked(
        "run-history",
        `The run history answered with a refusal: ${sentenceOf(asked.failure.error)}.`,
        "See Permissions for whether experiments/runs/read is missing.",
      ),
    ];
  }
  return [
    found,
    broken(
      "run-history",
      `The run history could not be read: ${sentenceOf(asked.failure.error)}.`,
      reasonOf(asked.failure),
    ),
  ];
}
