export const id = 366;
export const ids = [366];
export const modules = {

/***/ 6366:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  detach: () => (/* binding */ detach_detach)
});

// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/attach/remove.js
var remove = __webpack_require__(6722);
// EXTERNAL MODULE: ./build/attach/settle.js
var settle = __webpack_require__(4401);
;// CONCATENATED MODULE: ./build/attach/detach.js




/** Decides for every name; a name that is not in the workspace is done already. */
function planDetach(names, live, { allowDelete }) {
    const byName = new Map(live.map((compute) => [compute.name.toLowerCase(), compute]));
    return names.map((name) => {
        const found = byName.get(name.toLowerCase());
        if (found === undefined)
            return { do: "keep", name, reason: "It is not in the workspace." };
        if ((0,plan/* isLeaving */.Xi)(found))
            return { do: "wait", name, live: found, reason: "It is being removed already." };
        const action = (0,remove/* removalActionFor */.I)(found);
        if (action === undefined) {
            return {
                do: "refuse",
                name,
                live: found,
                reason: `The service calls it a ${found.computeType} with isAttachedCompute ${String(found.isAttachedCompute)}; whether to detach or delete it cannot be told for sure.`,
            };
        }
        if (action === "Detach")
            return { do: "detach", name, live: found, reason: "It is attached; the resource behind it stays." };
        return allowDelete
            ? { do: "delete", name, live: found, reason: "It was made by the service; allow-delete is true." }
            : {
                do: "refuse",
                name,
                live: found,
                reason: `It is a ${found.computeType} that the service made: removing it deletes it. Set allow-delete: true to allow that.`,
            };
    });
}
/** Carries out what {@link planDetach} decided. */
async function detach(steps, parallel, ports) {
    const limit = (0,p_limit/* default */.A)(parallel);
    const startedAt = ports.clock.now();
    return Promise.all(steps.map((step) => limit(async () => {
        const removal = await carryOut(step, ports);
        const seconds = (ports.clock.now() - startedAt) / 1000;
        return { step, seconds, ...(removal === undefined ? {} : { removal }) };
    })));
}
async function carryOut(step, ports) {
    switch (step.do) {
        case "keep":
        case "refuse":
            return undefined;
        case "detach":
        case "delete":
            return (0,remove/* removeAndWait */.r)(step.live, ports);
        case "wait": {
            const settled = await (0,settle/* settle */.G9)(step.live.name, ports);
            if (settled.state === "absent")
                return { state: "gone" };
            if (settled.state === "in-flight")
                return { state: "in-flight", why: settled.why };
            if (settled.state === "failed")
                return { state: "failed", error: settled.error };
            if (settled.state === "unreadable")
                return { state: "failed", error: settled.failure.error };
            return {
                state: "failed",
                error: {
                    code: "NotRemoved",
                    message: `'${step.name}' is ${settled.compute.provisioningState} again.`,
                    details: [],
                },
            };
        }
    }
}

// EXTERNAL MODULE: ./build/attach/target-report.js
var target_report = __webpack_require__(6462);
// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/detach.js







/**
 * Detaches the computes named in `only`, whether they are still declared or not: naming them is the consent. What is
 * managed is deleted, and only with `allow-delete`.
 */
async function detach_detach(context) {
    const { inputs } = context;
    if (inputs.only.length === 0) {
        throw new session/* MissingInput */.Rw("detach needs the names of the targets in the input 'only'; it never detaches everything that is declared.");
    }
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const reported = (0,commands_context/* join */.f)(base, { workspace: (0,session/* workspaceReport */.WQ)(azure), failures: [] });
    const live = await azure.computes.list();
    if (!live.ok)
        return (0,commands_context/* join */.f)(reported, { failures: [(0,azure_failure/* failureOf */.g)(live.failure, "The computes of the workspace could not be listed")] });
    const steps = planDetach(inputs.only, live.value, { allowDelete: inputs.allowDelete });
    const summaries = (await detach(steps, inputs.parallel, (0,session/* attachPorts */.QZ)(context, azure))).map(target_report/* summarizeDetach */.D);
    return (0,commands_context/* join */.f)(reported, {
        targets: summaries.map(({ report }) => report),
        failures: summaries.flatMap(({ failure }) => failure ?? []),
        leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
    });
}


/***/ }),

/***/ 370:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ pLimit)
});

// UNUSED EXPORTS: limitFunction

;// CONCATENATED MODULE: ./node_modules/yocto-queue/index.js
/*
How it works:
`this.#head` is an instance of `Node` which keeps track of its current value and nests another instance of `Node` that keeps the value that comes after it. When a value is provided to `.enqueue()`, the code needs to iterate through `this.#head`, going deeper and deeper to find the last value. However, iterating through every single item is slow. This problem is solved by saving a reference to the last value as `this.#tail` so that it can reference it to add a new value.
*/

class Node {
	value;
	next;

	constructor(value) {
		this.value = value;
	}
}

class Queue {
	#head;
	#tail;
	#size;

	constructor() {
		this.clear();
	}

	enqueue(value) {
		const node = new Node(value);

		if (this.#head) {
			this.#tail.next = node;
			this.#tail = node;
		} else {
			this.#head = node;
			this.#tail = node;
		}

		this.#size++;
	}

	dequeue() {
		const current = this.#head;
		if (!current) {
			return;
		}

		this.#head = this.#head.next;
		this.#size--;

		// Clean up tail reference when queue becomes empty
		if (!this.#head) {
			this.#tail = undefined;
		}

		return current.value;
	}

	peek() {
		if (!this.#head) {
			return;
		}

		return this.#head.value;

		// TODO: Node.js 18.
		// return this.#head?.value;
	}

	clear() {
		this.#head = undefined;
		this.#tail = undefined;
		this.#size = 0;
	}

	get size() {
		return this.#size;
	}

	* [Symbol.iterator]() {
		let current = this.#head;

		while (current) {
			yield current.value;
			current = current.next;
		}
	}

	* drain() {
		while (this.#head) {
			yield this.dequeue();
		}
	}
}

;// CONCATENATED MODULE: ./node_modules/p-limit/index.js


function pLimit(concurrency) {
	let rejectOnClear = false;

	if (typeof concurrency === 'object') {
		({concurrency, rejectOnClear = false} = concurrency);
	}

	validateConcurrency(concurrency);

	if (typeof rejectOnClear !== 'boolean') {
		throw new TypeError('Expected `rejectOnClear` to be a boolean');
	}

	const queue = new Queue();
	let activeCount = 0;

	const resumeNext = () => {
		// Process the next queued function if we're under the concurrency limit
		if (activeCount < concurrency && queue.size > 0) {
			activeCount++;
			queue.dequeue().run();
		}
	};

	const next = () => {
		activeCount--;
		resumeNext();
	};

	const run = async (function_, resolve, arguments_) => {
		// Execute the function and capture the result promise
		const result = (async () => function_(...arguments_))();

		// Resolve immediately with the promise (don't wait for completion)
		resolve(result);

		// Wait for the function to complete (success or failure)
		// We catch errors here to prevent unhandled rejections,
		// but the original promise rejection is preserved for the caller
		try {
			await result;
		} catch {}

		// Decrement active count and process next queued function
		next();
	};

	const enqueue = (function_, resolve, reject, arguments_) => {
		const queueItem = {reject};

		// Queue the internal resolve function instead of the run function
		// to preserve the asynchronous execution context.
		new Promise(internalResolve => { // eslint-disable-line promise/param-names
			queueItem.run = internalResolve;
			queue.enqueue(queueItem);
		}).then(run.bind(undefined, function_, resolve, arguments_)); // eslint-disable-line promise/prefer-await-to-then

		// Start processing immediately if we haven't reached the concurrency limit
		if (activeCount < concurrency) {
			resumeNext();
		}
	};

	const generator = (function_, ...arguments_) => new Promise((resolve, reject) => {
		enqueue(function_, resolve, reject, arguments_);
	});

	Object.defineProperties(generator, {
		activeCount: {
			get: () => activeCount,
		},
		pendingCount: {
			get: () => queue.size,
		},
		clearQueue: {
			value() {
				if (!rejectOnClear) {
					queue.clear();
					return;
				}

				const abortError = AbortSignal.abort().reason;

				while (queue.size > 0) {
					queue.dequeue().reject(abortError);
				}
			},
		},
		concurrency: {
			get: () => concurrency,

			set(newConcurrency) {
				validateConcurrency(newConcurrency);
				concurrency = newConcurrency;

				queueMicrotask(() => {
					// eslint-disable-next-line no-unmodified-loop-condition
					while (activeCount < concurrency && queue.size > 0) {
						resumeNext();
					}
				});
			},
		},
		map: {
			async value(iterable, function_) {
				const promises = [];

				try {
					Array.from(iterable, (value, index) => {
						const promise = generator(function_, value, index);
						promises.push(promise);
						return promise;
					});
				} catch (error) {
					// The iterable threw, so `Promise.all` never observes the already scheduled promises. Observe them here to avoid unhandled rejections.
					for (const promise of promises) {
						promise.catch(() => {}); // eslint-disable-line promise/prefer-await-to-then
					}

					throw error;
				}

				return Promise.all(promises);
			},
		},
	});

	return generator;
}

function limitFunction(function_, options) {
	const limit = pLimit(options);

	const limitedFunction = (...arguments_) => limit(() => function_(...arguments_));
	Object.defineProperty(limitedFunction, 'clearQueue', {
		value: limit.clearQueue,
	});

	return limitedFunction;
}

function validateConcurrency(concurrency) {
	if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) {
		throw new TypeError('Expected `concurrency` to be a number from 1 and up');
	}
}


/***/ })

};
