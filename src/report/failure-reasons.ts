import type { CodeEntry } from "../yaml/code-entry.ts";
import type { FailureReason } from "./result.ts";

/** What each value of the output `failure-reason` stands for. */
export const failureReasons: Readonly<Record<FailureReason, CodeEntry>> = {
  "invalid-input": {
    title: "An input of the action is not valid.",
    explanation:
      "An input is missing, has a value that is not allowed, or names a file that cannot be used, such as a plan-file.",
    help: "Fix the input that the message names.",
  },
  "invalid-declaration": {
    title: "A declaration has errors.",
    explanation:
      "A declaration file, the input targets or set has problems, or the files of an environment cannot be used.",
    help: "Fix the problems at the lines that they name.",
  },
  "authentication-failed": {
    title: "The sign-in failed.",
    explanation: "Microsoft Entra ID gave no token, or Azure rejected the one that it gave.",
    help: "Run the command doctor: it shows which claim of the token differs, and the credential to add.",
  },
  "not-authorized": {
    title: "The identity lacks a permission.",
    explanation: "Azure answered that the signed-in identity may not do what was asked.",
    help: "Run the command doctor: it names the missing actions, and prints a role that has exactly these.",
  },
  "workspace-unavailable": {
    title: "The workspace cannot be used.",
    explanation: "The workspace does not exist, is not provisioned, or answered with an error.",
    help: "Check subscription, resource group and name of the workspace, then its state in the portal.",
  },
  "service-unreachable": {
    title: "Azure did not answer.",
    explanation: "No usable answer came after several tries, so the state is not known.",
    help: "Run the command again: it reads the state first, and sends nothing twice.",
  },
  "plan-outdated": {
    title: "The plan no longer fits the workspace.",
    explanation: "plan-file was given, and since it was made the workspace or the declaration has changed.",
    help: "Make a new plan, review it, and apply that one.",
  },
  "changes-pending": {
    title: "The workspace is not as declared.",
    explanation: "expect-no-changes is true, and the plan has changes.",
    help: "Run apply, or change the declaration.",
  },
  drift: {
    title: "A live target differs from its declaration.",
    explanation:
      "The difference can only be removed in a way that is not allowed by the inputs, so nothing was changed.",
    help: "Allow the change with on-drift, or change the declaration.",
  },
  conflict: {
    title: "The name or the resource of a target is taken.",
    explanation:
      "Another compute has the name, or another target has the resource attached; or somebody else has changed an endpoint or a web service during its release.",
    help: "Choose another name, or let on-conflict decide what happens to the other attachment.",
  },
  "in-use": {
    title: "A target is still in use.",
    explanation: "Something uses a target that would be detached or deleted, or what uses it could not be read.",
    help: "Wait until they have ended, or set force: true.",
  },
  retired: {
    title: "The service behind a target is retired.",
    explanation: "The declaration names a service that Azure has shut down.",
    help: "Use what the message names in its place.",
  },
  "other-subscription": {
    title: "A resource is in another subscription than the workspace.",
    explanation: "The service does not attach it, or only when the declaration allows it.",
    help: "Fix the ID, or set allow_other_subscription: true on the target.",
  },
  "preflight-failed": {
    title: "A check of the resource behind a target failed.",
    explanation: "What was read about the resource shows that the target cannot work, so it was not sent.",
    help: "Fix the resource as the finding says.",
  },
  "provisioning-failed": {
    title: "Azure could not provision a target.",
    explanation:
      "The operation ended in failure, or a compute is in a failed state and may not be deleted. The report has the leaf cause first.",
    help: "Fix the cause and run the command again, with allow-delete: true where the compute has to be created again.",
  },
  "target-not-verified": {
    title: "A target is not as declared after the write.",
    explanation: "The service reported success, and what was read back differs from what was sent.",
    help: "Run the command again. If it fails again, send the IDs in the report to Azure support.",
  },
  "secret-unavailable": {
    title: "A secret cannot be read.",
    explanation: "A secret that had to be sent is not in its environment variable, file or Key Vault.",
    help: "Provide it as the message says. The identity needs Key Vault Secrets User for a vault.",
  },
  "submission-failed": {
    title: "The run could not be submitted.",
    explanation: "Azure Machine Learning rejected the run, or its code could not be uploaded.",
    help: "Fix what the message names, and run the command again: a run that exists is joined.",
  },
  "environment-failed": {
    title: "The environment cannot be provided.",
    explanation: "An environment could not be registered, or the runner lacks what a run on it needs.",
    help: "Fix the environment as the message says.",
  },
  "asset-failed": {
    title: "An asset cannot be registered.",
    explanation:
      "A component, a data asset or a model could not be uploaded or registered, or its version exists with other content.",
    help: "Fix what the message names, and run the command again: what is uploaded and registered by then is kept.",
  },
  "run-failed": {
    title: "The run failed.",
    explanation: "The run ended as Failed. The report has its error and the end of its log.",
    help: "Read the end of the log. A new attempt of the workflow submits the run again.",
  },
  "run-canceled": {
    title: "The run was cancelled.",
    explanation: "Somebody or something outside this step cancelled the run in Azure Machine Learning.",
    help: "A new attempt of the workflow submits the run again.",
  },
  "run-not-responding": {
    title: "The run does not respond.",
    explanation: "The service calls the run NotResponding or Paused, from which it may never return.",
    help: "Look at the run in the studio; cancel it there if it is lost.",
  },
  "run-state-unknown": {
    title: "The state of the run is unknown.",
    explanation: "The service gave a state that this version does not know, so it does not count as success.",
    help: "Look at the run in the studio, and report the state.",
  },
  "gate-missed": {
    title: "A gate was missed.",
    explanation: "The last value of a metric does not meet its condition, or the run never logged it.",
    help: "Improve the run, or change the gate.",
  },
  "download-failed": {
    title: "The outputs of the run could not be downloaded.",
    explanation: "The run has ended, and reading its artifacts failed.",
    help: "Run the command again: it joins the run and downloads the outputs.",
  },
  "comment-failed": {
    title: "The comment could not be written.",
    explanation: "comment is true, and the comment on the pull request could not be created or updated.",
    help: "Give the job permissions: { contents: read, pull-requests: write }, or set comment: auto.",
  },
  "deployment-failed": {
    title: "A deployment failed.",
    explanation:
      "An endpoint, a deployment or a web service could not be created or updated. Traffic is as it was before, and the report has the leaf cause and the end of the container's log.",
    help: "Fix the cause as the message says, and run the command again.",
  },
  "smoke-test-failed": {
    title: "A smoke test failed.",
    explanation:
      "The new deployment gave another answer than a test expects, or answered too late. It received no traffic, or its traffic was taken back.",
    help: "Look at the answer in the report and at the container's log; fix the model, its code or the test.",
  },
  "unknown-compute": {
    title: "The compute of a deployment does not exist.",
    explanation: "It is neither declared nor in the workspace, or it is of a type that cannot serve this deployment.",
    help: "Fix the name, or declare the target.",
  },
  timeout: {
    title: "The time limit passed.",
    explanation: "timeout-minutes is over. What was sent is still running in Azure.",
    help: "Run the same command again: it joins what is in flight. Raise timeout-minutes if that is normal.",
  },
  "queue-limit": {
    title: "The run waited too long for nodes.",
    explanation: "The run was still waiting when limits.queue had passed, and it was cancelled.",
    help: "Look at who uses the cluster and at its quota, raise max_instances, or raise the limit.",
  },
  "total-limit": {
    title: "The run took too long.",
    explanation: "The run had not ended when limits.total had passed, and it was cancelled.",
    help: "Look at the end of the log for what it was doing, or raise the limit.",
  },
  preempted: {
    title: "The run's machines were preempted.",
    explanation: "Low-priority machines were taken away, as often as retries.preempted allows.",
    help: "Use dedicated machines, or raise retries.preempted.",
  },
  cancelled: {
    title: "The workflow was cancelled.",
    explanation:
      "GitHub asked the step to stop. It cancels the run that it follows; provisioning that was sent continues.",
    help: "The report names what is still in progress.",
  },
  "not-supported": {
    title: "This version does not support it.",
    explanation: "The command, or all of what is wrong with the declaration, is something that this version cannot do.",
    help: "The README lists what is supported.",
  },
  "internal-error": {
    title: "Internal error in azureml-targets.",
    explanation: "Something happened that the action did not expect.",
    help: "Please report it, with the message.",
  },
};
