// Mercurius with JIT and DataLoader on the real stores, with Node's drivers: session, access, the same statements.
import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import DataLoader from 'dataloader'
import Fastify from 'fastify'
import { GraphQLScalarType } from 'graphql'
import mercurius from 'mercurius'
import { channelOf, dashed, messagesOf, newest, pinsOf, reactionsOf, sentAt, userOf, usersOf } from './drivers.js'

const newContext = async (request) => {
  const context = { userId: await userOf(request.headers.authorization.slice('Bearer '.length)) }
  context.users = new DataLoader(async (ids) => {
    const found = await usersOf(ids)
    return ids.map((id) => found.get(id) ?? null)
  })
  return context
}

// What hangs from messages is loaded by their channel, which they carry.
const loadersOf = (room) => ({
  reactions: new DataLoader(async (snowflakes) => {
    const groups = new Map(snowflakes.map((snowflake) => [snowflake, new Map()]))
    const rows = await reactionsOf(room, snowflakes)
    rows.sort((one, other) => Number(one.revision - other.revision))
    for (const { message_id: message, user_id: user, emoji } of rows) {
      const people = groups.get(message)
      people.set(emoji, [...(people.get(emoji) ?? []), user.toString()])
    }
    return snowflakes.map((snowflake) => [...groups.get(snowflake)].map(([emoji, people]) => ({ emoji, people })))
  }),
  messages: new DataLoader(async (snowflakes) => {
    const found = await messagesOf(room, snowflakes)
    return snowflakes.map((snowflake) => found.get(snowflake) ?? null)
  })
})

const message = (room, loaders, row) =>
  row === null
    ? null
    : {
        id: `msg_${room.replaceAll('-', '')}_${row.message_id}`,
        snowflake: row.message_id,
        type: row['body.rest'] === null ? 'text' : (JSON.parse(row['body.rest'])[0] ?? 'text'),
        content: row['body.content'],
        createdAt: sentAt(row.message_id),
        editedAt: row.edited_at,
        authorId: row.author_id.toString(),
        loaders
      }

const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (value) => value.toISOString() }),
  MessageType: { TEXT: 'text', IMAGE: 'image', AUDIO: 'audio', VIDEO: 'video', FILE: 'file' },
  Query: {
    channel: async (_, { id }, context) => {
      const found = await channelOf(id, context.userId)
      if (found === null) return null
      const room = dashed(id.slice('chn_'.length))
      return { id, name: found.name, topic: found.topic, createdAt: found.created_at, room, loaders: loadersOf(room) }
    }
  },
  Channel: {
    messages: async ({ room, loaders }, { last }) => ({
      edges: (await newest(room, last)).map((row) => ({ node: message(room, loaders, row) }))
    }),
    pins: async ({ room, loaders }) => {
      const pins = await pinsOf(room)
      const found = await loaders.messages.loadMany(pins.map((pin) => pin.message))
      return pins
        .map((pin, number) => ({ ...pin, pinned: message(room, loaders, found[number]) }))
        .filter((pin) => pin.pinned !== null)
    }
  },
  Message: {
    author: ({ authorId }, _, context) => context.users.load(authorId),
    reactions: ({ snowflake, loaders }) => loaders.reactions.load(snowflake)
  },
  ReactionGroup: {
    count: ({ people }) => people.length,
    users: ({ people }, _, context) => context.users.loadMany(people.slice(0, 10))
  },
  Pin: {
    pinnedAt: ({ at }) => new Date(Number(at / 1000n)),
    pinnedBy: ({ by }, _, context) => context.users.load(by),
    message: ({ pinned }) => pinned
  }
}

const typeDefs = readFileSync(new URL('./stores_schema.graphql', import.meta.url), 'utf8')
const app = Fastify({ logger: false })
app.register(mercurius, {
  schema: makeExecutableSchema({ typeDefs, resolvers }),
  context: newContext,
  jit: 1,
  graphiql: false
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
