const PREFIX = 'image1-'

/**
 * A digest of a page image, where SQL text cannot carry the content, so that this has no digest.
 *
 * @param sha256 of all bytes of the image, in hex
 */
export function pagesDigest(sha256: string): string {
  return `${PREFIX}sha256:${sha256}`
}

/** Whether a digest, keyed or not, is one of pages. */
export function isPagesDigest(digest: string): boolean {
  return digest.startsWith(PREFIX)
}
