export const id = 401;
export const ids = [401];
export const modules = {

/***/ 2401:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connect: () => (/* binding */ connect),
  connectJobs: () => (/* binding */ connectJobs)
});

// UNUSED EXPORTS: WorkspaceUnavailable

// EXTERNAL MODULE: ./build/azure/outcome.js
var azure_outcome = __webpack_require__(8416);
// EXTERNAL MODULE: ./node_modules/@azure/core-rest-pipeline/dist/esm/index.js + 38 modules
var esm = __webpack_require__(690);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(8508);
;// CONCATENATED MODULE: ./build/azure/pipeline.js


/** How long one request may take before it counts as lost. Our choice: ARM answers within a minute or not at all. */
const requestTimeoutSeconds = 60;
const userAgentPrefix = `azureml-targets/${version/* version */.r}`;
/** The library's pipeline without its own retries, which repeat writes after unknown outcomes. Proxies are its own. */
function plainPipeline() {
    const pipeline = (0,esm/* createPipelineFromOptions */.Fp)({ userAgentOptions: { userAgentPrefix } });
    withoutRetries(pipeline);
    return pipeline;
}
function withoutRetries(pipeline) {
    for (const { name } of pipeline.getOrderedPolicies()) {
        if (/retry/i.test(name))
            pipeline.removePolicy({ name });
    }
}
let client;
/** One client for the process, so that connections are kept alive across all calls. */
function httpClient() {
    client ??= (0,esm/* createDefaultHttpClient */.fl)();
    return client;
}
/** Sends one request through a pipeline. @throws when no answer came: connection, timeout, abort. */
async function send(pipeline, { method, url, headers, body, signal }) {
    const request = (0,esm/* createPipelineRequest */.G6)({
        method,
        url,
        timeout: requestTimeoutSeconds * 1000,
        allowInsecureConnection: isLoopback(url),
        headers: (0,esm/* createHttpHeaders */.Nc)({
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
        }),
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    const response = await pipeline.sendRequest(httpClient(), request);
    return { status: response.status, headers: response.headers.toJSON(), body: parsed(response.bodyAsText) };
}
/** Plain HTTP is taken only from this very machine, where nobody listens in: agents of runners and emulators of storage. */
function isLoopback(url) {
    return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\//.test(url);
}
function parsed(text) {
    if (text === undefined || text === null || text === "")
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        return text;
    }
}
/** Renewed this long before it runs out. */
const renewBeforeMs = 5 * 60 * 1000;
/**
 * Puts a bearer token on every request: one token for all of them, renewed in time, and renewed at once when the
 * service calls it expired. A 401 means that nothing was done, so the request is repeated once, writes included.
 *
 * @param newCredential a credential without a cache of its own from earlier calls.
 */
function bearerTokenPolicy(newCredential, scope, clock) {
    let current;
    const fetchToken = async () => {
        const token = await (await newCredential()).getToken(scope);
        if (token === null)
            throw new Error("The sign-in gave no token.");
        return token;
    };
    const token = async () => {
        current ??= fetchToken();
        try {
            const known = await current;
            if (known.expiresOnTimestamp - clock.now() > renewBeforeMs)
                return known;
            // A token may be issued for less than the margin: one that is fresh is used to its end all the same.
            current = fetchToken();
            return await current;
        }
        catch (error) {
            current = undefined;
            throw error;
        }
    };
    return {
        name: "bearerTokenAuthenticationPolicy",
        sendRequest: async (request, next) => {
            const first = await token();
            request.headers.set("authorization", `Bearer ${first.token}`);
            const response = await next(request);
            if (response.status !== 401)
                return response;
            if ((await current) === first)
                current = undefined;
            request.headers.set("authorization", `Bearer ${(await token()).token}`);
            return next(request);
        },
    };
}

// EXTERNAL MODULE: ./build/azure/retry.js
var retry = __webpack_require__(5162);
;// CONCATENATED MODULE: ./build/azure/arm.js



/** The library's client is never asked for a token itself: the policy of our own sees to that. */
const noCredential = {
    getToken: () => Promise.reject(new Error("Tokens are put on requests by the pipeline.")),
};
/**
 * ARM through `@azure/arm-resources` where it reaches (GET, PUT and PATCH by id), and through the same pipeline for what
 * it cannot send: DELETE with `underlyingResourceAction`, POST actions, nested lists.
 */
async function createArm(options) {
    const { cloud, subscriptionId, newCredential, clock, signal } = options;
    const { ResourceManagementClient } = await __webpack_require__.e(/* import() */ 985).then(__webpack_require__.bind(__webpack_require__, 7985));
    const client = new ResourceManagementClient(noCredential, subscriptionId, {
        endpoint: cloud.resourceManager,
        credentials: { scopes: [cloud.armScope] },
        userAgentOptions: { userAgentPrefix: userAgentPrefix },
    });
    const { pipeline } = client;
    withoutRetries(pipeline);
    pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
    pipeline.addPolicy(bearerTokenPolicy(newCredential, cloud.armScope, clock), { phase: "Sign" });
    const answer = async (repeatable, request, until = signal) => {
        const outcome = await (0,retry/* withRetries */.LH)(repeatable, request, { ...options, signal: until });
        if (!outcome.ok || outcome.value.status < 400)
            return outcome;
        return (0,azure_outcome/* failed */.g)((0,retry/* failureOf */.g5)(outcome.value));
    };
    const direct = (repeatable, method, url, body, until = signal) => answer(repeatable, () => send(pipeline, { method, url, body, signal: until }), until);
    const byId = (run, id, correlationId) => viaLibrary(run, id, signal, correlationId);
    const address = (path, apiVersion, query = {}) => `${cloud.resourceManager}${path}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
    const getUrl = (url) => new URL(url).origin === new URL(cloud.resourceManager).origin
        ? direct("read", "GET", url)
        : Promise.resolve((0,azure_outcome/* failed */.g)({
            reason: "refused",
            error: {
                code: "ForeignHost",
                message: `The service referred to ${new URL(url).origin}, which is not ${cloud.resourceManager}; the access token is not sent there.`,
                details: [],
            },
        }));
    return {
        get: (id, apiVersion) => answer("read", () => byId((path, rest) => client.resources.getById(path, apiVersion, rest), id)),
        put: (id, apiVersion, body, { repeatable = "write", correlationId } = {}) => answer(repeatable, () => byId((path, rest) => client.resources.createOrUpdateById(path, apiVersion, body, rest).submitted(), id, correlationId)),
        patch: (id, apiVersion, body, { repeatable = "write", correlationId } = {}) => answer(repeatable, () => byId((path, rest) => client.resources.updateById(path, apiVersion, body, rest).submitted(), id, correlationId)),
        post: (path, apiVersion, body, { repeatable = "write", signal: until } = {}) => direct(repeatable, "POST", address(path, apiVersion), body, until),
        remove: (id, apiVersion, query) => direct("write", "DELETE", address(id, apiVersion, query)),
        list: (path, apiVersion, query) => listPages(address(path, apiVersion, query), getUrl),
        getUrl,
        getData: (url) => direct("read", "GET", url),
    };
}
/**
 * Runs one operation of the library for its first answer. The library throws for statuses that it does not expect and
 * its poller would wait on its own; what counts is the raw answer, which says what the service said.
 */
async function viaLibrary(run, id, signal, correlationId) {
    let answer;
    const options = {
        abortSignal: signal,
        requestOptions: {
            timeout: requestTimeoutSeconds * 1000,
            skipUrlEncoding: true,
            customHeaders: correlationId === undefined ? {} : { "x-ms-correlation-request-id": correlationId },
        },
        onResponse: (raw) => {
            answer ??= { status: raw.status, headers: raw.headers.toJSON(), body: parsed(raw.bodyAsText) };
        },
    };
    try {
        await run(id.replace(/^\//, ""), options);
    }
    catch (error) {
        if (answer === undefined)
            throw error;
    }
    if (answer === undefined)
        throw new Error("The library reported no answer.");
    return answer;
}
async function listPages(first, getUrl) {
    const items = [];
    const seen = new Set();
    for (let url = first; url !== undefined && !seen.has(url);) {
        seen.add(url);
        const page = await getUrl(url);
        if (!page.ok)
            return page;
        const { value, nextLink } = (page.value.body ?? {});
        items.push(...(value ?? []));
        url = nextLink ?? undefined;
    }
    return (0,azure_outcome/* succeeded */.P)(items);
}

// EXTERNAL MODULE: ./build/azure/workspace.js
var azure_workspace = __webpack_require__(3281);
;// CONCATENATED MODULE: ./build/azure/assets.js


/** The official client's versions. */
const codesVersion = "2023-04-01";
const environmentsVersion = "2023-04-01-preview";
const containersVersion = {
    environments: environmentsVersion,
    data: environmentsVersion,
    models: "2023-08-01-preview",
};
/** Assets are named by their content, so their writes may be repeated: they put the same thing in the same place. */
function createAssets(arm, workspace) {
    const root = (0,azure_workspace/* workspaceId */.R)(workspace);
    const version = (kind, name, number) => `${root}/${kind}/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
    const put = async (id, apiVersion, body) => {
        const answer = await arm.put(id, apiVersion, body, { repeatable: "read" });
        // Versions cannot be changed: a conflict says that it is there.
        if (!answer.ok)
            return answer.failure.status === 409 ? (0,azure_outcome/* succeeded */.P)({ id, conflict: true }) : answer;
        return (0,azure_outcome/* succeeded */.P)({
            id: answer.value.body?.id ?? id,
            conflict: false,
        });
    };
    const putContent = async (id, apiVersion, body) => {
        const made = await put(id, apiVersion, body);
        return made.ok ? (0,azure_outcome/* succeeded */.P)(made.value.id) : made;
    };
    return {
        findCode: async (name, hash) => {
            const pages = await arm.list(`${root}/codes/${name}/versions`, codesVersion, { hash, hashVersion: "202208" });
            // A container that does not exist yet holds no code.
            if (!pages.ok)
                return pages.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(undefined) : pages;
            return (0,azure_outcome/* succeeded */.P)(pages.value[0]?.id);
        },
        startCodeUpload: async (name, number) => {
            const answer = await arm.post(`${version("codes", name, number)}/startPendingUpload`, codesVersion, { pendingUploadType: "TemporaryBlobReference" }, { repeatable: "read" });
            if (!answer.ok)
                return answer;
            const { blobReferenceForConsumption: place } = answer.value.body;
            const blobUri = place?.blobUri;
            const sasUri = place?.credential?.sasUri;
            const token = sasUri?.slice(sasUri.indexOf("?") + 1);
            if (blobUri !== undefined && token !== undefined)
                return (0,azure_outcome/* succeeded */.P)({ url: blobUri.replace(/\/+$/, ""), access: { by: "sas", token } });
            return (0,azure_outcome/* failed */.g)({
                reason: "refused",
                error: { code: "NoPlaceForUpload", message: "The service named no place to upload the code to.", details: [] },
            });
        },
        putCode: (name, number, body) => putContent(version("codes", name, number), codesVersion, body),
        putEnvironment: (name, number, body) => put(version("environments", name, number), environmentsVersion, body),
        getEnvironment: async (name, number) => {
            const answer = await arm.get(version("environments", name, number), environmentsVersion);
            if (!answer.ok)
                return answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(undefined) : answer;
            const { properties } = answer.value.body;
            return (0,azure_outcome/* succeeded */.P)(properties ?? {});
        },
        versions: async (kind, name) => {
            const answer = await arm.get(`${root}/${kind}/${encodeURIComponent(name)}`, containersVersion[kind]);
            if (!answer.ok)
                return answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(undefined) : answer;
            const { properties } = answer.value.body;
            const { latestVersion, nextVersion } = properties ?? {};
            return (0,azure_outcome/* succeeded */.P)({
                ...(latestVersion === undefined || latestVersion === null ? {} : { latest: latestVersion }),
                ...(nextVersion === undefined || nextVersion === null ? {} : { next: nextVersion }),
            });
        },
    };
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
;// CONCATENATED MODULE: ./build/azure/blobs.js









/** How many files are uploaded at once. Our choice: enough to hide latency, few enough not to be throttled. */
const uploadsAtOnce = 8;
function createBlobs(ports) {
    const pipeline = plainPipeline();
    return {
        upload: async (container, files, { signal = ports.signal, overwrite = false } = {}) => {
            const client = await containerClient(container);
            const limit = (0,p_limit/* default */.A)(uploadsAtOnce);
            const conditions = overwrite ? {} : { ifNoneMatch: "*" };
            try {
                await Promise.all(files.map(({ name, path }) => limit(async () => {
                    try {
                        await client.getBlockBlobClient(name).uploadFile(path, { abortSignal: signal, conditions });
                    }
                    catch (error) {
                        if (!isAlreadyThere(error))
                            throw error;
                    }
                })));
                return (0,azure_outcome/* succeeded */.P)(undefined);
            }
            catch (error) {
                return storageFailure(error, signal);
            }
        },
        setMetadata: async (container, blob, metadata) => {
            try {
                const client = await containerClient(container);
                await client.getBlobClient(blob).setMetadata({ ...metadata }, { abortSignal: ports.signal });
                return (0,azure_outcome/* succeeded */.P)(undefined);
            }
            catch (error) {
                return storageFailure(error, ports.signal);
            }
        },
        metadata: async (container, blob) => {
            try {
                const client = await containerClient(container);
                const { metadata = {} } = await client.getBlobClient(blob).getProperties({ abortSignal: ports.signal });
                return (0,azure_outcome/* succeeded */.P)(Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value])));
            }
            catch (error) {
                const { statusCode } = error;
                return statusCode === 404 ? (0,azure_outcome/* succeeded */.P)(undefined) : storageFailure(error, ports.signal);
            }
        },
        read: async (sasUrl, offset, limit) => {
            const answer = await (0,retry/* withRetries */.LH)("read", () => readRange(pipeline, sasUrl, offset, limit, ports.signal), ports);
            if (!answer.ok)
                return answer;
            const { status, body } = answer.value;
            // 416: nothing beyond the offset. 404: the log has not been begun.
            if (status === 416 || status === 404)
                return (0,azure_outcome/* succeeded */.P)(new Uint8Array());
            if (status !== 200 && status !== 206)
                return (0,azure_outcome/* failed */.g)((0,retry/* failureOf */.g5)({ ...answer.value, body: Buffer.from(body).toString("utf8") }));
            const bytes = body;
            // A server that does not know ranges sends everything.
            return (0,azure_outcome/* succeeded */.P)(status === 206 ? bytes : bytes.subarray(offset, offset + limit));
        },
        download: async (sasUrl, path, signal = ports.signal) => {
            const { BlobClient } = await Promise.all(/* import() */[__webpack_require__.e(738), __webpack_require__.e(428), __webpack_require__.e(358)]).then(__webpack_require__.bind(__webpack_require__, 8358));
            try {
                await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true });
                const response = await new BlobClient(sasUrl).download(0, undefined, { abortSignal: signal });
                if (response.readableStreamBody === undefined)
                    throw new Error("The blob has no content.");
                await (0,external_node_stream_promises_.pipeline)(response.readableStreamBody, (0,external_node_fs_.createWriteStream)(path));
                return (0,azure_outcome/* succeeded */.P)(undefined);
            }
            catch (error) {
                return storageFailure(error, signal);
            }
        },
    };
}
/** @param patience how often one request is tried, and how long each try may take; the library's own when absent. */
async function containerClient({ url, access }, patience) {
    const library = await Promise.all(/* import() */[__webpack_require__.e(738), __webpack_require__.e(428), __webpack_require__.e(358)]).then(__webpack_require__.bind(__webpack_require__, 8358));
    const options = patience === undefined
        ? {}
        : {
            retryOptions: {
                maxTries: patience.tries,
                tryTimeoutInMs: patience.requestSeconds * 1000,
                retryDelayInMs: 300,
                maxRetryDelayInMs: 3000,
            },
        };
    switch (access.by) {
        case "sas":
            return new library.ContainerClient(`${url}?${access.token}`, undefined, options);
        case "key":
            return new library.ContainerClient(url, new library.StorageSharedKeyCredential(access.account, access.key), options);
        case "identity":
            return new library.ContainerClient(url, access.credential, options);
    }
}
async function readRange(pipeline, url, offset, limit, signal) {
    const request = (0,esm/* createPipelineRequest */.G6)({
        method: "GET",
        url,
        timeout: requestTimeoutSeconds * 1000,
        allowInsecureConnection: isLoopback(url),
        headers: (0,esm/* createHttpHeaders */.Nc)({ range: `bytes=${offset}-${offset + limit - 1}` }),
        streamResponseStatusCodes: new Set([200, 206]),
        abortSignal: signal,
    });
    const response = await pipeline.sendRequest(httpClient(), request);
    const chunks = [];
    for await (const chunk of response.readableStreamBody ?? [])
        chunks.push(chunk);
    const bytes = response.readableStreamBody === undefined ? Buffer.from(response.bodyAsText ?? "", "utf8") : Buffer.concat(chunks);
    return { status: response.status, headers: response.headers.toJSON(), body: bytes };
}
function isAlreadyThere(error) {
    return error instanceof Error && "statusCode" in error && (error.statusCode === 409 || error.statusCode === 412);
}
/** What the library threw, without the signatures that stand in its addresses. */
function storageFailure(error, signal) {
    const cancelled = signal.aborted;
    const details = (error ?? {});
    // Signatures stand in addresses, and addresses in messages of the library.
    const message = (details.message ?? String(error)).split("\n")[0]?.replaceAll(/\bsig=[^&\s"]+/g, "sig=***") ?? "";
    return (0,azure_outcome/* failed */.g)({
        reason: cancelled ? "cancelled" : details.statusCode === undefined ? "unreachable" : "refused",
        ...(details.statusCode === undefined ? {} : { status: details.statusCode }),
        error: { code: details.code ?? "StorageError", message, details: [] },
    });
}

;// CONCATENATED MODULE: ./build/azure/cloud.js


/** A cloud whose endpoints cannot be found out. */
class CloudUnknown extends Error {
    constructor(message) {
        super(message);
        this.name = "CloudUnknown";
    }
}
/** What stands in for a named cloud's metadata when it does not answer. Source: azure-ai-ml and azure/login. */
const known = {
    AzureCloud: {
        name: "AzureCloud",
        resourceManager: "https://management.azure.com",
        authority: "https://login.microsoftonline.com",
        armScope: "https://management.azure.com/.default",
        keyVaultSuffix: "vault.azure.net",
        storageSuffix: "core.windows.net",
        oidcAudience: "api://AzureADTokenExchange",
        isCustom: false,
    },
    AzureUSGovernment: {
        name: "AzureUSGovernment",
        resourceManager: "https://management.usgovcloudapi.net",
        authority: "https://login.microsoftonline.us",
        armScope: "https://management.usgovcloudapi.net/.default",
        keyVaultSuffix: "vault.usgovcloudapi.net",
        storageSuffix: "core.usgovcloudapi.net",
        oidcAudience: "api://AzureADTokenExchangeUSGov",
        isCustom: false,
    },
    AzureChinaCloud: {
        name: "AzureChinaCloud",
        resourceManager: "https://management.chinacloudapi.cn",
        authority: "https://login.chinacloudapi.cn",
        armScope: "https://management.chinacloudapi.cn/.default",
        keyVaultSuffix: "vault.azure.cn",
        storageSuffix: "core.chinacloudapi.cn",
        oidcAudience: "api://AzureADTokenExchangeChina",
        isCustom: false,
    },
};
const metadataVersion = "2022-09-01";
/**
 * Asks ARM for the cloud's endpoints, so that sovereign and custom clouds are data.
 *
 * @throws CloudUnknown when a custom cloud's metadata does not answer usably. A named cloud falls back to what is known.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/control-plane-and-data-plane
 */
async function discoverCloud(request) {
    const byUrl = /^https?:\/\//i.test(request.cloud) ? request.cloud : request.metadataUrl;
    const fallback = Object.hasOwn(known, request.cloud) ? known[request.cloud] : undefined;
    if (byUrl === undefined && fallback === undefined) {
        throw new CloudUnknown(`There is no cloud ${JSON.stringify(request.cloud)}. Use ${Object.keys(known).join(", ")}, or the URL of an ARM endpoint.`);
    }
    const url = metadataAddress(byUrl ?? fallback?.resourceManager ?? "");
    // Where something stands in for the metadata, nothing is waited for.
    const ports = byUrl === undefined ? { ...request, tries: 1 } : request;
    const found = await readMetadata(url, byUrl === undefined ? request.cloud : undefined, ports);
    if (typeof found !== "string")
        return found;
    if (byUrl === undefined && fallback !== undefined)
        return fallback;
    throw new CloudUnknown(`The metadata of the cloud at ${url.origin} cannot be used: ${found}.`);
}
function metadataAddress(given) {
    const url = new URL(given);
    if (!/\/metadata\/endpoints\/?$/.test(url.pathname))
        url.pathname = `${url.pathname.replace(/\/+$/, "")}/metadata/endpoints`;
    if (!url.searchParams.has("api-version"))
        url.searchParams.set("api-version", metadataVersion);
    return url;
}
/** @returns the cloud, or why its metadata cannot be used. */
async function readMetadata(url, name, ports) {
    const pipeline = plainPipeline();
    const answer = await (0,retry/* withRetries */.LH)("read", () => send(pipeline, { method: "GET", url: url.href, signal: ports.signal }), ports);
    if (!answer.ok)
        return answer.failure.error.message;
    if (answer.value.status !== 200)
        return `it answered with status ${answer.value.status}`;
    const clouds = (Array.isArray(answer.value.body) ? answer.value.body : [answer.value.body]);
    const usable = clouds.map((cloud) => cloudOf(cloud, url)).filter((cloud) => cloud !== undefined);
    const sameHost = usable.filter(({ resourceManager }) => new URL(resourceManager).host === url.host);
    const chosen = usable.find((cloud) => cloud.name === name) ?? sameHost[0] ?? usable[0];
    return chosen ?? "it names no login endpoint";
}
/** One entry: the form of today, or the object that older versions and private clouds answer. */
function cloudOf(entry, url) {
    if (typeof entry !== "object" || entry === null)
        return undefined;
    const { name, resourceManager, authentication, suffixes } = entry;
    if (typeof authentication?.loginEndpoint !== "string")
        return undefined;
    const arm = trimmed(resourceManager ?? url.origin);
    const authority = trimmed(authentication.loginEndpoint);
    const isKnown = Object.values(known).find((cloud) => new URL(cloud.authority).host === new URL(authority).host);
    // The public clouds take ARM's own address as audience; a private one may name others, as Azure Stack does.
    const audiences = (authentication.audiences ?? []).map(trimmed);
    const audience = isKnown !== undefined || audiences.includes(arm) ? arm : (audiences[0] ?? arm);
    return {
        name: name ?? "custom",
        resourceManager: arm,
        authority,
        armScope: `${audience}/.default`,
        ...(suffixes?.keyVaultDns === undefined ? {} : { keyVaultSuffix: suffixes.keyVaultDns.replace(/^\./, "") }),
        ...(suffixes?.storage === undefined ? {} : { storageSuffix: suffixes.storage.replace(/^\./, "") }),
        oidcAudience: isKnown?.oidcAudience ?? "api://AzureADTokenExchange",
        isCustom: isKnown === undefined,
    };
}
function trimmed(url) {
    return url.replace(/\/+$/, "");
}

;// CONCATENATED MODULE: ./build/azure/defined.js
/** The members that have a value: an absent member and one that is `undefined` are not the same to our types. */
function defined(members) {
    return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

// EXTERNAL MODULE: ./build/azure/service-error.js
var service_error = __webpack_require__(6576);
;// CONCATENATED MODULE: ./build/azure/computes.js





/** The official client's version for computes; types of the newest stable version are the same. */
const apiVersion = "2023-08-01-preview";
function createComputes(arm, workspace, clock) {
    const id = (name) => `${(0,azure_workspace/* workspaceId */.R)(workspace)}/computes/${name}`;
    const accepted = (answer) => answer.ok ? (0,azure_outcome/* succeeded */.P)(acceptedOf(answer.value, clock)) : answer;
    return {
        list: async () => {
            const pages = await arm.list(`${(0,azure_workspace/* workspaceId */.R)(workspace)}/computes`, apiVersion);
            return pages.ok ? (0,azure_outcome/* succeeded */.P)(pages.value.map(liveCompute)) : pages;
        },
        get: async (name) => {
            const answer = await arm.get(id(name), apiVersion);
            if (answer.ok)
                return (0,azure_outcome/* succeeded */.P)(liveCompute(answer.value.body));
            return answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(undefined) : answer;
        },
        put: async (name, body, { version = apiVersion, ...options } = {}) => accepted(await arm.put(id(name), version, body, options)),
        patch: async (name, body, options) => accepted(await arm.patch(id(name), apiVersion, body, options)),
        act: async (name, action, body) => accepted(await arm.post(`${id(name)}/${action}`, apiVersion, body)),
        remove: async (name, action) => {
            const answer = await arm.remove(id(name), apiVersion, { underlyingResourceAction: action });
            return !answer.ok && answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)({}) : accepted(answer);
        },
        progress: async (operationUrl) => {
            const answer = await arm.getUrl(operationUrl);
            return answer.ok ? (0,azure_outcome/* succeeded */.P)(progressOf(answer.value, clock)) : answer;
        },
    };
}
function acceptedOf(answer, clock) {
    const { headers, body } = answer;
    const operationUrl = headers["azure-asyncoperation"] ?? headers["location"];
    const retryAfter = (0,retry/* retryAfterSeconds */.jG)(headers, clock);
    const correlationId = headers["x-ms-correlation-request-id"];
    return {
        ...(operationUrl === undefined ? {} : { operationUrl }),
        ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
        ...(correlationId === undefined ? {} : { correlationId }),
        ...(typeof body === "object" && body !== null && "properties" in body ? { compute: liveCompute(body) } : {}),
    };
}
/** `Azure-AsyncOperation` answers a status; `Location` answers 202 while it goes on, and the result at its end. */
function progressOf({ status, headers, body }, clock) {
    const word = typeof body === "object" && body !== null && "status" in body ? String(body.status) : undefined;
    const retryAfter = (0,retry/* retryAfterSeconds */.jG)(headers, clock);
    const wait = retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter };
    switch (word?.toLowerCase()) {
        case undefined:
            return status === 202 ? { state: "running", status: "InProgress", ...wait } : { state: "succeeded" };
        case "succeeded":
            return { state: "succeeded" };
        case "failed":
        case "canceled": {
            const correlationId = headers["x-ms-correlation-request-id"];
            const error = (0,service_error/* serviceErrorOf */.T)(body, {
                code: `Operation${word ?? ""}`,
                message: `The operation ended as ${word ?? ""}, and the service gave no reason.`,
            }, correlationId === undefined ? {} : { correlationId });
            return { state: word?.toLowerCase() === "canceled" ? "canceled" : "failed", error };
        }
        default:
            return { state: "running", status: word ?? "InProgress", ...wait };
    }
}
/** The wire's compute as ours. Members may be `null` where they have no value; unknown kinds pass through. */
function liveCompute(wire) {
    const { id, name, location, tags, identity, properties = {} } = (wire ?? {});
    const text = (key) => (typeof properties[key] === "string" ? properties[key] : undefined);
    const flag = (key) => (typeof properties[key] === "boolean" ? properties[key] : undefined);
    const errors = Array.isArray(properties["provisioningErrors"])
        ? properties["provisioningErrors"]
        : [];
    const own = properties["properties"];
    return {
        id: id ?? "",
        name: name ?? id?.split("/").at(-1) ?? "",
        computeType: text("computeType") ?? "Unknown",
        tags: tags ?? {},
        provisioningState: text("provisioningState") ?? "Unknown",
        provisioningErrors: errors.map((error) => (0,service_error/* serviceErrorOf */.T)(error, { code: "ProvisioningError", message: "The service gave no message." })),
        properties: typeof own === "object" && own !== null ? own : {},
        ...defined({
            location,
            resourceId: text("resourceId"),
            computeLocation: text("computeLocation"),
            description: text("description"),
            disableLocalAuth: flag("disableLocalAuth"),
            isAttachedCompute: flag("isAttachedCompute"),
            createdOn: text("createdOn"),
            modifiedOn: text("modifiedOn"),
            identity: identity?.type === undefined
                ? undefined
                : { type: identity.type, userAssignedIds: Object.keys(identity.userAssignedIdentities ?? {}) },
        }),
    };
}

;// CONCATENATED MODULE: ./build/azure/credentials.js


/** A sign-in that failed: what Entra said, what it means, what to do. */
class AuthenticationFailed extends Error {
    constructor(message, options) {
        super(message, options);
        this.name = "AuthenticationFailed";
    }
}
/** The way to sign in that the inputs amount to. */
function chooseWay(identity) {
    if (identity.auth !== "auto")
        return identity.auth;
    if (identity.clientSecret !== undefined)
        return "service-principal";
    const federated = [identity.idTokenRequestUrl, identity.idTokenRequestToken, identity.clientId, identity.tenantId];
    return federated.every((part) => part !== undefined) ? "oidc" : "cli-or-managed-identity";
}
/**
 * Credentials for one identity; each call gives one without tokens of earlier calls in it. `@azure/identity` is loaded
 * only now, because a command that needs no network never signs in.
 */
function createCredentials(identity, cloud, ports) {
    return async () => explained(await createCredential(identity, cloud, ports), identity, ports);
}
async function createCredential(identity, cloud, ports) {
    const library = await Promise.all(/* import() */[__webpack_require__.e(738), __webpack_require__.e(16)]).then(__webpack_require__.bind(__webpack_require__, 3016));
    const options = { authorityHost: cloud.authority, ...(cloud.isCustom ? { disableInstanceDiscovery: true } : {}) };
    const way = chooseWay(identity);
    switch (way) {
        case "oidc": {
            const { tenantId, clientId } = required(identity, ["tenantId", "clientId"], way);
            return new library.ClientAssertionCredential(tenantId, clientId, assertions(identity, cloud, ports), options);
        }
        case "service-principal": {
            const { tenantId, clientId, clientSecret } = required(identity, ["tenantId", "clientId", "clientSecret"], way);
            return new library.ClientSecretCredential(tenantId, clientId, clientSecret, options);
        }
        case "managed-identity":
            return managedIdentity();
        case "azure-cli":
            return azureCli();
        case "cli-or-managed-identity":
            return new library.ChainedTokenCredential(azureCli(), managedIdentity());
    }
    function azureCli() {
        // The session may have to be renewed by the CLI itself, which takes long to start on some runners.
        return new library.AzureCliCredential({
            processTimeoutInMs: 60_000,
            ...(identity.tenantId === undefined ? {} : { tenantId: identity.tenantId }),
        });
    }
    function managedIdentity() {
        return identity.clientId === undefined
            ? new library.ManagedIdentityCredential()
            : new library.ManagedIdentityCredential({ clientId: identity.clientId });
    }
}
const inputNames = { tenantId: "tenant-id", clientId: "client-id", clientSecret: "client-secret" };
function required(identity, keys, way) {
    const missing = keys.filter((key) => identity[key] === undefined);
    if (missing.length > 0) {
        throw new AuthenticationFailed(`Signing in by ${way} needs ${missing.map((key) => inputNames[key]).join(", ")}. Set the input, or AZURE_* in the environment.`);
    }
    return Object.fromEntries(keys.map((key) => [key, identity[key] ?? ""]));
}
/** How long one assertion serves: the library asks twice for one token, and an ID token lives five minutes. */
const assertionServesMs = 20_000;
/** GitHub's ID token, a fresh one for every token: an assertion kept longer than minutes is refused (AADSTS700024). */
function assertions(identity, cloud, ports) {
    let last;
    return () => {
        if (last === undefined || ports.clock.now() - last.at > assertionServesMs) {
            last = { assertion: requestIdToken(identity, cloud.oidcAudience, ports), at: ports.clock.now() };
        }
        return last.assertion;
    };
}
async function requestIdToken(identity, audience, ports) {
    const { idTokenRequestUrl, idTokenRequestToken } = identity;
    if (idTokenRequestUrl === undefined || idTokenRequestToken === undefined) {
        throw new AuthenticationFailed("The job may not ask GitHub for an ID token. Add permissions: { id-token: write } to it; a pull request from a fork never gets one.");
    }
    const url = new URL(idTokenRequestUrl);
    url.searchParams.set("audience", audience);
    const pipeline = plainPipeline();
    const headers = { authorization: `Bearer ${idTokenRequestToken}` };
    const answer = await (0,retry/* withRetries */.LH)("read", () => send(pipeline, { method: "GET", url: url.href, headers, signal: ports.signal }), ports);
    const value = answer.ok ? answer.value.body?.value : undefined;
    if (typeof value !== "string") {
        const why = answer.ok ? `status ${answer.value.status}` : answer.failure.error.message;
        throw new AuthenticationFailed(`GitHub gave no ID token: ${why}. Run the job again; if it persists, look at GitHub's status.`);
    }
    ports.mask(value);
    return value;
}
/** The credential, with its tokens masked and its errors explained. */
function explained(credential, identity, ports) {
    return {
        getToken: async (scopes, options) => {
            try {
                const token = await credential.getToken(scopes, options);
                if (token !== null)
                    ports.mask(token.token);
                return token;
            }
            catch (error) {
                if (error instanceof AuthenticationFailed)
                    throw error;
                throw new AuthenticationFailed(explain(error, identity), { cause: error });
            }
        },
    };
}
/** What Entra's codes mean here, and what to do. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const meanings = {
    AADSTS700024: "The ID token had run out when it was used. The clock of the runner may be wrong; run the job again.",
    AADSTS70021: "No federated credential matches this workflow's ID token. One that was just created takes some minutes.",
    AADSTS700213: "No federated credential has the subject of this workflow's ID token. Subjects compare with case.",
    AADSTS700211: "No federated credential has the issuer of this workflow's ID token.",
    AADSTS700212: "No federated credential has the audience of this workflow's ID token.",
    AADSTS7000215: "The client secret is not the right one. Give the secret's value, not its id, and check that it is not cut off.",
    AADSTS7000222: "The client secret has expired. Create a new one, or switch to OIDC.",
    AADSTS700016: "The application is not in this tenant. Check client-id and tenant-id.",
    AADSTS90002: "There is no such tenant. Check tenant-id.",
    AADSTS900023: "tenant-id is neither a tenant's id nor its domain.",
};
function explain(error, identity) {
    const text = error instanceof Error ? error.message : String(error);
    const code = /AADSTS\d+/.exec(text)?.[0];
    const meaning = code === undefined ? undefined : meanings[code];
    // The first line says it; what follows are trace ids and, with some libraries, the request.
    const said = (text.split(/\r?\n/)[0] ?? "")
        .replaceAll(/(client_assertion|client_secret|assertion)=[^&\s]+/g, "$1=***")
        .slice(0, 400);
    return [`Signing in by ${chooseWay(identity)} failed.`, meaning, `Entra said: ${said}`]
        .filter((part) => part !== undefined)
        .join(" ");
}

;// CONCATENATED MODULE: ./build/azure/data-plane.js

function discoverDataPlane(arm, workspace) {
    let found;
    return () => {
        found ??= discover(arm, workspace);
        return found;
    };
}
async function discover(arm, { discoveryUrl, name }) {
    if (discoveryUrl === undefined)
        return nothing(`The workspace '${name}' names no discoveryUrl; it may still be being created.`);
    const answer = await arm.getData(discoveryUrl);
    if (!answer.ok)
        return answer;
    const { api, history } = (answer.value.body ?? {});
    const address = api ?? history;
    if (address === undefined)
        return nothing(`The discovery document of the workspace '${name}' names no api.`);
    return (0,azure_outcome/* succeeded */.P)(address.replace(/\/+$/, ""));
}
function nothing(message) {
    return (0,azure_outcome/* failed */.g)({ reason: "refused", error: { code: "NoDataPlane", message, details: [] } });
}

// EXTERNAL MODULE: ./build/azure/datastores.js
var azure_datastores = __webpack_require__(4748);
;// CONCATENATED MODULE: ./build/azure/jobs.js



/** The official client's versions. */
const putVersion = "2025-01-01-preview";
const getVersion = "2024-01-01-preview";
const cancelVersion = "2023-04-01-preview";
function createJobs(arm, workspace) {
    const id = (name) => `${(0,azure_workspace/* workspaceId */.R)(workspace)}/jobs/${name}`;
    return {
        get: async (name) => {
            const answer = await arm.get(id(name), getVersion);
            if (answer.ok)
                return (0,azure_outcome/* succeeded */.P)(liveJob(answer.value.body));
            return answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(undefined) : answer;
        },
        put: async (name, body) => {
            const answer = await arm.put(id(name), putVersion, body);
            return answer.ok ? (0,azure_outcome/* succeeded */.P)(liveJob(answer.value.body)) : answer;
        },
        cancel: async (name, signal) => {
            // Asking twice for a cancellation changes nothing, so a lost reply is simply asked again.
            const answer = await arm.post(`${id(name)}/cancel`, cancelVersion, undefined, {
                repeatable: "read",
                ...(signal === undefined ? {} : { signal }),
            });
            return answer.ok ? (0,azure_outcome/* succeeded */.P)(undefined) : answer;
        },
    };
}
function liveJob(wire) {
    const { id, name, systemData, properties = {} } = (wire ?? {});
    return {
        id: id ?? "",
        name: name ?? id?.split("/").at(-1) ?? "",
        status: properties.status ?? "Unknown",
        tags: properties.tags ?? {},
        properties: properties.properties ?? {},
        ...defined({
            displayName: properties.displayName ?? undefined,
            experimentName: properties.experimentName ?? undefined,
            computeId: properties.computeId ?? undefined,
            studioUrl: properties.services?.Studio?.endpoint ?? undefined,
            createdAt: systemData?.createdAt,
        }),
    };
}

;// CONCATENATED MODULE: ./build/azure/key-vault.js
/** Reads Key Vault secrets by address. The library is loaded with the first one. */
function createKeyVault(newCredential, cloud, signal) {
    return async (url) => {
        const address = new URL(url);
        const suffix = cloud.keyVaultSuffix;
        // Before any token is asked for: a declaration from a pull request must not send one to a host of its choice.
        if (suffix === undefined ||
            !(address.hostname === suffixHost(suffix) || address.hostname.endsWith(`.${suffixHost(suffix)}`))) {
            throw new Error(`${address.origin} is no key vault of the cloud ${cloud.name}, whose vaults end in ${suffix ?? "nothing that its metadata names"}`);
        }
        const { SecretClient } = await Promise.all(/* import() */[__webpack_require__.e(428), __webpack_require__.e(838)]).then(__webpack_require__.bind(__webpack_require__, 5838));
        // The host is checked above, with the cloud's own suffix; the library's check knows only the public clouds.
        const client = new SecretClient(address.origin, await newCredential(), {
            disableChallengeResourceVerification: cloud.isCustom,
        });
        const [, , name = "", version] = address.pathname.split("/");
        const secret = await client.getSecret(name, {
            abortSignal: signal,
            ...(version === undefined || version === "" ? {} : { version }),
        });
        if (secret.value === undefined || secret.value === "")
            throw new Error(`the secret ${name} is empty`);
        return secret.value;
    };
}
/** A private cloud may name a port with its suffix. */
function suffixHost(suffix) {
    return (suffix.split(":")[0] ?? suffix).toLowerCase();
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./build/azure/leases.js



/** The longest finite lease that the service grants. After a crash the next run waits for at most this. */
const leaseSeconds = 60;
/** One request. Our choice: a lease that is not answered for in this time is better asked for again. */
const requestSeconds = 10;
/** Giving a lease back may hold up the end of a cancelled step no longer than this; what is not given back runs out. */
const releaseSeconds = 3;
/**
 * @param open the container; called again when its access has run out.
 * @see azure-ml-rest.md for the route by which clients get at the storage: it is the one that uploads take
 */
function createLeases(open) {
    let current;
    // A storage that cannot be used is found out once, not once for every target.
    let unusable;
    const connect = async (fresh) => {
        const container = await open(fresh);
        return container.ok ? (0,azure_outcome/* succeeded */.P)(await containerClient(container.value, { tries: 3, requestSeconds })) : container;
    };
    /** Runs one operation on a key's blob; once more with fresh access when the service says that the access has run out. */
    const onBlob = async (key, signal, work) => {
        for (let again = false;; again = true) {
            if (again)
                current = undefined;
            current ??= connect(again);
            const container = await current;
            if (!container.ok)
                return container;
            try {
                return (0,azure_outcome/* succeeded */.P)(await work(container.value.getBlockBlobClient(blobName(key))));
            }
            catch (error) {
                const { statusCode, code } = error;
                const expired = (statusCode === 403 || statusCode === 401) && code !== "AuthorizationFailure";
                if (!expired || again)
                    return storageFailure(error, signal);
            }
        }
    };
    return {
        seconds: leaseSeconds,
        acquire: async (key, leaseId, signal) => {
            if (unusable !== undefined)
                return (0,azure_outcome/* failed */.g)(unusable);
            const acquired = await onBlob(key, signal, async (blob) => {
                const acquire = () => blob.getBlobLeaseClient(leaseId).acquireLease(leaseSeconds, { abortSignal: signal });
                try {
                    await acquire();
                    return "held";
                }
                catch (error) {
                    if (statusOf(error) === 409)
                        return "busy";
                    if (statusOf(error) !== 404)
                        throw error;
                }
                try {
                    await blob.upload("", 0, { conditions: { ifNoneMatch: "*" }, abortSignal: signal });
                }
                catch (error) {
                    // Somebody else made it in between, and may hold it already.
                    if (![409, 412].includes(statusOf(error) ?? 0))
                        throw error;
                }
                try {
                    await acquire();
                    return "held";
                }
                catch (error) {
                    if (statusOf(error) === 409)
                        return "busy";
                    throw error;
                }
            });
            if (!acquired.ok && acquired.failure.reason !== "cancelled")
                unusable = acquired.failure;
            return acquired;
        },
        renew: (key, leaseId, signal) => onBlob(key, signal, async (blob) => {
            try {
                await blob.getBlobLeaseClient(leaseId).renewLease({ abortSignal: signal });
                return "held";
            }
            catch (error) {
                if ([404, 409, 412].includes(statusOf(error) ?? 0))
                    return "lost";
                throw error;
            }
        }),
        release: (key, leaseId) => {
            // Also after a cancellation, so the caller's signal does not count here.
            const signal = AbortSignal.timeout(releaseSeconds * 1000);
            return onBlob(key, signal, async (blob) => {
                try {
                    await blob.getBlobLeaseClient(leaseId).releaseLease({ abortSignal: signal });
                }
                catch (error) {
                    if (![404, 409, 412].includes(statusOf(error) ?? 0))
                        throw error;
                }
            });
        },
        read: (key, signal) => onBlob(key, signal, async (blob) => {
            try {
                return (await blob.downloadToBuffer(0, undefined, { abortSignal: signal })).toString("utf8");
            }
            catch (error) {
                // 416: there is nothing in it.
                if ([404, 416].includes(statusOf(error) ?? 0))
                    return "";
                throw error;
            }
        }),
        write: (key, leaseId, text, signal) => onBlob(key, signal, async (blob) => {
            try {
                await blob.upload(text, Buffer.byteLength(text), { conditions: { leaseId }, abortSignal: signal });
                return "written";
            }
            catch (error) {
                if ([404, 409, 412].includes(statusOf(error) ?? 0))
                    return "lost";
                throw error;
            }
        }),
    };
}
/** Keys are ids of resources, whose letters a blob's name may not have; their hash always fits. */
function blobName(key) {
    return `azureml-targets/leases/${(0,external_node_crypto_.createHash)("sha256").update(key).digest("hex")}.json`;
}
function statusOf(error) {
    return error.statusCode;
}

;// CONCATENATED MODULE: ./build/azure/metrics.js

/**
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking — the tracking address is
 *   the workspace's `mlFlowTrackingUri` with its scheme and version put as `azureml-mlflow` puts them.
 */
function createMetrics(arm, workspace) {
    const base = workspace.mlFlowTrackingUri
        ?.replace(/^azureml:/, "https:")
        .replace("/mlflow/v1.0/", "/mlflow/v2.0/")
        .replace(/[?/]+$/, "");
    const get = (path, query) => {
        if (base !== undefined)
            return arm.getData(`${base}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`);
        return Promise.resolve((0,azure_outcome/* failed */.g)({
            reason: "not-found",
            error: {
                code: "NoTrackingUri",
                message: `The workspace '${workspace.name}' names no mlFlowTrackingUri.`,
                details: [],
            },
        }));
    };
    return {
        lastValues: async (run) => {
            const answer = await get("runs/get", { run_id: run });
            if (!answer.ok)
                return answer.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)({}) : answer;
            const body = (answer.value.body ?? {});
            return (0,azure_outcome/* succeeded */.P)(Object.fromEntries((body.run?.data?.metrics ?? []).map(({ key, value }) => [key, numberOf(value)])));
        },
        history: async (run, metric) => {
            const points = [];
            let token;
            do {
                const page = await get("metrics/get-history", {
                    run_id: run,
                    metric_key: metric,
                    ...(token === undefined ? {} : { page_token: token }),
                });
                if (!page.ok)
                    return page;
                const body = (page.value.body ?? {});
                points.push(...(body.metrics ?? []).map(({ step, value }) => ({ step: Number(step ?? 0), value: numberOf(value) })));
                const next = body.next_page_token ?? undefined;
                token = next === token || next === "" ? undefined : next;
            } while (token !== undefined);
            return (0,azure_outcome/* succeeded */.P)(points.sort((a, b) => a.step - b.step));
        },
    };
}
/** MLflow writes what JSON has no number for as text: `NaN`, `Infinity`. */
function numberOf(value) {
    return typeof value === "number" ? value : Number(value.replace(/^(-?)inf(inity)?$/i, "$1Infinity"));
}

;// CONCATENATED MODULE: ./build/azure/resource-reads.js

/** Reads of the resources behind targets: each address is asked for once in a command, however many targets share it. */
function createResourceReads(arm, cloud, workspace) {
    const known = new Map();
    const read = async (url) => {
        const answer = await arm.getUrl(url);
        return answer.ok ? (0,azure_outcome/* succeeded */.P)((answer.value.body ?? {})) : answer;
    };
    return {
        workspace,
        get: (id, apiVersion, query = {}) => {
            const url = `${cloud.resourceManager}${id}?${new URLSearchParams({ "api-version": apiVersion, ...query }).toString()}`;
            const found = known.get(url.toLowerCase()) ?? read(url);
            known.set(url.toLowerCase(), found);
            return found;
        },
    };
}

;// CONCATENATED MODULE: ./build/azure/run-history.js



function createRunHistory(arm, workspace, dataPlane) {
    const get = async (path, query = {}) => {
        const host = await dataPlane();
        if (!host.ok)
            return host;
        const text = new URLSearchParams(query).toString();
        return arm.getData(`${host.value}${path}${text === "" ? "" : `?${text}`}`);
    };
    const artifacts = `/artifact/v2.0${workspace.id}/artifacts`;
    return {
        details: async (run) => {
            const answer = await get(`/history/v1.0${workspace.id}/runs/${run}/details`, { "api-version": "v1.0" });
            return answer.ok ? (0,azure_outcome/* succeeded */.P)(detailsOf(answer.value.body)) : answer;
        },
        artifacts: async (run) => {
            const found = [];
            let continuation;
            do {
                const page = await get(`${artifacts}/ExperimentRun/dcid.${run}`, continuation === undefined ? {} : { continuationToken: continuation });
                if (!page.ok)
                    return page.failure.reason === "not-found" ? (0,azure_outcome/* succeeded */.P)(found) : page;
                const body = (page.value.body ?? {});
                found.push(...(body.value ?? []).flatMap(({ path }) => (path === undefined ? [] : [{ path }])));
                continuation = body.continuationToken ?? undefined;
            } while (continuation !== undefined);
            return (0,azure_outcome/* succeeded */.P)(found);
        },
        artifactUrl: async (run, path) => {
            const answer = await get(`${artifacts}/contentinfo/ExperimentRun/dcid.${run}/${path.split("/").map(encodeURIComponent).join("/")}`);
            if (!answer.ok)
                return answer;
            const { contentUri } = (answer.value.body ?? {});
            if (contentUri !== undefined)
                return (0,azure_outcome/* succeeded */.P)(contentUri);
            return (0,azure_outcome/* failed */.g)({
                reason: "not-found",
                error: { code: "NoContent", message: `The run has no content for ${path}.`, details: [] },
            });
        },
    };
}
function detailsOf(body) {
    const wire = (body ?? {});
    return {
        status: wire.status ?? "Unknown",
        warnings: (wire.warnings ?? []).map((warning) => typeof warning === "object" && warning !== null && "message" in warning
            ? String(warning.message)
            : String(warning)),
        logFiles: wire.logFiles ?? {},
        ...defined({
            error: wire.error === undefined || wire.error === null
                ? undefined
                : (0,service_error/* serviceErrorOf */.T)(wire.error, { code: "RunFailed", message: "The service gave no reason." }),
            startTime: wire.startTimeUtc ?? undefined,
            endTime: wire.endTimeUtc ?? undefined,
        }),
    };
}

// EXTERNAL MODULE: ./build/job/states.js
var states = __webpack_require__(3144);
// EXTERNAL MODULE: ./build/azure/resource-id.js
var resource_id = __webpack_require__(8126);
;// CONCATENATED MODULE: ./build/azure/usage.js




const jobsVersion = "2024-01-01-preview";
const endpointsVersion = "2023-04-01-preview";
/** The last version that knows web services of the first SDK. */
const servicesVersion = "2021-04-01";
/** Each list is read once in a command, however many computes are asked about. */
function createUsersOf(arm, workspace) {
    const root = (0,azure_workspace/* workspaceId */.R)(workspace);
    const lists = new Map();
    const list = (collection, apiVersion) => {
        const found = lists.get(collection) ?? arm.list(`${root}/${collection}`, apiVersion);
        lists.set(collection, found);
        return found;
    };
    return async (compute) => {
        const id = (0,resource_id/* canonicalId */.i)(compute.id === "" ? `${root}/computes/${compute.name}` : compute.id);
        const kind = compute.computeType.toLowerCase();
        const jobs = await list("jobs", jobsVersion);
        if (!jobs.ok)
            return jobs;
        const users = jobs.value.map(wireOf).flatMap(({ name, properties }) => {
            const state = word(properties["status"]);
            return (0,states/* classify */.L)(state).phase !== "over" && refersTo(properties, id) ? [{ what: "run", name, state }] : [];
        });
        if (kind === "kubernetes") {
            const endpoints = await list("onlineEndpoints", endpointsVersion);
            if (!endpoints.ok)
                return endpoints;
            users.push(...endpoints.value.map(wireOf).flatMap(({ name, properties }) => {
                const held = properties["compute"];
                return typeof held === "string" && (0,resource_id/* canonicalId */.i)(held) === id
                    ? [{ what: "endpoint", name, state: word(properties["provisioningState"]) }]
                    : [];
            }));
        }
        if (kind === "aks") {
            const services = await list("services", servicesVersion);
            if (!services.ok)
                return services;
            users.push(...services.value.map(wireOf).flatMap(({ name, properties }) => {
                const held = properties["computeName"];
                return typeof held === "string" && held.toLowerCase() === compute.name.toLowerCase()
                    ? [{ what: "service", name, state: word(properties["state"]) }]
                    : [];
            }));
        }
        return (0,azure_outcome/* succeeded */.P)(users);
    };
}
function word(value) {
    return typeof value === "string" ? value : "Unknown";
}
function wireOf(item) {
    const { name, properties } = (item ?? {});
    return { name: name ?? "", properties: properties ?? {} };
}
/** A pipeline names its computes at the top, in its settings, and in every step: wherever the id stands, it is used. */
function refersTo(value, id) {
    if (typeof value === "string")
        return (0,resource_id/* canonicalId */.i)(value) === id;
    return typeof value === "object" && value !== null && Object.values(value).some((member) => refersTo(member, id));
}

;// CONCATENATED MODULE: ./build/azure/azure.js

















/** A workspace that cannot be worked with, and why. */
class WorkspaceUnavailable extends Error {
    failure;
    constructor(message, failure) {
        super(message);
        this.name = "WorkspaceUnavailable";
        this.failure = failure;
    }
}
/** Finds the cloud out, signs in, and reads the workspace. @throws AuthenticationFailed, CloudUnknown, WorkspaceUnavailable */
async function connect(ref, options) {
    const { cloud, arm, newCredential } = await connectArm(ref, options);
    const read = await (0,azure_workspace/* readWorkspace */.i)(arm, ref);
    if (!read.ok)
        throw new WorkspaceUnavailable(azure_explain(ref, read.failure), read.failure);
    const workspace = read.value;
    const dataPlane = discoverDataPlane(arm, workspace);
    const datastores = (0,azure_datastores/* createDatastores */.j)(arm, ref, { cloud, newCredential, mask: options.mask });
    return {
        cloud,
        workspace,
        arm,
        computes: createComputes(arm, ref, options.clock),
        jobs: createJobs(arm, ref),
        assets: createAssets(arm, ref),
        datastores,
        leases: createLeases((fresh) => datastores.open(azure_datastores/* defaultDatastore */.Z, fresh)),
        runHistory: createRunHistory(arm, workspace, dataPlane),
        metrics: createMetrics(arm, workspace),
        blobs: createBlobs(options),
        resources: createResourceReads(arm, cloud, workspace),
        usersOf: createUsersOf(arm, ref),
        keyVault: createKeyVault(newCredential, cloud, options.signal),
    };
}
/** Just enough to cancel a job: no read of the workspace comes before it. */
async function connectJobs(ref, options) {
    const { arm } = await connectArm(ref, options);
    return createJobs(arm, ref);
}
async function connectArm(ref, options) {
    const cloud = await discoverCloud(options);
    const newCredential = createCredentials(options.identity, cloud, options);
    const arm = await createArm({ ...options, cloud, subscriptionId: ref.subscriptionId, newCredential });
    return { cloud, arm, newCredential };
}
function azure_explain(ref, failure) {
    const leaf = (0,service_error/* leafCause */.y)(failure.error);
    const said = `${leaf.message} [${leaf.code}]`;
    if (failure.status === 403) {
        return `The identity may not read the workspace '${ref.name}': it needs Microsoft.MachineLearningServices/workspaces/read on ${(0,azure_workspace/* workspaceId */.R)(ref)}. The service said: ${said}`;
    }
    if (failure.reason === "not-found") {
        return `There is no workspace '${ref.name}' in the resource group '${ref.resourceGroup}' of the subscription ${ref.subscriptionId}. The service said: ${said}`;
    }
    return `The workspace '${ref.name}' could not be read: ${said}`;
}


/***/ }),

/***/ 4748:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ defaultDatastore),
/* harmony export */   j: () => (/* binding */ createDatastores)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8416);
/* harmony import */ var _workspace_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3281);


/** The workspace's own store, to which official clients upload when no other is named. */
const defaultDatastore = "workspaceblobstore";
/** The official client's version. */
const apiVersion = "2024-10-01-preview";
/** Every datastore is read once, however many uploads go to it. */
function createDatastores(arm, workspace, ports) {
    const opened = new Map();
    return {
        open: (name, fresh = false) => {
            const known = (fresh ? undefined : opened.get(name)) ?? open(name, arm, workspace, ports);
            opened.set(name, known);
            return known;
        },
    };
}
async function open(name, arm, workspace, { cloud, newCredential, mask }) {
    const id = `${(0,_workspace_js__WEBPACK_IMPORTED_MODULE_0__/* .workspaceId */ .R)(workspace)}/datastores/${encodeURIComponent(name)}`;
    const read = await arm.get(id, apiVersion);
    if (!read.ok)
        return read;
    const live = read.value.body?.properties ?? {};
    const { datastoreType = "", accountName, containerName } = live;
    if (datastoreType !== "AzureBlob" || accountName === undefined || containerName === undefined) {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .failed */ .g)({
            reason: "refused",
            error: {
                code: "DatastoreNotSupported",
                message: `The datastore '${name}' is of type ${datastoreType}; local files are uploaded to blob containers only. Name another datastore, or upload the files before.`,
                details: [],
            },
        });
    }
    const url = `${accountUrl(accountName, live, cloud)}/${containerName}`;
    // A store that is accessed by identity has no secrets to give.
    if (/^none$/i.test(live.credentials?.credentialsType ?? "None")) {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
    }
    const listed = await arm.post(`${id}/listSecrets`, apiVersion, { expirableSecret: true, expireAfterHours: 1 }, { repeatable: "read" });
    if (!listed.ok) {
        // Whoever may not read the secret may have a role on the storage itself.
        if (listed.failure.status !== 403)
            return listed;
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
    }
    const { sasToken, key } = (listed.value.body ?? {});
    if (sasToken !== undefined) {
        mask(sasToken);
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "sas", token: sasToken.replace(/^\?/, "") } });
    }
    if (key !== undefined) {
        mask(key);
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "key", account: accountName, key } });
    }
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
}
/** `https://{account}.blob.core.windows.net`; on an address of a machine, which has no names below it, the account is part of the path. */
function accountUrl(account, { endpoint, protocol = "https" }, cloud) {
    const suffix = endpoint ?? cloud.storageSuffix ?? "core.windows.net";
    return /^(localhost|\[|\d+(\.\d+){3}(:|$))/.test(suffix)
        ? `${protocol}://${suffix}/${account}`
        : `${protocol}://${account}.blob.${suffix}`;
}


/***/ }),

/***/ 8416:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ succeeded),
/* harmony export */   g: () => (/* binding */ failed)
/* harmony export */ });
function succeeded(value) {
    return { ok: true, value };
}
function failed(failure) {
    return { ok: false, failure };
}


/***/ }),

/***/ 5162:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C3: () => (/* binding */ pauseSeconds),
/* harmony export */   LH: () => (/* binding */ withRetries),
/* harmony export */   g5: () => (/* binding */ failureOf),
/* harmony export */   jG: () => (/* binding */ retryAfterSeconds)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8416);
/* harmony import */ var _service_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6576);


const mostTries = 6;
/** All waits of one call together, in seconds. Our choice: longer than any throttling window that ARM announces. */
const longestWait = 240;
/** Sends, and sends again where that is safe. */
async function withRetries(repeatable, sendOnce, { clock, random, signal, tries = mostTries }) {
    let waited = 0;
    for (let attempt = 1;; attempt += 1) {
        const result = await tried(sendOnce, signal);
        if (result.ok && !isPassing(result.value.status, repeatable))
            return result;
        const outcome = result.ok
            ? answered(result.value, repeatable)
            : { ok: false, failure: lost(result.failure, repeatable) };
        const again = result.ok || (result.failure.reason !== "cancelled" && (repeatable === "read" || neverSent(result.failure)));
        const pause = pauseSeconds(attempt, result.ok ? result.value.headers : {}, clock, random);
        if (!again || attempt >= tries || waited + pause > longestWait)
            return outcome;
        waited += pause;
        try {
            await clock.sleep(pause, signal);
        }
        catch {
            return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
                reason: "cancelled",
                error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
            });
        }
    }
}
/** 429 always means that nothing was done. */
function isPassing(status, repeatable) {
    return status === 429 || (repeatable === "read" && (status === 408 || status >= 500));
}
function answered(answer, repeatable) {
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
        ...failureOf(answer),
        reason: repeatable === "read" || answer.status === 429 ? "unreachable" : "unknown",
    });
}
function lost(failure, repeatable) {
    if (failure.reason === "cancelled")
        return failure;
    return { ...failure, reason: repeatable === "read" || neverSent(failure) ? "unreachable" : "unknown" };
}
async function tried(sendOnce, signal) {
    try {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .succeeded */ .P)(await sendOnce());
    }
    catch (error) {
        if (isNotFromTheNetwork(error))
            throw error;
        if (signal.aborted) {
            return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
                reason: "cancelled",
                error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
            });
        }
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({ reason: "unreachable", error: { code: codeOf(error), message: messageOf(error), details: [] } });
    }
}
/** A failed sign-in, or a fault of ours, is no matter of the connection. */
function isNotFromTheNetwork(error) {
    if (!(error instanceof Error))
        return true;
    return (!["RestError", "AbortError", "TimeoutError"].includes(error.name) &&
        !("code" in error && typeof error.code === "string"));
}
/** Faults of the way to the service that come before a single byte of the request: nothing can have been carried out. */
const beforeSending = new Set([
    "ENOTFOUND",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "CERT_HAS_EXPIRED",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
]);
function neverSent(failure) {
    return beforeSending.has(failure.error.code);
}
function codeOf(error) {
    return error instanceof Error && "code" in error && typeof error.code === "string"
        ? error.code
        : error instanceof Error
            ? error.name
            : "Error";
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** `Retry-After` in seconds or as a date; else growing pauses with jitter. */
function pauseSeconds(attempt, headers, clock, random) {
    const milliseconds = Number(headers["retry-after-ms"] ?? headers["x-ms-retry-after-ms"]);
    if (Number.isFinite(milliseconds) && milliseconds > 0)
        return milliseconds / 1000;
    return retryAfterSeconds(headers, clock) ?? Math.min(2 ** (attempt - 1), 30) * (0.5 + random() / 2);
}
function retryAfterSeconds(headers, clock) {
    const text = headers["retry-after"];
    if (text === undefined)
        return undefined;
    if (/^\d+(\.\d+)?$/.test(text.trim()))
        return Number(text);
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - clock.now()) / 1000);
}
/** An answer that is no success, as a failure. */
function failureOf({ status, headers, body }) {
    const correlationId = headers["x-ms-correlation-request-id"];
    const requestId = headers["x-ms-request-id"];
    return {
        reason: status === 404 ? "not-found" : status === 408 || status >= 500 ? "unknown" : "refused",
        status,
        error: (0,_service_error_js__WEBPACK_IMPORTED_MODULE_1__/* .serviceErrorOf */ .T)(body, { code: `HTTP${status}`, message: `The service answered with status ${status} and no explanation.` }, { ...(correlationId === undefined ? {} : { correlationId }), ...(requestId === undefined ? {} : { requestId }) }),
    };
}


/***/ }),

/***/ 3281:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ workspaceId),
/* harmony export */   i: () => (/* binding */ readWorkspace)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8416);

/** `/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.MachineLearningServices/workspaces/{w}` */
function workspaceId({ subscriptionId, resourceGroup, name }) {
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}
/** Reads the workspace once: everything else hangs on its id, region and discovery address. */
async function readWorkspace(arm, ref) {
    const id = workspaceId(ref);
    const answer = await arm.get(id, "2023-08-01-preview");
    if (!answer.ok)
        return answer;
    const { location, properties = {} } = (answer.value.body ?? {});
    const text = (key) => (typeof properties[key] === "string" ? properties[key] : undefined);
    const discoveryUrl = text("discoveryUrl");
    const mlFlowTrackingUri = text("mlFlowTrackingUri");
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .succeeded */ .P)({
        ...ref,
        id,
        location: location ?? "",
        v1LegacyMode: properties["v1LegacyMode"] === true,
        provisioningState: text("provisioningState") ?? "Unknown",
        ...(discoveryUrl === undefined ? {} : { discoveryUrl }),
        ...(mlFlowTrackingUri === undefined ? {} : { mlFlowTrackingUri }),
    });
}


/***/ }),

/***/ 3144:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ classify)
/* harmony export */ });
const inProgress = { phase: "in-progress", conclusion: "in-progress" };
/** Every status the service is known to give. Only `Completed` is success. */
const states = {
    notstarted: inProgress,
    queued: inProgress,
    preparing: inProgress,
    provisioning: inProgress,
    starting: inProgress,
    running: inProgress,
    finalizing: inProgress,
    cancelrequested: inProgress,
    completed: { phase: "over", conclusion: "success" },
    failed: { phase: "over", conclusion: "failure", failureReason: "run-failed", spent: true },
    canceled: { phase: "over", conclusion: "cancelled", failureReason: "run-canceled", spent: true },
    notresponding: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding", spent: true },
    paused: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding" },
};
/** A word that nobody knew when this was written is waited for, then fails by its name: it is never green. */
const unknown = { phase: "stalled", conclusion: "failure", failureReason: "run-state-unknown" };
function classify(status) {
    const key = status.toLowerCase().replace(/^cancelled$/, "canceled");
    return (Object.hasOwn(states, key) ? states[key] : undefined) ?? unknown;
}


/***/ }),

/***/ 8508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ version)
/* harmony export */ });
/** The version of this action, as `package.json` has it. */
const version = "0.1.0";


/***/ })

};
