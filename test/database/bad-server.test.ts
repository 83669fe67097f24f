import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createOpener } from '../../src/database/open-database.js'
import { Connections } from '../../src/database/remote/connections.js'
import type { RemoteEndpoint } from '../../src/database/remote/endpoint.js'
import { startReplicationProxy } from '../../src/database/remote/replication-proxy.js'

const ended: (() => void)[] = []
afterEach(() => {
  for (const end of ended.splice(0)) end()
})
const connections = new Connections()
afterAll(() => connections.close())

async function open(endpoint: Partial<RemoteEndpoint>, shared = connections) {
  const opener = await createOpener('remote', shared)
  const target = { name: 'x', endpoint: { url: '', timeoutMs: 300, ...endpoint } }
  return opener(target, { mode: 'write', busyTimeoutMs: 0 })
}

/** A server that does what is given with each message. */
async function webSocketServer(answer: (socket: WebSocket, message: string) => void) {
  const server = new WebSocketServer({ port: 0, handleProtocols: () => 'hrana3' })
  server.on('connection', socket => {
    socket.on('message', message => answer(socket, String(message)))
  })
  ended.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  await once(server, 'listening')
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const helloOnly = (socket: WebSocket, message: string) => {
  if (message.includes('hello')) socket.send('{"type":"hello_ok"}')
}

describe('a WebSocket server', () => {
  it('that never greets is waited for no longer than for an answer', async () => {
    const { server, url } = await webSocketServer(() => {})
    await using db = await open({ url })
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(server.clients.size).toBe(0))
  })

  it('that refuses the token keeps no connection', async () => {
    const { server, url } = await webSocketServer(socket =>
      socket.send('{"type":"hello_error","error":{"message":"no"}}'),
    )
    await using db = await open({ url, authToken: 'secret' })
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'auth' })
    await vi.waitFor(() => expect(server.clients.size).toBe(0))
  })

  it.each(['null', '[]', '{', '{"type":"other"}'])(
    'that greets with %s is no server',
    async text => {
      const { url } = await webSocketServer(socket => socket.send(text))
      await using db = await open({ url })
      await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'not-a-server' })
    },
  )

  it('is waited for no longer when the run is ended', async () => {
    const { server, url } = await webSocketServer(helloOnly)
    const shared = new Connections()
    await using db = await open({ url, timeoutMs: 600_000 }, shared)
    const answer = expect(db.run('DELETE FROM t')).rejects.toMatchObject({ code: 'unreachable' })
    await vi.waitFor(() => expect(server.clients.size).toBe(1))
    shared.close()
    await answer
  })
})

/** A server that gives every request the same answer. */
async function httpServer(status: number, body: string, headers: Record<string, string> = {}) {
  const server = createServer((_, answer) => answer.writeHead(status, headers).end(body))
  ended.push(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('an HTTP server', () => {
  const results = (list: unknown) => JSON.stringify({ baton: null, base_url: null, results: list })
  const batchOf = (step_results: unknown[], step_errors: unknown[]) =>
    results([{ type: 'ok', response: { type: 'batch', result: { step_results, step_errors } } }])
  const ok = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null }

  it.each([
    results([null]),
    results([{ type: 'ok' }]),
    batchOf([], []),
    batchOf([ok, ok, ok, ok], []),
    batchOf([ok, ok, ok, ok, null, null], [null, null, null, null, null, null]),
  ])('that answers a batch with %s has not done it', async body => {
    await using db = await open({ url: await httpServer(200, body) })
    const done = db.batch?.([{ sql: 'SELECT 1' }], { foreignKeys: 'off', repeatable: true })
    await expect(done).rejects.toMatchObject({ code: 'not-a-server' })
  })

  it('that asks to wait is waited for no longer when the run is ended', async () => {
    const shared = new Connections()
    const url = await httpServer(503, 'busy', { 'retry-after': '30' })
    await using db = await open({ url, timeoutMs: 5_000 }, shared)
    const answer = expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'unreachable' })
    setTimeout(() => shared.close(), 300)
    await answer
  })
})

it('a token that no header takes is an error that says where it is from, and not what it is', async () => {
  await using db = await open({
    url: 'http://127.0.0.1:1',
    authToken: 'first\nsecond',
    tokenFrom: 'the file token.txt',
  })
  const error = await db.query('SELECT 1').catch(error => error)
  expect(error).toMatchObject({ code: 'auth', message: expect.stringContaining('token.txt') })
  expect(`${error.message} ${error.hint}`).not.toContain('first')
})

it('a primary that never answers is not waited for by its replica', async () => {
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1')
  ended.push(() => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  await using proxy = await startReplicationProxy()
  const url = proxy.admit({ url: `http://127.0.0.1:${port}`, timeoutMs: 300 })
  await expect(fetch(`${url}/x`, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed')
})

it('a primary at a ws: URL is replicated from over HTTP', async () => {
  const url = await httpServer(200, 'frames')
  await using proxy = await startReplicationProxy()
  const admitted = proxy.admit({ url: url.replace('http', 'ws'), timeoutMs: 5_000 })
  expect(await (await fetch(`${admitted}/x`)).text()).toBe('frames')
})
