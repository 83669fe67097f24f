import type { Secret } from '../config/secret.js'

/** An organization on Turso Cloud, and who asks. Plain data. */
export interface TursoAccount {
  /** Where the Platform API answers; no slash at its end. */
  apiUrl: string
  /** Its slug. */
  organization: string
  /** Where the token of the Platform API is. */
  apiToken: Secret
}
