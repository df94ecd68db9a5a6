// Node's graphql-ws on `ws`, without compression: `node node.mjs PORT CONTROL_PORT`. One publication reaches all
// subscriptions by an array of waiting iterators, the cheapest way that graphql-js takes events from.
import { createServer } from 'node:http';
import { createServer as createControl } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const [port, controlPort] = process.argv.slice(2).map(Number);

const schema = buildSchema(`
  scalar DateTime
  scalar BigInt
  interface Event { cursor: String at: DateTime! }
  type MessageSent implements Event { cursor: String at: DateTime! message: Message! }
  type MessageEdited implements Event { cursor: String at: DateTime! message: Message! }
  type MessageDeleted implements Event { cursor: String at: DateTime! messageId: ID! revision: BigInt! }
  union ChannelEvent = MessageSent | MessageEdited | MessageDeleted
  type User { id: ID! name: String! avatarUrl: String }
  type ReactionGroup { emoji: String! count: Int! viewerHasReacted: Boolean! }
  type Message {
    id: ID! content: String! revision: BigInt! createdAt: DateTime! author: User reactions: [ReactionGroup!]
  }
  type Query { ping: String! }
  type Subscription { channelEvents(channelId: ID!, after: String): ChannelEvent! }
`);

const listeners = new Set();

class Listener {
  constructor() {
    this.events = [];
    this.wake = null;
    listeners.add(this);
  }

  push(event) {
    if (this.wake) {
      const wake = this.wake;
      this.wake = null;
      wake({ value: event, done: false });
    } else {
      this.events.push(event);
    }
  }

  next() {
    if (this.events.length) {
      return Promise.resolve({ value: this.events.shift(), done: false });
    }
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  return() {
    listeners.delete(this);
    this.wake?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

schema.getSubscriptionType().getFields().channelEvents.subscribe = () => new Listener();
schema.getSubscriptionType().getFields().channelEvents.resolve = (event) => event;
schema.getType('ReactionGroup').getFields().viewerHasReacted.resolve = (group, _, { viewer }) =>
  group.people.includes(viewer);

const at = '2026-01-31T09:30:00.123Z';
const room = '0'.repeat(32);
const author = { id: `usr_${'a'.repeat(32)}`, name: 'Ada Lovelace', avatarUrl: 'https://example.org/ada.png' };
let last = 912091632487104512n;

function publish() {
  last += 1n;
  const event = {
    __typename: 'MessageSent',
    cursor: `evt_${room}_${last}`,
    at,
    message: {
      id: `msg_${room}_${last}`,
      content: 'The reading for Thursday is chapter four; we begin with your questions about how cells divide.',
      revision: String(last),
      createdAt: at,
      author,
      reactions: [{ emoji: '👍', count: 2, people: ['viewer-1', 'viewer-2'] }],
    },
  };
  for (const listener of listeners) {
    listener.push(event);
  }
}

const web = createServer();
useServer(
  { schema, context: ({ connectionParams }) => ({ viewer: connectionParams?.authorization?.slice('Bearer '.length) }) },
  new WebSocketServer({ server: web, path: '/graphql', perMessageDeflate: false }),
);
createControl((socket) => socket.on('data', (data) => data.forEach(publish))).listen(controlPort, '127.0.0.1', () =>
  web.listen(port, '127.0.0.1', () => process.stdout.write('ready\n')),
);
process.on('SIGINT', () => process.exit(0));
