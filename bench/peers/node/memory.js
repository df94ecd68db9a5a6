// What both Node servers share: the data, read once, the schema, and loaders made anew for a request.
import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { GraphQLScalarType } from 'graphql'
import DataLoader from 'dataloader'

const found = JSON.parse(readFileSync(process.env.BENCH_DATA, 'utf8'))
const moment = (milliseconds) => (milliseconds === null ? null : new Date(milliseconds))
const byId = (list) => new Map(list.map((each) => [each.id, each]))

const channels = byId(found.channels.map((each) => ({ ...each, created_at: moment(each.created_at) })))
const users = byId(found.users)
const messages = byId(
  found.messages.map((each) => ({
    ...each,
    created_at: moment(each.created_at),
    edited_at: moment(each.edited_at)
  }))
)
const messagesOfChannel = new Map(
  found.channels.map(({ id }) => [id, [...messages.values()].filter((each) => each.channel_id === id)])
)
const pins = new Map(
  Object.entries(found.pins).map(([id, list]) => [
    id,
    list.map((each) => ({ ...each, pinned_at: moment(each.pinned_at) }))
  ])
)
const reactions = new Map(Object.entries(found.reactions))

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')

export const newContext = () => ({
  users: new DataLoader(async (ids) => ids.map((id) => users.get(id) ?? null))
})

const resolvers = {
  DateTime: new GraphQLScalarType({
    name: 'DateTime',
    description: 'A moment in UTC, as in RFC 3339, such as `2026-01-31T09:30:00.000Z`.',
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    serialize: (value) => value.toISOString()
  }),
  Role: { STUDENT: 'student', TEACHER: 'teacher' },
  MessageType: { TEXT: 'text', FILE: 'file', ASSIGNMENT: 'assignment' },
  Query: {
    ping: () => 'pong',
    channel: (_, { id }) => channels.get(id) ?? null
  },
  Channel: {
    createdAt: (channel) => channel.created_at,
    messages: (channel, { first }) => messagesOfChannel.get(channel.id).slice(0, first),
    pins: (channel) => pins.get(channel.id)
  },
  Message: {
    createdAt: (message) => message.created_at,
    editedAt: (message) => message.edited_at,
    author: (message, _, context) => context.users.load(message.author_id),
    reactions: (message) => reactions.get(message.id)
  },
  ReactionGroup: {
    users: (group, _, context) => context.users.loadMany(group.user_ids)
  },
  Pin: {
    pinnedAt: (pin) => pin.pinned_at,
    pinnedBy: (pin, _, context) => context.users.load(pin.pinned_by),
    message: (pin) => messages.get(pin.message_id) ?? null
  }
}

export const schema = makeExecutableSchema({ typeDefs, resolvers })
