import { isLoopback } from '../config/loopback.js'
import type { NewPlace } from '../database/remote/provisioner.js'
import { RemoteFault } from '../database/remote/remote-fault.js'

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[\w-]*\w)?(?:\.[a-z0-9](?:[\w-]*\w)?)+$/
const LOCAL_HOST = /^(?:[\w-]+\.)+localhost(?::\d{1,5})?$/

/**
 * Where the database with that host name is. Its token goes there, so it has to be a bare name, and
 * is spoken to over TLS; only an API on this machine may name databases on this machine, without.
 *
 * @throws RemoteFault `protocol`
 */
export function placeOfHost(hostname: unknown, apiUrl: string): NewPlace {
  if (typeof hostname === 'string') {
    const host = hostname.toLowerCase()
    const isLocal = isLoopback(new URL(apiUrl).hostname)
    if (isLocal && LOCAL_HOST.test(host) && URL.canParse(`http://${host}`)) {
      return { url: `http://${host}`, shown: `libsql://${host}?tls=0` }
    }
    if (HOST.test(host) && !isLoopback(host) && !/\.\d+$/.test(host)) {
      return { url: `https://${host}`, shown: `libsql://${host}` }
    }
  }
  throw new RemoteFault('protocol', `${apiUrl} gives a database a host name that cannot be one`)
}
