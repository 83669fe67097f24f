import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What becomes of one request on its way to the server. */
export type Fate =
  | 'pass'
  /** The connection ends before the server sees anything of it. */
  | 'cut before the request'
  /** The server does what it is asked, and the connection ends before the answer. */
  | 'cut before the answer'
  /** The server does what it is asked, and the proxy gives up on the answer, as Cloudflare's do. */
  | 'answer 524'
  /** The connection ends within the answer. */
  | 'cut in the answer'
  /** No answer ever comes, though the server does what it is asked. */
  | 'hang'
  /** An answer with this status, which the server does not see. */
  | 401
  | 429
  | 502
  | 503

/** A proxy before a server, and what passed through it. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string
  /** The bodies of all requests, in the order in which they came. */
  readonly requests: string[]
}

/**
 * Starts a proxy that does to each request what it is told.
 *
 * @param fate is asked for each request, with its body and its number from 0
 */
export async function startFaultyProxy(
  target: string,
  fate: (body: string, index: number) => Fate,
): Promise<FaultyProxy> {
  const requests: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming)
    const decided = fate(body, requests.push(body) - 1)
    if (decided === 'cut before the request') return void incoming.socket.destroy()
    if (typeof decided === 'number') {
      outgoing.writeHead(decided, { 'retry-after': '0' }).end('busy')
      return
    }
    const answer = await forward(target, incoming, body).catch(() => undefined)
    // The server is down, or went down meanwhile.
    if (answer === undefined) return void incoming.socket.destroy()
    if (decided === 'hang') return
    if (decided === 'cut before the answer') return void incoming.socket.destroy()
    if (decided === 'answer 524') return void outgoing.writeHead(524).end('a timeout occurred')
    await give(answer, outgoing, decided)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function forward(
  target: string,
  { url, method, headers }: IncomingMessage,
  body: string,
): Promise<{ status: number; body: string }> {
  const outgoing = request(`${target}${url}`, { method, headers, agent: false }).end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await text(answer) }
}

async function give(
  { status, body }: { status: number; body: string },
  outgoing: ServerResponse,
  fate: 'pass' | 'cut in the answer',
): Promise<void> {
  outgoing.writeHead(status, { 'content-length': Buffer.byteLength(body) })
  if (fate === 'pass') return void outgoing.end(body)
  outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy())
}
