import { UsageError } from '../errors/usage-error.js'
import { byName } from './by-name.js'
import type { Member } from './member.js'
import { placesOf } from './places-of.js'
import type { Source } from './source.js'

export interface ResolveOptions {
  /** The directory that relative paths of the configuration start from, for what errors say. */
  root: string
  /** Whether a fleet without a database is an error. */
  required: boolean
  /** Where these are all that is wanted, a source that fails and does not have them is no error. */
  wanted?: readonly string[]
}

/**
 * All databases of the fleet, sorted by name in code-unit order. Two names for one file are found
 * by comparing paths, and by following those symbolic links that a source met on its way.
 *
 * @throws UsageError `duplicate-name`, `duplicate-file` or `no-databases`, or what a source throws
 */
export async function resolveFleet(
  sources: readonly Source[],
  { root, required, wanted = [] }: ResolveOptions,
): Promise<Member[]> {
  const lists: Member[][] = []
  const failures: unknown[] = []
  for (const source of sources) {
    await source.members().then(
      found => lists.push(found),
      error => failures.push(error),
    )
    if (failures.length > 0 && wanted.length === 0) throw failures[0]
  }
  const members = lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort(byName)
  if (failures.length > 0) {
    const names = new Set(members.map(({ name }) => name))
    if (!wanted.every(name => names.has(name))) throw failures[0]
  }
  if (members.length === 0 && required) throw noDatabases(sources, root)
  refuseDuplicateNames(members)
  refuseDuplicateFiles(members, sources.length === 1 && sources[0]?.kind === 'files')
  return members
}

function noDatabases(sources: readonly Source[], root: string): UsageError {
  const why = sources.map(source => source.whyEmpty())
  return new UsageError(
    'no-databases',
    `the fleet has no database: ${why.length === 0 ? 'it has no source' : why.join('; ')}`,
    {
      hint: `Make one with \`dbfleet create <name>\`, or correct \`fleet\` in the configuration (or --files); relative paths start from ${root}.`,
    },
  )
}

function refuseDuplicateNames(members: readonly Member[]): void {
  const pairs: Pair[] = []
  for (const [index, member] of members.entries()) {
    const before = members[index - 1]
    if (before?.name === member.name) pairs.push([before, member])
  }
  refuse(pairs, 'duplicate-name', {
    message: ([one, other]) =>
      `"${one.name}" is the name of two databases: ${described(one)} and ${described(other)}`,
    hint: pairs.some(pair => pair.some(({ server }) => server !== undefined))
      ? 'Names are unique in a fleet: list one of the two in a source `databases`, under a name of its own.'
      : 'Names are unique in a fleet: narrow one of the sources, or give it a `name` such as "{1}-{2}".',
  })
}

function isPlainFile({ realPath, server }: Member): boolean {
  return realPath === undefined && server === undefined
}

function refuseDuplicateFiles(members: readonly Member[], isOneWalk: boolean): void {
  const pairs: Pair[] = []
  const byPlace = new Map<string, Member>()
  // Directories have a path once, and where no link was met it is the file's only one.
  if (isOneWalk && members.every(isPlainFile)) return
  for (const member of members) {
    const places = placesOf(member)
    let before: Member | undefined
    for (const place of places) before ??= byPlace.get(place)
    if (before !== undefined) pairs.push([before, member])
    else for (const place of places) byPlace.set(place, member)
  }
  refuse(pairs, 'duplicate-file', {
    message: ([one, other]) =>
      `one database has two names in the fleet: "${one.name}" (${described(one)}) and "${other.name}" (${described(other)})`,
    hint: 'Every database is one member: narrow one of the sources, or remove the symbolic link.',
  })
}

type Pair = readonly [Member, Member]

const PAIRS_SHOWN = 3

function refuse(
  pairs: readonly Pair[],
  code: string,
  { message, hint }: { message: (pair: Pair) => string; hint: string },
): void {
  if (pairs.length === 0) return
  const shown = pairs.slice(0, PAIRS_SHOWN).map(message)
  const rest = pairs.length - shown.length
  if (rest > 0) shown.push(`and ${rest} more`)
  throw new UsageError(code, shown.join('; '), { hint })
}

function described({ url, source }: Member): string {
  return `${url}, from ${source}`
}
