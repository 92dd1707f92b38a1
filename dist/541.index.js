export const id = 541;
export const ids = [541];
export const modules = {

/***/ 7541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   checked: () => (/* binding */ checked),
/* harmony export */   validate: () => (/* binding */ validate)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1016);

/** Reads every declaration and reports all problems at once. No network, no credentials, no secret's value. */
async function validate(context) {
    return checked(await context.declare());
}
/** What the reading of the declarations contributes: the files, the problems, and a failure when one is an error. */
function checked(declaration) {
    const errors = declaration.problems.filter(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__/* .isError */ .bJ);
    return {
        files: declaration.files,
        skipped: declaration.skipped,
        problems: declaration.problems,
        failures: errors.length === 0
            ? []
            : [
                {
                    reason: errors.every(({ code }) => code === "not-supported-yet")
                        ? "not-supported"
                        : "invalid-declaration",
                    message: errors.length === 1
                        ? "The declaration has 1 error; it is listed with its place."
                        : `The declarations have ${errors.length} errors; each is listed with its place.`,
                },
            ],
    };
}


/***/ })

};
