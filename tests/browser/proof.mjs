// GraphiQL in a real browser: node proof.mjs URL CHROMIUM FOLDER_FOR_SCREENSHOTS
// Prints a table (check, result) and exits with 1 when a check fails.
import { randomUUID } from 'node:crypto';

import { chromium } from 'playwright-core';

import { GraphiQLPage } from './graphiql_page.mjs';
import { Watch } from './watch.mjs';

const [url, executablePath, screenshots] = process.argv.slice(2);
const origin = new URL(url).origin;
const results = [];

async function check(name, prove) {
  const start = performance.now();
  try {
    const detail = await prove();
    results.push({ check: name, result: 'ok', detail: detail ?? '', ms: Math.round(performance.now() - start) });
  } catch (error) {
    results.push({ check: name, result: 'FAILED', detail: error.message, ms: Math.round(performance.now() - start) });
  }
}

function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

/** The data of an answer, or an error with what the server said. */
function data(answer) {
  expect(!answer.errors, `the answer has errors: ${JSON.stringify(answer.errors)?.slice(0, 400)}`);
  return answer.data;
}

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { token } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { message } } }';

/** The data of an operation that is sent beside the browser. */
async function post(query, variables, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return data(await response.json());
}

async function signedIn(input) {
  return (await post(SIGN_IN, { input })).signIn.token;
}

function printTable() {
  const width = Math.max(...results.map((row) => row.check.length));
  console.log(`\n${'check'.padEnd(width)}  result      ms  seen`);
  for (const row of results) {
    const [first, ...rest] = row.detail.split('\n');
    console.log(`${row.check.padEnd(width)}  ${row.result.padEnd(6)} ${String(row.ms).padStart(7)}  ${first}`);
    for (const line of row.result === 'ok' ? [] : rest) console.log(`${' '.repeat(width + 18)}${line}`);
  }
}

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const watch = await Watch.over(context, origin);
  const page = new GraphiQLPage(await context.newPage(), screenshots);
  const config = await (await context.request.get(`${origin}/graphiql/config.json`)).json();
  const user = config.demoUser?.name;

  await check('the page comes, with a strict policy', async () => {
    const response = await page.open(`${origin}/graphql`);
    const policy = response.headers()['content-security-policy'] ?? '';
    const scripts = policy.split(';').find((part) => part.trim().startsWith('script-src')) ?? '';
    expect(scripts && !scripts.includes('unsafe'), `script-src is "${scripts.trim()}"`);
    return scripts.trim();
  });
  await check('Homeroom and the signed-in user are named', async () => {
    expect(user, 'the configuration has no demo user');
    const bar = await page.bar();
    expect(bar.includes('Homeroom') && bar.includes(user), `the bar says "${bar}"`);
    return bar;
  });
  await check('a tab for each sample', async () => {
    const titles = await page.tabTitles();
    expect(titles.length === config.tabs.length && titles.length >= 5, `tabs: ${titles.join(', ')}`);
    await page.screenshot('01-first-visit');
    return titles.join(', ');
  });
  await check('the viewer query shows the user', async () => {
    const { viewer } = data(await page.runTab('WhoAmI'));
    expect(viewer?.name === user, `viewer is ${JSON.stringify(viewer)}`);
    expect(viewer.workspaces.edges.length > 0, 'the user has no workspace');
    await page.screenshot('02-who-am-i');
    return `${viewer.name}, ${viewer.workspaces.edges.length} workspace(s)`;
  });
  await check("a channel's newest messages", async () => {
    const { channel } = data(await page.runTab('NewestMessages'));
    expect(channel, 'there is no such channel');
    expect(channel.messages.edges.length > 0, 'the channel has no message');
    expect(channel.messages.edges.every((edge) => edge.node.author?.name), 'a message has no author');
    await page.screenshot('03-newest-messages');
    return `#${channel.name}: ${channel.messages.edges.length} messages`;
  });
  await check('conversations and what is unread', async () => {
    const { viewer } = data(await page.runTab('WhatIsNew'));
    const conversations = viewer.conversations.edges.map((edge) => edge.node);
    const channels = viewer.workspaces.edges.flatMap(({ node }) => node.channels.edges.map((edge) => edge.node));
    const kinds = new Set(conversations.map((each) => each.kind));
    expect(kinds.has('DIRECT') && kinds.has('GROUP'), `kinds of conversations: ${[...kinds].join(', ')}`);
    const unread = (rooms) => rooms.reduce((sum, room) => sum + room.unreadCount, 0);
    expect(unread(conversations) > 0 && unread(channels) > 0, 'there is nothing unread');
    expect(channels.some((each) => each.mentionCount > 0), 'nobody mentioned the user');
    await page.screenshot('04-what-is-new');
    return `${unread(conversations)} in ${conversations.length} conversations, ${unread(channels)} in channels`;
  });
  await check('a conversation says who has read it', async () => {
    const { conversation } = data(await page.runTab('Conversation'));
    const messages = conversation.messages.edges.map((edge) => edge.node);
    expect(messages.some((each) => each.readBy.some((reader) => reader.name === user)), 'the user has read nothing');
    expect(messages.some((each) => each.reactions.length > 0), 'nobody has reacted');
    await page.screenshot('05-conversation');
    return `${messages.length} messages, ${conversation.unreadCount} unread`;
  });
  await check('a message that is sent reaches the listener', async () => {
    const content = `Hello from a browser ${randomUUID()}`;
    await page.listen('Listen');
    const other = new GraphiQLPage(await context.newPage(), screenshots);
    try {
      await other.open(`${origin}/graphql`);
      await other.openTab('SendMessage');
      const { input } = JSON.parse(await other.text('variables'));
      await other.write('variables', JSON.stringify({ input: { ...input, content } }, null, 2));
      const sent = data(await other.run()).sendMessage;
      expect(sent.userErrors.length === 0, JSON.stringify(sent.userErrors));
      await other.screenshot('06-send-message');
      const heard = data(await page.answerWith(content)).channelEvents;
      expect(heard.__typename === 'MessageSent', `the event is ${heard.__typename}`);
      expect(heard.message.id === sent.message.id, `heard ${heard.message.id}, sent ${sent.message.id}`);
      await page.screenshot('07-listen');
      await page.stop();
      return sent.message.id;
    } finally {
      await other.close();
    }
  });
  await check('the user hears of a message to a conversation of theirs', async () => {
    const content = `Hello from the student ${randomUUID()}`;
    const { input } = JSON.parse(config.tabs.find((tab) => tab.query.includes('SignIn')).variables);
    const { conversationId } = JSON.parse(config.tabs.find((tab) => tab.query.includes('query Conversation')).variables);
    const token = await signedIn({ ...input, email: input.email.replace('teacher', 'student') });
    await page.listen('ViewerEvents');
    const sending = post(SEND, { input: { roomId: conversationId, content } }, token);
    const [result] = await Promise.all([page.hears(content), sending]);
    const heard = data(result).viewerEvents;
    expect(heard.__typename === 'DirectMessageReceived', `the event is ${heard.__typename}`);
    const shown = data(await page.answerWith('UnreadCountChanged')).viewerEvents;
    expect(shown.roomId === conversationId && shown.unreadCount > 0, `the count is ${JSON.stringify(shown)}`);
    await page.screenshot('08-viewer-events');
    await page.stop();
    return heard.message.author.name;
  });
  await check('signing in gives a token', async () => {
    const { signIn } = data(await page.runTab('SignIn'));
    expect(signIn.userErrors.length === 0, JSON.stringify(signIn.userErrors));
    expect(signIn.token, 'there is no token');
    return signIn.user.name;
  });
  await check('the docs show the schema', async () => {
    await page.plugin('Documentation Explorer', 'Query', 'Mutation', 'Subscription');
    await page.screenshot('09-docs');
  });
  await check('the explorer shows the root fields', async () => {
    await page.openTab('WhoAmI');
    await page.plugin('GraphiQL Explorer', 'viewer', 'channel');
    await page.screenshot('10-explorer');
  });
  await check('the history has what was run', async () => {
    await page.plugin('History', 'WhoAmI', 'Listen');
    await page.closePlugin('History');
  });
  await check('the editor completes and validates', async () => {
    await page.newTab();
    const suggestions = await page.complete('{ view');
    expect(suggestions.some((word) => word.startsWith('viewer')), `suggestions: ${suggestions.join(', ')}`);
    await page.screenshot('11-completion');
    await page.write('query', 'query Wrong { nothingOfThatName }');
    return page.complaintAbout('nothingOfThatName');
  });
  await check('a sample opens in a new tab', async () => {
    const before = (await page.tabTitles()).length;
    await page.openSample(config.tabs[1].title);
    expect((await page.tabTitles()).length === before + 1, 'there is no new tab');
    expect((await page.text('query')) === config.tabs[1].query, 'the tab has another text');
    expect((await page.text('variables')) === config.tabs[1].variables, 'the tab has other variables');
  });
  await check('tabs are kept over a reload', async () => {
    const before = await page.tabTitles();
    await page.settled();
    await page.open(`${origin}/graphql`);
    const after = await page.tabTitles();
    expect(before.join() === after.join(), `before: ${before.join(', ')}; after: ${after.join(', ')}`);
  });
  await check('it follows the system into the dark', async () => {
    await page.darken();
    await page.runTab('WhoAmI');
    await page.screenshot('12-dark');
    await page.resize(900, 700);
    await page.screenshot('13-narrow');
  });
  await check('no console message of warning or error', async () => watch.none('console'));
  await check('no violation of the policy', async () => watch.none('policy'));
  await check('no failed request', async () => watch.none('failed'));
  await check('no attempt to reach another host', async () => watch.none('foreign'));
  await check('the policy refuses an inline script', async () => {
    watch.forget();
    await page.provokePolicy();
    expect(watch.count('policy') > 0, 'the watch did not see the violation');
  });
} finally {
  await browser.close();
}
printTable();
const failed = results.filter((row) => row.result !== 'ok').length;
console.log(`\nGraphiQL in the browser: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
