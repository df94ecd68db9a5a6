// GraphQL Yoga on Node's own HTTP server, compiled by graphql-jit, with DataLoader; its caches of documents are on.
import { createServer } from 'node:http'
import { useGraphQlJit } from '@envelop/graphql-jit'
import { createYoga } from 'graphql-yoga'
import { newContext, schema } from './memory.js'

const yoga = createYoga({
  schema,
  context: newContext,
  plugins: [useGraphQlJit()],
  logging: false,
  graphiql: false,
  landingPage: false,
  healthCheckEndpoint: '/healthy',
  cors: false,
  multipart: false,
  maskedErrors: false,
  parserAndValidationCache: true
})
createServer(yoga).listen(Number(process.argv[2]), '127.0.0.1')
