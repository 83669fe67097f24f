import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import type { Config } from './config.js'
import { CONFIG_NAMES, findConfig } from './find-config.js'

/**
 * Loads the configuration that applies to a directory; undefined when there is none there or above.
 * A module is evaluated once in a process, as imports are.
 *
 * @param file its path instead, relative to `cwd`
 * @throws UsageError `config-not-found`, `config-unreadable`, `config-ambiguous`, `config-syntax`,
 * `config-failed` when it throws, `config-invalid` with all that is wrong in it
 */
export async function loadConfig({
  cwd,
  file,
}: {
  cwd: string
  file?: string
}): Promise<Config | undefined> {
  const path = file === undefined ? findConfig(cwd) : resolve(cwd, file)
  if (path === undefined) return undefined
  checkFile(path)
  const value = path.endsWith('.json')
    ? await (await import('./read-json-config.js')).readJsonConfig(path)
    : await (await import('./evaluate-config.js')).evaluateConfig(path)
  const { validateConfig } = await import('./validate-config.js')
  return validateConfig(value, { root: dirname(path), file: path })
}

function checkFile(path: string): void {
  const stats = statOf(path)
  if (stats?.isDirectory()) {
    const inside = CONFIG_NAMES.map(name => join(path, name)).find(file => statOf(file)?.isFile())
    throw new UsageError('config-invalid', `${path} is a directory, not a configuration file`, {
      hint:
        inside === undefined
          ? 'Name the file with --config, or move the directory away.'
          : `Did you mean ${inside}?`,
    })
  }
  if (stats === undefined) {
    throw new UsageError('config-not-found', `there is no configuration ${path}`, {
      hint: 'Correct the path, or run `dbfleet init` to make a configuration.',
    })
  }
  if (!stats.isFile()) {
    throw new UsageError('config-unreadable', `${path} is not a regular file`, {
      hint: 'Name a file that holds the configuration.',
    })
  }
  if (!/\.(?:m?[tj]s|json)$/.test(path)) {
    throw new UsageError('config-invalid', `${path} is in no format that dbfleet reads`, {
      hint: 'A configuration ends in .ts, .mts, .js, .mjs or .json.',
    })
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError('config-unreadable', `${path} cannot be read: ${code}`, {
      hint: 'Correct the path, or the permissions of its directories.',
      cause: error,
    })
  }
}
