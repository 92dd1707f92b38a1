/** What a problem's code stands for: what is wrong, and what helps. */
export type Rule = { readonly what: string; readonly help: string };

const rules: Readonly<Record<string, Rule>> = {
  syntax: { what: "The file is not YAML.", help: "Correct the YAML at the place; tabs cannot indent." },
  "duplicate-key": { what: "A key stands twice in one mapping.", help: "Remove one of the two: only the last counts." },
  "unknown-key": {
    what: "The key is not known here.",
    help: "Keys are those of az ml v2 YAML, in snake_case. Correct the spelling, or remove the key.",
  },
  "missing-key": { what: "A key that is needed is missing.", help: "Add the key." },
  "wrong-key": { what: "The key does not go with the rest.", help: "Remove the key, or change what it belongs to." },
  "wrong-value": {
    what: "The value is none that is allowed here.",
    help: "Use one of the values that the message names.",
  },
  "wrong-type": { what: "The value is of another type than is declared.", help: "Correct the value or its type." },
  "wrong-mode": { what: "The mode does not go with the type.", help: "Use a mode that the type has." },
  "out-of-range": {
    what: "The number is too small or too large.",
    help: "Use a number in the range that the message names.",
  },
  "min-above-max": { what: "The minimum is above the maximum.", help: "Lower min_instances, or raise max_instances." },
  "illegal-name": {
    what: "Azure ML does not take the name.",
    help: "Use letters, digits and dashes as the message says.",
  },
  "illegal-version": {
    what: "Azure ML does not take the version.",
    help: "Use letters, digits, dots, dashes and underscores.",
  },
  "unknown-type": { what: "The kind of target is not known.", help: "Use one of the types that the message names." },
  "unknown-size-form": { what: "The VM size is not of a form that Azure has.", help: "Write it as Standard_DS3_v2." },
  "not-supported-yet": {
    what: "This version does not support it.",
    help: "Leave it out; the README lists what works.",
  },
  "missing-file": {
    what: "A file or folder that is named does not exist.",
    help: "Correct the path: it is relative to the file that names it, or to working-directory. Commit what is missing.",
  },
  "not-a-file": { what: "The path leads to no file.", help: "Name a file, or a glob such as compute/*.yml." },
  "too-large": { what: "The file is too large for a declaration.", help: "Name another file." },
  outside: { what: "The file lies outside the working directory.", help: "Keep declarations inside it." },
  "no-match": { what: "No file matches the pattern.", help: "Correct the pattern, or remove it." },
  "not-a-declaration": {
    what: "The file declares nothing that is known.",
    help: "Name a declaration or an az ml file.",
  },
  "not-a-target": { what: "The entry declares no target.", help: "Write a mapping with name and type, or a path." },
  "not-a-list": { what: "The input is not a list.", help: "Write a YAML list of targets." },
  "nothing-declared": { what: "Nothing is declared.", help: "Declare targets, a run or an environment." },
  "duplicate-name": { what: "Two targets have one name.", help: "Rename one of them, or remove it." },
  "duplicate-resource": {
    what: "One resource is declared twice.",
    help: "A second attachment of a resource breaks the first. Keep one of the two declarations.",
  },
  "duplicate-environment": {
    what: "One environment is declared twice.",
    help: "Remove one, or give it another version.",
  },
  "two-runs": { what: "Two runs are declared.", help: "Declare one, or name the one to submit with the input run." },
  "two-workspaces": { what: "Two workspaces are declared.", help: "Use one workspace for each call of the action." },
  "two-environments": { what: "The job has two environments.", help: "Keep the reference, or the packages." },
  "unknown-target": {
    what: "A target that is named is not declared.",
    help: "Correct the name, or declare the target.",
  },
  "unknown-binding": {
    what: "The command uses an input or output that is not declared.",
    help: "Declare it, or correct the name.",
  },
  "literal-secret": {
    what: "A secret stands in the file.",
    help: "Replace the secret itself, which is known by now, and refer to the new one: { env: NAME }, { key_vault: URL } or { file: PATH } outside the checkout.",
  },
  "malformed-secret": {
    what: "The reference to a secret is not of a known form.",
    help: "Write { env: NAME }, { key_vault: URL } or { file: PATH }.",
  },
  "visible-secret": {
    what: "Readers of the workspace see the secret.",
    help: "Have the job read it from Key Vault with its identity.",
  },
  "password-or-key": { what: "The login has no secret, or two.", help: "Give a password or a private key." },
  "missing-identity": {
    what: "The identity names no resource.",
    help: "List the ids of the user-assigned identities.",
  },
  "missing-subnet": { what: "The network has no subnet.", help: "Add subnet: its name, or its full id." },
  "missing-vnet": { what: "The subnet's network is not named.", help: "Add vnet_name, or give the subnet's full id." },
  "malformed-resource-id": {
    what: "The text is no ARM resource id.",
    help: "Copy the id from the portal, or from az resource show.",
  },
  "malformed-name": {
    what: "The text is no name of a resource in Azure.",
    help: "Write the name alone, as the portal shows it.",
  },
  "wrong-resource-type": {
    what: "The resource is of another kind than the target.",
    help: "Correct the id, or the type.",
  },
  "id-and-parts": { what: "The resource is named twice.", help: "Keep resource_id, or its parts." },
  "git-code": { what: "Code cannot be a Git address.", help: "Check the repository out, and name the folder." },
  "image-and-build": { what: "The environment has an image and a build.", help: "Keep one of the two." },
  "missing-version": { what: "The reference names no version.", help: "Add :VERSION or @latest." },
  "wrong-reference": { what: "The reference is not of a known form.", help: "Write azureml:NAME:VERSION." },
  "wrong-conda-file": {
    what: "The conda file is not of a conda file's form.",
    help: "Write channels and dependencies.",
  },
  "wrong-file": { what: "The file is not of the form that is needed.", help: "Correct the file, or name another one." },
  "unused-name": {
    what: "The name is not used.",
    help: "Leave it out, or declare the environment in a file of its own.",
  },
  "gate-condition": { what: "The gate has no condition, or two.", help: "Give at_least or at_most." },
  "wrong-override": {
    what: "A line of the input set cannot be used.",
    help: "Write PATH=VALUE, with a path that is declared.",
  },
};

/** The rule of a code. A code that is not listed is taken for what it says: its words are chosen to be read. */
export function ruleOf(code: string): Rule {
  if (Object.hasOwn(rules, code) && rules[code] !== undefined) return rules[code];
  const words = code.replaceAll("-", " ");
  return { what: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`, help: "Do as the message of the result says." };
}
