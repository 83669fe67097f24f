import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Connections } from '../../src/database/remote/connections.js'

let server: Server
let connections: Connections
/** How many connections were opened. */
let opened = 0

beforeEach(async () => {
  opened = 0
  server = createServer({ keepAliveTimeout: 600_000 }, (_, response) => response.end('{}'))
  server.on('connection', () => {
    opened += 1
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  connections = new Connections()
})

afterEach(async () => {
  connections.close()
  server.closeAllConnections()
  await new Promise(done => server.close(done))
})

const ask = (host: string) =>
  connections.send(
    { url: `http://${host}:${(server.address() as AddressInfo).port}/`, timeoutMs: 5_000 },
    { repeatable: true },
  )

const openNow = () =>
  new Promise<number>((done, fail) =>
    server.getConnections((error, count) => (error ? fail(error) : done(count))),
  )

it('reaches any number of hosts, with no more idle connections than are of use', async () => {
  for (let index = 0; index < 200; index += 1) await ask(`h${index}.localhost`)
  expect(opened).toBe(200)
  await vi.waitFor(async () => expect(await openNow()).toBeLessThanOrEqual(64))
})

it('keeps the connection to a host for the next request', async () => {
  for (let index = 0; index < 5; index += 1) await ask('a.localhost')
  expect(opened).toBe(1)
})

it('keeps the connections that were used last', async () => {
  for (let index = 0; index < 100; index += 1) await ask(`h${index}.localhost`)
  for (let index = 99; index >= 90; index -= 1) await ask(`h${index}.localhost`)
  expect(opened).toBe(100)
})

it('opens no more connections to one host than are of use', async () => {
  await Promise.all(Array.from({ length: 300 }, () => ask('a.localhost')))
  expect(opened).toBeLessThanOrEqual(64)
})
