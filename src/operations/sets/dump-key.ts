import { createReadStream } from 'node:fs'
import { NoAgeKeyFits } from '../../backup/age-error.js'
import { isAgeFile } from '../../backup/is-age-file.js'
import { UsageError } from '../../errors/usage-error.js'
import type { FleetContext } from '../members/fleet-context.js'
import { type KeyOptions, namedIdentities } from './keys-of.js'
import { passphraseOf } from './passphrase-of.js'

const FIRST = 1 << 16

/**
 * What opens an encrypted dump: one of the identities that open sets, or a passphrase.
 *
 * @param path of the dump, absolute
 * @returns undefined when it is not encrypted
 * @throws UsageError `key-needed`, `wrong-key`, `dump-unreadable`, and what `namedIdentities` throws
 */
export async function dumpKey(
  context: Pick<FleetContext, 'config'>,
  path: string,
  options: KeyOptions,
): Promise<Uint8Array | undefined> {
  if (!isAgeFile(await beginningOf(path))) return undefined
  const passphrase = await passphraseOf(context, options)
  const identities = await namedIdentities(context, options, passphrase)
  if (passphrase === undefined && identities.length === 0) {
    throw new UsageError('key-needed', `${path} is encrypted, and no key is given`, {
      hint: 'Name a file with the private key by --identity, or give the passphrase.',
    })
  }
  const { fileKeyIn } = await import('../../backup/age.js')
  try {
    return await fileKeyIn(createReadStream(path), { identities }, passphrase)
  } catch (error) {
    if (error instanceof NoAgeKeyFits) {
      throw new UsageError('wrong-key', `no key that is given opens ${path}`, {
        hint: 'One of the private keys, or the passphrase, that it was encrypted for is needed.',
      })
    }
    throw new UsageError('dump-unreadable', `${path}: ${(error as Error).message}`, {
      hint: 'Nothing was restored. It is encrypted by age, and damaged or cut off.',
      cause: error,
    })
  }
}

async function beginningOf(path: string): Promise<Uint8Array> {
  for await (const piece of createReadStream(path, { end: FIRST - 1 })) return piece as Uint8Array
  return new Uint8Array()
}
