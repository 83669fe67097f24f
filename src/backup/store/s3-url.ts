import { UsageError } from '../../errors/usage-error.js'

/** A place in S3-compatible storage. */
export interface S3Place {
  bucket: string
  /** Without slashes at its ends; may be empty. */
  prefix: string
}

/** True for what is meant as a place in S3-compatible storage, whether sound or not. */
export function isS3Url(text: string): boolean {
  return /^s3:/i.test(text)
}

/**
 * Reads `s3://bucket/prefix`. What stands in it is taken as it is, without percent-decoding.
 *
 * @throws UsageError `bad-store`, `secret-in-url`; the URL is not quoted, as a secret may be in it
 */
export function parseS3Url(url: string): S3Place {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)(.*)$/is.exec(url) ?? []
  if (bucket.includes('@') || bucket.includes(':')) {
    throw new UsageError('secret-in-url', 'a secret must not stand in an s3:// URL', {
      hint: 'URLs end up in process lists and logs. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or `s3` in the configuration.',
    })
  }
  if (/[?#]/.test(url)) {
    throw bad('has parameters', 'Endpoint and region stand in the configuration under `s3`.')
  }
  // Other services allow more than AWS does: upper case, underscores.
  if (!/^[a-z0-9][a-z0-9._-]{1,254}$/i.test(bucket)) {
    throw bad('names no bucket', 'Write it as s3://bucket/prefix.')
  }
  const prefix = rest.replaceAll(/^\/+|\/+$/g, '')
  const parts = prefix.split('/')
  if (prefix !== '' && parts.some(part => part === '' || part === '.' || part === '..')) {
    throw bad('has a part that is empty, "." or ".."', 'Write it as s3://bucket/some/prefix.')
  }
  if (/\p{Cc}/u.test(prefix) || Buffer.byteLength(prefix) > 512) {
    throw bad('has a prefix that is too long or not plain', 'A prefix has at most 512 bytes.')
  }
  return { bucket, prefix }
}

function bad(why: string, hint: string): UsageError {
  return new UsageError('bad-store', `the s3:// URL of the backup sets ${why}`, { hint })
}
