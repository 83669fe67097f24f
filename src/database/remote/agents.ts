import * as http from 'node:http'
import * as https from 'node:https'
import { lookupLocalhost } from './lookup-localhost.js'

/** Pools of keep-alive connections. */
export interface Agents {
  /** How a request to that URL is made. */
  for(url: string): { request: typeof http.request; agent: http.Agent }
  /** Ends all connections. */
  destroy(): void
}

/** So many connections to one server are open at once. */
const MOST_SOCKETS = 64
/** So many are kept open without a request, over all servers. */
const MOST_IDLE = 64

/** Makes the pools; idle connections don't keep the process alive. */
export function createAgents(): Agents {
  const options = {
    keepAlive: true,
    // Not over all servers: behind that limit, idle connections to some keep requests to others
    // waiting for ever, and on Turso Cloud every database is a server of its own.
    maxSockets: MOST_SOCKETS,
    maxFreeSockets: MOST_IDLE,
    scheduling: 'lifo',
    lookup: lookupLocalhost,
  } as const
  const plain = new http.Agent(options)
  const secure = new https.Agent(options)
  for (const agent of [plain, secure]) agent.on('free', () => endOldest(agent))
  return {
    for: url =>
      url.startsWith('https:')
        ? { request: https.request, agent: secure }
        : { request: http.request, agent: plain },
    destroy() {
      plain.destroy()
      secure.destroy()
    },
  }
}

/** Ends idle connections beyond the limit. Hosts are in the order in which they came to be idle. */
function endOldest({ freeSockets }: http.Agent): void {
  const idle = Object.values(freeSockets).flatMap(sockets => sockets ?? [])
  const open = idle.filter(({ destroyed }) => !destroyed)
  for (const socket of open.slice(0, Math.max(0, open.length - MOST_IDLE))) socket.destroy()
}
