import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, filesOf } from "../__tests__/support/documentation.ts";
import { issueKeeper } from "../__tests__/support/issue-keeper.ts";
import { password, writesIn } from "../__tests__/support/step.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { push, sets, type WorkflowEngine } from "./workflow-engine.ts";

/**
 * The workflows of `examples/workflows/` that only a whole engine can run as they are: the call of the reusable workflow, a
 * schedule with its steps of the shell, and one that is started by hand. The tests of the guides run all of them.
 */
export async function promisesOfJourneys(engine: WorkflowEngine, emulator: Emulator): Promise<void> {
  const { promise, checkout, head } = engine;
  const workflow = (name: string) => join("examples", "workflows", name);
  const declaration = join(checkout, "azureml.yml");
  emulator.empty();

  writeFileSync(declaration, filesOf("docs/guides/reusable-workflow.md")["azureml.yml"] ?? "");
  const called = await engine.run(workflow("call.yml"), "push", push(head));
  promise(
    "the reusable workflow does what its caller says, with the caller's secret, green",
    called.exitCode === 0 && writesIn(called.requests).join() === "PUT computes/dsvm",
    called,
  );
  const seen = blocksOf("docs/guides/reusable-workflow.md").find(({ language }) => language === "text")?.text ?? "";
  promise(
    "its guide says what one sees",
    seen.includes("succeeded") && seen.split(/…|\n/).every((part) => called.output.includes(part)),
    called,
  );
  promise("the secret that is handed on is not shown", !called.output.includes(password), called);

  const programs = mkdtempSync(join(tmpdir(), "gh-"));
  const issues = issueKeeper(programs);
  writeFileSync(declaration, filesOf("docs/guides/nightly-drift.md")["azureml.yml"] ?? "");
  const drifted = await engine.run(workflow("drift.yml"), "schedule", {}, { programs, token: "x" });
  promise(
    "a scheduled check is red where the workspace is not as declared, and opens an issue",
    drifted.exitCode === 1 &&
      sets(drifted, "failure-reason=changes-pending") &&
      issues.done().join() === "issue create" &&
      issues.body().includes("cpu-cluster"),
    drifted,
  );

  const inputs = { targets: "dsvm", delete: "false" };
  const cleaned = await engine.run(workflow("clean-up.yml"), "workflow_dispatch", { inputs }, { inputs });
  promise(
    "the button detaches what it is given, and nothing else",
    cleaned.exitCode === 0 && writesIn(cleaned.requests).join() === "DELETE computes/dsvm",
    cleaned,
  );
}
