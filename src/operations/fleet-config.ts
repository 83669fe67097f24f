import { resolve } from 'node:path'
import type { Config, UserConfig } from '../config/config.js'
import { environmentConfig } from '../config/environment-config.js'
import { loadConfig } from '../config/load-config.js'
import { validateConfig } from '../config/validate-config.js'
import { UsageError } from '../errors/usage-error.js'

export interface OpenFleetOptions {
  /** Where a configuration is looked for, upwards; the default is the working directory. */
  cwd?: string
  /** A configuration's path, or the configuration itself, with paths relative to `cwd`. */
  config?: string | UserConfig
  /** One database instead of the configuration's fleet: a path, or a URL of a file or a server. */
  url?: string
  /** A glob instead of the configuration's fleet. */
  files?: string
  /**
   * Another fleet, for the migrations of this configuration: the path of its configuration, a glob, or
   * a URL.
   */
  against?: string
  /** Where `DATABASE_URL` is looked for when there is no configuration, and `DATABASE_TOKEN`. */
  env?: NodeJS.ProcessEnv
  /** True takes an empty fleet where no configuration names one, for verbs that need none. */
  optional?: boolean
}

/**
 * The configuration that the options or a file name.
 *
 * @throws UsageError when there is none, or it is not sound
 */
export async function fleetConfig({ against, ...options }: OpenFleetOptions): Promise<Config> {
  if (against === undefined) return ownConfig(options)
  if (options.url !== undefined || options.files !== undefined) {
    throw new UsageError('bad-options', '--against excludes --url and --files', {
      hint: 'Each of them names a fleet; give one.',
    })
  }
  if (/^[a-z][a-z+]+:/i.test(against)) return ownConfig({ ...options, url: against })
  // With a pattern for a fleet, there need not be a configuration.
  const own = await ownConfig({ ...options, files: against })
  if (!/\.(?:m?[tj]s|json)$/.test(against)) return own
  const { migrations, root: project, check } = own
  const theirs = await ownConfig({ ...options, config: against })
  return { ...theirs, migrations, project, ...(check !== undefined && { check }) }
}

async function ownConfig({
  config,
  url,
  files,
  optional,
  ...options
}: OpenFleetOptions): Promise<Config> {
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
  const known = found ?? environmentConfig({ cwd, env })
  if (known === undefined && optional === true) return validateConfig({ fleet: [] }, { root: cwd })
  return required(known, cwd)
}

function required(config: Config | undefined, cwd: string): Config {
  if (config !== undefined) return config
  throw new UsageError(
    'config-not-found',
    `there is no dbfleet.config.ts (or .mts, .js, .mjs, .json) in ${cwd} or above`,
    { hint: 'Run `dbfleet init`, name databases with --files or --url, or set DATABASE_URL.' },
  )
}
