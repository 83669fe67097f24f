import { UsageError } from '../../errors/usage-error.js'
import type { Source } from '../../fleet/source.js'

/**
 * The source that says where a new database goes.
 *
 * @param wanted its number from 1, or its kind; the default is the first that can create
 * @throws UsageError `cannot-create`
 */
export function creatingSource(sources: readonly Source[], wanted: string | undefined) {
  const matching = sources.filter(
    ({ kind }, index) => wanted === undefined || kind === wanted || String(index + 1) === wanted,
  )
  const source = matching.find(({ creates }) => creates !== undefined)
  if (source?.creates !== undefined) return source.creates
  const list = sources.map(({ label }, index) => `${index + 1}: ${label}`).join('; ')
  throw new UsageError(
    'cannot-create',
    wanted === undefined
      ? `no source of this fleet can create databases (${list})`
      : `--source ${wanted} names no source that can create databases (${list})`,
    { hint: hintFor(sources, wanted) },
  )
}

/** The source that lists a name, whether it comes first or not. */
export function listing(sources: readonly Source[], name: string) {
  return sources.find(({ creates }) => creates?.lists?.(name) === true)?.creates
}

function hintFor(sources: readonly Source[], wanted: string | undefined): string {
  if (wanted !== undefined) {
    return 'Give the number or the kind of one that can, as in --source 1 or --source files.'
  }
  return sources.some(({ kind }) => kind === 'sqld')
    ? 'Give the sqld source the `adminUrl` of its server, which is where databases are made.'
    : 'A source such as { files: "databases/*.db" } can; where a pattern has several wildcards, add `create: "users/{hash:2}/{name}/store.sqlite"`.'
}
