import { resolve } from 'node:path'
import type { Config, UserConfig } from '../config/config.js'
import { environmentConfig } from '../config/environment-config.js'
import { loadConfig } from '../config/load-config.js'
import { validateConfig } from '../config/validate-config.js'
import { Connections } from '../database/remote/connections.js'
import { UsageError } from '../errors/usage-error.js'
import { openSources } from '../fleet/open-sources.js'
import { TursoClouds } from '../turso/turso-clouds.js'
import { Fleet } from './fleet.js'

export interface OpenFleetOptions {
  /** Where a configuration is looked for, upwards; the default is the working directory. */
  cwd?: string
  /** A configuration's path, or the configuration itself, with paths relative to `cwd`. */
  config?: string | UserConfig
  /** One database instead of the configuration's fleet: a path, or a URL of a file or a server. */
  url?: string
  /** A glob instead of the configuration's fleet. */
  files?: string
  /** Where `DATABASE_URL` is looked for when there is no configuration, and `DATABASE_TOKEN`. */
  env?: NodeJS.ProcessEnv
}

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
  const config = await configFor(options)
  const connections = new Connections()
  const clouds = new TursoClouds({ ...config, connections })
  const sources = openSources(config, { ...config, connections, clouds })
  return new Fleet({ config, sources, connections, clouds })
}

async function configFor({ config, url, files, ...options }: OpenFleetOptions): Promise<Config> {
  const cwd = resolve(options.cwd ?? '.')
  const env = options.env ?? process.env
  const found =
    typeof config === 'object'
      ? validateConfig(config, { root: cwd })
      : await loadConfig(config === undefined ? { cwd } : { cwd, file: config })
  if (url !== undefined || files !== undefined) {
    const named = required(
      environmentConfig({
        cwd,
        env,
        ...(url !== undefined && { url }),
        ...(files !== undefined && { files }),
      }),
      cwd,
    )
    return found === undefined ? named : { ...found, fleet: named.fleet }
  }
  return found ?? required(environmentConfig({ cwd, env }), cwd)
}

function required(config: Config | undefined, cwd: string): Config {
  if (config !== undefined) return config
  throw new UsageError(
    'config-not-found',
    `there is no dbfleet.config.ts (or .mts, .js, .mjs, .json) in ${cwd} or above`,
    { hint: 'Run `dbfleet init`, name databases with --files or --url, or set DATABASE_URL.' },
  )
}
