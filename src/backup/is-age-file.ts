const INTRO = 'age-encryption.org/v1'

/** True for what `age` makes, and nothing else begins with. */
export function isAgeFile(first: Uint8Array): boolean {
  return Buffer.from(first.subarray(0, INTRO.length)).toString('latin1') === INTRO
}
