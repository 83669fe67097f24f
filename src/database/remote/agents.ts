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

/** So many connections are held at once, over all servers. */
const MOST_SOCKETS = 64

/** Makes the pools; idle connections don't keep the process alive. */
export function createAgents(): Agents {
  const options = {
    keepAlive: true,
    maxTotalSockets: MOST_SOCKETS,
    maxFreeSockets: MOST_SOCKETS,
    scheduling: 'lifo',
    lookup: lookupLocalhost,
  } as const
  const plain = new http.Agent(options)
  const secure = new https.Agent(options)
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
