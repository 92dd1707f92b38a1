import { expect, it } from "@jest/globals";
import { placesOf, readYaml } from "../support/declared.ts";

it("an Azure Container Instance as a target is an error that says where it comes from and where to write it", () => {
  const { target, problems } = readYaml("name: scoring\ntype: ACI\ncpu_cores: 1\n");
  expect(target).toBeUndefined();
  expect(placesOf(problems)).toEqual(["error by-deployment-only 2:7"]);
  expect(problems[0]?.message).toContain("is created with a deployment");
  expect(problems[0]?.fix).toContain("deploy:");
});
