import { describe, expect, it } from "@jest/globals";
import { formatPosition } from "../../src/yaml/problem.ts";
import { declare } from "../support/declare.ts";

async function problemsOf(yaml: string, set: readonly string[] = []) {
  return (await declare({ "azureml.yml": yaml }, { set })).problems;
}
const errorsOf = async (yaml: string, set: readonly string[] = []) =>
  (await problemsOf(yaml, set))
    .filter(({ severity }) => severity === "error")
    .map(({ code, where, fix }) => ({ at: where === undefined ? "" : formatPosition(where), code, fix }));

const target = (line: string) => `targets:\n  - type: amlcompute\n    ${line}\n`;
const run = (line: string) => `run:\n  command: echo\n  ${line}\n`;

describe("an expression that nothing evaluates is one error at its place, with what to write", () => {
  it.each([
    [target('name: "${{ vars.N }}"'), "3:11", "Write the value itself."],
    [target("name: cpu\n    size: ${{ env.SIZE }}"), "4:11", "targets.cpu.size=${{ env.SIZE }}"],
    [
      target('name: cpu\n    max_instances: "${{ inputs.max || 4 }}"'),
      "4:20",
      "targets.cpu.max_instances=${{ inputs.max || 4 }}",
    ],
    [target("name: cpu\n    size: $SIZE"), "4:11", "targets.cpu.size=${{ env.SIZE }}"],
    [target("name: cpu-${ENV}"), "3:11", "Write the value itself."],
    [target('name: cpu\n    tags: { sha: "${{ github.sha }}" }'), "4:18", "targets.cpu.tags.sha=${{ github.sha }}"],
    [
      run('environment_variables: { SHA: "${{ github.sha }}" }'),
      "3:33",
      "Write { env: SHA }, and give the step env: SHA: ${{ github.sha }}.",
    ],
    [run("environment_variables: { TOKEN: $TOKEN }"), "3:35", "Write { env: TOKEN }"],
    [run('environment_variables: { T: "${{ secrets.TOKEN }}" }'), "3:31", "Write { env: TOKEN }"],
    [run("compute: azureml:${{ vars.CLUSTER }}"), "3:12", "run.compute=azureml:${{ vars.CLUSTER }}"],
    [run("compute: azureml:$CLUSTER"), "3:12", "run.compute=azureml:${{ env.CLUSTER }}"],
    [run("environment: azureml:env:${{ format('{0}', github.run_number) }}"), "3:16", "run.environment="],
    [run("display_name: ${{ toJSON(vars) }} ${{ vars['N'] }}"), "3:17", "run.display_name="],
    [run("tags: { pr: '#${{ github.event.number }}' }"), "3:15", "run.tags.pr=#${{ github.event.number }}"],
    [run("tags: { t: '${{ secrets.X }}' }"), "3:14", "Write no secret here"],
    [run("inputs: { lr: '${{ matrix.lr }}' }"), "3:17", "run.inputs.lr=${{ matrix.lr }}"],
    ["run:\n  command: echo ${{ github.sha }}\n", "2:12", "run.command=echo ${{ github.sha }}"],
    [
      "workspace: { name: '${{ vars.WS }}' }\nrun: { command: echo }\n",
      "1:20",
      "subscription-id, resource-group and workspace",
    ],
    ["workspace: { name: $WS }\nrun: { command: echo }\n", "1:20", "subscription-id, resource-group and workspace"],
    [
      "run: { command: echo }\ngates: [{ metric: a, at_least: '${{ vars.MIN }}' }]\n",
      "2:32",
      "Write the value itself.",
    ],
  ])("%j", async (yaml, at, fix) => {
    const errors = await errorsOf(yaml);
    expect(errors).toEqual([
      { at: `azureml.yml:${at}`, code: "expression-in-file", fix: expect.stringContaining(fix) as unknown },
    ]);
  });

  it("in a login once, with the way in which secrets come", async () => {
    const login = `targets:
  - name: dsvm
    type: virtualmachine
    resource_id: /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v
    ssh_settings: { admin_username: "\${{ vars.USER }}", admin_password: "\${{ secrets.PASSWORD }}" }
`;
    expect((await errorsOf(login)).map(({ at, fix }) => [at, fix])).toEqual([
      ["azureml.yml:5:37", expect.stringContaining("targets.dsvm.ssh_settings.admin_username=")],
      ["azureml.yml:5:73", expect.stringContaining("Write { env: PASSWORD }")],
    ]);
  });
});

describe("what somebody does evaluate, or nobody need, stays as it is", () => {
  it.each([
    [
      "run: { command: 'python t.py ${{inputs.lr}} ${{ outputs.o }} $HOME ${X} \\$Y', inputs: { lr: 1 }, outputs: { o: } }",
    ],
    [
      "run: { command: echo, outputs: { o: { path: 'azureml://datastores/${{default_datastore}}/paths/${{name}}/' } } }",
    ],
    ["run: { command: echo, inputs: { a: { path: '${{parent.inputs.x}}' }, b: '${{parent.jobs.train.outputs.y}}' } }"],
    ["run: { command: echo, environment_variables: { A: '$HOME/x', B: 'costs $5', C: '${{name}}' }, description: $X }"],
    ["run: { command: echo, inputs: { price: '$5', regex: '^a$', text: 'the env.X of vars.Y' } }"],
    [target("name: ann\n    tags: { note: 'paid in $' }")],
  ])("%s", async (yaml) => {
    expect(await errorsOf(yaml)).toEqual([]);
  });

  it("is a value that the input set replaces", async () => {
    const yaml = target("name: cpu\n    size: ${{ vars.SIZE }}");
    expect(await errorsOf(yaml, ["targets.cpu.size=Standard_DS3_v2"])).toEqual([]);
  });
});
