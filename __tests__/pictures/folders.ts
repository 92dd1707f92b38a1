import { join } from "node:path";

/** What pictures are to look like; `npm run pictures -- --approve` writes them. */
export const approvedFolder = join(import.meta.dirname, "approved");

export const readmePicture = join(import.meta.dirname, "../../docs/images/report.png");

/** What those look like that differ, and where they do. */
export const differingFolder = join(import.meta.dirname, "../../.pictures");
