import { expect, it } from "@jest/globals";
import { placesOf, readYaml } from "../support/declared.ts";

it.each(["local", "Local", "LOCAL"])(
  "the runner is a target of the type %s, in any case as the other types",
  (type) => {
    const { target, problems } = readYaml(`name: here\ntype: ${type}\n`);
    expect(placesOf(problems)).toEqual([]);
    expect(target?.type).toBe("local");
  },
);
