// What a page must not do, noted as it happens: complain on the console, break its policy, fail, or call elsewhere.

export class Watch {
  #seen = { console: [], policy: [], failed: [], foreign: [] };

  /** Watches every page of the context; requests to any origin but this one are noted and not let out. */
  static async over(context, origin) {
    const watch = new Watch();
    const host = new URL(origin).host;
    const isForeign = (address) => /^(https?|wss?):/.test(address) && new URL(address).host !== host;
    await context.exposeBinding('homeroomPolicyViolation', (_, text) => watch.#note('policy', text));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        globalThis.homeroomPolicyViolation(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile}`);
      });
    });
    await context.route('**/*', (route) => {
      const address = route.request().url();
      if (!isForeign(address)) return route.continue();
      watch.#note('foreign', address);
      return route.abort();
    });
    context.on('page', (page) => {
      page.on('pageerror', (error) => watch.#note('console', `uncaught: ${error.message}`));
      page.on('websocket', (socket) => isForeign(socket.url()) && watch.#note('foreign', socket.url()));
    });
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) watch.#note('console', `${message.type()}: ${message.text()}`);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // A page that is left drops what it was still loading.
      if (reason !== 'net::ERR_ABORTED') watch.#note('failed', `${request.method()} ${request.url()}: ${reason}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) watch.#note('failed', `${response.status()} ${response.url()}`);
    });
    return watch;
  }

  /** Raises with all that was noted of this kind. */
  none(kind) {
    const seen = this.#seen[kind];
    if (seen.length) throw new Error(`${seen.length}: ${[...new Set(seen)].join('\n')}`);
    return '0';
  }

  /** Forgets what was noted, so that what is provoked on purpose can be counted. */
  forget() {
    for (const kind of Object.keys(this.#seen)) this.#seen[kind] = [];
  }

  count(kind) {
    return this.#seen[kind].length;
  }

  #note(kind, text) {
    this.#seen[kind].push(text);
  }
}
