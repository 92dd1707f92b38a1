import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MetricSeries } from "../../report/result.ts";

/**
 * The metrics of every run in an MLflow file store: `{experiment}/{run}/metrics/{name}`, a line for each value of the
 * form `timestamp value step`.
 *
 * @see https://mlflow.org/docs/latest/tracking.html
 */
export async function readFileStore(folder: string): Promise<readonly MetricSeries[]> {
  const series: MetricSeries[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const [, name] = /[/\\]metrics[/\\](.+)$/.exec(path) ?? [];
    if (!entry.isFile() || name === undefined) continue;
    const points = (await readFile(path, "utf8"))
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [, value = "nan", step = "0"] = line.trim().split(/\s+/);
        return { step: Number(step), value: Number(value) };
      });
    const last = points.at(-1);
    if (last !== undefined)
      series.push({
        name: name.replaceAll("\\", "/"),
        last: last.value,
        points: points.sort((a, b) => a.step - b.step),
      });
  }
  return series.sort((a, b) => (a.name < b.name ? -1 : 1));
}
