import { commandNames, type inputTable } from "../../src/inputs.ts";
import type { Command } from "../../src/report/result.ts";

const all: readonly Command[] = commandNames;
const signingIn = without("validate");
const planning = without("validate", "detach");
const ofRun = ["train", "up"] as const;

/**
 * Which commands use which input. `__tests__/scripts/used-inputs.test.ts` compares it with what the commands and all that
 * they import read.
 */
export const usedInputs: Readonly<Record<keyof typeof inputTable, readonly Command[]>> = {
  command: all,
  config: all,
  targets: all,
  only: all,
  run: all,
  deploy: all,
  set: all,
  "run-name": ["train"],
  "subscription-id": all,
  "resource-group": all,
  workspace: signingIn,
  auth: signingIn,
  "client-id": signingIn,
  "tenant-id": signingIn,
  "client-secret": signingIn,
  creds: signingIn,
  cloud: signingIn,
  "on-drift": planning,
  "on-conflict": planning,
  force: without("validate", "doctor"),
  wait: ["apply", "train", "deploy", "up"],
  "timeout-minutes": ["apply", "train", "deploy", "up", "detach"],
  "on-timeout": ofRun,
  rerun: ofRun,
  parallel: signingIn,
  "allow-delete": signingIn,
  "plan-file": ["plan", "apply", "up"],
  "expect-no-changes": ["plan"],
  "cancel-superseded": ofRun,
  download: ["train", "up", "doctor"],
  "download-path": ofRun,
  "changed-only": ["validate"],
  "sarif-path": ["validate"],
  summary: all,
  comment: without("doctor"),
  "github-token": without("doctor"),
  "working-directory": all,
};

function without(...left: readonly Command[]): readonly Command[] {
  return all.filter((command) => !left.includes(command));
}
