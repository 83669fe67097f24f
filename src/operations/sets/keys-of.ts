import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { NoAgeKeyFits } from '../../backup/age-error.js'
import { isAgeFile } from '../../backup/is-age-file.js'
import { IDENTITY, type ManifestEntry } from '../../backup/manifest.js'
import type { ObjectKeys } from '../../backup/object-keys.js'
import { resolveSecret } from '../../config/secret.js'
import { UsageError } from '../../errors/usage-error.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { FoundSet } from './find-set.js'
import { type PassphraseOptions, passphraseOf } from './passphrase-of.js'
import { smallFile } from './set-encryption.js'

export interface KeyOptions extends PassphraseOptions {
  /** Files with private keys of age; relative to the working directory. */
  identity?: readonly string[]
}

const VARIABLE = 'DBFLEET_IDENTITY'

/**
 * What opens the encrypted objects of a set: the identities that are named by flag, else by
 * `DBFLEET_IDENTITY` (a path, or the key itself), else by the configuration; and those of the set that
 * the passphrase opens.
 *
 * @returns undefined when nothing of it is encrypted, or no key is given
 * @throws UsageError `bad-identity`, `wrong-key`, `secret-missing`, `secret-failed`
 */
export async function keysOf(
  context: Pick<FleetContext, 'config'>,
  { store, set }: FoundSet,
  entries: readonly ManifestEntry[],
  options: KeyOptions,
): Promise<ObjectKeys | undefined> {
  const encrypted = entries.flatMap(({ object }) =>
    object?.encryption === undefined ? [] : [object],
  )
  if (encrypted.length === 0) return undefined
  const passphrase = await passphraseOf(context, options)
  const identities = await namedIdentities(context, options, passphrase)
  if (passphrase !== undefined && identities.length === 0) {
    for (const each of new Set(encrypted.map(object => object.set ?? set))) {
      const name = `${each}/${IDENTITY}`
      const locked = await smallFile(store, name)
      if (locked === undefined) continue
      identities.push(...(await unlocked(locked, passphrase, store.locate(name))))
    }
  }
  return identities.length === 0 ? undefined : { identities: [...new Set(identities)] }
}

/**
 * The identities that are named by flag, else by `DBFLEET_IDENTITY`, else by the configuration.
 *
 * @throws UsageError `bad-identity`, `wrong-key`, `secret-missing`, `secret-failed`
 */
export async function namedIdentities(
  { config }: Pick<FleetContext, 'config'>,
  { identity: files = [] }: KeyOptions,
  passphrase: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  if (files.length > 0) {
    return (await Promise.all(files.map(file => inFile(resolve(file), passphrase)))).flat()
  }
  const given = env[VARIABLE]
  if (given) {
    if (/^AGE-SECRET-KEY-/.test(given)) return identitiesIn(given, VARIABLE)
    return inFile(resolve(given), passphrase)
  }
  const secret = config.encryption?.identity
  if (secret === undefined) return []
  const what = 'the identity of the backup sets'
  return identitiesIn(await resolveSecret(secret, what, { cwd: config.root }), what)
}

async function inFile(path: string, passphrase: string | undefined): Promise<string[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw bad(`${path} cannot be read: ${error.code ?? error.message}`)
  })
  if (!isAgeFile(bytes)) return identitiesIn(bytes.toString('utf8'), path)
  if (passphrase !== undefined) return unlocked(bytes, passphrase, path)
  throw bad(`${path} is encrypted, and no passphrase is given`)
}

async function unlocked(bytes: Uint8Array, passphrase: string, what: string): Promise<string[]> {
  const { unlock } = await import('../../backup/age.js')
  const text = await unlock(bytes, passphrase).catch(error => {
    if (!(error instanceof NoAgeKeyFits)) throw bad(`${what} is damaged: ${error.message}`)
    throw new UsageError('wrong-key', `the passphrase does not open ${what}`, {
      hint: 'Nothing was touched. It is the one that was given when the set was made.',
    })
  })
  return identitiesIn(text, what)
}

/** No part of it is quoted. */
async function identitiesIn(text: string, what: string): Promise<string[]> {
  const { recipientOf } = await import('../../backup/age.js')
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw bad(`${what} holds no identity`)
  for (const [index, line] of lines.entries()) {
    if ((await recipientOf(line)) !== undefined) continue
    throw bad(`${what} holds something that is no identity of age (number ${index + 1})`)
  }
  return lines
}

function bad(message: string): UsageError {
  return new UsageError('bad-identity', message, {
    hint: 'Name a file that `age-keygen -o` made: its lines begin with AGE-SECRET-KEY-1.',
  })
}
