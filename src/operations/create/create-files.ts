import type { FileTarget } from '../../database/database.js'
import { placeImages } from '../../database/place-images.js'
import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import { reportError } from '../../report/error-report.js'
import type { FleetContext } from '../members/fleet-context.js'
import { createTargets } from '../members/targets.js'
import { expectedImage } from '../schemas/scratch-database.js'
import type { CreateOptions, MakeDatabases, TakeCreation } from './creation.js'

/** So many are written before they are waited for: enough to share the disk's flushes. */
const BATCH = 2048

/**
 * Makes databases in files. The schema is built once and written as an image, which is as good as
 * migrating each and many times faster; that of the first one is built now.
 *
 * @throws UsageError when the migrations do not apply to an empty database
 */
export async function fileMaker(
  context: FleetContext,
  migrations: readonly Migration[],
  first: Member,
): Promise<MakeDatabases> {
  const images = imagesFor(migrations)
  const targetOf = createTargets(context)
  await images(((await targetOf(first)) as FileTarget).encryptionKey)
  return (members, options, take) => createFiles({ images, targetOf }, members, options, take)
}

interface Making {
  images: ReturnType<typeof imagesFor>
  targetOf: ReturnType<typeof createTargets>
}

async function createFiles(
  { images, targetOf }: Making,
  members: readonly Member[],
  { signal, onProgress }: CreateOptions,
  take: TakeCreation,
): Promise<void> {
  let done = 0
  let failed = 0
  for (let start = 0; start < members.length && !signal?.aborted; start += BATCH) {
    const batch = members.slice(start, start + BATCH)
    const targets = (await Promise.all(batch.map(targetOf))) as FileTarget[]
    const image = await images(targets[0]?.encryptionKey)
    const errors = await placeImages(
      image,
      targets.map(({ path }) => path),
    )
    for (const [index, error] of errors.entries()) {
      const member = batch[index] as Member
      await take(member, error === undefined ? { url: member.url } : reportError(error))
      done += 1
      if (error !== undefined) failed += 1
    }
    onProgress?.({ phase: 'create', done, total: members.length, failed })
  }
}

/** One image for each encryption key; all databases of a source have the same. */
function imagesFor(migrations: readonly Migration[]) {
  const images = new Map<string | undefined, Promise<Uint8Array>>()
  return (key: string | undefined): Promise<Uint8Array> => {
    const image = images.get(key) ?? expectedImage(migrations, key)
    images.set(key, image)
    return image
  }
}
