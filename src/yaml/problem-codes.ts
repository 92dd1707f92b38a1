import type { CodeEntry } from "./code-entry.ts";
import { deploymentCodes } from "./deployment-codes.ts";
import { jobCodes } from "./job-codes.ts";
import { serviceCodes } from "./service-codes.ts";
import { targetCodes } from "./target-codes.ts";
import { tuningCodes } from "./tuning-codes.ts";
import { workspaceCodes } from "./workspace-codes.ts";

/**
 * Every code that a problem may have. Only its type is imported by what finds problems, so the texts are loaded when they
 * are shown.
 */
export const problemCodes = {
  // Files and their text
  syntax: {
    title: "The file is not valid YAML.",
    explanation:
      "Declarations are read as az ml reads them: YAML 1.1 or JSON. The marked place is where the text stops being that.",
    help: "Fix the YAML at the marked line. Indent with spaces: YAML does not allow tabs.",
  },
  "too-complex": {
    title: "The text is too large or too deep to be a declaration.",
    explanation:
      "Nesting, anchors, aliases and size have limits that no declaration comes near, so that a hostile file cannot keep the action busy.",
    help: "Write the values out, or split the file.",
  },
  "unknown-tag": {
    title: "A value has a tag of its own.",
    explanation: "Tags such as !custom or !!js/function mean something to other programs; az ml refuses them as well.",
    help: "Remove the tag, and write the value itself.",
  },
  "too-many-problems": {
    title: "There are more problems than are shown.",
    explanation: "The first 1,000 problems are shown one by one, and the rest is counted.",
    help: "Fix those that are shown, and run the command again.",
  },
  "duplicate-key": {
    title: "A mapping has the same key twice.",
    explanation: "az ml would silently use the last value. That hides mistakes, so it is an error here.",
    help: "Keep one of the two.",
  },
  "no-match": {
    title: "No file matches a pattern.",
    explanation: "A glob in config, or in a declaration, finds no file. It is a warning, because files may come later.",
    help: "Fix the pattern, or remove it.",
  },
  "missing-file": {
    title: "A file or folder does not exist.",
    explanation:
      "A declaration, code folder, conda file, build context, setup script or local input is named and is not in the checkout.",
    help: "Fix the path: it is relative to the file that names it, or to working-directory. Commit the file if it is missing.",
  },
  "not-a-file": {
    title: "The path names a folder, not a file.",
    explanation: "Declarations are files. A folder is not searched for them.",
    help: "Name a file, or use a glob such as compute/*.yml.",
  },
  "too-large": {
    title: "The file is too large to be a declaration.",
    explanation: "Declarations may have up to 1 MiB. A larger file is almost always a wrong path.",
    help: "Name another file.",
  },
  outside: {
    title: "A file or folder is outside.",
    explanation:
      "Only files inside the working directory are read as declarations, and nothing outside the checkout (nor its .git folder) is read or sent by one. Symbolic links count by where they lead.",
    help: "Move the declaration inside, or set working-directory; copy what is needed into the repository.",
  },

  "wrong-pattern": {
    title: "A pattern stands for too much.",
    explanation:
      "A glob in config, or in a declaration, is too long, stands for too many patterns when its braces are written out, or has groups nested too deeply.",
    help: "Write several simpler patterns.",
  },

  "needs-files": {
    title: "The packages need files of the checkout.",
    explanation:
      "pip would read a requirements file, or a package, from a path. The image is built from the listed packages alone, so no file of the checkout is there.",
    help: "Put the lines of the file in its place, name a published package, or use a build context.",
  },

  // Files that are uploaded
  "upload-refused": {
    title: "A folder or file cannot be uploaded as it is.",
    explanation:
      "Code, a build context or a local input has a broken link, a link that leads out of the checkout, a name that the service cannot take, too many bytes, or no file at all. Nothing is created in Azure until that is fixed.",
    help: "Fix what the message names, or list it in .amlignore.",
  },
  "nothing-left": {
    title: "The ignore file excludes all of the code.",
    explanation:
      "The file .amlignore, or .gitignore where there is none, excludes every file of the code folder but itself.",
    help: "Include files again: !train.py includes a file, !src/ a folder, !src/** everything in it. Files of an excluded folder stay excluded.",
  },
  "ignored-by-git": {
    title: "Files that Git ignores are uploaded with the code.",
    explanation:
      "As with az ml, only the ignore file in the code folder itself counts. .gitignore files above and below it exclude files that are uploaded all the same.",
    help: "Name the files in a file .amlignore in the code folder.",
  },
  "repeated-link": {
    title: "A link leads to a folder that is already included.",
    explanation:
      "Through links, each folder is included once. Links that lead to each other would otherwise multiply without end.",
    help: "Replace the link by a folder where its files are needed twice.",
  },
  "not-a-declaration": {
    title: "The file declares nothing.",
    explanation:
      "A file that is named has none of the keys of a declaration, and is not an az ml file of a known kind. As a notice: a pattern among targets matches an az ml file that is not a compute.",
    help: "Name a file with workspace, targets, run or gates, or an az ml compute, environment or job file.",
  },
  "nothing-declared": {
    title: "Nothing is declared.",
    explanation: "None of the files declares a target, a run or an environment, so there is nothing to work on.",
    help: "Declare targets, a run or an environment, or fix the input config.",
  },
  "not-supported-yet": {
    title: "This version does not support it.",
    explanation: "az ml knows this kind of file, job, input or key; this version of the action does not.",
    help: "Leave it out. The README lists what is supported.",
  },

  "not-carried-over": {
    title: "A file of the first SDK has a setting without a counterpart.",
    explanation:
      "A run configuration, or a run.json of aml-run, is submitted as an az ml job. A setting without a counterpart is left out and named at its line; where the run would be another one without it, it is an error. A v1 pipeline is sent as its own client sends it; keys that the client accepts and never sends are named as well.",
    help: "Do what the message says, or remove the key once the run does without it.",
  },

  // Keys and values
  "unknown-key": {
    title: "A key is unknown.",
    explanation:
      "Keys are those of az ml v2 YAML, in snake_case. An unknown key would be ignored, which hides mistakes.",
    help: "Fix the spelling, or remove the key.",
  },
  "missing-key": {
    title: "A required key is missing.",
    explanation: "The declaration is not complete without this key.",
    help: "Add the key that the message names.",
  },
  "wrong-key": {
    title: "A key does not belong to this type.",
    explanation: "The key is only valid for job services, jobs or settings of another type.",
    help: "Remove the key, or change the type.",
  },
  "wrong-value": {
    title: "A value is not allowed.",
    explanation:
      "The value has another type than the key, is not one of the words that the key takes, or cannot be sent.",
    help: "Use one of the values that the message names.",
  },
  "wrong-type": {
    title: "An input has another type than its path.",
    explanation: "A local input is a file and declared as a folder, or the other way round.",
    help: "Set type to uri_file for a file and to uri_folder for a folder.",
  },
  "wrong-mode": {
    title: "The mode is not valid for this type.",
    explanation:
      "The modes eval_mount and eval_download are only valid for inputs of type mltable. Spark jobs read and write by address: their only mode is direct.",
    help: "Use the mode that the message names.",
  },
  "out-of-range": {
    title: "A number is too small or too large.",
    explanation: "The service, or what the number stands for, has limits: counts, ports, times and prices are checked.",
    help: "Use a number in the range that the message names.",
  },
  "min-above-max": {
    title: "The minimum is above the maximum.",
    explanation:
      "The smallest value is larger than the largest: no size of the cluster would be allowed, or nothing is left to sample.",
    help: "Lower the minimum, or raise the maximum.",
  },
  "said-twice": {
    title: "One setting has two keys.",
    explanation:
      "The same setting is given twice: of a Kubernetes cluster by its own key and below properties, of a Spark job by two names.",
    help: "Keep one of them.",
  },

  "wrong-indent": {
    title: "Keys are beside the mapping that they belong to.",
    explanation: "A mapping is empty, and keys that only it can have follow it with the same indentation.",
    help: "Indent them by two spaces more.",
  },

  // Names and references
  "illegal-name": {
    title: "The name is not valid.",
    explanation:
      "Azure Machine Learning restricts the names of computes, environments, and inputs and outputs. It would refuse this one.",
    help: "Use the characters that the message names.",
  },
  "illegal-version": {
    title: "The version is not valid.",
    explanation: "Azure Machine Learning would refuse this version of an environment.",
    help: "Use letters, digits, dots, dashes and underscores.",
  },
  "duplicate-name": {
    title: "Two targets have the same name.",
    explanation: "Compute names are unique in a workspace, and case does not matter.",
    help: "Rename one of the two, or remove it.",
  },
  "duplicate-resource": {
    title: "Two targets attach the same resource.",
    explanation: "A second attachment of a resource breaks the first one, even in the same workspace.",
    help: "Keep one of the two declarations.",
  },
  "duplicate-asset": {
    title: "An asset is declared twice.",
    explanation:
      "Two components, data assets or models have the same name and version, so one would overwrite the other.",
    help: "Remove one of the two, or give them different versions.",
  },
  "duplicate-environment": {
    title: "An environment is declared twice.",
    explanation: "Two environments have the same name and version, so one would overwrite the other.",
    help: "Remove one of the two, or give them different versions.",
  },
  "two-runs": {
    title: "Two runs are declared.",
    explanation: "One call of the action submits one run, and it is not clear which one is meant.",
    help: "Declare one run, or name the one to submit with the input run.",
  },
  "two-workspaces": {
    title: "Two workspaces are declared.",
    explanation: "One call of the action works in one workspace.",
    help: "Use one workspace for each call of the action.",
  },
  "two-environments": {
    title: "The job has two environments.",
    explanation: "The job refers to an environment and also lists packages of its own.",
    help: "Keep the reference, or the packages.",
  },
  "two-prices": {
    title: "A size has two prices.",
    explanation: "The same VM size has different prices in two places, so costs cannot be calculated.",
    help: "Keep one of the two prices.",
  },
  "two-computes": {
    title: "The job has two places to run.",
    explanation:
      "A Spark job runs on an attached pool, named by compute, or on serverless Spark, described by resources.",
    help: "Keep one of the two.",
  },
  "unused-name": {
    title: "The name is not used.",
    explanation: "An environment inside a job is anonymous, as with az ml. Its name has no effect.",
    help: "Leave it out, or declare the environment in a file of its own and refer to it.",
  },
  "unknown-target": {
    title: "A target is not declared.",
    explanation: "The input only names a target that no declaration has.",
    help: "Fix the name, or declare the target.",
  },
  "unknown-binding": {
    title: "The command uses an input or output that is not declared.",
    explanation:
      "The command has a placeholder ${{inputs.NAME}} or ${{outputs.NAME}}, and the job has no such name; or ${{search_space.NAME}}, and the search space has no such parameter.",
    help: "Declare it below inputs, outputs or search_space, or fix the name.",
  },
  "deprecated-placeholder": {
    title: "The command has a placeholder in single braces.",
    explanation:
      "The form {inputs.NAME} is that of the first previews of az ml. It is sent as ${{inputs.NAME}}, as az ml does; other tools may read it as text.",
    help: "Write ${{inputs.NAME}}, ${{outputs.NAME}} or ${{search_space.NAME}}.",
  },
  "wrong-reference": {
    title: "The reference to an environment, to data, a model or code is not valid.",
    explanation:
      "A reference is azureml:NAME:VERSION, azureml:NAME@latest, or the ID of the asset. An input may also have an address with a host. The service would read anything else as text.",
    help: "Write azureml:NAME:VERSION.",
  },
  "missing-version": {
    title: "A reference has no version.",
    explanation: "A reference to an environment or to data names a version, or the label latest.",
    help: "Add :VERSION or @latest.",
  },
  "gate-condition": {
    title: "A gate has no condition, or several.",
    explanation: "A gate compares the last value of a metric with bounds, or with that of one other run.",
    help: "Give exactly one of at_least, at_most, between and no_worse_than; in no_worse_than one of branch, run and model.",
  },
  "gate-goal": {
    title: "A gate does not say which values are better.",
    explanation: "A comparison with another run needs the direction, and only some names of metrics tell it.",
    help: "Add goal: minimize or goal: maximize.",
  },
  "unknown-step": {
    title: "A gate names a step that the run does not have.",
    explanation:
      "The run is not a pipeline, or its pipeline has no step of this name, so nothing could ever log the metric.",
    help: "Name one of the pipeline's steps, or remove step.",
  },
  "wrong-override": {
    title: "A line of the input set cannot be used.",
    explanation:
      "Each line of set changes one declared value. The line is not PATH=VALUE, its value is not YAML, or its path is not declared.",
    help: "Write PATH=VALUE, for example targets.cpu-cluster.max_instances=8.",
  },

  // Environments and code
  "git-code": {
    title: "Code cannot be a Git address.",
    explanation: "Azure Machine Learning does not accept a Git address as the code of a command job.",
    help: "Check the repository out with actions/checkout, and name the folder.",
  },
  "image-and-build": {
    title: "The environment has both an image and a build context.",
    explanation: "An environment is a ready image or is built from a Dockerfile, not both.",
    help: "Keep image or build.",
  },
  "wrong-conda-file": {
    title: "The conda file is not valid.",
    explanation: "The file is not a YAML mapping, so it cannot be a conda environment.",
    help: "Write channels and dependencies.",
  },
  "wrong-file": {
    title: "The environment file is not valid YAML.",
    explanation: "A job names a file as its environment, and that file cannot be read.",
    help: "Fix the file, or name another one.",
  },

  // Secrets and logins
  "expression-in-file": {
    title: "A file holds an expression of GitHub Actions.",
    explanation:
      "Expressions such as ${{ secrets.NAME }}, and variables such as $NAME, are evaluated in workflows, not in files: the text itself would be sent.",
    help: "Write { env: NAME } for a secret and pass it to the step with env:. For anything else, write the value, or pass it by the input set.",
  },
  "literal-secret": {
    title: "A secret is in the repository.",
    explanation:
      "A declaration holds a secret itself, or reads one from a file of the checkout. Everybody who can read the repository knows it.",
    help: "Replace the secret, because it is known now, and refer to the new one: { env: NAME }, { key_vault: URL }, or { file: PATH } outside the checkout.",
  },
  "malformed-secret": {
    title: "The reference to a secret is not valid.",
    explanation: "A reference names an environment variable, the address of a Key Vault secret, or a file.",
    help: "Write { env: NAME }, { key_vault: https://VAULT/secrets/NAME } or { file: PATH }.",
  },
  "reserved-secret": {
    title: "A reference names a credential of the action or of the runner.",
    explanation:
      "Whoever changes a declaration in a pull request could otherwise have the token or the client secret of the step handed to a job or a machine. GITHUB_TOKEN, AZURE_CLIENT_SECRET, everything that begins with ACTIONS_ or INPUT_, and similar variables are never passed on.",
    help: "Put a secret of its own into a variable of another name, and refer to that.",
  },
  "visible-secret": {
    title: "Everybody who can read the workspace's jobs sees the value.",
    explanation:
      "The environment variable of a job refers to a secret. Variables are sent with the job, and its readers see them.",
    help: "Let the job read the secret from Key Vault with its identity.",
  },
  "password-or-key": {
    title: "The login has no secret, or two.",
    explanation: "A login by SSH uses a password or a private key.",
    help: "Give exactly one of admin_password and ssh_private_key_file.",
  },
  "passphrase-without-key": {
    title: "There is a passphrase without a private key.",
    explanation: "A passphrase opens a private key, and this login uses a password.",
    help: "Remove the passphrase, or log in by ssh_private_key_file.",
  },
  "missing-identity": {
    title: "The identity names no resource.",
    explanation: "The type is user_assigned, and no user-assigned identity is listed.",
    help: "Add user_assigned_identities with the resource_id of each.",
  },

  // Plan files
  "plan-missing": {
    title: "The plan file cannot be read.",
    explanation: "apply was given a plan-file that does not exist or cannot be read.",
    help: "Make it with command: plan and the same plan-file, and bring it to this job, for example as an artifact.",
  },
  "plan-malformed": {
    title: "The plan file is not valid JSON.",
    explanation: "The plan file is not JSON. Other faults of its form have their own codes.",
    help: "Make it with command: plan, and pass it on unchanged.",
  },
  "plan-version": {
    title: "The plan file has another version, or none.",
    explanation: "The schemaVersion of the plan file is not the one that this version of the action reads.",
    help: "Make the plan and apply it with the same version of the action.",
  },
  "plan-edited": {
    title: "The plan was changed after it was written.",
    explanation: "The digest in the plan file does not match its content.",
    help: "Change the declarations, and make a new plan with command: plan.",
  },

  ...tuningCodes,
  ...jobCodes,
  ...deploymentCodes,
  ...targetCodes,
  ...workspaceCodes,
  ...serviceCodes,
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type ProblemCode = keyof typeof problemCodes;
