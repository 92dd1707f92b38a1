export const id = 58;
export const ids = [58];
export const modules = {

/***/ 4977:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Mf: () => (/* binding */ failedWith),
/* harmony export */   T2: () => (/* binding */ endOfFailure),
/* harmony export */   XM: () => (/* binding */ leaseLost),
/* harmony export */   fS: () => (/* binding */ endOfLease),
/* harmony export */   xQ: () => (/* binding */ earlyEnd),
/* harmony export */   yo: () => (/* binding */ accident)
/* harmony export */ });
/* harmony import */ var _declaration_secret_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2551);

function failedWith(because, code, message, compute) {
    return {
        state: "failed",
        because,
        error: { code, message, details: [] },
        ...(compute === undefined ? {} : { compute }),
    };
}
/** An answer of Azure's that is no success. */
function endOfFailure(azure) {
    if (azure.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    const because = azure.status === 401 || azure.status === 403
        ? "not-authorized"
        : azure.reason === "refused"
            ? "provisioning-failed"
            : "service-unreachable";
    return { state: "failed", because, error: azure.error };
}
/** Why a wait ended before anything was settled; `undefined` where it did settle. */
function earlyEnd(settled) {
    if (settled.state === "in-flight") {
        return {
            state: "in-flight",
            why: settled.why,
            ...(settled.compute === undefined ? {} : { compute: settled.compute }),
        };
    }
    return settled.state === "unreadable" ? endOfFailure(settled.failure) : undefined;
}
function endOfLease(notHeld) {
    return notHeld.state === "in-flight"
        ? notHeld
        : { state: "failed", because: "service-unreachable", error: notHeld.error };
}
const leaseLost = failedWith("target-not-verified", "LeaseLost", "The lease that keeps other runs away ran out while this one worked, so it wrote nothing more. Run the command again: it reads what is live and goes on from there.");
/** What cannot be told by an answer: a secret is missing, the sign-in failed in the middle, or we made a mistake. */
function accident(error) {
    if (error instanceof _declaration_secret_js__WEBPACK_IMPORTED_MODULE_0__/* .SecretUnavailable */ .t)
        return failedWith("secret-unavailable", "SecretUnavailable", error.message);
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Error && error.name === "AuthenticationFailed"
        ? failedWith("authentication-failed", "AuthenticationFailed", message)
        : failedWith("internal-error", "InternalError", message);
}


/***/ }),

/***/ 7491:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ inUse)
/* harmony export */ });
/* unused harmony export usedBy */
/* harmony import */ var _end_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4977);

/** More than this are counted, not named. Our choice. */
const mostNamed = 10;
/** Why a compute must not be taken away now; `undefined` when nothing needs it. */
async function inUse(compute, { usersOf }) {
    const users = await usersOf(compute);
    if (!users.ok) {
        if (users.failure.reason === "cancelled")
            return { state: "in-flight", why: "cancelled", compute };
        return (0,_end_js__WEBPACK_IMPORTED_MODULE_0__/* .failedWith */ .Mf)("in-use", "UseUnknown", `Whether anything still uses '${compute.name}' could not be read (${users.failure.error.message} [${users.failure.error.code}]), so it was left as it is. Set force: true to go ahead all the same.`, compute);
    }
    if (users.value.length === 0)
        return undefined;
    return (0,_end_js__WEBPACK_IMPORTED_MODULE_0__/* .failedWith */ .Mf)("in-use", "InUse", usedBy(compute.name, users.value), compute);
}
function usedBy(name, users) {
    const named = users.slice(0, mostNamed).map(({ what, name: user, state }) => `the ${what} '${user}' (${state})`);
    const rest = users.length - named.length;
    return (`'${name}' is still used by ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}. ` +
        "Wait for them to end or cancel them, or set force: true to go ahead all the same.");
}


/***/ }),

/***/ 2196:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Qn: () => (/* binding */ readIntents),
/* harmony export */   VB: () => (/* binding */ writeIntents),
/* harmony export */   oQ: () => (/* binding */ intentOf)
/* harmony export */ });
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9967);

function intentOf({ target, do: action }, now, correlationId, run) {
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(target);
    return {
        name: target.name,
        ...(resourceId === undefined ? {} : { resourceId }),
        action,
        at: new Date(now).toISOString(),
        correlationId,
        ...(run === undefined ? {} : { run }),
    };
}
/** What stands in a blob; nothing where it is empty or not of this form, because others may write there too. */
function readIntents(text) {
    let parsed;
    try {
        parsed = text === "" ? {} : JSON.parse(text);
    }
    catch {
        return [];
    }
    const { intents } = (typeof parsed === "object" && parsed !== null ? parsed : {});
    return Array.isArray(intents) ? intents.filter(isIntent) : [];
}
function writeIntents(intents) {
    return intents.length === 0 ? "" : `${JSON.stringify({ intents }, undefined, 2)}\n`;
}
/** A compute's name goes into an address, so nothing but a name is taken from there. */
function isIntent(value) {
    if (typeof value !== "object" || value === null)
        return false;
    const { name, at } = value;
    return typeof name === "string" && /^[A-Za-z0-9-]{1,64}$/.test(name) && typeof at === "string";
}


/***/ }),

/***/ 7462:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ withLeases)
/* harmony export */ });
/* harmony import */ var _intent_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2196);

/** Seconds between looks at a lease that somebody else holds. Our choice. */
const shortestWait = 0.5;
const longestWait = 4;
/** A lease counts as lost this many seconds before it can run out: clocks differ, and requests take time. */
const marginSeconds = 10;
/**
 * Takes the leases of all keys, does the work, and gives them back on every way out.
 *
 * Keys are taken in one order everywhere, so two runs never wait for each other in a ring. While the work goes on the
 * leases are renewed. A storage that cannot be used at all costs the guarantee, not the work: `Held.guarantee` says so.
 */
async function withLeases(keys, ports, work) {
    const id = ports.newId();
    const sorted = [...new Set(keys)].sort();
    const taken = [];
    try {
        for (const key of sorted) {
            const got = await take(key, id, ports);
            if (got.state === "unusable") {
                ports.onProgress(unusable(got.failure));
                return await work(withoutLease(sorted));
            }
            if (got.state !== "held")
                return got;
            taken.push(got.taken);
        }
        const found = [];
        const noted = new Set();
        for (const { key } of taken) {
            const text = await ports.leases.read(key, ports.signal);
            if (!text.ok)
                return notHeld(text.failure);
            if (text.value !== "")
                noted.add(key);
            found.push(...(0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .readIntents */ .Qn)(text.value));
        }
        return await work({
            guarantee: "serialised",
            keys: sorted,
            found,
            isHeld: () => taken.every(({ isHeld }) => isHeld()),
            noted: () => [...noted],
            note: async (key, intents) => {
                // Before the write: should its reply be lost, something stands there all the same.
                if (intents.length > 0)
                    noted.add(key);
                const written = await ports.leases.write(key, id, (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .writeIntents */ .VB)(intents), ports.signal);
                return written.ok && written.value === "written";
            },
        });
    }
    finally {
        for (const { stop } of taken)
            stop();
        await Promise.all(taken.map(({ key }) => ports.leases.release(key, id)));
    }
}
async function take(key, id, ports) {
    const { leases, clock, signal, deadline, onProgress } = ports;
    for (let look = 0;; look += 1) {
        // From before the request: the lease may have begun as soon as it was sent.
        const askedAt = clock.now();
        const got = await leases.acquire(key, id, signal);
        if (!got.ok) {
            if (got.failure.reason === "cancelled")
                return { state: "in-flight", why: "cancelled" };
            return { state: "unusable", failure: got.failure };
        }
        if (got.value === "held")
            return { state: "held", taken: keep(key, id, askedAt, ports) };
        if (look === 0)
            onProgress(await holderOf(key, ports));
        const left = (deadline - clock.now()) / 1000;
        if (left <= 0)
            return { state: "in-flight", why: "timeout" };
        try {
            await clock.sleep(Math.min(shortestWait * 1.5 ** look, longestWait, left), signal);
        }
        catch {
            return { state: "in-flight", why: "cancelled" };
        }
    }
}
async function holderOf(key, { leases, signal }) {
    const text = await leases.read(key, signal);
    const [intent] = text.ok ? (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .readIntents */ .Qn)(text.value) : [];
    const who = intent?.run === undefined ? "another run" : `the workflow run ${intent.run}`;
    const what = intent === undefined ? "works on the same resource" : `is at '${intent.name}' since ${intent.at}`;
    return `waits: ${who} ${what}; its lease ends when it is done, or ${leases.seconds} s after it crashed.`;
}
/** Renews until stopped. A renewal that gets no answer is tried again as long as the lease can still be ours. */
function keep(key, id, from, { leases, clock, onProgress }) {
    const stopped = new AbortController();
    let renewedAt = from;
    let lost = false;
    const isHeld = () => !lost && clock.now() - renewedAt < (leases.seconds - marginSeconds) * 1000;
    const renew = async () => {
        while (!stopped.signal.aborted && !lost) {
            await clock.sleep(leases.seconds / 4, stopped.signal);
            const askedAt = clock.now();
            const renewed = await leases.renew(key, id, stopped.signal);
            if (renewed.ok && renewed.value === "held")
                renewedAt = askedAt;
            else if (renewed.ok || !isHeld()) {
                lost = true;
                onProgress("the lease was lost; nothing more is written.");
            }
        }
    };
    // Ends by the stop alone, which rejects the sleep.
    renew().catch(() => undefined);
    return { key, isHeld, stop: () => stopped.abort() };
}
function withoutLease(keys) {
    return {
        guarantee: "verified",
        keys,
        found: [],
        isHeld: () => true,
        noted: () => [],
        note: () => Promise.resolve(true),
    };
}
function unusable({ error }) {
    return (`the workspace's storage cannot be used for a lease (${error.message} [${error.code}]): ` +
        "what is live is read before and after the write instead, so a collision with another run is found out, not prevented.");
}
function notHeld({ reason, error }) {
    return reason === "cancelled" ? { state: "in-flight", why: "cancelled" } : { state: "failed", error };
}


/***/ }),

/***/ 6722:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ removalActionFor),
/* harmony export */   r: () => (/* binding */ removeAndWait)
/* harmony export */ });
/* harmony import */ var _settle_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4401);

/** How often a removal is sent again after reads have shown that the compute is still there, untouched. */
const mostSends = 3;
/** Kinds that only ever come into being inside the workspace. */
const managedTypes = new Set(["amlcompute", "computeinstance"]);
/**
 * `Detach` for what is attached, `Delete` for what the service made. The live `isAttachedCompute` decides, and the kind
 * has to agree: `Delete` on an attached resource and `Detach` of a managed one both do harm that nothing undoes.
 *
 * @returns `undefined` when the two contradict each other, or the service does not say and the kind does not tell.
 */
function removalActionFor(compute) {
    const type = compute.computeType.toLowerCase();
    // A legacy AKS cluster can be either; the service's word alone decides, and so it must be there.
    if (type === "aks")
        return compute.isAttachedCompute === undefined ? undefined : compute.isAttachedCompute ? "Detach" : "Delete";
    const managed = managedTypes.has(type);
    if (compute.isAttachedCompute !== undefined && compute.isAttachedCompute === managed)
        return undefined;
    return managed ? "Delete" : "Detach";
}
/** Removes a compute and waits until the service says that it is gone. */
async function removeAndWait(compute, ports) {
    const action = removalActionFor(compute);
    if (action === undefined) {
        return failedWith("ContradictoryCompute", `'${compute.name}' is a ${compute.computeType} and its isAttachedCompute is ${String(compute.isAttachedCompute)}: ` +
            "whether to detach or to delete it cannot be told for sure, so neither was sent.");
    }
    for (let send = 1; send <= mostSends; send += 1) {
        if (ports.signal.aborted)
            return { state: "in-flight", why: "cancelled" };
        ports.onProgress(compute.name, action === "Detach" ? "detaching" : "deleting");
        const answer = await ports.computes.remove(compute.name, action);
        const settled = answer.ok
            ? await (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .followWrite */ .xP)(compute.name, answer.value, ports)
            : await afterRefusal(compute.name, answer.failure, ports);
        switch (settled.state) {
            case "absent":
                return { state: "gone" };
            case "in-flight":
                return { state: "in-flight", why: settled.why };
            case "failed":
                return { state: "failed", error: settled.error };
            case "unreadable":
                return { state: "failed", error: settled.failure.error };
            case "present":
                // Still there after the reads settled: the removal was never carried out, so it is not repeated blindly.
                break;
        }
    }
    return failedWith("NotRemoved", `'${compute.name}' is still in the workspace after ${mostSends} requests to remove it.`);
}
async function afterRefusal(name, failure, ports) {
    switch (failure.reason) {
        case "not-found":
            return { state: "absent" };
        case "unknown":
            return (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .settleUnknown */ .wZ)(name, ports);
        case "cancelled":
            return { state: "in-flight", why: "cancelled" };
        case "refused":
            // 409: another operation holds the compute. Its end decides; anything else is the service's last word.
            return failure.status === 409 ? (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .settle */ .G9)(name, ports) : { state: "failed", error: failure.error };
        case "unreachable":
            return { state: "unreadable", failure };
    }
}
function failedWith(code, message) {
    return { state: "failed", error: { code, message, details: [] } };
}


/***/ }),

/***/ 4401:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G9: () => (/* binding */ settle),
/* harmony export */   wZ: () => (/* binding */ settleUnknown),
/* harmony export */   xP: () => (/* binding */ followWrite)
/* harmony export */ });
/* harmony import */ var _plan_plan_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1583);

/** Seconds between looks when the service names none: short first, for kinds that attach within seconds. Our choice. */
const firstPause = 1;
const longestPause = 15;
/**
 * Follows a write to its end: the operation as long as the service knows it, then the compute itself, because the
 * operation's body is not the resource and a status of 200 is not success.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
async function followWrite(name, accepted, ports) {
    if (accepted.operationUrl !== undefined) {
        const ended = await followOperation(name, accepted.operationUrl, accepted.retryAfterSeconds, ports);
        if (ended.state === "in-flight")
            return ended;
        if (ended.state === "failed") {
            const compute = await ports.computes.get(name);
            const live = compute.ok ? compute.value : undefined;
            return { state: "failed", ...(live === undefined ? {} : { compute: live }), error: ended.error };
        }
    }
    return settle(name, ports);
}
async function followOperation(name, operationUrl, retryAfterSeconds, ports) {
    let shown = "";
    for (let look = 0, wait = retryAfterSeconds;; look += 1) {
        const paused = await pause(look, wait, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused };
        const progress = await ports.computes.progress(operationUrl);
        // An operation that the service has forgotten, or that cannot be read, says nothing of the compute: read that instead.
        if (!progress.ok)
            return { state: "over" };
        if (progress.value.state === "succeeded")
            return { state: "over" };
        if (progress.value.state !== "running")
            return { state: "failed", error: progress.value.error };
        if (progress.value.status !== shown) {
            shown = progress.value.status;
            ports.onProgress(name, shown);
        }
        wait = progress.value.retryAfterSeconds;
    }
}
/** Reads the compute until nothing is in flight on it. A compute that is absent counts as settled at once. */
async function settle(name, ports) {
    let shown = "";
    for (let look = 0;; look += 1) {
        const read = await ports.computes.get(name);
        if (!read.ok)
            return { state: "unreadable", failure: read.failure };
        if (read.value === undefined)
            return { state: "absent" };
        if (!(0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .isInFlight */ .wn)(read.value) && !(0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .isLeaving */ .Xi)(read.value))
            return { state: "present", compute: read.value };
        if (read.value.provisioningState !== shown) {
            shown = read.value.provisioningState;
            ports.onProgress(name, shown);
        }
        const paused = await pause(look, undefined, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused, compute: read.value };
    }
}
/**
 * Finds out what became of a write whose reply was lost: reads the compute until it shows up or has been absent in
 * several reads in a row, because a list or a read may lag behind a write.
 */
async function settleUnknown(name, ports) {
    const looksUntilAbsent = 4;
    for (let look = 0; look < looksUntilAbsent; look += 1) {
        const paused = await pause(look, undefined, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused };
        const settled = await settle(name, ports);
        if (settled.state !== "absent")
            return settled;
    }
    return { state: "absent" };
}
/** @returns why the wait ended early, if it did. */
async function pause(look, retryAfterSeconds, { clock, signal, deadline }) {
    if (signal.aborted)
        return "cancelled";
    const left = (deadline - clock.now()) / 1000;
    if (left <= 0)
        return "timeout";
    const seconds = retryAfterSeconds ?? Math.min(firstPause * 1.5 ** look, longestPause);
    try {
        await clock.sleep(Math.min(seconds, left), signal);
    }
    catch {
        return "cancelled";
    }
    return undefined;
}


/***/ }),

/***/ 6462:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ summarizeStep),
/* harmony export */   D: () => (/* binding */ summarizeDetach)
/* harmony export */ });
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9967);
/* harmony import */ var _plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7866);


function summarizeStep(outcome) {
    const { step, seconds, end } = outcome;
    const { target } = step;
    const compute = "compute" in end ? end.compute : "live" in step ? step.live : undefined;
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(target) ?? compute?.resourceId ?? ((0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .originOf */ .yv)(target) === "none" ? undefined : compute?.id);
    const report = {
        name: target.name,
        type: target.type,
        action: (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .actionOf */ .qj)(step),
        ...(resourceId === undefined ? {} : { resourceId }),
        ...(compute === undefined ? {} : { provisioningState: compute.provisioningState }),
        ...(outcome.guarantee === undefined ? {} : { guarantee: outcome.guarantee }),
        durationSeconds: seconds,
    };
    switch (end.state) {
        case "done":
            return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...noteOf(step) } };
        case "refused": {
            const reason = step.do === "refuse" ? step.because : "drift";
            return {
                report: {
                    ...report,
                    outcome: "failed",
                    provisioningErrors: compute?.provisioningErrors ?? [],
                    note: step.reason,
                },
                failure: { reason, message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${step.reason}` },
            };
        }
        case "in-flight":
            return {
                report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(end.why) },
                leftGoing: {
                    what: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}) is still being provisioned`,
                    next: "Run the same command again: it joins what is in flight and sends nothing twice.",
                },
                ...(end.why === "not-waited-for"
                    ? {}
                    : {
                        failure: {
                            reason: end.why,
                            message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${goingOn(end.why)}`,
                        },
                    }),
            };
        case "failed":
            return {
                report: { ...report, outcome: "failed", provisioningErrors: [end.error] },
                failure: { reason: end.because, message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${end.error.message}` },
            };
    }
}
function noteOf(step) {
    return step.do === "adopt" || (step.do === "keep" && step.differences.length > 0) ? { note: step.reason } : {};
}
function goingOn(why) {
    switch (why) {
        case "timeout":
            return "The time limit passed before it was settled; the operation goes on in Azure.";
        case "cancelled":
            return "The workflow was cancelled before it was settled; what was sent goes on in Azure.";
        case "not-waited-for":
            return "The request was accepted; wait is false, so its end was not awaited.";
    }
}
function summarizeDetach({ step, seconds, removal, guarantee }) {
    const live = "live" in step ? step.live : undefined;
    const report = {
        name: step.name,
        type: live?.computeType.toLowerCase() ?? "unknown",
        action: step.do === "keep" ? "none" : step.do,
        ...(live?.resourceId === undefined ? {} : { resourceId: live.resourceId }),
        ...(guarantee === undefined ? {} : { guarantee }),
        durationSeconds: seconds,
    };
    if (step.do === "refuse") {
        return {
            report: { ...report, outcome: "failed", provisioningErrors: [], note: step.reason },
            failure: { reason: "conflict", message: `${step.name}: ${step.reason}` },
        };
    }
    if (removal === undefined)
        return { report: { ...report, outcome: "succeeded", provisioningErrors: [], note: step.reason } };
    switch (removal.state) {
        case "gone":
            return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...stillThere(live?.resourceId) } };
        case "failed":
            return {
                report: { ...report, outcome: "failed", provisioningErrors: [removal.error] },
                failure: {
                    reason: removal.because ?? "provisioning-failed",
                    message: `${step.name}: ${removal.error.message}`,
                },
            };
        case "in-flight":
            return {
                report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(removal.why) },
                failure: { reason: removal.why, message: `${step.name}: ${goingOn(removal.why)}` },
                leftGoing: {
                    what: `${step.name} is still being removed`,
                    next: "Run detach again: it waits for what is in flight.",
                },
            };
    }
}
/** Detaching costs nothing and frees nothing: the resource behind it bills on until somebody deletes it. */
function stillThere(resourceId) {
    if (resourceId === undefined)
        return {};
    return {
        note: `Detached only: ${resourceId} still exists and bills. To delete it: az resource delete --ids ${resourceId}`,
    };
}


/***/ })

};
