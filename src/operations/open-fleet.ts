import { Connections } from '../database/remote/connections.js'
import { openSources } from '../fleet/open-sources.js'
import { TursoClouds } from '../turso/turso-clouds.js'
import { Fleet } from './fleet.js'
import { fleetConfig, type OpenFleetOptions } from './fleet-config.js'

/**
 * Opens the fleet that the options or a configuration file name. No database is opened yet.
 *
 * @example
 * const fleet = await openFleet({ config: { fleet: [{ files: 'databases/*.db' }] } })
 * const report = await fleet.up({ all: true })
 *
 * @throws UsageError when there is no configuration, or it is not sound
 */
export async function openFleet(options: OpenFleetOptions = {}): Promise<Fleet> {
  const config = await fleetConfig(options)
  const connections = new Connections()
  const clouds = new TursoClouds({ ...config, connections })
  const sources = openSources(config, { ...config, connections, clouds })
  return new Fleet({ config, sources, connections, clouds })
}
