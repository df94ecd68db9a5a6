// A front end's path with npm's graphql-ws: sign in, page through a channel across a bucket and back, listen,
// send, and start a conversation.
// node client.mjs URL; prints a line a check and exits non-zero where one fails.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const url = process.argv[2];
const BUCKET_MS = 10 * 24 * 3600 * 1000;
const EPOCH_MS = Date.UTC(2020, 0, 1);
let token;
let failed = 0;

const check = (name, well, said = "") => {
  failed += well ? 0 : 1;
  console.log(`${well ? "pass" : "FAIL"}  ${name}${said ? `: ${said}` : ""}`);
};

async function run(query, variables = {}, as = token) {
  const headers = { "content-type": "application/json", ...(as && { authorization: `Bearer ${as}` }) };
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const PAGE = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  channel(id: $id) { eventCursor messages(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id content createdAt author { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } complete } } }`;
const page = async (variables) => (await run(PAGE, variables)).channel.messages;
const bucket = (edge) => Math.floor((Date.parse(edge.node.createdAt) - EPOCH_MS) / BUCKET_MS);

const SIGN_IN = `mutation ($email: String!) {
  signIn(input: {email: $email, password: "homeroom"}) { token user { id name } userErrors { message } } }`;
const { signIn } = await run(SIGN_IN, { email: "teacher@example.org" });
token = signIn.token;
check("signs in", Boolean(token), signIn.user?.name);

const { viewer } = await run(`{ viewer { workspaces(first: 10) { edges { node { name channels(first: 20) { edges { node { id name } } } } } } } }`);
const channels = viewer.workspaces.edges.flatMap((workspace) => workspace.node.channels.edges.map((edge) => edge.node));
check("sees channels", channels.length > 0, `${channels.length}`);
const id = channels[0].id;

const back = [];
let current = await page({ id, last: 50 });
back.unshift(...current.edges);
check("the newest page has nothing after it", current.pageInfo.hasNextPage === false);
while (current.pageInfo.hasPreviousPage) {
  current = await page({ id, last: 50, before: current.pageInfo.startCursor });
  back.unshift(...current.edges);
}
const buckets = new Set(back.map(bucket)).size;
check("pages back across bucket boundaries", buckets > 1, `${back.length} messages in ${buckets} buckets`);

const forth = [];
current = await page({ id, first: 50 });
forth.push(...current.edges);
while (current.pageInfo.hasNextPage) {
  current = await page({ id, first: 50, after: current.pageInfo.endCursor });
  forth.push(...current.edges);
}
const ids = (edges) => edges.map((edge) => edge.cursor).join();
check("pages forward to the same messages", ids(back) === ids(forth), `${forth.length}`);
check("every message has its author", forth.every((edge) => edge.node.author?.name));

const client = createClient({
  url: `${url.replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
});
const after = (await run(PAGE, { id, last: 1 })).channel.eventCursor;
const events = client.iterate({
  query: `subscription ($id: ID!, $after: String) { channelEvents(channelId: $id, after: $after) {
    __typename ... on Event { cursor } ... on MessageSent { message { id content author { name } } } } }`,
  variables: { id, after },
});
const send = async (content) => {
  const began = performance.now();
  const sent = run(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { message } } }`,
    { input: { roomId: id, content } },
  );
  const event = (await events.next()).value.data.channelEvents;
  const milliseconds = performance.now() - began;
  return { same: event.message.id === (await sent).sendMessage.message.id, milliseconds };
};
await send("The first one opens the way");
const sends = [];
for (let number = 0; number < 20; number += 1) sends.push(await send(`Heard at once, ${number}`));
const times = sends.map((each) => each.milliseconds).sort((a, b) => a - b);
check("hears each message that it sends", sends.every((each) => each.same));
check("within 100 ms", times[10] < 100, `median ${times[10].toFixed(1)} ms, slowest ${times.at(-1).toFixed(1)} ms of 20`);
await events.return();

// With the head of the school the student has no conversation yet.
const [student, head] = await Promise.all(
  ["student@example.org", "head@example.org"].map(async (email) => (await run(SIGN_IN, { email })).signIn),
);
const { startConversation } = await run(
  `mutation ($userId: ID!) { startConversation(input: {userId: $userId}) {
    conversation { id eventCursor participants { user { name } } } userErrors { message } } }`,
  { userId: head.user.id },
  student.token,
);
const conversation = startConversation.conversation;
check("starts a conversation", conversation?.participants.length === 2, startConversation.userErrors[0]?.message);
const ofHead = createClient({
  url: `${url.replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${head.token}` },
});
const heardByHead = ofHead.iterate({
  query: `subscription ($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
    __typename ... on MessageSent { message { content author { name } } } } }`,
  variables: { id: conversation.id, after: conversation.eventCursor },
});
await run(
  `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { message } } }`,
  { input: { roomId: conversation.id, content: "May I ask you something?" } },
  student.token,
);
// That it began, and who takes part, may come first.
let heard;
do {
  heard = (await heardByHead.next()).value.data.conversationEvents;
} while (["ConversationChanged", "ParticipantChanged"].includes(heard.__typename));
check("the other hears what is said in it", heard.message?.content === "May I ask you something?", heard.__typename);
await heardByHead.return();
await ofHead.dispose();
await client.dispose();
process.exit(failed ? 1 : 0);
