import { describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packFiles } from "../../../src/deployment/service/archive.ts";
import { driverProgram } from "../../../src/deployment/service/driver.ts";
import { checkoutOf } from "../../support/step.ts";

const folder = mkdtempSync(join(tmpdir(), "archive-"));

async function pack(files: Readonly<Record<string, string>>, name = "a.tar.gz"): Promise<string> {
  const checkout = checkoutOf(files);
  const path = join(folder, name);
  const listed = Object.keys(files).map((file) => ({
    name: file,
    path: join(checkout, file),
    bytes: statSync(join(checkout, file)).size,
  }));
  await packFiles("src", listed, path);
  return path;
}

describe("the archive of the code", () => {
  const names = [
    "score.py",
    "inner/empty.py",
    `inner/${"long-".repeat(40)}name.py`,
    "größe/ファイル.py",
    "exactly-512.txt",
  ];
  const files = Object.fromEntries(names.map((name, index) => [name, index === 1 ? "" : "x".repeat(512 * index + 7)]));

  it("has every file under the folder's name, whatever the name is, as tar unpacks it", async () => {
    const path = await pack({ ...files, "exactly-512.txt": "y".repeat(512) });
    const out = mkdtempSync(join(tmpdir(), "unpacked-"));
    execFileSync("tar", ["-xzf", path, "-C", out]);
    for (const name of names) {
      const expected = name === "exactly-512.txt" ? "y".repeat(512) : files[name];
      expect(readFileSync(join(out, "src", name), "utf8")).toBe(expected);
    }
  });

  it("is what Python's tarfile reads, which the service unpacks it with", async () => {
    const path = await pack(files);
    const listed = execFileSync("python3", [
      "-c",
      "import sys, tarfile; print('\\n'.join(sorted(m.name for m in tarfile.open(sys.argv[1]) if m.isfile())))",
      path,
    ]).toString("utf8");
    expect(listed.trim().split("\n")).toEqual(names.map((name) => `src/${name}`).sort());
  });

  it("is the same for the same content, whenever it is packed", async () => {
    const first = readFileSync(await pack({ "score.py": "same" }, "first.tar.gz"));
    const checkout = checkoutOf({ "score.py": "same" });
    utimesSync(join(checkout, "score.py"), 1, 1);
    await packFiles(
      "src",
      [{ name: "score.py", path: join(checkout, "score.py"), bytes: 4 }],
      join(folder, "b.tar.gz"),
    );
    expect(readFileSync(join(folder, "b.tar.gz")).equals(first)).toBe(true);
  });

  it("is not made of a file that changes meanwhile", async () => {
    const checkout = checkoutOf({ "score.py": "longer than it was" });
    const listed = [{ name: "score.py", path: join(checkout, "score.py"), bytes: 3 }];
    await expect(packFiles("src", listed, join(folder, "c.tar.gz"))).rejects.toThrow(/has changed/);
  });
});

describe("the driver", () => {
  /** What the service does with it. */
  function ask(script: string, folderName = "src", call = 'driver.run("body", {"h": "1"})'): string {
    const checkout = checkoutOf({
      [`${folderName}/inner/score.py`]: script,
      [`${folderName}/helper.py`]: "value = 7\n",
      "driver.py": driverProgram(folderName, "inner/score.py"),
    });
    return execFileSync("python3", ["-c", `import driver\ndriver.init()\nprint(${call})`], { cwd: checkout })
      .toString("utf8")
      .trim();
  }

  it.each([
    [
      "hands the body over under whatever name the script has for it",
      "def init(): pass\ndef run(raw): return raw\n",
      "body",
    ],
    [
      "hands the headers over where the script asks for them",
      "def init(): pass\ndef run(request_headers, data): return data + request_headers['h']\n",
      "body1",
    ],
    [
      "lets the script import what is beside it",
      "import helper\ndef init(): pass\ndef run(d): return helper.value\n",
      "7",
    ],
    ["calls init first", "def init():\n  global m\n  m = 5\ndef run(d): return m\n", "5"],
  ])("%s", (_, script, expected) => {
    expect(ask(script)).toBe(expected);
  });

  it("finds a folder whose name has quotes and more in it", () => {
    expect(ask("def init(): pass\ndef run(d): return d\n", `it's "größe" \\ 1`)).toBe("body");
  });
});
