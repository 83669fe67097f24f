import type { KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { ScopeClaims } from './token-claims.js'

/** What a token says; times in seconds since 1970. */
export interface TokenClaims extends ScopeClaims {
  /** When it was made. */
  iat: number
  /** When it expires; without it, never. The server allows a minute more. */
  exp?: number
}

/** A JWT that sqld accepts from whoever has the private key. */
export function signToken(claims: TokenClaims, privateKey: KeyObject): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .sign(privateKey)
}
