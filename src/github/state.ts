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
