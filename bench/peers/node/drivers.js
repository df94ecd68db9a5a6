// Node's drivers for the four databases of `homeroom serve`: pools, prepared statements, Homeroom's own statements.
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import cassandra from 'cassandra-driver'
import Redis from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'

const folder = process.env.BENCH_STORES
const { endpoints } = JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8'))
const secret = readFileSync(join(folder, 'session-secret'))

const EPOCH_MS = 1_577_836_800_000n
const BUCKET_MS = 10n * 24n * 60n * 60n * 1000n
const COLUMNS = 'message_id, author_id, body.content, body.rest, revision, edited_at, deleted_at, alias_of'
const FROM_MESSAGES = `SELECT ${COLUMNS} FROM homeroom.messages WHERE channel_id = ? AND bucket = ?`
const PAGE = `${FROM_MESSAGES} AND message_id > ? AND message_id < ? LIMIT ?`
const MESSAGES = `${FROM_MESSAGES} AND message_id IN ?`
const BUCKETS = 'SELECT bucket FROM homeroom.channel_buckets WHERE channel_id = ? LIMIT 3000'
const REACTIONS = `SELECT message_id, user_id, emoji, active, revision FROM homeroom.reactions
  WHERE channel_id = ? AND bucket = ? AND message_id IN ?`
const PINS = 'SELECT body FROM homeroom.pins WHERE channel_id = ? LIMIT ?'
const USERS = {
  name: 'users',
  text: `SELECT id, email, name, role, avatar_url, created_at, updated_at, last_login, is_active
    FROM users WHERE id = ANY($1::uuid[])`
}
const FIND_SESSION = `
  local fields = redis.call('HGETALL', KEYS[1])
  if #fields == 0 then return fields end
  if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return {} end
  redis.call('HSET', KEYS[1], 'last_activity', ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  return fields`

const redis = new Redis(endpoints.redis_url, { enableAutoPipelining: true })
redis.defineCommand('findSession', { numberOfKeys: 1, lua: FIND_SESSION })
const mongo = (await MongoClient.connect(endpoints.mongodb_url)).db()
const pool = new pg.Pool({ connectionString: endpoints.database_url, max: 10 })
const [host, port] = endpoints.cassandra_contact_points.split(':')
const cluster = new cassandra.Client({
  contactPoints: [host],
  localDataCenter: 'datacenter1',
  protocolOptions: { port: Number(port) },
  queryOptions: { prepare: true, consistency: cassandra.types.consistencies.localQuorum, fetchSize: 0 },
  encoding: { useBigIntAsLong: true, useBigIntAsVarint: true }
})
await cluster.connect()

const cql = async (query, ...values) => (await cluster.execute(query, values)).rows
const bucketAt = (milliseconds) => (milliseconds - EPOCH_MS) / BUCKET_MS
const bucketOf = (snowflake) => (snowflake >> 22n) / BUCKET_MS

const byBucket = async (query, channel, snowflakes) => {
  const buckets = Map.groupBy(snowflakes, bucketOf)
  const parts = await Promise.all([...buckets].map(([bucket, some]) => cql(query, channel, Number(bucket), some)))
  return parts.flat()
}

export const dashed = (digits) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
export const sentAt = (snowflake) => new Date(Number((snowflake >> 22n) + EPOCH_MS))

export const userOf = async (token) => {
  const digest = createHmac('sha256', secret).update(token).digest('hex')
  const found = await redis.findSession(`session:${digest}`, Date.now() / 1000, 3600)
  const place = found.indexOf('user_id')
  return place < 0 ? null : found[place + 1]
}

export const channelOf = async (id, userId) => {
  const [channel] = await mongo.collection('channels').find({ _id: { $in: [id] } }).toArray()
  if (channel === undefined || channel.visibility !== 'open') return null
  const members = await mongo
    .collection('workspace_members')
    .find(
      { _id: { $in: [`${channel.workspace_id}:${userId}`] } },
      { projection: { _id: 0, workspace_id: 1, user_id: 1, role: 1, joined_at: 1 } }
    )
    .toArray()
  return members.length === 0 ? null : channel
}

export const newest = async (channel, count) => {
  const bucket = Number(bucketAt(BigInt(Date.now())))
  const page = (of) => cql(PAGE, channel, of, -1n, (1n << 63n) - 1n, count + 3)
  let [buckets, rows] = await Promise.all([cql(BUCKETS, channel), page(bucket)])
  for (const { bucket: older } of buckets) {
    if (rows.length > count) break
    if (older < bucket) rows = rows.concat(await page(older))
  }
  return rows
    .filter((row) => row.deleted_at === null)
    .slice(0, count)
    .reverse()
}

export const messagesOf = async (channel, snowflakes) => {
  const rows = await byBucket(MESSAGES, channel, snowflakes)
  return new Map(rows.filter((row) => row.deleted_at === null).map((row) => [row.message_id, row]))
}

export const reactionsOf = async (channel, snowflakes) =>
  (await byBucket(REACTIONS, channel, snowflakes)).filter((row) => row.active)

// JavaScript's numbers would round the Snowflake, so the record is taken apart as text.
const PIN = /^\["pin","[^"]*",(\d+),"usr_(\w+)",(\d+),true/

export const pinsOf = async (channel) =>
  (await cql(PINS, channel, 2000))
    .map((row) => PIN.exec(row.body))
    .filter((found) => found !== null)
    .map(([, message, by, at]) => ({ message: BigInt(message), by: dashed(by), at: BigInt(at) }))
    .sort((one, other) => Number(other.at - one.at || other.message - one.message))

export const usersOf = async (ids) => {
  const { rows } = await pool.query({ ...USERS, values: [ids] })
  return new Map(rows.map((row) => [row.id, { id: `usr_${row.id.replaceAll('-', '')}`, name: row.name }]))
}
