import { getState, saveState } from "@actions/core";

/** What `post` finds of a run that `main` was about to submit. */
export type StartedRun = {
  readonly name: string;
  readonly workspace: { readonly subscriptionId: string; readonly resourceGroup: string; readonly name: string };
};

/** Saved before the submission is sent, so that a crash after it leaves a trace. */
export function saveStartedRun(run: StartedRun): void {
  saveState("run", JSON.stringify(run));
}

/** Saved when the run has ended, or is left going on purpose. */
export function saveRunSettled(): void {
  saveState("settled", "true");
}

/** Saved on the first signal: the workflow was cancelled, and so shall be the run. */
export function saveCancelled(): void {
  saveState("cancelled", "true");
}

/** Saved before a container is created on the runner, and cleared (`""`) when it is gone. */
export function saveContainer(name: string): void {
  saveState("container", name);
}

/** Name of a container that `main` has left on the runner; `undefined` where there is none. */
export function savedContainer(): string | undefined {
  const name = getState("container");
  return name === "" ? undefined : name;
}

/** Saved before a server is started on the runner: the folder in which each of them has a record. */
export function saveServing(recordsFolder: string): void {
  saveState("serving", recordsFolder);
}

/** The folder of the records of servers that `main` may have left on the runner; `undefined` where it started none. */
export function savedServing(): string | undefined {
  const folder = getState("serving");
  return folder === "" ? undefined : folder;
}

export function savedRun(): { readonly run?: StartedRun; readonly settled: boolean; readonly cancelled: boolean } {
  const text = getState("run");
  return {
    ...(text === "" ? {} : { run: JSON.parse(text) as StartedRun }),
    settled: getState("settled") === "true",
    cancelled: getState("cancelled") === "true",
  };
}

/** True in the post step. The first call of the file, the step itself, leaves the mark. */
export function isPostStep(): boolean {
  if (getState("step") === "post") return true;
  saveState("step", "post");
  return false;
}
