import { resolve } from 'node:path'
import { isS3Url, parseS3Url } from '../../backup/store/s3-url.js'
import type { S3Spec, StoreSpec } from '../../backup/store/store.js'
import { UsageError } from '../../errors/usage-error.js'
import { fetchOnce } from '../members/fetch-once.js'
import type { FleetContext } from '../members/fleet-context.js'

/**
 * The place of backup sets that a flag names, or else the configuration.
 *
 * @param given a directory, relative to the working one, or `s3://bucket/prefix`
 * @throws UsageError `bad-store` when it is no such place, `secret-in-url`, and what fetching a secret
 * throws; nothing was looked at
 */
export async function storeSpecOf(
  { config }: Pick<FleetContext, 'config'>,
  given?: string,
): Promise<StoreSpec> {
  const place = given ?? config.backups
  if (place === '') {
    throw new UsageError('bad-store', 'the place of the backup sets is empty', {
      hint: 'Name a directory, or leave it out for that of the configuration.',
    })
  }
  if (isS3Url(place)) return { kind: 's3', ...parseS3Url(place), ...(await s3Access(config)) }
  if (!/^[a-z][a-z0-9+.-]+:\/\/|^file:/i.test(place)) {
    return { kind: 'directory', path: resolve(place) }
  }
  // A secret may stand in the rest.
  const scheme = place.slice(0, place.indexOf(':') + 1)
  throw new UsageError('bad-store', `backup sets are not kept in ${scheme} URLs`, {
    hint: 'Name a directory, or s3://bucket/prefix.',
  })
}

async function s3Access(
  config: FleetContext['config'],
): Promise<Omit<S3Spec, 'kind' | 'bucket' | 'prefix'>> {
  const { endpoint, region, forcePathStyle, ...secrets } = config.s3 ?? {}
  const fetched = fetchOnce(config)
  const { accessKeyId, secretAccessKey, sessionToken } = secrets
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: {
          accessKeyId: await fetched(accessKeyId, 's3.accessKeyId'),
          secretAccessKey: await fetched(secretAccessKey, 's3.secretAccessKey'),
          ...(sessionToken !== undefined && {
            sessionToken: await fetched(sessionToken, 's3.sessionToken'),
          }),
        },
      }),
  }
}
