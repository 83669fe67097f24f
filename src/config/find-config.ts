import { lstatSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/** What a configuration may be called. */
export const CONFIG_NAMES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map(
  ending => `dbfleet.config.${ending}`,
)

/**
 * The configuration of a directory, or of the nearest one above that has one: its absolute path,
 * undefined when there is none.
 *
 * @throws UsageError `config-ambiguous` when one directory has two
 */
export function findConfig(directory: string): string | undefined {
  for (let here = resolve(directory); ; here = dirname(here)) {
    const [found, second] = CONFIG_NAMES.filter(name => exists(join(here, name)))
    if (second !== undefined) {
      throw new UsageError('config-ambiguous', `${here} has both ${found} and ${second}`, {
        hint: 'Remove one of them, or choose one with --config.',
      })
    }
    if (found !== undefined) return join(here, found)
    if (dirname(here) === here) return undefined
  }
}

/** A link that leads nowhere counts: to pass it over would act on another fleet. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // A directory above that may not be looked into.
    return false
  }
}
