import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { pictures } from "../support/per-worker.ts";
import { approvedFolder, differingFolder } from "./folders.ts";

const { decoded, differenceFrom, encoded } = await pictures();

const [name = ""] = readdirSync(approvedFolder).map((file) => file.replace(/\.png$/, ""));
const approved = () => decoded(readFileSync(join(approvedFolder, `${name}.png`)));
const differs = () => existsSync(join(differingFolder, `${name}.png`));

/** The approved picture with a rectangle of another colour. */
function painted(width: number, height: number): Buffer {
  const picture = approved();
  for (let y = 100; y < 100 + height; y += 1)
    for (let x = 20; x < 20 + width; x += 1) picture.data.set([180, 106, 24, 255], (y * picture.width + x) * 4);
  return encoded(picture);
}

describe("a picture beside the approved one", () => {
  // Leaves no difference behind that is none of the report.
  afterAll(() => {
    differenceFrom(name, encoded(approved()));
    rmSync(join(differingFolder, "never-approved.png"), { force: true });
  });

  it("is the same where nothing has changed, or a few pixels at the edges of letters have", () => {
    expect(differenceFrom(name, encoded(approved()))).toBeUndefined();
    expect(differenceFrom(name, painted(3, 3))).toBeUndefined();
    expect(differs()).toBe(false);
  });

  it("differs where a word or a line has another colour, and can be looked at", () => {
    expect(differenceFrom(name, painted(60, 14))).toMatch(/differs from the approved picture in \d+ pixels/);
    expect(differs()).toBe(true);
  });

  it("differs where it has another size", () => {
    const { width, height } = approved();
    const taller = encoded(new PNG({ width, height: height + 3 }));
    expect(differenceFrom(name, taller)).toContain(`${width} × ${height + 3}`);
    expect(differenceFrom("never-approved", taller)).toContain("There is no approved picture");
  });

  it("is kept with a palette, whose colours are those of the picture", () => {
    const picture = new PNG({ width: 300, height: 2 });
    const colour = (x: number) => [x % 250, (x * 7) % 250, x < 20 ? 9 : 200, 255];
    for (let x = 0; x < 300; x += 1)
      for (const y of [0, 1]) picture.data.set(x < 200 ? [1, 2, 3, 255] : colour(x), (y * 300 + x) * 4);
    const back = decoded(encoded(picture, "palette"));
    expect(back.data.equals(picture.data)).toBe(true);
  });
});
