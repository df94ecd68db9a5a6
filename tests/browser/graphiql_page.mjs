// GraphiQL as a person uses it: tabs, editors, the run button, the panels on the left.
import { join } from 'node:path';

const TIMEOUT = 30_000;

export class GraphiQLPage {
  #page;
  #screenshots;
  #socket;

  constructor(page, screenshots) {
    this.#page = page;
    this.#screenshots = screenshots;
    page.setDefaultTimeout(TIMEOUT);
  }

  /** Opens the page and waits until the editors are there and the schema has been read. */
  async open(address) {
    const schema = this.#page.waitForResponse(
      (response) => response.request().postData()?.includes('__schema') ?? false,
    );
    const response = await this.#page.goto(address);
    if (!response.ok()) throw new Error(`${address} answered ${response.status()}`);
    const introspection = await (await schema).json();
    if (!introspection.data?.__schema) throw new Error(`no schema: ${JSON.stringify(introspection).slice(0, 400)}`);
    for (const editor of ['query', 'variables', 'response']) await this.#model(editor);
    await this.#page.waitForFunction(() => {
      const tokens = document.querySelectorAll('.graphiql-query-editor .view-line [class^="mtk"]');
      return new Set([...tokens].map((token) => token.classList[0])).size > 1; // the colours have come
    });
    return response;
  }

  async bar() {
    return (await this.#page.locator('.bar').innerText()).replace(/\s+/g, ' ');
  }

  async tabTitles() {
    return (await this.#tabs().allInnerTexts()).map((title) => title.trim());
  }

  async openTab(title) {
    await this.#tabs().filter({ hasText: title }).first().click();
  }

  async newTab() {
    await this.#page.getByRole('button', { name: 'New tab', exact: true }).click();
  }

  async runTab(title) {
    await this.openTab(title);
    return this.run();
  }

  /** Runs the operation by its keyboard shortcut and gives the answer. */
  async run() {
    await this.write('response', '');
    await this.#focusQuery();
    await this.#page.keyboard.press('Control+Enter');
    return this.answerWith('"data"', '"errors"');
  }

  /** Starts the subscription of a tab; resolves when the server has been asked for it. */
  async listen(title) {
    await this.openTab(title);
    const asked = this.#page.waitForEvent('websocket').then(async (socket) => {
      this.#socket = socket;
      await socket.waitForEvent('framereceived', (frame) => String(frame.payload).includes('connection_ack'));
      await this.#page.waitForFunction(() => document.querySelector('.graphiql-execute-button[aria-label*="Stop"]'));
    });
    await this.#page.locator('.graphiql-execute-button').click();
    await asked;
  }

  /** The result with this text, which the subscription is about to bring; the page shows the newest result alone. */
  async hears(text) {
    const frame = await this.#socket.waitForEvent('framereceived', ({ payload }) => String(payload).includes(text));
    return JSON.parse(frame.payload).payload;
  }

  async stop() {
    await this.#page.locator('.graphiql-execute-button[aria-label*="Stop"]').click();
  }

  /** The answer as soon as it has one of the texts. */
  async answerWith(...texts) {
    const model = await this.#model('response');
    const value = await this.#page.waitForFunction(
      ([model, texts]) => texts.some((text) => model.getValue().includes(text)) && model.getValue(),
      [model, texts],
    );
    return JSON.parse(await value.jsonValue());
  }

  async text(editor) {
    return (await this.#model(editor)).evaluate((model) => model.getValue());
  }

  async write(editor, text) {
    await (await this.#model(editor)).evaluate((model, text) => model.setValue(text), text);
  }

  /** What the editor offers after this text has been typed. */
  async complete(text) {
    await this.#focusQuery();
    await this.#page.keyboard.type(text, { delay: 30 });
    const rows = this.#page.locator('.suggest-widget.visible .monaco-list-row');
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** What the editor says of the word that it underlines; waits until it does. */
  async complaintAbout(word) {
    const message = await this.#page.waitForFunction((word) => {
      const markers = globalThis.__MONACO.editor.getModelMarkers({ owner: 'graphql' });
      return markers.map((marker) => marker.message).find((message) => message.includes(word));
    }, word);
    return message.jsonValue();
  }

  /** Opens a sample from the menu and waits until its tab bears the operation's name. */
  async openSample(title) {
    const count = await this.#tabs().count();
    await this.#page.getByRole('button', { name: 'Open a sample in a new tab' }).click();
    await this.#page.getByRole('menuitem', { name: title }).click();
    await this.#tabs().nth(count).filter({ hasNotText: '<untitled>' }).waitFor();
  }

  /** Opens a panel on the left and waits until it shows each of the texts. */
  async plugin(title, ...texts) {
    await this.#page.getByRole('button', { name: `Show ${title}` }).click();
    for (const text of texts) {
      await this.#page.locator('.graphiql-plugin').getByText(text).first().waitFor();
    }
  }

  async closePlugin(title) {
    await this.#page.getByRole('button', { name: `Hide ${title}` }).click();
  }

  /** Waits until GraphiQL has written its open tabs to local storage, which it does half a second after a change. */
  async settled() {
    const titles = await this.tabTitles();
    await this.#page.waitForFunction((titles) => {
      const key = Object.keys(localStorage).find((name) => name.startsWith('graphiql:tabState'));
      const kept = key && JSON.parse(localStorage.getItem(key)).tabs;
      return kept?.map((tab) => tab.title).join() === titles.join();
    }, titles);
  }

  async darken() {
    await this.#page.emulateMedia({ colorScheme: 'dark' });
    await this.#page.reload();
    await this.#model('response');
    const light = await this.#page.evaluate(() => {
      const [red, green, blue] = getComputedStyle(document.querySelector('.bar')).backgroundColor.match(/\d+/g);
      return (Number(red) + Number(green) + Number(blue)) / 3;
    });
    if (light > 100) throw new Error(`the bar is as light as ${light}`);
  }

  async resize(width, height) {
    await this.#page.setViewportSize({ width, height });
  }

  /** Tries to run an inline script; resolves when the browser reports the violation, raises when it does not. */
  async provokePolicy() {
    await this.#page.evaluate(() => {
      document.addEventListener('securitypolicyviolation', () => (globalThis.refused = true), { once: true });
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineScriptRan = true';
      document.body.append(script);
    });
    await this.#page.waitForFunction(() => globalThis.refused && !globalThis.inlineScriptRan);
  }

  async screenshot(name) {
    await this.#page.evaluate(() => document.fonts.ready);
    await this.#page.screenshot({ path: join(this.#screenshots, `${name}.png`) });
  }

  async close() {
    await this.#page.close();
  }

  #tabs() {
    return this.#page.locator('.graphiql-tab-button');
  }

  async #focusQuery() {
    await this.#page.locator('.graphiql-query-editor textarea').first().focus();
  }

  /** The editor's text model, which has all of its text; the page shows the lines in view only. */
  async #model(editor) {
    const file = { query: 'operation.graphql', variables: 'variables.json', response: 'response.json' }[editor];
    return this.#page.waitForFunction(
      (file) => globalThis.__MONACO?.editor.getModels().find((model) => model.uri.path.endsWith(file)),
      file,
    );
  }
}
