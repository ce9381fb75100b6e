/* Asking the API, and telling it: an answer, or an error in the API's own one line. */
(function () {
  "use strict";
  const fw = (window.floorwatch = window.floorwatch || {});

  // A line that hangs is no connection: nobody asks for longer than what takes longest may take.
  const CUT_MS = 60000, NOTHING = 204;

  /* With a `signal` it can be cut off, which is as if there were no connection. */
  async function ask(method, path, body, signal) {
    // In the past all is asked of then, and nothing is done.
    const asked = fw.past.path(method, path);
    let answer;
    try {
      answer = await fetch(asked, {
        method, signal, cache: "no-store",
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      throw unreached();
    }
    const told = answer.status === NOTHING ? {} : await answer.json().catch(() => null);
    if (signal && signal.aborted) throw unreached();
    // What is cut short, or is a page of something in between, is no answer of the dashboard.
    if (answer.ok && told === null) throw unreached();
    if (answer.ok) return told;
    // In how many seconds it makes sense to ask again, where that is known.
    const again = Number(answer.headers.get("Retry-After")) || null;
    throw Object.assign(new Error((told && told.detail) || fw.t("the dashboard answered {status}", { status: answer.status })), { told: told || {}, status: answer.status, again });
  }

  /* What fails in the page itself is no word of the API: whoever watches the page's console hears it, too. */
  const heard = (error) => { if (error.constructor !== Error) reportError(error); };

  const unreached = () => Object.assign(new Error(fw.t("no connection to the dashboard")), { unreached: true });

  fw.http = {
    unreached, heard,
    get: (path, { signal } = {}) => ask("GET", path, undefined, AbortSignal.any([AbortSignal.timeout(CUT_MS), ...(signal ? [signal] : [])])),
    post: (path, body) => ask("POST", path, body),
    put: (path, body) => ask("PUT", path, body),
    remove: (path) => ask("DELETE", path),
  };
})();
