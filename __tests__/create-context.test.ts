import { expect, it } from "@jest/globals";
import { createContext } from "../src/create-context.ts";
import { createLog } from "../src/github/log.ts";
import { withoutSecrets } from "../src/github/mask.ts";
import { readInputs } from "../src/inputs.ts";
import { checkoutOf } from "./support/step.ts";

it("hides declared secrets of the environment as soon as the declaration is read, whether they are sent or not", async () => {
  const checkout = checkoutOf({
    "azureml.yml": `targets:
- { name: vm-a, type: virtualmachine, subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: r, vm_name: v, ssh_settings: { admin_username: u, admin_password: { env: VM_PASSWORD } } }
run: { command: x, environment: { image: i }, compute: vm-a, environment_variables: { TOKEN: { env: RUN_TOKEN } } }
`,
  });
  const environment = { GITHUB_WORKSPACE: checkout, VM_PASSWORD: "of-the-machine", RUN_TOKEN: "of-the-run" };
  const signal = new AbortController().signal;
  const context = await createContext(readInputs(environment), environment, { log: createLog(), signal });
  await context.declare();
  expect(withoutSecrets("of-the-machine, of-the-run")).toBe("***, ***");
});
