export const id = 76;
export const ids = [76];
export const modules = {

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

/***/ 654:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Mc: () => (/* binding */ githubApi),
/* harmony export */   tF: () => (/* binding */ apiFailure),
/* harmony export */   uD: () => (/* binding */ ownerAndName)
/* harmony export */ });
/* harmony import */ var _azure_retry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5162);
/* harmony import */ var _version_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8508);


/** How long one request may take before it counts as lost. Our choice. */
const requestTimeoutMs = 20_000;
/** How often one request is sent at most, and seconds that all its pauses may take together: GitHub's secondary limits ask for one minute. */
const mostTries = 4;
const longestWait = 90;
/**
 * A client that sends a request again where that is safe: after 429 and the two rate limits, with which nothing was
 * done, and for everything but POST after timeouts, resets and 5xx too. The library is loaded here, and by nobody else.
 */
async function githubApi(token, { clock, signal }) {
    const { getOctokit: open } = await __webpack_require__.e(/* import() */ 785).then(__webpack_require__.bind(__webpack_require__, 2785));
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const api = open(token, { userAgent: `azureml-targets/${_version_js__WEBPACK_IMPORTED_MODULE_1__/* .version */ .r}`, log: silent });
    api.hook.wrap("request", async (request, options) => {
        let waited = 0;
        for (let attempt = 1;; attempt += 1) {
            // Changed in place: the hook that adds the token hands on the options that it was bound to.
            options.request = {
                ...options.request,
                signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
            };
            try {
                const response = await request(options);
                if (typeof response.data === "string" && response.data !== "")
                    throw new Error("GitHub's answer was not the JSON that it should have been.");
                return response;
            }
            catch (error) {
                const isQuestion = options.method !== "POST" || options.url.endsWith("/graphql");
                const pause = pauseAfter(error, attempt, isQuestion, clock);
                if (signal.aborted || pause === undefined || attempt >= mostTries || waited + pause > longestWait)
                    throw error;
                waited += pause;
                await clock.sleep(pause, signal);
            }
        }
    });
    return api;
}
function answerOf(error) {
    return error instanceof Error && "response" in error ? error.response : undefined;
}
/** Seconds until the next try; `undefined` when there must be none. */
function pauseAfter(error, attempt, isQuestion, clock) {
    const answer = answerOf(error);
    const headers = Object.fromEntries(Object.entries(answer?.headers ?? {}).map(([name, value]) => [name, String(value ?? "")]));
    if (answer !== undefined && isLimited(answer)) {
        if (headers["retry-after"] !== undefined)
            return (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random);
        if (headers["x-ratelimit-remaining"] === "0")
            return Math.max(1, Number(headers["x-ratelimit-reset"] ?? 0) - clock.now() / 1000);
        // GitHub's advice where it names no time.
        return answer.status === 403 ? 60 : (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random);
    }
    const passing = answer === undefined || answer.status === 408 || answer.status >= 500;
    return passing && isQuestion ? (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random) : undefined;
}
/** @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimited({ status, headers, data }) {
    if (status === 429)
        return true;
    if (status !== 403)
        return false;
    return (headers["retry-after"] !== undefined ||
        headers["x-ratelimit-remaining"] === "0" ||
        /secondary rate limit|abuse detection/i.test(messageOf(data)));
}
function messageOf(data) {
    const message = data?.message;
    return typeof message === "string" ? message : "";
}
/** What a call's error means. */
function apiFailure(error) {
    const answer = answerOf(error);
    if (answer === undefined)
        return { reason: "unknown", message: error instanceof Error ? error.message : String(error) };
    const message = messageOf(answer.data);
    return {
        reason: answer.status === 408 || answer.status >= 500 ? "unknown" : "refused",
        status: answer.status,
        message: `status ${answer.status}${message === "" ? "" : ` (${message})`}`,
    };
}
function ownerAndName(repository) {
    const [owner = "", repo = ""] = repository.split("/");
    return { owner, repo };
}


/***/ }),

/***/ 5076:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   listChangedFiles: () => (/* binding */ listChangedFiles)
/* harmony export */ });
/* harmony import */ var _api_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(654);

/** GitHub lists no more of a pull request. @see https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
const mostFiles = 3000;
/** Lists the files that the workflow's pull request changes, page by page. */
async function listChangedFiles({ event, pullRequest: number, repository }, token, ports) {
    if (number === undefined) {
        const why = `The event ${JSON.stringify(event)} is about no pull request, so there is nothing to compare with.`;
        return { known: false, severity: "notice", why };
    }
    const unknown = (why) => ({ known: false, severity: "warning", why });
    if (token === undefined)
        return unknown(`The input 'github-token' is empty, so the files of pull request #${number} cannot be listed.`);
    try {
        const api = await (0,_api_js__WEBPACK_IMPORTED_MODULE_0__/* .githubApi */ .Mc)(token, ports);
        const listed = await api.paginate(api.rest.pulls.listFiles, {
            ...(0,_api_js__WEBPACK_IMPORTED_MODULE_0__/* .ownerAndName */ .uD)(repository),
            pull_number: number,
            per_page: 100,
        });
        if (listed.length >= mostFiles)
            return unknown(`Pull request #${number} changes more files than GitHub lists (${mostFiles}).`);
        const files = listed.flatMap(({ filename, previous_filename: before }) => [
            filename,
            ...(before === undefined ? [] : [before]),
        ]);
        return { known: true, files };
    }
    catch (error) {
        const { status, message } = (0,_api_js__WEBPACK_IMPORTED_MODULE_0__/* .apiFailure */ .tF)(error);
        const advice = status === 401 || status === 403 || status === 404 ? " Give the job permissions: { pull-requests: read }." : "";
        return unknown(`GitHub did not list the files of pull request #${number}: ${message}.${advice}`);
    }
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
