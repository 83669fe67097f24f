import { OBJECTS } from './manifest.js'

/** What texts of a manifest look like. */
export const PATTERNS = {
  sha256: /^[0-9a-f]{64}$/,
  /** Of which some are no time there is. */
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  digest: /^(?:dump1|image1)-(?:hmac-)?sha256:[0-9a-f]{64}$/,
  /** Strictly below the set, and nothing that a file system could take for something else. */
  file: new RegExp(`^${OBJECTS}/[a-z0-9_~][a-z0-9_.~-]{0,254}$`),
  recipientsId: /^[0-9a-f]{16}$/,
  /** A set beside this one: one plain name. */
  sibling: /^(?!\.)[^\p{Cc}/\\]{1,200}$/u,
}
