import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Names under `localhost` mean this machine (RFC 6761, 6.3), which not every resolver knows. */
export const lookupLocalhost: LookupFunction = (hostname, options, callback) => {
  const isLocal = /(?:^|\.)localhost\.?$/i.test(hostname)
  lookup(isLocal ? '127.0.0.1' : hostname, options, callback)
}
