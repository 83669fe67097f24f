import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { MANIFEST } from '../../backup/manifest.js'
import { openStore } from '../../backup/store/open-store.js'
import type { Store } from '../../backup/store/store.js'
import { nearest } from '../../errors/nearest.js'
import { UsageError } from '../../errors/usage-error.js'
import type { FleetContext } from '../members/fleet-context.js'
import { storeSpecOf } from './store-of.js'

/** A backup set, and the place where it is kept. */
export interface FoundSet {
  store: Store
  /** Its name in the store. */
  set: string
}

/** So much of a manifest is read to see when its backup began; it stands in front. */
const HEAD = 4096
const STARTED_AT = /"startedAt":\s*"([^"\\]{1,40})"/

/**
 * The set that a word of the command line means: `latest` or a name in the configured place, else a
 * path or a URL.
 *
 * @throws UsageError `unknown-set`; what is there need not be sound yet
 */
export async function findSet(
  context: Pick<FleetContext, 'config'>,
  given: string,
): Promise<FoundSet> {
  if (given === '') throw unknown('the name of the set is empty', [])
  const isUrl = /^[a-z][a-z0-9+.-]+:\/\//i.test(given)
  const isName = !isUrl && !/[/\\]/.test(given) && given !== '.' && given !== '..'
  const store = await openStore(await storeSpecOf(context))
  if (given === 'latest') {
    const set = await newestSet(store)
    if (set !== undefined) return { store, set }
    throw unknown(`there is no backup set in ${store.location}`, [])
  }
  if (isName && (await isThere(store, given))) return { store, set: given }
  if (isName && !existsSync(given)) {
    const known = await store.names()
    throw unknown(
      `there is no backup set ${given}, neither here nor in ${store.location}`,
      known,
      given,
    )
  }
  return findElsewhere(context, isUrl ? given.replace(/\/+$/, '') : resolve(given))
}

async function findElsewhere(
  context: Pick<FleetContext, 'config'>,
  address: string,
): Promise<FoundSet> {
  const isUrl = address.includes('://')
  const set = isUrl ? address.slice(address.lastIndexOf('/') + 1) : basename(address)
  const place = isUrl ? address.slice(0, -set.length - 1) : dirname(address)
  const store = await openStore(await storeSpecOf(context, place))
  if (set !== '' && (await isThere(store, set))) return { store, set }
  throw unknown(`there is no backup set ${store.locate(set)}`, await store.names(), set)
}

/**
 * The name of the set whose backup began last, of those that have a manifest.
 *
 * @throws UsageError `manifest-invalid` when one does not say when that was
 */
export async function newestSet(store: Store): Promise<string | undefined> {
  let newest: { set: string; startedAt: string } | undefined
  for (const set of await store.names()) {
    const startedAt = await readStartedAt(store, set)
    if (startedAt === undefined) continue
    // Of one moment, the later name: `-2` and so on.
    if (newest === undefined || startedAt >= newest.startedAt) newest = { set, startedAt }
  }
  return newest?.set
}

/** @returns `undefined` for what is no backup set */
async function readStartedAt(store: Store, set: string): Promise<string | undefined> {
  const file = `${set}/${MANIFEST}`
  let head = ''
  try {
    for await (const piece of store.read(file)) {
      head += Buffer.from(piece).toString('latin1')
      if (head.length >= HEAD) break
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'object-missing') return undefined
    throw error
  }
  const found = STARTED_AT.exec(head.slice(0, HEAD))?.[1]
  if (found !== undefined) return found
  throw new UsageError(
    'manifest-invalid',
    `${store.locate(file)} does not say when its backup began`,
    { hint: 'Move that set away, or name another one than `latest`.' },
  )
}

async function isThere(store: Store, set: string): Promise<boolean> {
  for await (const _ of store.list(set)) return true
  return false
}

function unknown(message: string, known: readonly string[], given?: string): UsageError {
  const near = given === undefined ? undefined : nearest(given, known)
  return new UsageError('unknown-set', message, {
    hint:
      near === undefined
        ? 'Name the directory of a set, a set in the configured place, or `latest`.'
        : `Did you mean ${near}?`,
  })
}
