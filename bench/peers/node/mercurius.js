// Mercurius on Fastify, compiled by graphql-jit from the first repetition on, with DataLoader.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { newContext, schema } from './memory.js'

const app = Fastify({ logger: false })
app.register(mercurius, { schema, context: newContext, jit: 1, graphiql: false })
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
