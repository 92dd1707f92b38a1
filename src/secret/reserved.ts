/**
 * Variables that open something for whoever holds them and belong to the action or to the runner. A declaration, which
 * anybody can change in a pull request, must not have them handed to a job or a machine.
 */
const reserved =
  /^(?:ACTIONS_.*|INPUT_.*|STATE_.*|(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN|GITHUB_(?:OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)|(?:AZURE|ARM|AAD)_(?:CLIENT_SECRET|CLIENT_CERTIFICATE.*|CREDENTIALS|PASSWORD|USERNAME|ACCESS_TOKEN|ACCESS_KEY|SAS_TOKEN|OIDC_.*|FEDERATED_TOKEN.*)|AZURE_DEVOPS_EXT_PAT|SYSTEM_ACCESSTOKEN|MSI_SECRET|IDENTITY_HEADER)$/i;

export function isReserved(name: string): boolean {
  return reserved.test(name);
}

/** Why a reference to a variable is refused, and what to write instead. */
export function reservedFault(name: string): { readonly message: string; readonly fix: string } {
  return {
    message: `${name} is a credential of the action or of the runner, and is never passed on.`,
    fix: "Put a secret of its own into a variable of another name, and refer to that.",
  };
}
