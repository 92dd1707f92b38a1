import type { Arm } from "./arm.ts";
import type { Blobs } from "./blobs.ts";
import type { DataPlane } from "./data-plane.ts";
import { membersOf, textOf } from "./members.ts";
import { refused, succeeded, type Outcome } from "./outcome.ts";
import { uploadTo } from "./signed-upload.ts";
import type { UploadedFile } from "./upload.ts";
import type { Workspace } from "./workspace.ts";

/** A file on its way to a place of its own: the name of the place is the caller's choice. */
export type ScoringFile = { readonly place: string; readonly file: UploadedFile };

/** What a request says of the code that answers, in the official client's words. */
export type ScoringCode = {
  readonly driverProgram: string;
  readonly assets: readonly Readonly<Record<string, string | boolean>>[];
};

/** The artifact service of the first SDK (data plane): it keeps the files that web services are made of. */
export type V1Artifacts = {
  /**
   * Uploads files below one place. The same content is left as it is, so a second request changes nothing.
   *
   * @param place made of what is uploaded, or new each time.
   * @returns their addresses by their names: `aml://artifact/LocalUpload/PLACE/NAME`.
   */
  readonly upload: (place: string, files: readonly UploadedFile[]) => Promise<Outcome<ReadonlyMap<string, string>>>;
  /** Uploads the driver, by which the service finds the scoring script, and the packed folder of the code (`.tar.gz`). */
  readonly uploadCode: (driver: ScoringFile, folder: ScoringFile) => Promise<Outcome<ScoringCode>>;
};

type Deps = {
  readonly blobs: Blobs;
  readonly dataPlane: DataPlane;
  readonly mask: (secret: string) => void;
};

/** Where official clients put what comes of a machine. */
const origin = "LocalUpload";

/** Files that addresses are asked for at once, as the official client asks. */
const mostPaths = 500;

/** As the official client sends bodies. */
const contentType = "application/json-patch+json; charset=utf-8";

export function createV1Artifacts(arm: Arm, workspace: Workspace, { blobs, dataPlane, mask }: Deps): V1Artifacts {
  /** Adds the places of some files to those that are known, with access to each. */
  const ask = async (
    url: string,
    files: readonly UploadedFile[],
    known: Map<string, Place>,
  ): Promise<Outcome<void>> => {
    const body = { paths: files.map(({ name }) => ({ path: name })) };
    // Its only effect is that a blob may be written.
    const answer = await arm.sendData("POST", url, body, { contentType, repeatable: "read" });
    if (!answer.ok) return answer;
    const { artifacts, artifactContentInformation } = membersOf(answer.value.body);
    const [ids, addresses] = [membersOf(artifacts), membersOf(artifactContentInformation)];
    for (const { name } of files) {
      const id = textOf(membersOf(own(ids, name))["artifactId"]);
      const uri = URL.parse(textOf(membersOf(own(addresses, name))["contentUri"]) ?? "");
      if (id === undefined || uri === null) return noPlace(name);
      known.set(name, { id, uri });
    }
    return succeeded(undefined);
  };
  const upload: V1Artifacts["upload"] = async (place, files) => {
    const host = await dataPlane();
    if (!host.ok) return host;
    const url = `${host.value}/artifact/v2.0${workspace.id}/artifacts/batch/metadata/${origin}/${encodeURIComponent(place)}`;
    const places = new Map<string, Place>();
    for (let start = 0; start < files.length; start += mostPaths) {
      const asked = await ask(url, files.slice(start, start + mostPaths), places);
      if (!asked.ok) return asked;
    }
    for (const file of files) {
      const given = places.get(file.name);
      if (given === undefined) return noPlace(file.name);
      const put = await uploadTo(given.uri, file, blobs, mask);
      if (!put.ok) return put;
    }
    return succeeded(new Map([...places].map(([name, { id }]) => [name, `aml://artifact/${id}`])));
  };
  return {
    upload,
    uploadCode: async (driver, folder) => {
      const urls: string[] = [];
      for (const { place, file } of [driver, folder]) {
        const put = await upload(place, [file]);
        if (!put.ok) return put;
        urls.push(...put.value.values());
      }
      const [driverUrl = "", folderUrl = ""] = urls;
      return succeeded({
        driverProgram: driver.file.name,
        assets: [
          { id: driver.file.name, url: driverUrl, mimeType: "application/x-python" },
          { mimeType: "application/octet-stream", id: folder.file.name, url: folderUrl, unpack: true },
        ],
      });
    },
  };
}

type Place = { readonly id: string; readonly uri: URL };

function own(members: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function noPlace(name: string): Outcome<never> {
  const message = `The service gave no address for the file ${name}.`;
  return refused("BrokenReply", message);
}
