import { S3Client } from '@aws-sdk/client-s3'
import type { S3Spec } from './store.js'

/** About ten seconds of patience, while a bucket gets ready for many requests. */
const ATTEMPTS = 6
const CONNECT_MS = 10_000
/** Without a byte in either direction. */
const IDLE_MS = 60_000

/**
 * AWS's own client. What the spec leaves open comes from AWS's environment variables and profiles:
 * endpoint, region, credentials.
 */
export function s3Client(spec: S3Spec, env: NodeJS.ProcessEnv = process.env): S3Client {
  const endpoint = spec.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  const region = spec.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? anyRegion(endpoint, env)
  return new S3Client({
    // Other services have seldom a name for each bucket.
    forcePathStyle: spec.forcePathStyle ?? endpoint !== undefined,
    ...(spec.endpoint !== undefined && { endpoint: spec.endpoint }),
    ...(region !== undefined && { region }),
    ...(spec.credentials !== undefined && { credentials: spec.credentials }),
    followRegionRedirects: true,
    // Objects are compared with the hashes of the manifest, whoever served them.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(env.AWS_MAX_ATTEMPTS === undefined && { maxAttempts: ATTEMPTS }),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
  })
}

/** Most other services have one region and do not care what it is called. */
function anyRegion(endpoint: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return endpoint !== undefined && env.AWS_PROFILE === undefined ? 'us-east-1' : undefined
}
