import { createHmac } from 'node:crypto'

const PURPOSE = 'dbfleet backup, hashes of content'

/**
 * A hash that tells nothing to who cannot open the object: from a plain one, a content that is one of
 * few could be guessed, and equal contents of two databases seen.
 *
 * @param hash in hex
 * @param fileKey that of the object; without one the hash stays as it is
 */
export function keyedHash(hash: string, fileKey: Uint8Array | undefined): string {
  if (fileKey === undefined) return hash
  const key = createHmac('sha256', fileKey).update(PURPOSE).digest()
  return createHmac('sha256', key).update(hash).digest('hex')
}

/** The same for a digest of content, whose prefix says so. */
export function keyedDigest(digest: string, fileKey: Uint8Array | undefined): string {
  if (fileKey === undefined) return digest
  const version = digest.slice(0, digest.indexOf('-'))
  return `${version}-hmac-sha256:${keyedHash(digest, fileKey)}`
}
