import { lastCopies } from '../backup/last-copies.js'
import { IDENTITY, MANIFEST, MANIFEST_SUM, OBJECTS, PRUNED, STARTED } from '../backup/manifest.js'
import { type RetentionReason, type RetentionRules, retain } from '../backup/retention.js'
import { openStore } from '../backup/store/open-store.js'
import type { Store, StoredFile } from '../backup/store/store.js'
import { UsageError } from '../errors/usage-error.js'
import type { PruneReport, PruneRow } from '../report/prune-report.js'
import { version } from '../version.js'
import type { FleetContext } from './members/fleet-context.js'
import { type BeginNote, type Ending, noted } from './runs/noted-run.js'
import { lockForPrune } from './sets/prune-lock.js'
import { storeSpecOf } from './sets/store-of.js'
import {
  type KnownSet,
  type SetSurvey,
  surveySets,
  type UnfinishedSet,
} from './sets/survey-sets.js'

export interface PruneOptions {
  /** Where the sets are; the default is that of the configuration, `backups`. */
  out?: string
  /** So many of the newest sets stay. */
  keepLast?: number
  /** The newest of each of the last so many days, weeks or months that have one stays; in UTC. */
  keepDaily?: number
  keepWeekly?: number
  keepMonthly?: number
  /** What is at most so much older than the newest set stays, in milliseconds. */
  keepWithinMs?: number
  /** Also removes what backups on other machines left unfinished. */
  unfinished?: boolean
  /** Removes no other sets than these, by name. */
  only?: readonly string[]
}

/** What `prune` would remove; removes nothing. */
export async function planPrune(
  context: FleetContext,
  options: PruneOptions,
): Promise<PruneReport> {
  const began = performance.now()
  const rules = rulesOf(options)
  const store = await openStore(await storeSpecOf(context, options.out))
  const survey = await surveySets(store)
  const plan = planOf(survey, rules, options)
  const kept = survey.sets.filter(({ set }) => !plan.doomed.has(set))
  const waste = wasteOf({ ...survey, sets: kept }, plan)
  return reportOf(store, plan, waste, { began, dryRun: true })
}

/**
 * Removes backup sets that no rule keeps, and objects that no set refers to any more. Never removes the
 * last proven copy of a database, nor an object that a set refers to.
 *
 * @throws UsageError without a rule, or when a manifest cannot be believed; DbfleetError
 * `prune-running`; nothing was removed
 */
export async function prune(context: FleetContext, options: PruneOptions): Promise<PruneReport> {
  const began = performance.now()
  const rules = rulesOf(options)
  const store = await openStore(await storeSpecOf(context, options.out))
  return noted(context, begin => pruneStore(store, rules, { options, began, begin }))
}

async function pruneStore(
  store: Store,
  rules: RetentionRules,
  { options, began, begin }: { options: PruneOptions; began: number; begin: BeginNote },
): Promise<Ending<PruneReport>> {
  await using _ = await lockForPrune(store, { ignoreUnknown: options.unfinished === true })
  const survey = await surveySets(store)
  const plan = planOf(survey, rules, options)
  const doomed = [...plan.doomed]
  const { only: _only, ...asked } = options
  await begin({ verb: 'prune', options: { place: store.location, ...asked } }, plan.rows.length)

  // From here on these are no sets, and no backup that begins refers to what they hold.
  await store.remove(doomed.map(set => `${set}/${MANIFEST}`))
  for (const set of doomed) await markPruned(store, set)
  await store.remove(doomed.map(set => `${set}/${MANIFEST_SUM}`))

  // One that began before may refer to it, and shows itself before it reads a manifest.
  const kept = survey.sets.filter(({ set }) => !plan.doomed.has(set))
  const now = await surveySets(store, kept)
  const unfinished = now.unfinished.filter(({ set }) => !plan.doomed.has(set))
  const left = { ...plan, unfinished }
  const waste = wasteOf(now, left)
  for (const { objects, rest } of waste.directories) {
    await store.remove(objects.map(({ name }) => name))
    await store.remove(rest)
  }
  return {
    report: reportOf(store, left, waste, { began, dryRun: false }),
    rows: doomed.map(database => ({ database, state: 'ok', attempts: 1 })),
    idle: { '': plan.rows.length - doomed.length },
  }
}

interface Plan {
  rows: PruneRow[]
  /** The sets that go. */
  doomed: ReadonlySet<string>
  unfinished: UnfinishedSet[]
  /** Whether what a backup on another machine left may go. */
  anyMachine: boolean
}

function planOf(survey: SetSurvey, rules: RetentionRules, options: PruneOptions): Plan {
  const dated = survey.sets.map(({ set, startedAt }) => ({ set, startedAt: Date.parse(startedAt) }))
  const retained = retain(dated, rules, Date.now())
  const isKept = (set: string) =>
    retained.has(set) || (options.only !== undefined && !options.only.includes(set))
  const there = new Map([...survey.files.values()].flat().map(({ name, bytes }) => [name, bytes]))
  const sets = survey.sets.toSorted((a, b) =>
    a.startedAt === b.startedAt ? (a.set < b.set ? 1 : -1) : a.startedAt < b.startedAt ? 1 : -1,
  )
  const whole = sets.map(({ set, copies }) => ({
    set,
    copies: copies.filter(({ place, storedBytes }) => there.get(place) === storedBytes),
  }))
  const last = lastCopies(whole, isKept)
  const rows = sets.map(known => rowOf(known, retained.get(known.set), last.get(known.set)))
  const doomed = sets.filter(({ set }) => !isKept(set) && !last.has(set)).map(({ set }) => set)
  return {
    rows: rows.map(row => ({ ...row, removed: doomed.includes(row.set) })),
    doomed: new Set(doomed),
    unfinished: survey.unfinished,
    anyMachine: options.unfinished === true,
  }
}

function rowOf(
  { set, startedAt, copies }: KnownSet,
  reasons: readonly RetentionReason[] = [],
  lastOf: readonly string[] = [],
): PruneRow {
  const own = copies.filter(({ place }) => place.startsWith(`${set}/`))
  const nameOf = (database: string) => database.slice(0, database.lastIndexOf('\n'))
  return {
    set,
    startedAt,
    removed: false,
    reasons: [...reasons, ...(lastOf.length > 0 ? ['last-copy'] : [])],
    lastCopyOf: lastOf.map(nameOf),
    databases: copies.length,
    proven: copies.filter(({ proven }) => proven).length,
    storedBytes: own.reduce((total, { storedBytes }) => total + storedBytes, 0),
  }
}

/** What nobody needs any more, by directory. */
interface Waste {
  directories: { set: string; objects: StoredFile[]; rest: string[] }[]
  /** Unfinished sets because of which nothing is waste. */
  waitsFor: string[]
}

/** @param survey its sets are those that stay */
function wasteOf({ sets, remainders, files }: SetSurvey, plan: Plan): Waste {
  const waitsFor = plan.unfinished.filter(each => !mayGo(each, plan)).map(({ set }) => set)
  if (waitsFor.length > 0) return { directories: [], waitsFor }
  const used = new Set(sets.flatMap(({ copies }) => copies.map(({ place }) => place)))
  const gone = plan.unfinished.map(({ set }) => set)
  const directories = [...new Set([...plan.doomed, ...remainders, ...gone])].map(set => {
    const own = files.get(set) ?? []
    const objects = own.filter(({ name }) => isObject(name, set) && !used.has(name))
    const isEmpty = !own.some(({ name }) => used.has(name))
    const rest = own.map(({ name }) => name).filter(name => isEmpty && isOther(name, set))
    return { set, objects, rest }
  })
  return { directories, waitsFor }
}

function mayGo({ state }: UnfinishedSet, { anyMachine }: Plan): boolean {
  return state === 'gone' || state === 'abandoned' || (state === 'unknown' && anyMachine)
}

function isObject(name: string, set: string): boolean {
  return /^[^/]+$/.test(below(name, `${set}/${OBJECTS}/`)) || isScratch(name, set)
}

/** What a killed backup was proving. */
function isScratch(name: string, set: string): boolean {
  return below(name, `${set}/.scratch/`) !== ''
}

/** A file that somebody else put there is no reason to remove it. */
function isOther(name: string, set: string): boolean {
  const others = [STARTED, PRUNED, IDENTITY, MANIFEST, MANIFEST_SUM]
  return others.some(file => name === `${set}/${file}` || name === `${set}/.${file}.tmp`)
}

function below(name: string, directory: string): string {
  return name.startsWith(directory) ? name.slice(directory.length) : ''
}

/** Tells later ones that no backup is at work here. Where there is no room, its process is gone soon. */
async function markPruned(store: Store, set: string): Promise<void> {
  const content = Buffer.from(
    `${JSON.stringify({ dbfleet: version, prunedAt: new Date().toISOString() })}\n`,
  )
  async function* pieces() {
    yield content
  }
  await store.write(`${set}/${PRUNED}`, pieces()).catch(() => undefined)
}

function reportOf(
  store: Store,
  { rows, unfinished, ...plan }: Plan,
  { directories, waitsFor }: Waste,
  { began, dryRun }: { began: number; dryRun: boolean },
): PruneReport {
  const objects = directories.flatMap(each => each.objects)
  return {
    schema: 1,
    command: 'prune',
    dryRun,
    place: store.location,
    sets: rows,
    unfinished: unfinished.map(({ set, host, state }) => ({
      set,
      host,
      state,
      removed: waitsFor.length === 0 && mayGo({ set, host, state }, { rows, unfinished, ...plan }),
    })),
    waitsFor,
    removedObjects: objects.length,
    removedBytes: objects.reduce((total, { bytes }) => total + bytes, 0),
    durationMs: performance.now() - began,
  }
}

function rulesOf(options: PruneOptions): RetentionRules {
  const counts = {
    last: options.keepLast,
    daily: options.keepDaily,
    weekly: options.keepWeekly,
    monthly: options.keepMonthly,
  }
  for (const [name, count] of Object.entries(counts)) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) continue
    throw new UsageError('bad-options', `keep ${name} takes a whole number from 1, not ${count}`)
  }
  const rules = { ...counts, withinMs: options.keepWithinMs }
  const given = Object.entries(rules).filter(([, value]) => value !== undefined)
  if (given.length > 0) return Object.fromEntries(given)
  throw new UsageError('no-rule', 'no rule says which sets to keep', {
    hint: 'Nothing was removed. For example: --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12',
  })
}
