/** Commands of the Azure CLI that the documentation uses, with the options that it may give them. @see https://learn.microsoft.com/cli/azure */
export const azCommands: Readonly<Record<string, readonly string[]>> = {
  login: [],
  "account show": [],
  "ad app create": ["--display-name"],
  "ad app federated-credential create": ["--id", "--parameters"],
  "ad sp create": ["--id"],
  "identity create": ["--name", "--resource-group"],
  "identity show": ["--name", "--resource-group"],
  "identity federated-credential create": [
    ...["--name", "--identity-name", "--resource-group", "--issuer", "--subject", "--audiences"],
  ],
  "provider register": ["--namespace"],
  "role assignment create": ["--assignee-object-id", "--assignee-principal-type", "--role", "--scope"],
  "role definition create": ["--role-definition"],
};

export const azGlobal: readonly string[] = ["--query", "--output", "--subscription"];
